"""The two walks, over real files, in every shell, with and without GNU's find."""

import itertools
import os
import re
import shutil
import time
from pathlib import Path

import pytest

from rgt_tui.probes import BadSection, largest, volume_use
from rgt_tui.probes._walk import Offender, telling
from tests.probes.captured import said
from tests.probes.shells import SHELLS, ask, put, the_shell, write

MIB = 1024**2


def fill(root: Path) -> None:
    write(root, "usr/lib/image.so", b"")
    os.truncate(root / "usr/lib/image.so", 80 * MIB)
    put(root, etc__hostname="host\n")
    began = (root / "etc/hostname").stat().st_ctime_ns
    while time.time_ns() - began < 20_000_000:  # the clock of the file system is coarse
        pass
    for path, size in {
        "root/.cache/pip/a\nb.whl": 70,
        "root/out/step 1.pt": 60,
        "workspace/.Trash-0/old.pt": 3,
        "workspace/ckpt/x.pt": 55,
    }.items():
        write(root, path, os.urandom(1024) * (1024 * size))
    put(
        root,
        proc__self__mounts="overlay / overlay rw 0 0\nmfs\\043eu:9421 /workspace fuse rw 0 0\n"
        "bucket /workspace-global fuse.geesefs rw 0 0\n",
    )


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_what_was_written_since_the_start_is_summed_up_by_folder(
    shell: list[str], tmp_path: Path
) -> None:
    fill(tmp_path)
    report, _ = ask(the_shell(shell), "largest", tmp_path)
    root = report.at("/")
    folders = {it.path: it.size_bytes for it in root.folders}
    assert root.is_whole
    assert not root.includes_image
    assert "/usr/lib" not in folders
    assert folders["/root/.cache/pip"] // MIB == 70
    assert folders["/root"] // MIB == 130
    assert {it.path for it in root.large_files} >= {
        r"/root/.cache/pip/a\x0ab.whl",
        "/root/out/step 1.pt",
    }
    assert [it.path for it in root.offenders][:2] == ["/root/.cache/pip", "/root/out"]


def test_how_far_it_has_come_is_told_from_the_first_file_on_and_never_without_end(
    tmp_path: Path,
) -> None:
    """Beyond 25,000 files every fiftieth of them, so that ten million are told in 350 lines."""
    put(tmp_path, etc__hostname="host\n")
    for number in range(1200):
        write(tmp_path, f"root/{number}", b"x")
    _, wire = ask(the_shell(SHELLS[0]), "largest", tmp_path)
    marks = re.findall(rb"largest p (\d+) (\d+)\n", wire)
    files = [int(count) for _, count in marks]
    assert len(files) >= 3
    assert files[0] == 1
    assert all(b - a == 500 for a, b in itertools.pairwise(files))
    assert all(int(size) > 0 for size, _ in marks)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_a_network_volume_is_measured_by_its_files_and_its_trash_is_told(
    shell: list[str], tmp_path: Path
) -> None:
    fill(tmp_path)
    report, _ = ask(the_shell(shell), "volume_use", tmp_path)
    assert [it.mount for it in report.mounts] == ["/workspace"]
    volume = report.at("/workspace/")
    assert (volume.total_bytes // MIB, volume.files, volume.is_whole) == (58, 2, True)
    assert [it.path for it in volume.trash] == ["/workspace/.Trash-0"]
    assert volume.trash[0].size_bytes >= 3 * MIB


def test_without_gnu_find_du_still_tells_folders_and_says_what_it_counts(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("du", "sleep", "kill", "cat"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    root = tmp_path / "root"
    fill(root)
    report, _ = ask(the_shell(["dash"]), "largest", root, PATH=str(folder))
    use = report.at("/")
    assert use.includes_image
    assert {it.path: it.size_bytes // MIB for it in use.folders}["/root/.cache/pip"] == 70


def test_a_walk_that_ran_out_of_time_says_at_least_how_much() -> None:
    use = largest.parse(
        said("M new /\np 5000 20000\nF 60000000 /a\np 9000 40000\n", timed_out=True)
    ).at("/")
    assert use is not None
    assert (use.total_bytes, use.files, use.is_whole) == (9000, 40000, False)


def test_a_host_without_network_volume_has_none_to_measure() -> None:
    assert volume_use.parse(said("begun 1\n")).mounts == ()
    with pytest.raises(BadSection):
        volume_use.parse(said(""))


def test_the_telling_folder_is_the_deepest_that_holds_nearly_all() -> None:
    def of(path: str, size: int) -> Offender:
        return Offender(path=path, size_bytes=size, is_folder=True)

    tree: tuple[Offender, ...] = (
        of("/root", 100),
        of("/root/.cache", 95),
        of("/root/.cache/pip", 50),
    )
    tree += (of("/root/.cache/huggingface", 45), of("/var", 20), of("/var/lib", 20))
    assert [it.path for it in telling(tree)] == [
        "/root/.cache/pip",
        "/root/.cache/huggingface",
        "/var/lib",
    ]
