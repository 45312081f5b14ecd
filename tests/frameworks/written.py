"""Real checkpoints of real libraries, written once for all tests, and asked about as the product asks."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rgt_tui.verifiers._layout import Entry, checkpoints_in
from tests.verifiers.asking import ask

RUN = Path(__file__).parent / "writers" / "run.py"
HERE = (sys.executable, "-I", "-S")
LATER_S = 1000.0
"""So long after a save a listing of it is asked for: it has settled."""

Damage = Callable[[Path], object]
Damages = Mapping[str, tuple[str, str, Damage, str]]
"""By its name: a checkpoint, a file of it or none, what is done to that, and the verdict to be seen."""


class Shown(NamedTuple):
    """What a person is shown of a folder: its checkpoints, and each verdict on a file or a group."""

    files: dict[str, dict[str, Any]]
    groups: dict[tuple[str, str], dict[str, Any]]

    def less_than_ok(self) -> dict[str, str]:
        """Verdict and reason of what is not ok, by its path; texts and what no verifier knows as well."""
        named = {
            **self.files,
            **{f"{path} ({kind})": one for (kind, path), one in self.groups.items()},
        }
        return {name: f"{one['verdict']}: {one['reason']}" for name, one in named.items()
                if one["verdict"] != "ok"}  # fmt: skip

    def worst(self) -> str:
        """The verdict that the worst of them has."""
        order = ("broken", "unknown", "ok")
        verdicts = [one["verdict"] for one in (*self.files.values(), *self.groups.values())]
        return str(min(verdicts, key=order.index))


def written(basetemp: Path, python: str, *names: str) -> Path:
    """The folder with what these writers write, which they do once for all workers of a test run.

    No network is asked, and no thread more than one is used.
    """
    above = basetemp.parent if os.environ.get("PYTEST_XDIST_WORKER") else basetemp
    folder = above / ("real-" + "-".join(names))
    with (above / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            begun = folder.with_suffix(".begun")
            shutil.rmtree(begun, ignore_errors=True)
            begun.mkdir()
            _run(begun, python, names)
            begun.rename(folder)
    return folder


def _run(folder: Path, python: str, names: Sequence[str]) -> None:
    scratch = folder.with_suffix(".scratch")
    scratch.mkdir(exist_ok=True)
    env = {**os.environ, "TMPDIR": str(scratch), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1",
           "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": "",
           "KERAS_HOME": str(scratch), "HF_HOME": str(scratch)}  # fmt: skip
    argv = [python, "-W", "ignore", str(RUN), str(folder), *names]
    ran = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=280)
    assert not ran.returncode, ran.stderr[-3000:]
    shutil.rmtree(scratch, ignore_errors=True)


def listed(folder: Path) -> dict[str, tuple[str, int | None]]:
    """Kind and step of every checkpoint that the inventory shows below a folder, by its path."""
    rows = ask({"op": "list", "roots": [str(folder)]})
    assert not [row for row in rows if "gap" in row or "link" in row]
    entries = [Entry(*row["entry"]) for row in rows if "entry" in row]
    found = checkpoints_in(entries, time.time() + LATER_S)
    assert not [one for one in found if one.unfinished]
    assert len({one.path for one in found}) == len(found)
    return {os.path.relpath(one.path, folder): (one.kind, one.step) for one in found}


def shown(path: Path, level: str = "full", python: Sequence[str] = HERE) -> Shown:
    """Every verdict on a folder or file, as the process gives it that also runs on Pods."""
    return _shown([path], level, python)[0]


def loaded_once(path: Path, python: str) -> Shown:
    """What a load says of a folder, for all workers of a test run: each framework is loaded once for it."""
    answers = path.with_name(f"{path.name}.loaded")
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answers.exists():
            request = {"op": "verify", "paths": [str(path)], "level": "load"}
            answers.write_text(json.dumps(ask(request, python=(python, "-I"))))
    return _about(path, json.loads(answers.read_text()))


def _shown(paths: Sequence[Path], level: str, python: Sequence[str]) -> list[Shown]:
    """The same of several, by one process."""
    request = {"op": "verify", "paths": [str(path) for path in paths], "level": level}
    answers = ask(request, python=python)
    return [_about(path, answers) for path in paths]


def _about(path: Path, answers: Sequence[dict[str, Any]]) -> Shown:
    above = path if path.is_dir() else path.parent
    files = {os.path.relpath(a["file"]["path"], above): a["file"] for a in answers
             if "file" in a and Path(a["file"]["path"]).is_relative_to(path)}  # fmt: skip
    groups = {(a["group"]["format"], os.path.relpath(a["group"]["path"], above)): a["group"]
              for a in answers if "group" in a and Path(a["group"]["path"]).is_relative_to(path)}  # fmt: skip
    assert all(one["reason"] for one in (*files.values(), *groups.values()))
    return Shown(files, groups)


def damaged(real: Path, copies: Path, damages: Damages) -> dict[str, Shown]:
    """What is shown of copies of real checkpoints with one file of each damaged, by the damages' names."""
    paths: dict[str, Path] = {}
    for name, (source, file, damage, _) in damages.items():
        paths[name] = copies / name / Path(source).name
        paths[name].parent.mkdir(parents=True)
        if (real / source).is_dir():
            shutil.copytree(real / source, paths[name])
        else:
            shutil.copy(real / source, paths[name])
        damage(paths[name] / file if file else paths[name])
    return dict(zip(paths, _shown(list(paths.values()), "full", HERE), strict=True))


def flip(share: float = 0.5) -> Damage:
    """One bit less or more, at this share of the file."""

    def change(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[int(len(data) * share)] ^= 0x20
        path.write_bytes(data)

    return change


def flip_in(mark: bytes) -> Damage:
    """One bit less or more, just after the last place of these bytes."""

    def change(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[data.rindex(mark) + len(mark)] ^= 0x01
        path.write_bytes(data)

    return change


def cut(path: Path) -> None:
    """The last third is missing."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def swap(other: str) -> Damage:
    """It and another file of its folder have changed their names."""

    def change(path: Path) -> None:
        third = path.with_name("third")
        path.rename(third)
        path.with_name(other).rename(path)
        third.rename(path.with_name(other))

    return change
