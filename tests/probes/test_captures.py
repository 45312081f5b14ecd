"""Every `df` and `mount` row published from a real Pod, given to the probe as `df -B1` says it."""

import re

import pytest

from rgt_tui.domain.units import GIB
from rgt_tui.probes.df import DiskReport, parse
from tests.probes.captured import said
from tests.shared import shared_file

_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4, "P": 1024**5}


def figure(word: str) -> int:
    number, unit = re.fullmatch(r"([\d.]+)([KMGTP]?)", word).groups()  # type: ignore[union-attr]
    return int(float(number) * _UNITS[unit])


def report(name: str) -> DiskReport:
    """The rows of a `df -h` paste as the probe's section, the noise of the mount table included."""
    lines = []
    rows = [
        line.split() for line in shared_file(f"runpod/captures/{name}").read_text().splitlines()
    ]
    for number, words in enumerate(row for row in rows if len(row) >= 6 and row[-2].endswith("%")):
        fstype = words[1] if len(words) == 7 else _type_of(words[0])
        source, path = words[0], words[-1]
        size, used, free = (figure(word) for word in words[-5:-2])
        lines.append(f"T {number} {source.replace('#', chr(92) + '043')} {path} {fstype} rw")
        lines.append(f"B {number} 1 {source} {size} {used} {free} {words[-2]} {path}")
    return parse(said("\n".join(lines) + "\n"))


def _type_of(source: str) -> str:
    if source.startswith("mfs#"):
        return "fuse"
    if source.startswith("/dev/"):
        return "ext4"
    return "overlay" if source == "overlay" else "tmpfs"


@pytest.mark.parametrize(
    ("name", "path", "kind", "used", "size"),
    [
        ("df-h_pod_networkvolume_euro.txt", "/", "container", 106 * GIB, 160 * GIB),
        ("df-h_pod_networkvolume_euro.txt", "/dev/shm", "shm", 0, 29 * GIB),
        ("df-h_pod_volumedisk_b300.txt", "/", "container", 175 * 1024**2, 500 * GIB),
        ("df-h_pod_volumedisk_b300.txt", "/workspace", "volume", int(1.9 * GIB), 98 * GIB),
        ("df-h_docs_no_workspace_mount.txt", "/", "container", 16 * 1024**2, 20 * GIB),
        ("df-hT_networkvolume_euro-3.txt", "/", "container", 233 * 1024**2, 20 * GIB),
    ],
)
def test_disks_of_real_pods_have_the_figures_of_df(
    name: str, path: str, kind: str, used: int, size: int
) -> None:
    mount = report(name).at(path)
    assert mount is not None
    assert (mount.kind.value, mount.used_bytes, mount.size_bytes) == (kind, used, size)


@pytest.mark.parametrize(
    ("name", "path", "cluster"),
    [
        ("df-h_pod_networkvolume_euro.txt", "/workspace", "euro"),
        ("df-hT_networkvolume_euro-3.txt", "/ai-inventor/aii_data", "euro-3"),
        ("df-hT_networkvolume_eur-is-1.txt", "/workspace", "eur-is-1"),
        ("df-h_networkvolume_only_euro_549T.txt", "/workspace", "euro"),
        ("df-h_networkvolume_euro-3_lastline.txt", "/ai-inventor/aii_data", "euro-3"),
    ],
)
def test_network_volumes_of_real_pods_are_known_and_left_out_of_the_history(
    name: str, path: str, cluster: str
) -> None:
    found = report(name)
    mount = found.at(path)
    assert mount is not None
    assert (mount.kind.value, mount.source) == ("network", f"mfs#{cluster}.runpod.net:9421")
    assert path not in dict(found.sample())


def test_a_pod_without_workspace_mount_has_none() -> None:
    assert report("df-h_docs_no_workspace_mount.txt").at("/workspace") is None


def test_the_noted_mount_row_of_a_network_volume_is_one() -> None:
    row = shared_file("runpod/captures/mount_networkvolume_mfs.txt").read_text().split()
    source, path, fstype, options = row[0], row[2], row[4], row[5].strip("()")
    (mount,) = parse(said(f"T 1 {source} {path} {fstype} {options}\n")).mounts
    assert (mount.path, mount.kind.value) == ("/workspace", "network")
    assert not mount.is_read_only
    (mount,) = parse(said(f"T 1 /dev/sda1 /data ext4 {options.replace('rw', 'ro')}\n")).mounts
    assert mount.is_read_only
