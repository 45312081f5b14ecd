"""The files at risk, as a section tells them."""

import pytest

from rgt_tui.probes import BadSection, Section
from rgt_tui.probes.unsaved import TOLD_MAX, parse

WHOLE = b"""M /
F 734003200 1780315320.1 /root/a b.pt
E 734003250 41
M /workspace
E 0 0
G find: '/root/x': Permission denied
W 812 /workspace/out/step.pt
O done
"""


def section(output: bytes, **changed: bool) -> Section:
    return Section(output=output, exit_code=0, **changed)


def test_each_disk_with_its_files_gaps_and_writers() -> None:
    found = parse(section(WHOLE))
    assert [(it.path, it.count, len(it.files)) for it in found.mounts] == [
        ("/", 41, 1),
        ("/workspace", 0, 0),
    ]
    assert found.mounts[0].files[0].path == "/root/a b.pt"
    assert found.gaps == ("find: '/root/x': Permission denied",)
    assert [(it.pid, it.path) for it in found.writers] == [(812, "/workspace/out/step.pt")]
    assert found.has_writers
    assert not found.is_whole


def test_a_disk_without_its_end_is_not_whole() -> None:
    assert not parse(section(b"M /\nF 5 1 /a\n")).is_whole
    assert not parse(section(b"M /\nE 0 0\n", cut=True)).is_whole
    assert not parse(section(b"M /\nE 0 0\n", timed_out=True)).is_whole
    assert parse(section(b"M /\nE 0 0\nO done\n")).is_whole


def test_more_files_than_are_told_is_not_whole() -> None:
    told = b"".join(b"F 2000000 1 /f%d\n" % n for n in range(TOLD_MAX))
    assert not parse(section(b"M /\n" + told + b"E 9 100000\n")).is_whole


def test_silence_is_no_listing() -> None:
    with pytest.raises(BadSection):
        parse(section(b"sh: find: not found\n"))
