"""Plain pickles: several in a file are good data, what follows the last is noticed."""

import io
import pickle
from pathlib import Path

import pytest

from rgt_tui.verifiers._check import verify_file
from rgt_tui.verifiers._names import judge_names
from rgt_tui.verifiers._pickles import walk
from tests.verifiers.test_hostile import EVIL

VALUES = [{"step": 1, "loss": [0.5, 0.25]}, ["a", "b"], {"step": 2}]


def judged(path: Path, content: bytes) -> tuple[str, str]:
    path.write_bytes(content)
    proof = verify_file(str(path), "full", lambda count: None)
    return proof["verdict"], proof["reason"]


def several(protocol: int) -> bytes:
    return b"".join(pickle.dumps(value, protocol) for value in VALUES)


@pytest.mark.parametrize("suffix", [".pkl", ".pt", ".bin"])
@pytest.mark.parametrize("protocol", range(6))
def test_pickles_one_after_the_other_are_ok(tmp_path: Path, suffix: str, protocol: int) -> None:
    path = tmp_path / f"a{suffix}"
    wanted = ("ok", "3 pickles one after the other, no checksum")
    assert judged(path, several(protocol)) == wanted


@pytest.mark.parametrize("protocol", range(2, 6))
@pytest.mark.parametrize("tail", [b"\0", bytes(4096), b"\x01", b"<html>", b"\x80\x04"])
def test_what_follows_the_last_pickle_is_noticed(
    tmp_path: Path, protocol: int, tail: bytes
) -> None:
    data = several(protocol)
    verdict, reason = judged(tmp_path / "a.pkl", data + tail)
    assert (verdict, f"at byte {len(data)}" in reason) == ("broken", True), reason


@pytest.mark.parametrize("protocol", range(2, 6))
def test_a_last_pickle_that_is_cut_or_hostile_is_broken(tmp_path: Path, protocol: int) -> None:
    data = several(protocol)
    assert judged(tmp_path / "a.pkl", data[:-1])[0] == "broken"
    verdict, reason = judged(tmp_path / "a.pkl", data + EVIL)
    assert (verdict, "run code" in reason) == ("broken", True), reason


def test_a_file_that_repeats_itself_is_not_ok(tmp_path: Path) -> None:
    verdict, reason = judged(tmp_path / "a.pkl", 2 * several(4))
    assert (verdict, "repeats the first" in reason) == ("unknown", True), reason


def test_pickles_that_refer_to_each_other_are_told(tmp_path: Path) -> None:
    out, shared = io.BytesIO(), ["of", "both"]
    writer = pickle.Pickler(out, 2)
    writer.dump(shared)
    writer.dump({"again": shared})
    verdict, reason = judged(tmp_path / "a.pkl", out.getvalue())
    assert (verdict, "refer to each other" in reason) == ("unknown", True), reason


@pytest.mark.parametrize("value", [type(None), int, str, range(3), ..., NotImplemented, bytes])
@pytest.mark.parametrize("protocol", range(2, 6))
def test_a_plain_type_runs_no_code_by_its_name_of_python_2_either(
    value: object, protocol: int
) -> None:
    judge_names(walk(pickle.dumps({"a": value}, protocol), "it").named, "it")
