"""The lines of a transcript: the bytes that a log or a terminal left, in whatever shells write.

A transcript may be of any length and is read as a stream. PowerShell writes UTF-16 with a byte
order mark where other shells write UTF-8. A progress bar draws itself again and again behind a
carriage return, and an error message may stand between two of its pictures: what is no picture
of the same bar is a line of its own.
"""

import codecs
from bisect import bisect_left
from collections.abc import Iterator
from itertools import groupby
from typing import BinaryIO, Final

from rgt_tui.domain.text import clean

CHUNK: Final = 1 << 16
"""Bytes that are read at once."""
ROW_MAX: Final = 1 << 20
"""Characters of a row that has no line feed in it; a longer one is told in pieces."""
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_CLEANED: Final = clean("\r")
_NO_LETTERS: Final = bytes(code for code in range(256) if not chr(code).isalpha() or code > 127)


class Rows:
    """Which row of the text a line is from, where some rows were told as several lines, or as none."""

    def __init__(self) -> None:
        """Notes nothing yet: each line is a row."""
        self._lines = 0
        self._rows = 0
        self._ends: list[int] = []
        self._behind: list[int] = []

    def note(self, lines: int) -> None:
        """One more row, told as so many lines."""
        self._lines += lines
        self._rows += 1
        if lines != 1:
            self._ends.append(self._lines)
            self._behind.append(self._rows)

    def of(self, line: int) -> int:
        """The row of a line; both are counted from 1."""
        place = bisect_left(self._ends, line)
        before = place - 1
        ended, row = (self._ends[before], self._behind[before]) if before >= 0 else (0, 0)
        is_in_last = place < len(self._ends) and row + line - ended >= self._behind[place]
        return self._behind[place] if is_in_last else row + line - ended


def lines_of(stream: BinaryIO, rows_of: Rows | None = None) -> Iterator[str]:
    """The lines of a stream, cleaned; what is not in its encoding becomes U+FFFD.

    Args:
        stream: the bytes.
        rows_of: notes which row each line is from.
    """
    told = rows_of or Rows()
    lines = 0  # of a row that was told in part
    begin = stream.read(CHUNK)
    encoding = next((name for mark, name in _MARKS if begin.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = ""
    while begin:
        *rows, rest = (rest + decoder.decode(begin)).split("\n")
        for row in rows:
            found = _lines_in(row)
            told.note(lines + len(found))
            lines = 0
            yield from found
        if len(rest) > ROW_MAX:
            drawn, _, last = rest.rpartition("\r")
            found = _lines_in(drawn or rest)
            lines += len(found)
            yield from found
            rest = last if drawn else ""
        begin = stream.read(CHUNK)
    rest += decoder.decode(b"", final=True)
    found = _lines_in(rest) if rest else ()
    told.note(lines + len(found))
    yield from found


def lines_in(cleaned: str) -> tuple[str, ...]:
    """What stood in a row of a log that was cleaned as one line; of a bar only its last picture."""
    return _drawn(cleaned.split(_CLEANED)) if _CLEANED in cleaned else (cleaned,)


def _lines_in(row: str) -> tuple[str, ...]:
    """What stood in a row of a terminal, one after the other; of a bar only its last picture."""
    row = row.rstrip("\r")
    return tuple(map(clean, _drawn(row.split("\r")))) if "\r" in row else (clean(row),)


def _drawn(pictures: list[str]) -> tuple[str, ...]:
    """Of pictures that differ in figures alone the last one."""
    return tuple(list(alike)[-1] for _, alike in groupby(filter(None, pictures), _letters))


def _letters(picture: str) -> bytes:
    """What is alike in all pictures of a bar."""
    return picture.encode(errors="replace").translate(None, _NO_LETTERS)
