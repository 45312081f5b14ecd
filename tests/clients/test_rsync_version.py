"""Which rsync may speak to a Pod."""

import shutil

import pytest

from rgt_tui.clients.rsync_version import HOLES, find_rsync, judge

LINE = "rsync  version {}  protocol version 32\nCopyright (C) 1996-2026\n"
DEBIAN = "\n".join(f"    - {hole}: mended" for hole in HOLES)


@pytest.mark.parametrize(
    ("version", "changelog", "is_usable"),
    [
        ("3.5.0", "", True),
        ("3.10.0", "", True),
        ("4.0.0", "", True),
        ("3.4.3", "", False),
        ("3.2.7", "", False),
        ("3.2.7", DEBIAN, True),
        ("3.2.7", DEBIAN.replace("CVE-2026-43620", ""), False),
    ],
)
def test_an_rsync_with_a_known_hole_is_not_used(
    version: str, changelog: str, is_usable: bool
) -> None:
    found = judge("/usr/bin/rsync", LINE.format(version), changelog)
    assert found.is_usable is is_usable
    assert found.version == version


def test_a_hole_is_named() -> None:
    found = judge("/usr/bin/rsync", LINE.format("3.4.3"), "")
    assert set(found.holes) == {hole for hole, mended in HOLES.items() if mended > (3, 4, 3)}
    assert "CVE-2026-70462" in found.said


def test_an_rsync_that_tells_no_version_is_not_used() -> None:
    assert not judge("/usr/bin/rsync", "openrsync: protocol version 29", "").is_usable


@pytest.mark.skipif(shutil.which("rsync") is None, reason="no rsync here")
def test_the_one_here_tells_its_version() -> None:
    found = find_rsync()
    assert found is not None
    assert found.version
