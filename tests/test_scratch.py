"""Temporary folders: gone with their program, or swept by the next one."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.scratch import memory, scratch, sweep
from tests.shared import ROOT

HOLDS = """
import sys
from rgt_tui.scratch import scratch
with scratch("demo") as folder:
    (folder / "key").write_text("x")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders of this process are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def held(root: Path) -> "Iterator[tuple[subprocess.Popen[str], Path]]":
    """A program that holds a folder there."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS],
        env={**os.environ, "TMPDIR": str(root)},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield process, Path(process.stdout.readline().strip())
    process.kill()
    process.communicate()


def test_a_folder_is_private_and_gone_at_the_end(root: Path) -> None:
    with scratch("sim") as folder:
        assert folder.parent == root
        assert folder.stat().st_mode & 0o777 == 0o700
        sweep(root)
        assert folder.is_dir(), "it is ours and held"
    assert list(root.iterdir()) == []


def test_a_folder_may_be_made_elsewhere_and_what_was_left_there_is_swept(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    left = elsewhere / "rgt-sim-leftleft"
    left.mkdir(mode=0o700)
    (left / ".held").touch()
    with scratch("sim", elsewhere) as folder:
        assert list(elsewhere.iterdir()) == [folder]
        assert list(root.iterdir()) == []
    assert list(elsewhere.iterdir()) == []


def test_memory_is_a_place_to_write_to_or_none() -> None:
    place = memory()
    if place is None:
        pytest.skip("this machine has no file system in memory with room")
    with scratch("sim", place) as folder:
        assert folder.stat().st_dev == place.stat().st_dev != Path("/").stat().st_dev


def test_a_folder_is_kept_while_its_program_lives_and_swept_once_it_was_killed(
    root: Path, held: "tuple[subprocess.Popen[str], Path]"
) -> None:
    process, folder = held
    sweep(root)
    assert (folder / "key").exists()
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert folder.is_dir()
    with scratch("sdk") as other:
        assert list(root.iterdir()) == [other]


def test_what_is_not_ours_is_never_touched(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / ".held").touch()
    (root / "rgt-demo-linklink").symlink_to(outside)
    for name, mode in (
        ("rgt-demo-open0000", 0o755),
        ("rgt-pull-abcdefgh", 0o700),
        ("rgt-demo-nofile00", 0o700),
    ):
        (root / name).mkdir(mode=mode)
        (root / name).chmod(mode)
        if "nofile" not in name:
            (root / name / ".held").touch()
    (root / "rgt-sim-linkfile").mkdir(mode=0o700)
    (root / "rgt-sim-linkfile" / ".held").symlink_to(outside / ".held")
    before = sorted(root.rglob("*"))
    sweep(root)
    assert sorted(root.rglob("*")) == before
    assert (outside / ".held").exists()


def test_links_in_a_left_folder_are_not_followed(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "precious").touch()
    left = root / "rgt-sim-leftleft"
    left.mkdir(mode=0o700)
    (left / ".held").touch()
    (left / "away").symlink_to(outside)
    sweep(root)
    assert not left.exists()
    assert (outside / "precious").exists()
