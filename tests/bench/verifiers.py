"""Verifiers beside the frameworks' own loads, beside `sha256sum`, and on a file of ten gigabytes.

The share that is missed is printed, so that every figure has a limit from above. What cannot be
seen without a reference hash is printed as honestly as the rest.
"""

import contextlib
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import h5py
import numpy as np
import onnx
import safetensors

from rgt_tui.verifiers._check import verify_file
from tests.bench.figures import Figure, print_table
from tests.verifiers.corruptions import cases
from tests.verifiers.good import TORCH_PYTHON, copy, has_torch, write_all, write_orbax
from tests.verifiers.test_corpus import FORMATS, NEEDS_TORCH, SUMMED, is_padding
from tests.verifiers.test_dcp import CAPTURED, DAMAGES, judged
from tests.verifiers.test_folders import ALL, FAULTS, WITHOUT_TORCH, groups_of

SEEDS = 2
SPEED_BYTES = 768 << 20
LARGE = 10 << 30
LIMITS = {"always": 0.0, "summed": 0.1, "tail": 7.0}
"""Percent that may be missed, by what can be seen at all."""

_TORCH = """
import sys, json, torch
for path in json.load(sys.stdin):
    try:
        torch.load(path, map_location="cpu")
        print("missed", flush=True)
    except BaseException:
        print("seen", flush=True)
"""
_STRUCTURE = """
import json, sys, time
sys.path.insert(0, sys.argv[2])
from rgt_tui.verifiers import all_verifiers
from rgt_tui.verifiers._check import verify_file
def peak():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
all_verifiers()
before = peak()
began = time.perf_counter()
proof = verify_file(sys.argv[1], "structure", lambda count: None)
taken = time.perf_counter() - began
after = peak()
print(json.dumps([proof["verdict"], taken, after - before, after]))
"""


def _safetensors(path: Path) -> None:
    with safetensors.safe_open(path, framework="np") as file:
        for name in file.keys():  # noqa: SIM118  # it is no mapping
            file.get_tensor(name)


def _numpy(path: Path) -> None:
    found = np.load(path, allow_pickle=False)
    for name in getattr(found, "files", ()):
        found[name]


def _hdf5(path: Path) -> None:
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, one: one[()] if isinstance(one, h5py.Dataset) else None)


def _onnx(path: Path) -> None:
    onnx.checker.check_model(onnx.load(path))


def _gguf(path: Path) -> None:
    for tensor in gguf.GGUFReader(path).tensors:
        tensor.data.tobytes()


LOADERS: dict[str, Callable[[Path], None]] = {
    "safetensors": _safetensors, "npz": _numpy, "npy": _numpy, "hdf5": _hdf5, "onnx": _onnx,
    "gguf": _gguf,
}  # fmt: skip


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def is_harmless(content: bytes, damaged: bytes) -> bool:
    """Whether an archive's members are all the same: a time or a version in it was changed."""
    return content[:4] == b"PK\3\4" and _members(content) == (_members(damaged) or None)


