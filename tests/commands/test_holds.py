"""Holds are listed with what rests on them, and a last copy is never deleted unasked."""

import json
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.cli import main
from tests.clients.test_holds import make


@pytest.fixture
def held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder with one hold; gives the copy that it keeps."""
    monkeypatch.setenv("RGT_TUI_HOME", str(tmp_path))
    (tmp_path / "state").mkdir(mode=0o700)
    copy, _ = make(tmp_path / "state")
    moved = tmp_path / "a.bin"
    copy.rename(moved)
    return moved


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    status = main(["--demo", "holds", *words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_hold_is_listed_with_its_pod_and_whether_it_is_needed(
    held: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = ask(capsys)
    assert status == 0
    (row,) = said["holds"]
    assert (row["pod"], row["files"], row["bytes"]) == ("p", 1, 7)
    assert row["needed"] is False
    assert row["last_copies"] == 0
    assert main(["--demo", "holds", "list"]) == 0
    assert "Pod gone" in capsys.readouterr().out


def test_without_an_account_it_is_not_known_whether_a_hold_is_needed(
    held: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNPOD_API_KEY", raising=False)
    assert main(["holds", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["holds"][0]["needed"] is None


def test_a_release_leaves_the_copy(
    held: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = ask(capsys, "release", "1", "--yes")
    assert (status, said["released"]) == (0, {"id": "1", "links": 1, "last_copies_kept": 0})
    assert held.read_bytes() == b"weights"
    assert not (tmp_path / "state/holds/1/a").exists()
    assert ask(capsys)[1]["holds"] == []


def test_a_last_copy_stays_until_it_is_asked_for(
    held: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held.unlink()
    kept = tmp_path / "state/holds/1/a"
    assert ask(capsys)[1]["holds"][0]["last_copies"] == 1
    assert main(["--demo", "holds", "release", "1", "--yes"]) == 0
    said = capsys.readouterr()
    assert "1 files (7B) have no other name on this machine: they stay held" in said.err
    assert "--last-copies deletes them" in said.err
    assert kept.read_bytes() == b"weights"
    assert len(ask(capsys)[1]["holds"]) == 1
    assert main(["--demo", "holds", "release", "1", "--yes", "--last-copies"]) == 0
    assert "they are DELETED" in capsys.readouterr().err
    assert not kept.exists()


def test_an_id_that_names_nothing_is_said(held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said = ask(capsys, "release", "beef")
    assert status == 2
    assert "names no group of holds" in said["error"]["message"]


def test_nobody_is_asked_without_a_terminal(held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = ask(capsys)[1]["holds"]
    status, said = ask(capsys, "release", row["id"])
    assert status == 2
    assert "no terminal" in said["error"]["message"]
    assert held.exists()
