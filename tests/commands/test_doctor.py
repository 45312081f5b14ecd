"""doctor: says what is wrong with an installation, and never the key."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.simulator import Simulator, build_world
from tests.clients.processes import CANARY, Home, answer
from tests.clients.raw_http import json_answer, problem, serving


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world()) as running:
        yield running


def checks(ran: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    return {check["name"]: check for check in answer(ran)["checks"]}


def state(ran: subprocess.CompletedProcess[str], name: str) -> str:
    return str(checks(ran)[name]["state"])


def test_with_key_and_api_nothing_fails(home: Home, simulator: Simulator) -> None:
    home.environment |= {
        "RUNPOD_API_KEY": simulator.api_key,
        "RUNPOD_API_BASE_URL": simulator.url,
    }
    ran = home.rgt("doctor", "--json")
    assert ran.returncode == 0, ran.stdout
    found = checks(ran)
    assert answer(ran)["schema"] == 1
    assert found["API key"]["said"] == "from RUNPOD_API_KEY"
    assert "accepts the key" in found["API"]["said"]
    assert "minute" in found["API"]["said"]
    assert "runpod" in found["versions"]["said"]
    assert simulator.api_key not in ran.stdout + ran.stderr


def test_the_same_is_told_in_words(home: Home, simulator: Simulator) -> None:
    home.environment |= {
        "RUNPOD_API_KEY": simulator.api_key,
        "RUNPOD_API_BASE_URL": simulator.url,
    }
    ran = home.rgt("doctor")
    assert ran.returncode == 0
    assert "ok    API key: from RUNPOD_API_KEY" in ran.stdout
    assert simulator.api_key not in ran.stdout + ran.stderr


def test_without_a_key_it_is_exit_3_and_the_api_is_unknown(home: Home) -> None:
    ran = home.rgt("doctor", "--json")
    assert ran.returncode == 3
    assert state(ran, "API key") == "fail"
    assert state(ran, "API") == "unknown"
    assert "keyring.backends.fail.Keyring" in checks(ran)["keyring"]["said"]


def test_a_key_the_service_refuses_is_exit_3(home: Home, simulator: Simulator) -> None:
    home.environment |= {"RUNPOD_API_KEY": CANARY, "RUNPOD_API_BASE_URL": simulator.url}
    ran = home.rgt("doctor", "--json")
    assert ran.returncode == 3
    assert state(ran, "API") == "fail"
    assert CANARY not in ran.stdout + ran.stderr


def test_a_service_that_is_not_there_is_exit_4(home: Home) -> None:
    home.environment["RUNPOD_API_KEY"] = CANARY
    ran = home.rgt("doctor", "--json")
    assert ran.returncode == 4
    assert state(ran, "API") == "fail"
    assert state(ran, "clock") == "unknown"
    assert CANARY not in ran.stdout + ran.stderr


def test_offline_asks_nobody(home: Home) -> None:
    home.environment["RUNPOD_API_KEY"] = CANARY
    ran = home.rgt("doctor", "--offline", "--json")
    assert ran.returncode == 0
    assert checks(ran)["API"]["said"] == "not asked: --offline"


async def test_a_clock_that_differs_and_a_used_up_limit_are_warnings(home: Home) -> None:
    import asyncio

    date = b"Date: Mon, 01 Jan 2024 00:00:00 GMT"
    home.environment["RUNPOD_API_KEY"] = CANARY
    async with serving(
        json_answer(b'{"pods":[]}', "200 OK", date),
        problem("429 Too Many Requests", CANARY, b"Retry-After: 7"),
    ) as server:
        home.environment["RUNPOD_API_BASE_URL"] = server.url
        ahead = await asyncio.to_thread(home.rgt, "doctor", "--json")
        limited = await asyncio.to_thread(home.rgt, "doctor", "--json")
    assert "ahead of the service's" in checks(ahead)["clock"]["said"]
    assert state(ahead, "clock") == "warn"
    assert state(limited, "API") == "warn"
    assert "7 s" in checks(limited)["API"]["said"]
    assert (ahead.returncode, limited.returncode) == (0, 0)
    assert CANARY not in limited.stdout + limited.stderr
    assert server.requests[0].startswith(b"GET /v2/pods?limit=1 ")
    assert len(server.requests) == 2


def test_a_broken_configuration_fails_and_the_key_is_sent_nowhere(home: Home) -> None:
    home.put(".config/rgt-tui/config.toml", "[[")
    home.environment["RUNPOD_API_KEY"] = CANARY
    ran = home.rgt("doctor", "--json")
    assert ran.returncode == 1
    assert "line 1" in checks(ran)["configuration"]["said"]
    assert "not asked" in checks(ran)["API"]["said"]


def test_a_folder_that_others_can_change_fails_with_a_remedy(home: Home) -> None:
    home.config.mkdir(parents=True)
    home.config.chmod(0o777)
    ran = home.rgt("doctor", "--offline", "--json")
    check = checks(ran)["config folder"]
    assert check["state"] == "fail"
    assert "chmod 700" in check["remedy"]


def test_notes_on_the_source_of_the_key_are_told(home: Home) -> None:
    home.put(".runpod/config.toml", f"apikey = '{CANARY}'", 0o644)
    ran = home.rgt("doctor", "--offline", "--json")
    assert state(ran, "API key") == "warn"
    assert "chmod 600" in checks(ran)["API key"]["remedy"]
    assert CANARY not in ran.stdout + ran.stderr


def test_a_keyring_that_hangs_costs_three_seconds_an_attempt_and_is_told(home: Home) -> None:
    home.keyring("Slow")
    ran = home.rgt("doctor", "--offline", "--json")
    assert "did not answer within 3 s" in checks(ran)["keyring"]["said"]
    assert ran.returncode == 3


def test_terminal_and_colours_are_told_from_the_environment(home: Home) -> None:
    home.environment |= {"TERM": "dumb", "NO_COLOR": "1", "LANG": "C"}
    ran = home.rgt("doctor", "--offline", "--json")
    assert state(ran, "terminal") == "warn"
    assert state(ran, "encoding") == "warn"
    assert state(ran, "terminal size") == "unknown"
    assert "NO_COLOR" in checks(ran)["colours"]["said"]


def test_programs_are_started_without_the_key(home: Home) -> None:
    spy = home.put("bin/ssh", '#!/bin/sh\nenv > "$HOME/seen"\necho OpenSSH_1\n', 0o755)
    home.environment |= {
        "PATH": f"{spy.parent}:{home.environment['PATH']}",
        "RUNPOD_API_KEY": CANARY,
    }
    for argv in (("doctor", "--offline"), ("--demo", "doctor", "--offline")):
        home.rgt(*argv)
        assert "HOME=" in (home.path / "seen").read_text()
        assert CANARY not in (home.path / "seen").read_text()


def test_the_demo_is_examined_without_any_key(home: Home) -> None:
    ran = home.rgt("--demo", "doctor", "--json")
    assert ran.returncode == 0, ran.stdout
    assert checks(ran)["API key"]["said"] == "from demo"


@pytest.mark.parametrize(("option", "expected"), [("on", "ok"), ("external", "warn")])
def test_inside_tmux_its_clipboard_option_is_told(option: str, expected: str, home: Home) -> None:
    tmux = home.put("bin/tmux", f"#!/bin/sh\necho {option}\n", 0o755)
    home.environment |= {
        "PATH": f"{tmux.parent}:{home.environment['PATH']}",
        "TMUX": "/tmp/tmux-0/default,1,0",
    }
    ran = home.rgt("doctor", "--offline", "--json")
    assert state(ran, "clipboard") == expected


def test_own_symptoms_are_named_and_a_bad_one_with_its_line(home: Home) -> None:
    folder = home.config / "symptoms"
    folder.mkdir(parents=True, mode=0o700)
    good = '[[symptom]]\ncode = "LR1"\ntitle = "x"\ntext = "loss is nan"\nfix = "y"\n'
    (folder / "mine.toml").write_text(good + '[[symptom]]\ncode = "lower"\n')
    check = checks(home.rgt("doctor", "--offline", "--json"))["own symptoms"]
    assert check["state"] == "warn"
    assert check["said"].startswith("LR1, from ")
    assert "mine.toml, line 7: code: expected 2 to 12 capitals" in check["remedy"]
    shown = answer(home.rgt("config", "print", "--json"))["own_symptoms"]
    assert shown["codes"] == ["LR1"]
    assert "line 7" in shown["faults"][0]
    told = home.rgt("triage", "-", "--json", stdin="step 1 loss is nan\n")
    assert [found["code"] for found in answer(told)["findings"]] == ["LR1"]
