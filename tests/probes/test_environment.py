r"""Names, never values: secrets of several lines are planted in every place, and looked for."""

from pathlib import Path

import pytest

from rgt_tui.probes import BadSection
from rgt_tui.probes.environment import CACHES, parse
from tests.probes.captured import said
from tests.probes.shells import SHELLS, ask, put, the_shell
from tests.shared import shared_file

SECRETS = {
    "PUBLIC_KEY": "ssh-rsa AAAAcanary1\nssh-ed25519 AAAAcanary2\nHF_HOME=/canary3\nX=canary4",
    "RUNPOD_API_KEY": "rpa_canary5",
    "PEM": "-----BEGIN-----\ncanary6=\ncanary7\n=canary8",
    "WANDB_API_KEY": "canary9",
    "TMPDIR": "canary10 is no path",
    "PIP_CACHE_DIR": "/cache/pip\ncanary11",
}


def environ(values: dict[str, str]) -> bytes:
    return b"".join(f"{name}={value}\0".encode() for name, value in values.items())


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_no_value_crosses_the_wire_but_paths_of_caches(shell: list[str], tmp_path: Path) -> None:
    first = {**SECRETS, "HF_HOME": "/workspace/.cache/huggingface/", "lower": "canary12"}
    put(tmp_path, proc__1__environ=environ(first), etc__rp_environment='export A="canary13"\n')
    report, wire = ask(
        the_shell(shell), "environment", tmp_path, **SECRETS, UV_CACHE_DIR="/root/.cache/uv"
    )
    assert b"canary" not in wire
    assert report.first == tuple(sorted([*first]))
    assert {"PUBLIC_KEY", "UV_CACHE_DIR", "HOME"} <= set(report.session)
    assert "RGT_ROOT" not in report.session
    assert report.missing == ("HF_HOME", "lower")
    assert report.has_export_file
    assert report.cache("HF_HOME") == "/workspace/.cache/huggingface/"
    assert report.cache("UV_CACHE_DIR") == "/root/.cache/uv"
    assert {it.variable for it in report.caches} == {"HF_HOME", "UV_CACHE_DIR"}


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_a_first_process_that_cannot_be_read_is_unknown(shell: list[str], tmp_path: Path) -> None:
    put(tmp_path, proc__1__environ="")
    report, _ = ask(the_shell(shell), "environment", tmp_path)
    assert report.first is None
    assert report.missing is None


def test_a_title_written_over_the_environment_is_no_name() -> None:
    report = parse(said("1 GOOD\n1 two words\n1 9bad\n1 \x1b[31m\nS HOME\n"))
    assert report.first == ("GOOD",)


def test_only_listed_variables_are_believed_to_have_values() -> None:
    report = parse(said("1 A\nV 1 SECRET /x\nV 1 HF_HOME relative\nV S TMPDIR /t\x1b[2J\n"))
    assert [(it.variable, it.path) for it in report.caches] == [("TMPDIR", r"/t\x1b[2J")]
    assert "SECRET" not in CACHES


def test_without_an_answer_nothing_is_claimed() -> None:
    with pytest.raises(BadSection, match="environment could not be read"):
        parse(said(""))


def test_the_variables_of_a_real_pod_are_found_by_name(tmp_path: Path) -> None:
    """The names that a start script of 2023 printed, given to PID 1."""
    lines = shared_file("runpod/captures/env_exports_pod_2023.txt").read_text().splitlines()
    pairs = dict(line.split(" export ", 1)[1].split("=", 1) for line in lines)
    put(tmp_path, proc__1__environ=environ({key: value.strip('"') for key, value in pairs.items()}))
    report, wire = ask(the_shell(["dash"]), "environment", tmp_path)
    assert report.first == tuple(sorted(pairs))
    assert len(report.first) == 8
    assert b"149.36.0.167" not in wire
