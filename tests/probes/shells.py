"""Runs probes in real shells, inside a root made for the test."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.probes import Probe, all_probes
from rgt_tui.probes._frames import Frames
from rgt_tui.probes._script import compose

SHELLS = [["dash"], ["bash"], ["busybox", "sh"]]


def the_shell(argv: list[str]) -> list[str]:
    """The shell's command line; skips the test where it is not installed."""
    found = shutil.which(argv[0])
    if found is None:
        pytest.skip(f"no {argv[0]} here")
    return [found, *argv[1:]]


def probe(name: str) -> Probe:
    """The probe of that name."""
    return next(it for it in all_probes() if it.name == name)


def put(root: Path, **files: str | bytes) -> None:
    """Writes files below `root`; `/` in a name is spelled `__`."""
    for name, content in files.items():
        write(root, name.replace("__", "/"), content)


def write(root: Path, path: str, content: str | bytes) -> None:
    """Writes one file below `root`."""
    place = root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content.encode() if isinstance(content, str) else content)


def ask(shell: list[str], name: str, root: Path | None, **environment: str) -> tuple[Any, bytes]:
    """The report of one probe and all the bytes that came over the wire for it."""
    wanted = probe(name)
    composed = compose([wanted], shell=" ".join(shell))
    if root is not None:
        environment = {"RGT_ROOT": str(root), "RGT_PROC": str(root / "proc"), **environment}
    with subprocess.Popen(
        [*shell, "-s"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": os.environ["PATH"], "HOME": "/root", **environment},
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(composed.text.encode())
        process.stdin.flush()
        frames, wire = Frames(composed), b""
        while not frames.is_done and (chunk := os.read(process.stdout.fileno(), 65536)):
            frames.feed(chunk)
            wire += chunk
        process.stdin.close()
        process.wait(10)
    return wanted.parse(frames.sections[name]), wire
