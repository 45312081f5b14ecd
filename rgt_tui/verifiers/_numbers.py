"""Looks for NaN and infinity among the floating-point numbers of a file, within a bound.

Reading every number costs more than its hash, so that a large file is looked through in blocks spread
evenly over each tensor. What was looked through is said beside what was found.
"""

from __future__ import annotations

import time
from typing import Callable, Dict, NamedTuple, Sequence, Tuple

from rgt_tui.verifiers import Floats
from rgt_tui.verifiers._content import File

BLOCK = 256 * 1024
LOOKED_MAX = 512 << 20
"""Bytes of a file that are looked through at most: about a second."""
LIMIT_S = 10.0

WIDTHS = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8}
"""Bytes of each kind of number, little-endian, that is looked at."""
_HIGH_F16 = tuple(bytes([byte]) for byte in (*range(0x7C, 0x80), *range(0xFC, 0x100)))
_HIGH = (b"\x7f", b"\xff")


class Looked(NamedTuple):
    """What was found, and how many bytes of all numbers were looked through.

    `found` says where the first number lies that is none; empty for nowhere.
    """

    found: str
    looked: int
    total: int

    @property
    def said(self) -> str:
        """One phrase on what was looked through."""
        if not self.total:
            return ""
        if self.looked >= self.total:
            return "every number is finite"
        return f"numbers are finite in {self.looked} of {self.total} bytes looked through"


def look(file: File, floats: Sequence[Floats], limit_s: float = LIMIT_S) -> Looked:
    """Looks through the numbers of a file, at least the first and last block of each tensor.

    A lone number is no weight: what keeps track of a best score begins at infinity (Lightning's
    `kth_value`), and is left out.

    Raises:
        Unsure: it became shorter meanwhile.
    """
    floats = [one for one in floats if one.end - one.start > WIDTHS[one.kind]]
    total = sum(one.end - one.start for one in floats)
    step = max(1, -(-total // LOOKED_MAX))
    ends = time.monotonic() + limit_s
    looked = 0
    for one in floats:
        width = WIDTHS[one.kind]
        stop = one.end - (one.end - one.start) % width
        last = (stop - one.start - 1) // BLOCK
        for number in (n for n in range(last + 1) if not n % step or n == last):
            if time.monotonic() > ends:
                return Looked("", looked, total)
            at = one.start + number * BLOCK
            block = file.read(at, min(BLOCK, stop - at))
            looked += len(block)
            first = first_in(block, one.kind)
            if first >= 0:
                element = (at - one.start) // width + first
                return Looked(f"element {element} of {one.name}", looked, total)
    return Looked("", looked, total)


class Stream:
    """Looks through numbers that come in pieces, as a record unpacks; at the first bytes of it."""

    def __init__(self, one: Floats, limit: int) -> None:
        self.one, self.limit = one, limit
        self.width = WIDTHS[one.kind]
        self.total = one.end - one.start
        self.at = self.looked = 0
        self.rest = b""
        self.found = ""

    def take(self, piece: bytes) -> None:
        """The next bytes of the record, of which the numbers are a part."""
        begin = max(0, self.one.start - self.at)
        piece, self.at = piece[begin : max(0, self.one.end - self.at)], self.at + len(piece)
        if self.found or not piece or self.looked >= self.limit:
            return
        block = self.rest + piece
        whole = len(block) - len(block) % self.width
        first = first_in(block[:whole], self.one.kind)
        if first >= 0:
            self.found = f"element {self.looked // self.width + first} of {self.one.name}"
        self.looked += whole
        self.rest = block[whole:]


def first_in(block: bytes, kind: str) -> int:
    """The index of the first number whose exponent is all ones; -1 for none.

    The highest byte of each number is cut out, and searched: in weights it is hardly ever that of
    such a number, so that the byte below it is looked at seldom.
    """
    width, highs, is_bad = _KINDS[kind]
    high = block[width - 1 :: width]
    found = -1
    for byte in highs:
        at = high.find(byte)
        while at >= 0 and (found < 0 or at < found):
            if is_bad(block[at * width + width - 2]):
                found = at
                break
            at = high.find(byte, at + 1)
    return found


_KINDS: Dict[str, Tuple[int, Tuple[bytes, ...], Callable[[int], bool]]] = {
    "f16": (2, _HIGH_F16, lambda below: True),
    "bf16": (2, _HIGH, lambda below: below >= 0x80),
    "f32": (4, _HIGH, lambda below: below >= 0x80),
    "f64": (8, _HIGH, lambda below: below >= 0xF0),
}
