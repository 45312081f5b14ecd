"""The small reader of a pull: a second listing tells what differs, and a reader that knows nothing all."""

import os
from pathlib import Path
from typing import Any

from rgt_tui.verifiers import _fetch


def rows(folder: Path, *, again: bool) -> dict[str, Any]:
    request = {"paths": [str(folder)], "again": again}
    answers = _fetch.listed(request)
    return {row[1]: row[2:] for answer in answers for row in answer.get("files", ())}


def test_a_second_listing_tells_only_what_is_not_as_it_was(tmp_path: Path) -> None:
    for number in range(600):
        (tmp_path / f"{number}").write_bytes(b"1")
    first = rows(tmp_path, again=False)
    assert len(first) == 600
    assert rows(tmp_path, again=True) == {}
    (tmp_path / "7").write_bytes(b"22")
    (tmp_path / "new").write_bytes(b"3")
    os.utime(tmp_path / "9", (1, 1))
    (tmp_path / "11").unlink()
    assert set(rows(tmp_path, again=True)) == {"7", "9", "new"}
    assert rows(tmp_path, again=True)["7"][0] == 2, (
        "what it knows is the first listing, not the last"
    )


def test_a_reader_without_a_memory_of_these_paths_tells_all(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    _fetch.LISTED.clear()
    assert set(rows(tmp_path, again=True)) == {"a"}
    other = tmp_path / "other"
    other.mkdir()
    (other / "b").write_bytes(b"1")
    assert set(rows(other, again=True)) == {"b"}
    assert set(rows(other, again=False)) == {"b"}
