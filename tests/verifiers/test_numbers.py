"""NaN and infinity are warnings that name the tensor; what was looked through is said."""

import os
import struct
import subprocess
from pathlib import Path

import gguf
import ml_dtypes
import msgpack
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save_file

from rgt_tui.verifiers import Floats
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._numbers import BLOCK, LOOKED_MAX, Stream, first_in, look
from tests.verifiers.asking import ask, verify
from tests.verifiers.good import TORCH_PYTHON, TORCH_SCRIPT, has_torch

KINDS = {"f16": np.float16, "bf16": ml_dtypes.bfloat16, "f32": np.float32, "f64": np.float64}


@pytest.mark.parametrize("kind", KINDS)
def test_every_bit_pattern_is_judged_as_numpy_judges_it(kind: str) -> None:
    dtype = np.dtype(KINDS[kind])
    patterns = np.arange(65536, dtype="<u2").tobytes()
    for low in (b"\0\0", b"\1\0", b"\xff\xff"):
        numbers = b"".join(
            low * (dtype.itemsize // 2 - 1) + patterns[at : at + 2]
            for at in range(0, len(patterns), 2)
        )
        with np.errstate(all="ignore"):
            bad = np.nonzero(~np.isfinite(np.frombuffer(numbers, dtype)))[0].tolist()
        size = dtype.itemsize
        one_by_one = [numbers[n * size : (n + 1) * size] for n in range(65536)]
        assert [n for n, raw in enumerate(one_by_one) if first_in(raw, kind) >= 0] == bad
        assert first_in(numbers, kind) == bad[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_one_value_among_many_is_found_and_the_tensor_is_named(
    tmp_path: Path, kind: str, value: str
) -> None:
    good = np.random.default_rng(1).standard_normal(300_000).astype(KINDS[kind])
    bad = good.copy()
    bad[234_567] = float(value)
    save_file({"a.weight": good}, tmp_path / "good.safetensors")
    save_file({"a.weight": good, "b.weight": bad}, tmp_path / "bad.safetensors")
    files, _ = verify(tmp_path)
    assert files["bad.safetensors"]["verdict"] == "unknown"
    assert "element 234567 of b.weight" in files["bad.safetensors"]["reason"]
    assert files["bad.safetensors"]["level"] == "full"
    assert files["bad.safetensors"]["sha256"]
    assert files["good.safetensors"]["verdict"] == "ok"
    assert files["good.safetensors"]["reason"].endswith("every number is finite")


@pytest.mark.skipif(not has_torch(), reason="no Python here has torch")
def test_what_torch_wrote_is_looked_through(tmp_path: Path) -> None:
    script = (
        "import sys, torch\n"
        "w = torch.ones(5000).to(torch.bfloat16); w[4321] = float('nan')\n"
        "for new in (True, False):\n"
        "    torch.save({'w': w, 'ids': torch.full((9,), -1)}, f'{sys.argv[1]}/{new}.pt',\n"
        "               _use_new_zipfile_serialization=new)\n"
        "torch.save({'w': torch.ones(99)}, f'{sys.argv[1]}/good.pt')\n"
    )
    subprocess.run([TORCH_PYTHON, "-c", script, str(tmp_path)], check=True)
    files, _ = verify(tmp_path)
    for name in ("True.pt", "False.pt"):
        assert files[name]["verdict"] == "unknown"
        assert "element 4321 of storage" in files[name]["reason"]
    assert files["good.pt"]["verdict"] == "ok"
    assert "every number is finite" in files["good.pt"]["reason"]


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8", "<c8", "<c16"])
def test_numpy_arrays_are_looked_through(tmp_path: Path, dtype: str) -> None:
    array = np.ones((50, 60), dtype=dtype)
    np.save(tmp_path / "good.npy", array)
    array[7, 11] = np.inf
    np.save(tmp_path / "bad.npy", array)
    np.savez(tmp_path / "bad.npz", whole=np.arange(9), weights=array)
    files, _ = verify(tmp_path)
    assert files["good.npy"]["verdict"] == "ok"
    assert files["bad.npy"]["verdict"] == "unknown"
    assert "weights.npy is no number" in files["bad.npz"]["reason"]


def test_a_lone_number_is_no_weight(tmp_path: Path) -> None:
    """Lightning writes the best score so far, which begins at infinity, as a tensor of one."""
    values = {"kth_value": np.array(np.inf, dtype=np.float32), "w": np.ones(9, dtype=np.float32)}
    save_file(values, tmp_path / "a.safetensors")
    files, _ = verify(tmp_path)
    assert files["a.safetensors"]["verdict"] == "ok"
    assert files["a.safetensors"]["reason"].endswith("every number is finite")


def test_whole_numbers_are_no_floats(tmp_path: Path) -> None:
    save_file({"ids": np.full(9999, -1)}, tmp_path / "ids.safetensors")
    files, _ = verify(tmp_path)
    assert files["ids.safetensors"]["verdict"] == "ok"
    assert "finite" not in files["ids.safetensors"]["reason"]


def test_gguf_floats_are_looked_through(tmp_path: Path) -> None:
    for name, value in (("good", 1.0), ("bad", np.nan)):
        writer = gguf.GGUFWriter(tmp_path / f"{name}.gguf", "llama")
        weights = np.full((32, 32), 0.5, dtype=np.float32)
        weights[3, 4] = value
        writer.add_tensor("blk.0.weight", weights)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    files, _ = verify(tmp_path)
    assert files["good.gguf"]["verdict"] == "ok"
    assert f"element {3 * 32 + 4} of blk.0.weight" in files["bad.gguf"]["reason"]


def test_a_large_file_is_looked_through_in_parts_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "large"
    size = 2 * LOOKED_MAX + 4096
    with path.open("wb") as file:
        os.truncate(file.fileno(), size)
    floats = [Floats("w", 0, size, "f32")]
    seen = look(File(str(path)), floats)
    assert not seen.found
    assert LOOKED_MAX // 3 < seen.looked <= LOOKED_MAX + 2 * BLOCK
    assert f"{seen.looked} of {size} bytes" in seen.said
    with path.open("r+b") as file:
        file.seek(size - 4)
        file.write(struct.pack("<f", float("nan")))
    assert look(File(str(path)), floats).found == f"element {size // 4 - 1} of w"


def test_numbers_that_look_like_none_at_first_end_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_bytes(b"\x00\x00\x00\x7f" * (4 << 20))
    seen = look(File(str(path)), [Floats("w", 0, 16 << 20, "f32")], limit_s=0.0)
    assert (seen.found, seen.looked) == ("", 0)
    assert "0 of 16777216" in seen.said


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8"])
def test_a_compressed_archive_is_looked_through_as_it_unpacks(tmp_path: Path, dtype: str) -> None:
    good = np.random.default_rng(2).standard_normal((700, 801)).astype(dtype)
    bad = good.copy()
    bad[650, 7] = np.inf
    np.savez_compressed(tmp_path / "good.npz", ids=np.full(99, -1), weights=good)
    np.savez_compressed(tmp_path / "bad.npz", ids=np.full(99, -1), weights=bad)
    files, _ = verify(tmp_path)
    assert files["good.npz"]["verdict"] == "ok"
    assert "compressed: every number is finite" in files["good.npz"]["reason"]
    assert files["bad.npz"]["verdict"] == "unknown"
    assert f"element {650 * 801 + 7} of weights.npy" in files["bad.npz"]["reason"]


def test_what_a_stream_looks_through_ends_at_its_limit(tmp_path: Path) -> None:
    numbers = b"abc" + np.ones(1000, "<f4").tobytes() + b"\xff\xff\xff\xff"
    seen, first = (
        Stream(Floats("w", 3, 4003, "f32"), 1000),
        Stream(Floats("w", 3, 4003, "f32"), 9999),
    )
    for at in range(0, len(numbers), 7):
        seen.take(numbers[at : at + 7])
        first.take(numbers[at : at + 7])
    assert (1000 <= seen.looked < 1008, seen.found) == (True, "")
    assert (first.looked, first.found) == (4000, ""), "what comes after the array is none of it"
    bad = Stream(Floats("w", 3, 4003, "f32"), 9999)
    for at in range(0, len(numbers), 5):
        bad.take((numbers[:2003] + np.float32(np.nan).tobytes() + numbers[2007:])[at : at + 5])
    assert bad.found == "element 500 of w"


@pytest.mark.parametrize("as_list", [False, True])
def test_onnx_initialisers_are_looked_through(tmp_path: Path, as_list: bool) -> None:
    for name, value in (("good", 1.0), ("bad", float("nan"))):
        weights = np.ones(64, dtype=np.float32)
        weights[33] = value
        held = (
            helper.make_tensor("w", TensorProto.FLOAT, [64], weights.tolist())
            if as_list
            else numpy_helper.from_array(weights, "w")
        )
        y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [64])
        node = helper.make_node("Identity", ["w"], ["y"])
        onnx.save(
            helper.make_model(helper.make_graph([node], "g", [], [y], [held])),
            tmp_path / f"{name}.onnx",
        )
    files, _ = verify(tmp_path)
    assert files["good.onnx"]["verdict"] == "ok"
    assert "every number is finite" in files["good.onnx"]["reason"]
    assert files["bad.onnx"]["verdict"] == "unknown"
    assert "element 33 of initialiser 0" in files["bad.onnx"]["reason"]


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_of_flax_are_looked_through(tmp_path: Path, kind: str) -> None:
    for name, value in (("good", 1.0), ("bad", float("inf"))):
        weights = np.ones(500, dtype=KINDS[kind])
        weights[321] = value
        inner = msgpack.packb((weights.shape, weights.dtype.name, weights.tobytes()))
        state = {"ids": 1, "params": {"w": msgpack.ExtType(1, inner)}}
        (tmp_path / f"{name}.msgpack").write_bytes(msgpack.packb(state))
    files, _ = verify(tmp_path)
    assert files["good.msgpack"]["verdict"] == "ok"
    assert "every number is finite" in files["good.msgpack"]["reason"]
    assert "element 321 of array 0" in files["bad.msgpack"]["reason"]


@pytest.mark.skipif(not has_torch(), reason="no Python here has torch")
def test_items_of_dcp_are_looked_through_and_loaded_one_by_one(tmp_path: Path) -> None:
    made = "def tensor_of(rank, number):\n    w = torch.randn(40, 10)\n    if (rank, number) == (1, 2): w[39, 9] = float('nan')\n    return w\n"
    script = TORCH_SCRIPT.read_text().replace(
        "torch.randn(40, 10), file", "tensor_of(rank, number), file"
    )
    script = script.replace("def dcp():", f"{made}\n\ndef dcp():")
    ran = subprocess.run(
        [TORCH_PYTHON, "-", str(tmp_path)],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-600:]
    request = {"op": "verify", "paths": [str(tmp_path / "dcp")], "level": "load", "pod": True}
    files = {Path(a["file"]["path"]).name: a["file"] for a in ask(request) if "file" in a}
    good, bad = files["__0_0.distcp"], files["__1_0.distcp"]
    assert (good["verdict"], good["level"]) == ("ok", "load"), good["reason"]
    assert f"read {3 * 40 * 10 * 4} bytes" in good["reason"]
    assert "3 items with checksums, 3 tensors; every number is finite" in good["reason"]
    assert (bad["verdict"], bad["level"]) == ("unknown", "full")
    assert "element 399 of storage" in bad["reason"]


@pytest.mark.skipif(not has_torch(), reason="no Python here has torch")
def test_what_a_load_of_weights_alone_refuses_is_not_called_broken(tmp_path: Path) -> None:
    script = (
        "import argparse, sys, torch\n"
        "torch.save({'w': torch.ones(9), 'args': argparse.Namespace(lr=1)}, sys.argv[1])\n"
    )
    path = tmp_path / "a.pt"
    subprocess.run([TORCH_PYTHON, "-c", script, str(path)], check=True)
    answers = ask({"op": "verify", "paths": [str(path)], "level": "load", "pod": True})
    proof = next(a["file"] for a in answers if "file" in a)
    assert proof["verdict"] == "unknown", proof["reason"]
    assert proof["level"] == "full"
    assert "load of weights alone refuses" in proof["reason"]
