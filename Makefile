# The developer's menu. `make demo` and `make test` need only Python 3.11+ and make.
PY := .venv/bin/python
RUN := .venv/bin
.DEFAULT_GOAL := help
# Tests start hundreds of programs: let them keep what they compiled.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup demo test check lint types contracts snap pages bench soak gateway wheel tools clean kills steps mutants cancels frameworks

help:  ## show this menu
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.venv/ready: pyproject.toml uv.lock .ci/setup
	@sh .ci/setup

setup: .venv/ready  ## make the virtual environment

demo: setup  ## open the console on a simulated account (a report where there is no terminal)
	@if [ -t 0 ] && [ -t 1 ]; then $(RUN)/rgt-tui --demo; else $(RUN)/rgt-tui --demo triage --fail-on never; fi

test: setup  ## run every test
	$(RUN)/pytest -q -n 3 --dist worksteal

check: lint types contracts test  ## everything CI checks

lint: setup
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .

types: setup
	$(RUN)/mypy

contracts: setup
	$(RUN)/lint-imports

snap: setup  ## rewrite the snapshots; look at each picture before you commit it
	$(RUN)/pytest -q tests/ui --snapshot-update

pages: setup  ## write the pages of docs from detectors and verifiers
	@$(PY) -m tests.pages

bench: setup  ## print the measured figures
	@$(PY) -m tests.bench

gateway: setup  ## 1,000 runs through the SSH gateway, simulated and real: minutes
	RGT_GATEWAY_RUNS=1000 $(RUN)/pytest -q -n 3 -s -o faulthandler_timeout=0 tests/clients/test_gateway.py -k "no_run or never_believed"

soak: setup  ## a million random keys on the console in write mode: nothing may be lost (hours)
	@$(PY) -m tests.soak.monkey $(or $(EVENTS),1000000)

cancels: setup  ## cancel 1,000 questions to a real sshd: no slot and no process may be left
	RGT_CANCELS=1000 $(RUN)/pytest -q -s -n 0 tests/clients/test_ssh_storm.py -k cancelled

kills: setup  ## kill a console at 50 random moments of a terminate; each restart must be consistent
	KILLS=50 $(RUN)/pytest -q -s -n 0 tests/termination/test_kill.py

steps: setup  ## each fault at each step of a terminate: a named state, and no request too many
	RGT_EVERY_STEP=1 $(RUN)/pytest -q -n 2 tests/termination/test_each_step.py tests/pty/test_accident.py

mutants: setup  ## change the guard in small ways; count how many its tests notice (PART=guard for one part)
	@$(PY) -m tests.mutants $(PART)

wheel: setup  ## build the wheel, install it into an empty environment, try it
	@sh .ci/wheel

tools: setup  ## fetch the outside judges the tests use (Prism by npm, sshd and others by apt)
	@sh .ci/tools

frameworks: setup  ## install the libraries that write checkpoints (torch and others, 1.6 GB) for the tests
	@sh .ci/frameworks

clean:  ## remove what this menu made
	rm -rf .venv .tools dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .reports
