"""Zeros that are meant are never called broken; ends that were never written are never ok."""

import random
import subprocess
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from rgt_tui.verifiers._check import verify_file
from tests.verifiers.asking import verify
from tests.verifiers.good import TORCH_PYTHON, has_torch

DICE = np.random.default_rng(5)
TYPES = (
    np.float32,
    np.float16,
    ml_dtypes.bfloat16,
    np.int64,
    np.int32,
    np.int8,
    np.uint8,
    np.bool_,
)


def _ones(*shape: int, kind: Any = np.float32) -> Any:
    return np.ones(shape, dtype=kind)


def _ending_in_zeros(count: int, zeros: int, kind: Any = np.int64) -> Any:
    array = np.ones(count, dtype=kind)
    array[count - zeros :] = 0
    return array


def _padded(rows: int, width: int) -> Any:
    table = _ones(rows, width)
    table[-3:] = 0
    return table


MEANT: dict[str, dict[str, Any]] = {
    "counters": {"a.steps": _ending_in_zeros(9, 5), "b.seen": np.zeros(4, dtype=np.int64),
                 "c.seen": np.zeros(4, dtype=np.int64)},
    "masks": {"a.mask": _ending_in_zeros(300, 199, np.uint8), "b.mask": np.zeros(64, np.uint8),
              "c.mask": np.zeros(64, np.uint8)},
    "biases": {"a.weight": _ones(32, 32), "b.bias": _ending_in_zeros(32, 20, np.float32),
               "c.bias": np.zeros(32, np.float32), "d.bias": np.zeros(32, np.float32)},
    "padding": {"a.embedding": _padded(100, 16), "b.embedding": np.zeros((4, 16), np.float32),
                "c.bias": np.zeros(16, np.float32)},
    "fresh": {f"{n}.{what}": np.zeros((16, 16), np.float32)
              for n in range(3) for what in ("exp_avg", "exp_avg_sq")},
    "begun": {"a.exp_avg": _ending_in_zeros(64, 50, np.float32),
              "b.exp_avg": np.zeros(64, np.float32), "c.exp_avg": np.zeros(64, np.float32)},
}  # fmt: skip
"""Values that training does leave behind, and that end in zeros from the middle of a tensor on."""


@pytest.mark.parametrize("name", MEANT)
def test_zeros_that_training_leaves_behind_are_a_warning_at_most(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.safetensors"
    save_file(MEANT[name], path)
    proof = verify_file(str(path), "full", lambda count: None)
    assert proof["verdict"] in ("ok", "unknown"), proof["reason"]
    assert proof["sha256"]
    if proof["verdict"] == "unknown":
        assert "zero" in proof["reason"]


def test_a_few_zero_counters_at_the_end_are_no_remark(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file({"a.weight": _ones(64, 64), "b.seen": np.zeros(3, np.int64)}, path)
    assert verify_file(str(path), "full", lambda count: None)["verdict"] == "ok"


def test_no_zeros_of_any_type_are_broken_and_hardly_a_cut_end_is_ok(tmp_path: Path) -> None:
    """Four hundred files of few and tiny tensors, good ones that end in zeros and cut ones."""
    dice = random.Random(3)
    path = tmp_path / "a.safetensors"
    cut, noticed = 0, 0
    for _ in range(200):
        kinds = [dice.choice(TYPES) for _ in range(dice.randint(1, 6))]
        arrays = {
            f"{n}": np.ones(dice.choice((1, 3, 8, 40, 200)), dtype=k) for n, k in enumerate(kinds)
        }
        for n in range(len(kinds) - dice.randint(0, len(kinds)), len(kinds)):
            arrays[f"{n}"][dice.randint(0, len(arrays[f"{n}"])) :] = 0
        save_file(arrays, path)
        proof = verify_file(str(path), "full", lambda count: None)
        assert proof["verdict"] != "broken", (proof["reason"], arrays)
        save_file(
            {name: np.ones(400 + len(array), array.dtype) for name, array in arrays.items()}, path
        )
        content = path.read_bytes()
        data = 8 + int.from_bytes(content[:8], "little")
        start = dice.randint(data, len(content) - -(-len(content) // 100))
        path.write_bytes(content[:start] + bytes(len(content) - start))
        cut += 1
        noticed += verify_file(str(path), "full", lambda count: None)["verdict"] != "ok"
    assert noticed >= 0.93 * cut


def test_a_cut_end_says_what_it_looks_like(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file({f"{n}.weight": DICE.standard_normal((64, 64)) for n in range(4)}, path)
    assert len(load_file(path)) == 4
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 3] + bytes(len(content) - len(content) // 3))
    files, _ = verify(path)
    assert files["a.safetensors"]["verdict"] == "unknown"
    assert "as in a file whose end was never written" in files["a.safetensors"]["reason"]
    assert (
        "0.weight" in files["a.safetensors"]["reason"]
        or "1.weight" in files["a.safetensors"]["reason"]
    )


@pytest.mark.skipif(not has_torch(), reason="no Python here has torch")
def test_a_fresh_optimizer_saved_by_torch_is_not_broken(tmp_path: Path) -> None:
    script = (
        "import sys, torch\n"
        "net = torch.nn.Sequential(torch.nn.Embedding(50, 8, padding_idx=49), torch.nn.Linear(8, 8))\n"
        "torch.nn.init.zeros_(net[1].bias)\n"
        "best = torch.optim.AdamW(net.parameters())\n"
        "for p in net.parameters(): p.grad = torch.zeros_like(p)\n"
        "best.step()\n"
        "for new in (True, False):\n"
        "    torch.save({'net': net.state_dict(), 'best': best.state_dict()},\n"
        "               f'{sys.argv[1]}/{new}.pt', _use_new_zipfile_serialization=new)\n"
    )
    subprocess.run([TORCH_PYTHON, "-c", script, str(tmp_path)], check=True)
    files, _ = verify(tmp_path)
    assert files["True.pt"]["verdict"] == "ok"
    assert files["False.pt"]["verdict"] in ("ok", "unknown"), files["False.pt"]["reason"]
