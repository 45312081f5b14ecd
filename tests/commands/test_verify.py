"""`rgt-tui verify`: what it prints, and how it exits."""

import json
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rgt_tui.cli import main
from tests.shared import ROOT
from tests.unprivileged import without_privileges
from tests.verifiers.good import write_orbax

HEADER = b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'
GOOD = struct.pack("<Q", len(HEADER)) + HEADER + struct.pack("<4f", 0.5, -1.25, 3e-4, 7.0)


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main(["verify", *argv])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_whole_file_is_ok_with_level_and_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(GOOD)
    code, out, err = run(capsys, "--json", str(path))
    answer = json.loads(out)
    (file,) = answer["files"]
    assert (code, answer["schema"], err) == (0, 1, "")
    assert (file["path"], file["format"], file["bytes"]) == (str(path), "safetensors", len(GOOD))
    assert (file["verdict"], file["level"]) == ("ok", "full")
    assert len(file["sha256"]) == 64
    assert answer["groups"] == []


def test_a_cut_file_is_broken_and_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(GOOD[:-1])
    code, out, _ = run(capsys, str(path))
    assert code == 1
    assert out.startswith("BROKEN")


def test_the_structure_level_reads_little_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(GOOD)
    code, out, _ = run(capsys, "--level", "structure", "--json", str(path))
    (file,) = json.loads(out)["files"]
    assert (code, file["level"], file["sha256"], file["bytes_read"]) == (0, "structure", None, 0)


def test_a_load_that_cannot_be_done_stays_at_full_and_is_not_ok(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "checkpoint_5"
    path.write_bytes(b"\x81\xa1a\x01")
    code, out, _ = run(capsys, "--level", "load", "--json", str(path))
    (file,) = json.loads(out)["files"]
    assert (code, file["verdict"], file["level"]) == (1, "unknown", "full")
    assert "not loaded" in file["reason"]


def test_a_folder_is_judged_as_a_group_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = tmp_path / "checkpoint-7"
    inner.mkdir()
    (inner / "model.safetensors").write_bytes(GOOD)
    (inner / "tokenizer.model").write_bytes(b"\x0a\x01\xff")
    code, out, _ = run(capsys, "--json", str(tmp_path))
    answer = json.loads(out)
    assert code == 1
    (group,) = answer["groups"]
    assert (group["path"], group["format"], group["verdict"]) == (str(inner), "trainer", "broken")
    (inner / "trainer_state.json").write_text('{"global_step": 7}')
    code, out, _ = run(capsys, "--json", str(tmp_path))
    assert code == 0, out


def an_orbax(folder: Path) -> Path:
    """A checkpoint of Orbax, with a file in it that Orbax does not write, and one beside it."""
    write_orbax(folder)
    item = folder / "300" / "default"
    (item / "array_metadatas").mkdir()
    (item / "array_metadatas" / "process_0").write_text("{}")
    (item / "_sharding").write_text("{}")
    (item / "mine.xyz").write_text("mine")
    (folder / "beside.xyz").write_text("beside")
    return folder


def test_inner_files_of_orbax_are_judged_with_it_and_others_stay_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, str(an_orbax(tmp_path)))
    unknown = [line for line in out.splitlines() if "no verifier knows" in line]
    assert [Path(line.split()[1]).name for line in unknown] == ["mine.xyz", "beside.xyz"]
    assert out.splitlines()[-1].endswith("(4 files, 1.3K, are judged only with it)")
    assert code == 1


def test_in_json_every_inner_file_of_orbax_stands_with_its_hash_and_whose_part_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = json.loads(run(capsys, "--json", str(an_orbax(tmp_path)))[1])["files"]
    assert len(rows) == 8
    assert all(row["sha256"] and row["bytes_read"] == row["bytes"] for row in rows)
    parts = {Path(row["path"]).name for row in rows if row["part_of"] == str(tmp_path / "300")}
    assert parts == {"0abc", "manifest.ocdbt", "_sharding", "process_0"}
    assert not any("no verifier" in row["reason"] for row in rows if row["part_of"])


