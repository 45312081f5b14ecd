"""What runs of zeros mean in formats without checksums.

A crash after delayed allocation, or a write over quota, leaves a file of the right length whose
end reads as zeros; no loader notices. Zeros that begin inside one tensor and swallow whole later
ones are not what training leaves behind; other long runs may be, so they are only warned of.
"""

from __future__ import annotations

from typing import List, Sequence, Tuple

from rgt_tui.verifiers import Broken, Extent, Unsure

TAIL_SHARE = 0.004
TAIL_LEAST = 32
ROWS_LEAST = 2


def judge(size: int, extents: Sequence[Extent], blanks: Sequence[Tuple[int, int]]) -> None:
    """Raises what the blanks of a file mean.

    Raises:
        Broken: the end was never written: a tensor is cut and later ones are blank.
        Unsure: there are blanks that may or may not be meant.
    """
    tensors = sorted((e for e in extents if e.end > e.start), key=lambda e: e.start)
    for start, end in blanks:
        touched = [e for e in tensors if e.start < end and e.end > start]
        if not touched:
            continue
        if tensors and end >= tensors[-1].end:
            _judge_tail(size, touched, start, end)
        else:
            _judge_hole(touched, start, end)


def _judge_tail(size: int, touched: List[Extent], start: int, end: int) -> None:
    length = end - max(start, touched[0].start)
    if length < TAIL_LEAST or (length < TAIL_SHARE * size and length < 4096):
        return
    cut = [e for e in touched if e.start < start]
    blank = [e for e in touched if e.start >= start]
    told = f"the last {length} bytes are zero"
    if cut and blank:
        first = cut[0]
        at_row = first.row and not (start - first.start) % first.row
        if len(blank) >= ROWS_LEAST or not at_row:
            raise Broken(
                f"{told}: {first.name} is cut and {len(blank)} later tensors are blank, the end was not written"
            )
    if len(touched) == len([e for e in touched if e.start >= start]) == 1 and not cut:
        raise Unsure(f"{told}: {touched[0].name} holds nothing but zeros")
    raise Unsure(f"{told}, from inside {touched[0].name} on")


def _judge_hole(touched: List[Extent], start: int, end: int) -> None:
    if start <= touched[0].start and end >= touched[-1].end:
        names = ", ".join(e.name for e in touched[:2])
        raise Unsure(f"{names} holds nothing but zeros")
    raise Unsure(f"{end - start} zero bytes inside {touched[0].name}: a hole, or data")
