"""The lines of a transcript: the bytes that a log or a terminal left, in whatever shells write.

A transcript may be of any length and is read as a stream. PowerShell writes UTF-16 with a byte
order mark where other shells write UTF-8. A progress bar draws itself again and again behind a
carriage return, and an error message may stand between two of its pictures: what is no picture
of the same bar is a line of its own.
"""

import codecs
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
_NO_LETTERS: Final = bytes(code for code in range(256) if not chr(code).isalpha() or code > 127)


def lines_of(stream: BinaryIO) -> Iterator[str]:
    """The lines of a stream, cleaned; what is not in its encoding becomes U+FFFD."""
    begin = stream.read(CHUNK)
    encoding = next((name for mark, name in _MARKS if begin.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    rest = ""
    while begin:
        *rows, rest = (rest + decoder.decode(begin)).split("\n")
        for row in rows:
            yield from _lines_in(row)
        if len(rest) > ROW_MAX:
            drawn, _, last = rest.rpartition("\r")
            yield from _lines_in(drawn or rest)
            rest = last if drawn else ""
        begin = stream.read(CHUNK)
    rest += decoder.decode(b"", final=True)
    if rest:
        yield from _lines_in(rest)


def _lines_in(row: str) -> Iterator[str]:
    """What stood in a row of a terminal, one after the other; of a bar only its last picture."""
    row = row.rstrip("\r")
    if "\r" not in row:
        yield clean(row)
        return
    for _, pictures in groupby(filter(None, row.split("\r")), _letters):
        *_, last = pictures
        yield clean(last)


def _letters(picture: str) -> bytes:
    """What is alike in all pictures of a bar."""
    return picture.encode(errors="replace").translate(None, _NO_LETTERS)
