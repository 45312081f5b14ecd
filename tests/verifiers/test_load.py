"""A load that counts reads every byte: seen in the page cache, and said in bytes."""

import ctypes
import mmap
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from rgt_tui.verifiers import _framework
from rgt_tui.verifiers._load import load
from tests.frameworks import needs, python_with
from tests.verifiers.asking import ask
from tests.verifiers.good import has_torch, write_torch

SIZE = 48 << 20


def resident(path: Path) -> float:
    """The share of a file's pages that lie in the page cache."""
    size = path.stat().st_size
    pages = -(-size // mmap.PAGESIZE)
    held = (ctypes.c_ubyte * pages)()
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    with path.open("r+b") as file, mmap.mmap(file.fileno(), size) as mapped:
        view = (ctypes.c_ubyte * size).from_buffer(mapped)
        assert libc.mincore(ctypes.addressof(view), size, held) == 0
        del view
    return sum(byte & 1 for byte in held) / pages


def forget(path: Path) -> None:
    """Drops a file from the page cache; skips the test where that cannot be."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if resident(path) > 0.05:
        pytest.skip("this file system keeps files in memory")


def _safetensors(folder: Path) -> Path:
    path = folder / "model.safetensors"
    rows = np.random.default_rng(1).standard_normal((4, SIZE // 16), dtype=np.float32)
    save_file({f"layer{n}": row for n, row in enumerate(rows)}, path)
    return path


def _npz(folder: Path) -> Path:
    path = folder / "arrays.npz"
    np.savez(path, a=np.random.default_rng(1).standard_normal(SIZE // 8))
    return path


@pytest.fixture
def alone() -> Iterator[None]:
    yield
    _framework.end()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(("make", "kind"), [(_safetensors, "safetensors"), (_npz, "npz")])
def test_a_load_brings_every_page_in_and_says_how_many_bytes(
    make: object, kind: str, tmp_path: Path
) -> None:
    path: Path = make(tmp_path)  # type: ignore[operator]  # parametrised by makers
    forget(path)
    tool, count = load(str(path), kind)
    assert count == SIZE
    assert tool.split()[0] in ("safetensors", "numpy")
    assert resident(path) > 0.98, "a lazy load would leave the file on the disk"


def test_the_bytes_that_were_read_stand_in_the_verdict(tmp_path: Path) -> None:
    path = _safetensors(tmp_path)
    proof = proof_of(path, pod=False)
    assert (proof["verdict"], proof["level"]) == ("ok", "load")
    assert f"read {SIZE} bytes" in proof["reason"]


def test_an_old_torch_loads_on_a_pod_and_not_here(tmp_path: Path) -> None:
    if not has_torch():
        pytest.skip("python3-torch is not installed (make tools)")
    write_torch(tmp_path / "torch")
    path = tmp_path / "torch" / "single" / "large.pt"
    there, here = (proof_of(path, pod=pod) for pod in (True, False))
    assert (there["verdict"], there["level"]) == ("ok", "load"), there["reason"]
    assert "torch " in there["reason"]
    count = int(there["reason"].split(" read ")[1].split(" bytes")[0])
    assert 0.9 * path.stat().st_size < count <= path.stat().st_size
    assert here["level"] == "load" or "not loaded" in here["reason"]


def proof_of(path: Path, *, pod: bool) -> dict[str, Any]:
    answers = ask({"op": "verify", "paths": [str(path)], "level": "load", "pod": pod})
    found: dict[str, Any] = next(answer["file"] for answer in answers if "file" in answer)
    return found


ORBAX = """
import sys, numpy, orbax.checkpoint as ocp
writer = ocp.StandardCheckpointer()
writer.save(sys.argv[1] + "/100", {"a": numpy.full((30, 30), 0.5, "f4"), "b": numpy.arange(5)})
writer.wait_until_finished()
"""


@needs("orbax")
def test_orbax_reads_every_array_and_its_checksums_speak(tmp_path: Path) -> None:
    python = python_with("orbax")
    subprocess.run([python, "-c", ORBAX, str(tmp_path)], check=True, capture_output=True)
    assert "read 3640 bytes" in _group(tmp_path, python, "ok")
    for path in tmp_path.rglob("d/*"):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 0x55
        path.write_bytes(data)
    assert "load failed" in _group(tmp_path, python, "broken")


def _group(folder: Path, python: str, verdict: str) -> str:
    answers = ask({"op": "verify", "paths": [str(folder)], "level": "load"}, python=(python, "-I"))
    (group,) = (one["group"] for one in answers if "group" in one)
    assert group["verdict"] == verdict, group
    return str(group["reason"])


ODD = """
import argparse, datetime, os, pathlib, sys, types, numpy, torch
out = sys.argv[1]
weights = {"w": torch.ones(100)}
plain = {"args": argparse.Namespace(lr=0.1), "best": numpy.float64(0.3), "at": datetime.datetime(2026, 1, 1),
         "to": pathlib.Path("/out"), "kind": list, **weights}
torch.save(plain, os.path.join(out, "plain.pt"))
module = sys.modules["transformers"] = types.ModuleType("transformers")
class TrainingArguments: pass
TrainingArguments.__module__ = "transformers"
module.TrainingArguments = TrainingArguments
torch.save(TrainingArguments(), os.path.join(out, "training_args.bin"))
torch.jit.script(torch.nn.Linear(8, 8)).save(os.path.join(out, "script.pt"))
torch.save(torch.compile(torch.nn.Linear(8, 8), backend="eager").state_dict(), os.path.join(out, "compiled.pt"))
"""
ANSWERS = {
    "plain.pt": ("ok", "load", "read 400 bytes"),
    "training_args.bin": ("unknown", "full", "weights alone refuses: transformers.TrainingArguments"),
    "script.pt": ("unknown", "full", "weights alone refuses: TorchScript, whose code would run"),
    "compiled.pt": ("ok", "load", "read 288 bytes"),
}  # fmt: skip


@needs("torch")
def test_a_load_refuses_what_is_more_than_weights_and_says_what_that_is(tmp_path: Path) -> None:
    python = python_with("torch")
    subprocess.run([python, "-W", "ignore", "-c", ODD, str(tmp_path)], check=True)
    asked = {"op": "verify", "paths": [str(tmp_path)], "level": "load"}
    answers = ask(asked, python=(python, "-I"))
    proofs = {Path(one["file"]["path"]).name: one["file"] for one in answers if "file" in one}
    for name, (*judged, said) in ANSWERS.items():
        proof = proofs[name]
        assert [proof["verdict"], proof["level"]] == judged, proof
        assert said in proof["reason"]
