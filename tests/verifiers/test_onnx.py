"""ONNX models whose weights lie in files of their own, as onnx writes them."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from rgt_tui.verifiers._check import verify_file
from rgt_tui.verifiers._layout import Entry, checkpoints_in
from rgt_tui.verifiers.onnx import READS_MAX
from tests.verifiers.asking import ask
from tests.verifiers.good import noise

Change = Callable[[onnx.ModelProto], object]


def model(*, bad: bool = False) -> onnx.ModelProto:
    """Two initialisers, and a constant within a branch, all large enough to lie outside."""
    weights = noise(64, 64)
    if bad:
        weights[5, 6] = np.nan
    held = [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(noise(64), "b")]
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [64])
    inner = numpy_helper.from_array(noise(64), "inner")
    constant = helper.make_node("Constant", [], ["y"], value=inner)
    branches = {
        f"{name}_branch": helper.make_graph([constant], name, [], [y]) for name in ("then", "else")
    }
    choice = helper.make_node("If", ["c"], ["y"], **branches)
    x = helper.make_tensor_value_info("c", TensorProto.BOOL, [])
    return helper.make_model(helper.make_graph([choice], "g", [x], [y], held))


def write(folder: Path, *, bad: bool = False, one_file: bool = True, location: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    onnx.save_model(model(bad=bad), path, save_as_external_data=True, size_threshold=16,
                    all_tensors_to_one_file=one_file, location=location or None,
                    convert_attribute=True)  # fmt: skip
    return path


def judged(path: Path) -> tuple[str, str]:
    proof = verify_file(str(path), "full", lambda count: None)
    return proof["verdict"], proof["reason"]


def changed(path: Path, change: Change) -> None:
    """The model with other places of its tensors, without its data being read."""
    found = onnx.load(path, load_external_data=False)
    change(found)
    onnx.save(found, path)


def placed(key: str, value: str) -> Change:
    def change(found: onnx.ModelProto) -> None:
        tensor = found.graph.initializer[0]
        kept = [it for it in tensor.external_data if it.key != key]
        del tensor.external_data[:]
        for it in kept:
            tensor.external_data.add(key=it.key, value=it.value)
        tensor.external_data.add(key=key, value=value)

    return change


@pytest.mark.parametrize("location", ["", "weights.bin", "any name"])
def test_a_model_and_its_weights_are_ok_whatever_they_are_called(
    tmp_path: Path, location: str
) -> None:
    path = write(tmp_path, location=location)
    verdict, reason = judged(path)
    assert (verdict, reason.split(",")[1]) == ("ok", " 4 in other files"), reason
    (other,) = (one for one in tmp_path.iterdir() if one != path)
    verdict, reason = judged(other)
    assert verdict == "ok"
    assert reason.startswith("4 tensors of model.onnx")
    assert reason.endswith("every number is finite")


def test_a_file_for_each_tensor_is_as_good(tmp_path: Path) -> None:
    path = write(tmp_path, one_file=False)
    others = [one for one in tmp_path.iterdir() if one != path]
    assert len(others) >= 3
    assert {judged(one)[0] for one in (path, *others)} == {"ok"}


def test_a_number_that_is_none_is_found_in_the_other_file(tmp_path: Path) -> None:
    path = write(tmp_path, bad=True, location="w.data")
    assert judged(path)[0] == "ok"
    verdict, reason = judged(tmp_path / "w.data")
    assert (verdict, "is no number" in reason) == ("unknown", True), reason


def test_zeros_at_the_end_of_the_other_file_are_not_ok(tmp_path: Path) -> None:
    write(tmp_path, location="w.data")
    data = (tmp_path / "w.data").read_bytes()
    (tmp_path / "w.data").write_bytes(data[:9000] + bytes(len(data) - 9000))
    assert judged(tmp_path / "w.data")[0] == "unknown"


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        (placed("location", "../w.data"), "broken", "outside the model's folder"),
        (placed("location", "/etc/passwd"), "broken", "outside the model's folder"),
        (placed("location", "a/../../w.data"), "broken", "outside the model's folder"),
        (placed("location", "no/../w.data"), "ok", "in other files"),
        (placed("location", "no/../../w.data"), "broken", "outside the model's folder"),
        (placed("location", "folder/../w.data"), "unknown", "behind the link 'folder'"),
        (placed("location", ""), "broken", "outside the model's folder"),
        (placed("location", "gone"), "broken", "'gone'"),
        (placed("location", "link"), "unknown", "behind the link"),
        (placed("location", "folder/w.data"), "unknown", "behind the link 'folder'"),
        (placed("location", "pipe"), "unknown", "no regular file"),
        (placed("offset", "999999"), "broken", "bytes of 'w.data', which has"),
        (placed("offset", "-4"), "broken", "is no place"),
        (placed("offset", "four"), "broken", "is no number"),
        (placed("length", "4"), "broken", "its shape needs 16384"),
        (placed("length", "999999999999"), "broken", "bytes of 'w.data', which has"),
    ],
)
def test_a_place_that_cannot_be_is_told(
    tmp_path: Path, change: Change, verdict: str, said: str
) -> None:
    folder = tmp_path / "model"
    path = write(folder, location="w.data")
    shutil.copy(folder / "w.data", tmp_path / "w.data")
    (folder / "link").symlink_to("w.data")
    (folder / "folder").symlink_to(".")
    os.mkfifo(folder / "pipe")
    changed(path, change)
    found = judged(path)
    assert (found[0], said in found[1]) == (verdict, True), found


def test_a_cut_file_of_weights_is_broken_and_so_is_its_model(tmp_path: Path) -> None:
    path = write(tmp_path, location="w.data")
    data = (tmp_path / "w.data").read_bytes()
    (tmp_path / "w.data").write_bytes(data[: len(data) // 2])
    assert judged(path)[0] == "broken"
    assert judged(tmp_path / "w.data")[0] == "broken"


def test_to_verify_a_model_is_to_verify_all_its_files(tmp_path: Path) -> None:
    path = write(tmp_path, bad=True, location="deep.bin")
    answers = ask({"op": "verify", "paths": [str(path)], "level": "full"})
    found = {Path(a["file"]["path"]).name: a["file"]["verdict"] for a in answers if "file" in a}
    assert found == {"model.onnx": "ok", "deep.bin": "unknown"}


@pytest.mark.parametrize("location", ["w.data", "below/w.bin"])
def test_the_inventory_holds_the_model_with_its_weights_as_one(
    tmp_path: Path, location: str
) -> None:
    (tmp_path / "run" / "below").mkdir(parents=True)
    path = write(tmp_path / "run", location=location)
    (tmp_path / "run" / "readme.txt").write_text("beside it")
    (tmp_path / "run" / "below" / "else.txt").write_text("nothing of it")
    answers = ask({"op": "list", "roots": [str(tmp_path)]})
    entries = [Entry(*one["entry"]) for one in answers if "entry" in one]
    (found,) = checkpoints_in(entries, 1e12)
    assert (found.kind, found.path) == ("onnx", str(path))
    assert {one.path for one in found.entries} == {str(path), str(tmp_path / "run" / location)}


def test_weights_that_are_not_there_are_a_gap_of_the_inventory(tmp_path: Path) -> None:
    path = write(tmp_path, location="w.data")
    (tmp_path / "w.data").unlink()
    gaps = [one["gap"] for one in ask({"op": "list", "roots": [str(tmp_path)]}) if "gap" in one]
    assert gaps == [f"{path}: its weights w.data are not there"]


def test_a_model_of_fields_without_end_holds_up_no_inventory(tmp_path: Path) -> None:
    """A graph of a million empty nodes, as nobody makes: what it names is not known, and that is said."""
    count = READS_MAX
    graph = b"\x0a\x00" * count
    size = b""
    left = len(graph)
    while left > 0x7F:
        size, left = size + bytes([left & 0x7F | 0x80]), left >> 7
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\x3a" + size + bytes([left]) + graph + b"\x42\x00")
    gaps = [one["gap"] for one in ask({"op": "list", "roots": [str(tmp_path)]}) if "gap" in one]
    assert gaps == [f"{path}: it has more fields than are looked through for its other files"]
