"""What runs of zeros mean in formats without checksums.

A crash after delayed allocation, or a write over quota, leaves a file of the right length whose
end reads as zeros; no loader notices. Yet zeros may be meant: fresh optimizer state, zero biases,
counters, padding rows of an embedding. So they are warned of and never called broken; where they
begin inside one tensor and swallow whole later ones the warning says what that looks like.
"""

from __future__ import annotations

from typing import List, Sequence, Tuple

from rgt_tui.verifiers import Extent, Unsure

TAIL_SHARE = 0.004
TAIL_LEAST = 32


def judge(size: int, extents: Sequence[Extent], blanks: Sequence[Tuple[int, int]]) -> None:
    """Raises what the blanks of a file mean.

    Raises:
        Unsure: there are blanks, which may or may not be meant.
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
    told = f"the last {length} bytes are zero"
    first, blank = touched[0], [e for e in touched if e.start >= start]
    if len(blank) == len(touched) == 1:
        raise Unsure(f"{told}: {first.name} holds nothing but zeros")
    if len(blank) == len(touched):
        raise Unsure(f"{told}: {first.name} and what follows it hold nothing but zeros")
    at_row = first.row and not (start - first.start) % first.row
    if blank and not at_row:
        raise Unsure(
            f"{told}: {first.name} ends in zeros and so do all {len(blank)} tensors after it, "
            "as in a file whose end was never written"
        )
    raise Unsure(f"{told}, from inside {first.name} on")


def _judge_hole(touched: List[Extent], start: int, end: int) -> None:
    if start <= touched[0].start and end >= touched[-1].end:
        names = ", ".join(e.name for e in touched[:2])
        raise Unsure(f"{names} holds nothing but zeros")
    raise Unsure(f"{end - start} zero bytes inside {touched[0].name}: a hole, or data")
