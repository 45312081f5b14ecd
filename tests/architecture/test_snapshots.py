"""Every kept picture belongs to a test, and every picture test has its pictures."""

import subprocess
import sys
from pathlib import Path

from tests.shared import ROOT

FOLDER = ROOT / "snapshots"


def collected() -> set[str]:
    """The picture tests as `ui/test_pictures/<test id>`."""
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/ui",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    ids = [line for line in ran.stdout.splitlines() if "test_pictures.py::" in line]
    return {line.removeprefix("tests/").replace(".py::", "/") for line in ids}


def kept() -> set[str]:
    """The pictures on disk, by the same names."""
    return {str(Path(path).relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.svg")}


def test_there_is_no_orphan_among_the_pictures_and_none_is_missing() -> None:
    assert kept() == collected()


def test_each_picture_is_kept_in_colour_and_as_text() -> None:
    coloured = {path.with_suffix("") for path in FOLDER.rglob("*.svg")}
    assert coloured == {path.with_suffix("") for path in FOLDER.rglob("*.txt")}
