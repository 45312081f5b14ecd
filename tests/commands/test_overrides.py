"""`overrides` as a script calls it, on a simulated account."""

import subprocess
from collections.abc import Iterator

import pytest

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from tests.commands.conftest import Call, answer
from tests.commands.test_headless import with_key


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world(), quota=UNMETERED) as served:
        yield served


def test_the_overrides_of_a_pod_fit_its_disks_and_tools(call: Call, simulator: Simulator) -> None:
    found = answer(call("overrides", "train-a", "--json", *with_key(simulator)))
    values = {one["name"]: one["value"] for one in found["overrides"]}
    assert values["DURABLE_DIR"] == "/workspace/durable"
    assert values["DETACH"] == "tmux new-session -d -s job"
    assert found["unreachable"] is None
    assert all(one["why"] for one in found["overrides"])


def test_what_is_printed_can_be_sourced(call: Call, simulator: Simulator) -> None:
    code, text, _ = call("overrides", "sweep-07", *with_key(simulator))
    assert code == 0
    checked = text.replace("mkdir -p", ": mkdir").replace(". /etc/rp_environment", ":")
    ran = subprocess.run(
        ["sh", "-c", f'set -eu\n{checked}printf %s "$TMPDIR"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "/workspace/tmp"


def test_without_a_shell_the_facts_of_the_api_are_used_and_that_is_said(call: Call) -> None:
    found = answer(call("overrides", "infer-x", "--json", "--no-ssh"))
    assert found["unreachable"]
    assert [one["name"] for one in found["overrides"] if not one["known"]] == [
        "DURABLE_DIR",
        "HF_XET_HIGH_PERFORMANCE",
        "OMP_NUM_THREADS",
    ]


def test_a_pod_that_does_not_exist_is_refused_with_the_nearest_name(call: Call) -> None:
    code, _, err = call("overrides", "trian-a", "--no-ssh")
    assert code == 2
    assert "train-a" in err