def test_of_an_orbax_checkpoint_that_was_not_judged_to_its_end_each_file_stays_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (an_orbax(tmp_path) / "300" / "default" / "d" / "1def").write_bytes(b"")
    _, out, _ = run(capsys, str(tmp_path))
    assert "lacks its data" in out.splitlines()[-1]
    assert out.count("no verifier knows") == 6


def test_an_inner_file_of_orbax_that_was_asked_about_alone_stays_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = an_orbax(tmp_path) / "300" / "default" / "d" / "0abc"
    assert "no verifier knows this format" in run(capsys, str(inner))[1]


def test_an_unknown_file_that_was_asked_about_is_not_ok(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.bin"
    path.write_bytes(b"hello")
    code, out, _ = run(capsys, "--json", str(path))
    assert (code, json.loads(out)["files"][0]["verdict"]) == (1, "unknown")


def test_an_index_stands_for_its_shards(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "model-00001-of-00001.safetensors"
    (tmp_path / name).write_bytes(GOOD)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {"total_size": 16}, "weight_map": {"a": name}}))
    code, out, _ = run(capsys, "--json", str(index))
    answer = json.loads(out)
    assert code == 0, out
    assert [Path(f["path"]).name for f in answer["files"]] == [index.name, name]
    assert answer["groups"][0]["format"] == "sharded"


def test_a_path_that_is_not_there_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--json", "/nowhere/x.pt")
    assert code == 2
    assert "error" in json.loads(out)


def test_what_a_pull_keeps_for_itself_is_no_file_of_the_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.safetensors", ".rgt-pull/holds/0/00.safetensors", "rgt-manifest-p-2026.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(GOOD)
    code, out, _ = run(capsys, "--json", str(tmp_path))
    rows = json.loads(out)["files"]
    assert (code, [row["path"] for row in rows]) == (0, [str(tmp_path / "a.safetensors")])


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """A folder with a file that is verified at once, and one that takes a minute."""
    (tmp_path / "a.safetensors").write_bytes(GOOD)
    with (tmp_path / "b.safetensors").open("wb") as file:
        file.write(struct.pack("<Q", len(HEADER)) + HEADER)
        file.truncate(60 << 30)
    return tmp_path


def begin(*argv: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "rgt_tui", "verify", *argv]
    return subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT, text=True)


def test_a_row_comes_when_its_file_is_known(slow: Path) -> None:
    with begin(str(slow)) as verifying:
        assert verifying.stdout is not None
        assert "a.safetensors" in verifying.stdout.readline()
        verifying.send_signal(signal.SIGINT)
        assert verifying.wait(20) == 130


def test_an_interrupt_is_an_answer_in_json_too(slow: Path) -> None:
    with begin("--json", str(slow)) as verifying:
        children = Path(f"/proc/{verifying.pid}/task/{verifying.pid}/children")
        ends = time.monotonic() + 20
        while not children.read_text() and time.monotonic() < ends:
            time.sleep(0.05)
        verifying.send_signal(signal.SIGINT)
        out, _ = verifying.communicate(timeout=20)
    assert (verifying.returncode, json.loads(out)["error"]["code"]) == (130, "interrupted")


def test_a_file_that_may_not_be_read_keeps_its_size_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(GOOD)
    path.chmod(0)
    argv = [*without_privileges(), sys.executable, "-m", "rgt_tui", "verify", "--json", str(path)]
    ran = subprocess.run(argv, cwd=ROOT, capture_output=True, check=False)
    (file,) = json.loads(ran.stdout)["files"]
    assert (ran.returncode, file["verdict"], file["bytes"]) == (1, "unknown", len(GOOD))
    assert file["reason"] == "cannot be opened (Permission denied)"


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_what_is_no_regular_file_has_no_size_that_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = tmp_path / "a.safetensors"
    if kind == "link":
        (tmp_path / "b").write_bytes(GOOD)
        path.symlink_to(tmp_path / "b")
    else:
        os.mkfifo(path)
    code, out, _ = run(capsys, str(path))
    assert code == 1
    assert "(unknown, ?, structure): is " in out
