import os
from pathlib import Path

import pytest

from rgt_tui.domain.evidence import Observed, Reading
from rgt_tui.probes.downloads import Download, DownloadReport, parse, stalled
from tests.probes.captured import said
from tests.probes.shells import SHELLS, ask, put, the_shell, write

BLOB = "workspace/.cache/huggingface/hub/models--a--b/blobs/ab12.incomplete"


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_unfinished_files_are_found_where_they_lie(shell: list[str], tmp_path: Path) -> None:
    put(tmp_path, proc__self__mounts="overlay / overlay rw 0 0\n", proc__1__environ="A=b\0")
    write(tmp_path, BLOB, b"x" * 700)
    os.utime(tmp_path / BLOB, (1_780_000_000, 1_780_000_000))
    write(tmp_path, "workspace/big model.part", b"y" * 9)
    write(tmp_path, "workspace/evil\nname.part", b"z")
    write(tmp_path, "workspace/done.safetensors", b"z")
    report, _ = ask(the_shell(shell), "downloads", tmp_path)
    found = {it.path.lstrip("/"): it for it in report.files}
    assert set(found) == {BLOB, "workspace/big model.part"}
    assert (found[BLOB].size_bytes, found[BLOB].written_at) == (700, 1_780_000_000.0)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda it: it[0])
def test_a_global_volume_is_not_listed_since_that_is_billed(
    shell: list[str], tmp_path: Path
) -> None:
    put(tmp_path, proc__self__mounts="bucket /workspace fuse.geesefs rw 0 0\n")
    write(tmp_path, BLOB, b"x")
    write(tmp_path, "workspace/a.part", b"x")
    assert ask(the_shell(shell), "downloads", tmp_path)[0].files == ()


def test_a_size_that_stands_still_over_two_readings_is_stalled() -> None:
    def seen(size: int, at: float) -> Observed[DownloadReport]:
        frozen = Download(path="/a.incomplete", size_bytes=500)
        grows = Download(path="/b.incomplete", size_bytes=size)
        return Observed(DownloadReport((frozen, grows)), at, "ssh")

    reading: Reading[DownloadReport] = Reading()
    for number in range(3):
        reading = reading.after(seen(100 * number, 60.0 * number))
    assert reading.good is not None
    now = reading.good
    assert [it.path for it in stalled(now.value, now.at, reading.history[-2])] == ["/a.incomplete"]
    assert stalled(now.value, now.at, None) == ()
    assert stalled(now.value, now.at, reading.history[-1]) == ()


def test_lines_that_make_no_sense_are_passed_over() -> None:
    report = parse(said("begun 1\nD x y /a\nD 5\nD 5 6 /ok \x1b[2J\nD 9999999999999999999 1 /b\n"))
    assert [it.path for it in report.files] == [r"/ok \x1b[2J"]
