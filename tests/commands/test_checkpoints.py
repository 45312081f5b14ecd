"""`rgt-tui checkpoints POD`, over SSH to Pods that hold real files."""

import json
from pathlib import Path

import pytest

from rgt_tui.cli import main


def answer(capsys: pytest.CaptureFixture[str], pod: str) -> tuple[int, dict[str, object]]:
    code = main(["--demo", "checkpoints", pod, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_checkpoints_are_listed_newest_first_with_what_terminate_does_to_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, found = answer(capsys, "train-a")
    assert (code, found["complete"], found["gaps"]) == (0, True, [])
    rows = found["checkpoints"]
    assert isinstance(rows, list)
    assert [(row["path"], row["format"], row["step"]) for row in rows] == [
        ("/workspace/out/checkpoint-41200", "trainer", 41200),
        ("/workspace/eval.safetensors", "safetensors", None),
        ("/workspace/out/checkpoint-41000", "trainer", 41000),
        ("/root/best.safetensors", "safetensors", None),
    ]
    assert [row["survives_terminate"] for row in rows] == [True, True, True, False]
    assert [row["storage"] for row in rows] == ["network", "network", "network", "container"]
    assert 800 < rows[0]["age_seconds"] < 900
    assert found["links"] == [{"path": "/workspace/best", "target": "/root/best.safetensors"}]


def test_a_pod_without_direct_ssh_says_why_and_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, found = answer(capsys, "infer-x")
    assert code == 4
    error = found["error"]
    assert isinstance(error, dict)
    assert "gateway" in error["message"]
    assert "RP6" in error["message"]
    assert "22/tcp" in error["hint"]


def test_what_kept_us_out_has_its_own_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    missing = str(tmp_path / "key")
    code = main(["--demo", "checkpoints", "train-a", "--json", "--identity", missing])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["error"]["code"]) == (4, "ssh_no_key")


def test_people_read_how_much_would_be_lost(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--demo", "checkpoints", "train-a"]) == 0
    said = capsys.readouterr()
    assert "the newest checkpoint is 14m old" in said.out
    assert "LOST by terminate  /root/best.safetensors" in said.out
    assert "/workspace/best is a link" in said.err
