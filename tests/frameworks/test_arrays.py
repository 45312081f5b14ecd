"""Files of numpy, h5py and onnx, of the very libraries; no framework is needed for them."""

import sys
from pathlib import Path

import pytest

from tests.frameworks.written import (
    Damages,
    Shown,
    cut,
    damaged,
    flip,
    listed,
    shown,
    swap,
    written,
)

CHECKPOINTS: dict[str, dict[str, tuple[str, int | None]]] = {
    "arrays": {
        "step_40.npz": ("npz", 40), "packed.npz": ("npz", None), "arrays.h5": ("hdf5", None),
        "latest.h5": ("hdf5", None),
    },
    "onnx_graphs": {
        "alone/model.onnx": ("onnx", None), "beside/model.onnx": ("onnx", None),
        "each/model.onnx": ("onnx", None),
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.getbasetemp(), sys.executable, *CHECKPOINTS)


@pytest.mark.parametrize("writer", CHECKPOINTS)
def test_each_save_is_listed_as_one_checkpoint_with_its_step(real: Path, writer: str) -> None:
    assert listed(real / writer) == CHECKPOINTS[writer]


@pytest.mark.parametrize("level", ["structure", "full"])
def test_what_a_library_wrote_is_ok_but_for_python_objects(real: Path, level: str) -> None:
    assert shown(real, level).less_than_ok() == {
        "arrays/objects.npy": "unknown: the array holds Python objects, which only a load builds"
    }


def test_a_load_reads_every_byte_of_the_arrays(real: Path) -> None:
    found = shown(real / "arrays", "load", (sys.executable, "-I")).files
    read = {name: one["reason"].partition(" bytes")[0] for name, one in found.items()}
    assert {name: one["level"] for name, one in found.items() if name != "objects.npy"} == dict.fromkeys(
        ("step_40.npz", "packed.npz", "arrays.h5", "latest.h5", "w.npy"), "load")  # fmt: skip
    assert {name: int(said.split()[-1]) for name, said in read.items() if name in ("w.npy", "latest.h5")} == {
        "w.npy": 9600, "latest.h5": 9600}  # fmt: skip


DAMAGES: Damages = {
    "npz-flipped": ("arrays/step_40.npz", "", flip(), "broken"),
    "npz-cut": ("arrays/packed.npz", "", cut, "broken"),
    "packed-flipped": ("arrays/packed.npz", "", flip(), "broken"),
    "npy-cut": ("arrays/w.npy", "", cut, "broken"),
    "chunk-flipped": ("arrays/arrays.h5", "", flip(0.42), "broken"),
    "hdf5-cut": ("arrays/latest.h5", "", cut, "broken"),
    "onnx-cut": ("onnx_graphs/alone", "model.onnx", cut, "broken"),
    "onnx-data-cut": ("onnx_graphs/beside", "model.onnx.data", cut, "broken"),
    "onnx-data-missing": ("onnx_graphs/each", "w1", Path.unlink, "broken"),
    "onnx-data-emptied": ("onnx_graphs/each", "w1", lambda path: path.write_bytes(b""), "broken"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_to_a_real_file_is_never_ok(judged: dict[str, Shown], name: str) -> None:
    assert judged[name].worst() == DAMAGES[name][3], judged[name]


def test_files_of_one_size_that_changed_their_names_show_only_in_their_hashes(
    real: Path, tmp_path: Path
) -> None:
    swapped = {"swapped": ("onnx_graphs/each", "w0", swap("w1"), "ok")}
    before = shown(real / "onnx_graphs" / "each").files
    after = damaged(real, tmp_path, swapped)["swapped"]
    assert after.worst() == "ok"
    assert after.files["w0"]["sha256"] == before["w1"]["sha256"] != before["w0"]["sha256"]