def _members(content: bytes) -> dict[str, bytes]:
    """The members of an archive by name; nothing where it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except Exception:  # noqa: BLE001  # a damaged one fails in many ways
        return {}


def _is_missed(load: Callable[[Path], None], path: Path) -> bool:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            load(path)
        except Exception:  # noqa: BLE001  # whatever it raises, it has noticed
            return False
    return True


def catch_rates(folder: Path) -> list[Figure]:
    """Damaged files that pass as ok, in percent, by format and by what can be seen."""
    good = folder / "good"
    write_all(good)
    missed: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for_torch: dict[str, list[str]] = defaultdict(list)
    framework: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    number, by_hash = 0, [0, 0]
    for kind, names in FORMATS.items():
        if kind in NEEDS_TORCH and not has_torch():
            continue
        for case in cases([good / name for name in names], seeds=SEEDS):
            content = case.source.read_bytes()
            damaged = case.damaged(content)
            if damaged is None or is_padding(content, damaged):
                continue
            if case.operator.kind == "hash" and is_harmless(content, damaged):
                continue
            by_hash[0] += _hash(content) == _hash(damaged)
            by_hash[1] += 1
            number += 1
            place = folder / str(number)
            place.mkdir()
            path = place / case.source.name
            path.write_bytes(damaged)
            if (beside := case.source.parent / ".metadata").exists():
                shutil.copy(beside, place)
            verdict = verify_file(str(path), "full", lambda count: None)["verdict"]
            what = case.operator.kind
            what = "summed" if what == "tail" and kind in SUMMED else what
            tally = missed[kind, what]
            tally[0] += verdict == "ok"
            tally[1] += 1
            if kind in LOADERS:
                framework[kind][0] += _is_missed(LOADERS[kind], path)
                framework[kind][1] += 1
            elif kind in ("torch", "torch-legacy"):
                for_torch[kind].append(str(path))
    for kind, paths in for_torch.items():
        ran = subprocess.run(
            [TORCH_PYTHON, "-c", _TORCH], input=json.dumps(paths), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        said = ran.stdout.split()
        framework[kind] = [said.count("missed"), len(said)]
    what = f"all formats, by manifest comparison: missed of {by_hash[1]}"
    return [*_told(missed, framework), Figure(what, 100 * by_hash[0] / by_hash[1], 0.0, "%")]


def folders(folder: Path) -> list[Figure]:
    """Faults of checkpoints of several files that pass in silence, and good files called broken."""
    good = folder / "whole"
    write_all(good)
    write_orbax(good / "orbax")
    for name in FAULTS.keys() - WITHOUT_TORCH:
        if (good / "torch" / name).exists():
            shutil.copytree(good / "torch" / name, good / name)
    silent = faults = 0
    for number, (kind, _, fault) in enumerate(ALL):
        if (good / kind).exists():
            place = copy(good / kind, folder / f"fault{number}" / kind)
            fault(place)
            silent += {verdict for verdict, _ in groups_of(place).values()} <= {"ok"}
            faults += 1
    with zipfile.ZipFile(CAPTURED) as archive:
        for name, (layout, file, damage, _) in DAMAGES.items():
            archive.extractall(folder / name)  # our own file
            damage(folder / name / layout / file)
            silent += judged(folder / name / layout)[0] == "ok"
            faults += 1
        archive.extractall(good / "dcp-torch-2")
    files = sorted(path for path in good.rglob("*") if path.is_file())
    verdicts = [verify_file(str(path), "full", lambda count: None)["verdict"] for path in files]
    return [
        Figure(f"directories: silent of {faults} faults", silent, 0.0, ""),
        Figure(f"good files called broken, of {len(files)}", verdicts.count("broken"), 0.0, ""),
    ]


def _told(
    missed: dict[tuple[str, str], list[int]], framework: dict[str, list[int]]
) -> list[Figure]:
    figures = []
    for kind in FORMATS:
        mine = {what: tally for (k, what), tally in missed.items() if k == kind}
        for what, (bad, of) in sorted(mine.items()):
            limit = LIMITS.get(what)
            if what == "summed" and kind not in SUMMED:
                limit = None
            if what == "tail" and kind not in ("safetensors", "gguf", "hdf5"):
                limit = None
            figures.append(Figure(f"{kind}, {what}: missed of {of}", 100 * bad / of, limit, "%"))
        bad, of = (sum(column) for column in zip(*mine.values(), strict=True)) if mine else (0, 0)
        if of:
            limit = 0.1 if kind in ("torch", "npz") else None
            figures.append(Figure(f"{kind}: missed by full, of {of}", 100 * bad / of, limit, "%"))
        if framework[kind][1]:
            bad, of = framework[kind]
            figures.append(
                Figure(f"{kind}: missed by its own load, of {of}", 100 * bad / of, None, "%")
            )
    return figures


def _sparse_safetensors(path: Path, size: int) -> None:
    count = 291
    step = size // count // 4096 * 4096
    table = {
        f"layer.{n}.weight": {
            "dtype": "F32", "shape": [step // 4], "data_offsets": [n * step, (n + 1) * step]
        }
        for n in range(count)
    }  # fmt: skip
    header = json.dumps(table).encode()
    header += b" " * (-len(header) % 8)
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + count * step)


def speed(folder: Path) -> list[Figure]:
    """`full` beside `sha256sum` on the same bytes in the page cache, the best of three each."""
    path = folder / "speed.safetensors"
    _sparse_safetensors(path, SPEED_BYTES)
    block = os.urandom(8 << 20)
    with path.open("r+b") as file:
        file.seek(64 * 1024)
        while file.tell() + len(block) < path.stat().st_size:
            file.write(block)
    ours = _best(lambda: verify_file(str(path), "full", lambda count: None))
    theirs = _best(lambda: subprocess.run(["sha256sum", path], capture_output=True, check=True))
    size = path.stat().st_size
    path.unlink()
    return [
        Figure("full, time over that of sha256sum", ours / theirs, 1 / 0.9, "x"),
        Figure("full", size / ours / 1e6, None, "MB/s"),
        Figure("sha256sum", size / theirs / 1e6, None, "MB/s"),
    ]


def _best(act: Callable[[], Any], rounds: int = 3) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return min(taken)


def structure(folder: Path) -> list[Figure]:
    """Time and memory of `structure` on a sparse file of 10 GB, in a process of its own."""
    path = folder / "large.safetensors"
    _sparse_safetensors(path, LARGE)
    root = Path(__file__).resolve().parent.parent.parent
    rounds = []
    for _ in range(3):
        ran = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _STRUCTURE, path, root],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        rounds.append(json.loads(ran.stdout))
    path.unlink()
    assert {row[0] for row in rounds} == {"ok"}
    return [
        Figure("structure of a 10 GB file", min(row[1] for row in rounds), 0.2, "s"),
        Figure("its process, peak memory", max(row[3] for row in rounds) / 1024, 64, "MB"),
        Figure("of that for the file", max(row[2] for row in rounds) / 1024, None, "MB"),
    ]


def main() -> None:
    """Prints the tables."""
    with tempfile.TemporaryDirectory(prefix="rgt-bench-") as name:
        folder = Path(name)
        print_table("Damaged checkpoint files that pass as ok", catch_rates(folder))
        print_table("Damaged folders, and good files", folders(folder))
        print_table("Speed of verifiers", [*structure(folder), *speed(folder)])


if __name__ == "__main__":
    main()
