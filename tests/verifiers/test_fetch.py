"""The small reader of a pull: a second listing tells what differs, and a reader that knows nothing all."""

import io
import json
import os
from collections.abc import Callable
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


def answers_to(folder: Path, upto: int, between: Callable[[], None] = lambda: None) -> list[Any]:
    """The lines of a listing with bytes; `between` happens after the first of them."""
    sent: list[Any] = []

    class Out(io.BytesIO):
        def flush(self) -> None:
            if not sent:
                sent.append(self)
                between()

    out = Out()
    request = {"op": "files", "paths": [str(folder)], "small": 1 << 20, "upto": upto}
    _fetch._send_files(request, out)
    lines, rest = [], out.getvalue()
    while rest:
        line, _, rest = rest.partition(b"\n")
        lines.append(json.loads(line))
        rest = rest[lines[-1].get("n", 0) :]
    return lines


def test_where_all_bytes_came_along_it_looks_again_by_itself(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}").write_bytes(b"1")
    *_, last = lines = answers_to(tmp_path, 1 << 20)
    assert last == {"again": []}
    assert sum(len(line.get("files", ())) for line in lines) == 300

    def touch() -> None:
        (tmp_path / "7").write_bytes(b"22")
        for number in range(300):
            os.utime(tmp_path / f"{number}", (1, 1))

    told = {
        row[1] for line in answers_to(tmp_path, 1 << 20, touch) for row in line.get("again", ())
    }
    first = {row[1] for row in answers_to(tmp_path, 0)[0]["files"]}
    assert told >= first - {"7"}, "what was read before it changed is told"


def test_it_looks_again_for_nobody_where_bytes_are_still_to_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1" * 100)
    (tmp_path / "b").write_bytes(b"2" * 100)
    assert not any("again" in line for line in answers_to(tmp_path, 0))
    assert not any("again" in line for line in answers_to(tmp_path, 50))
    assert answers_to(tmp_path, 1000)[-1] == {"again": []}
