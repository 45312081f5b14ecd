"""Reading the journal back, and judging its chain. Pure: bytes in, values out."""

import hashlib
from itertools import pairwise
from typing import Final, NamedTuple

from rgt_tui.clients.strict_json import BadJson, Json, parse
from rgt_tui.domain.journal import Entry, JournalReport
from rgt_tui.domain.text import clean

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a journal that is still read; a line takes about a thousand."""
START: Final = "0" * 64
"""What the first line names as the one before it."""
TORN: Final = "torn"
"""Event of the line that ends a line cut off by a crash."""
GAP: Final = "gap"
"""Event of the line that says that lines which were there are missing."""


class Last(NamedTuple):
    """One line's number and the SHA-256 of its bytes, in hex."""

    seq: int
    sha256: str


NOTHING: Final = Last(0, START)


def digest(line: bytes) -> str:
    """SHA-256 of a line without its end, in hex."""
    return hashlib.sha256(line).hexdigest()


def split_torn(content: bytes) -> tuple[bytes, bytes]:
    """What ends in a line end, and what comes after the last one."""
    whole, mark, torn = content.rpartition(b"\n")
    return whole + mark, torn


def torn_fields(torn: bytes) -> dict[str, object]:
    """The line that ends a line cut off by a crash."""
    said = f"a line of {len(torn)} bytes was cut off; nothing was sent on the strength of it"
    return {"op": "", "event": TORN, "what": "", "said": said, "sha256": digest(torn)}


def gap_fields(head: Last) -> dict[str, object]:
    """The line that says that lines are missing before it."""
    said = f"line {head.seq} was here and is not, or is another"
    return {"op": "", "event": GAP, "what": "", "said": said, "sha256": head.sha256}


def last_of(content: bytes, *, is_start: bool) -> Last:
    """The last whole line; the place before the first one when there is none.

    Raises:
        OSError: there are lines and none of them is one of ours.
    """
    lines = content.split(b"\n")[:-1]
    for line in reversed(lines if is_start else lines[1:]):
        fields = _fields(line)
        if fields is not None:
            return Last(_number(fields.get("seq")), digest(line))
    if lines:
        raise OSError("its end is not what this program writes")
    return NOTHING


def head_of(content: bytes) -> Last | None:
    """The head file's content; None when it makes no sense."""
    fields = _fields(content)
    sha256 = fields.get("sha256") if fields is not None else None
    if fields is None or not isinstance(sha256, str):
        return None
    return Last(_number(fields.get("seq")), sha256)


def read(content: bytes, head: Last | None) -> JournalReport:
    """Every line, and what is wrong with the chain.

    Args:
        content: of the file.
        head: the last line as the head file names it; None when there is none.
    """
    whole, torn = split_torn(content)
    notes = [f"the last line was cut off after {len(torn)} bytes"] if torn else []
    lines = whole.split(b"\n")[:-1]
    entries: list[Entry] = []
    faults: list[str] = []
    last, missing = NOTHING, head
    for number, (line, following) in enumerate(pairwise([*lines, b""]), 1):
        fields = _fields(line)
        if fields is None:
            if not _is_told_torn(line, following):
                faults.append(f"line {number} of the file is not one this program writes")
            continue
        seq = _number(fields.get("seq"))
        if fields.get("prev") != last.sha256 or seq != last.seq + 1:
            faults.append(f"line {number} of the file does not follow the one before it")
        if fields.get("event") == GAP:
            faults.append(f"line {number} of the file: {clean(str(fields.get('said')), 200)}")
        last = Last(seq, digest(line))
        missing = None if last == missing else missing
        entries.append(_entry(fields))
    if missing is not None:
        faults.append(f"line {missing.seq}, the last one written, is missing or is another")
    if head is None and lines:
        notes.append("the head file is missing: lines cut off at the end would not be seen")
    return JournalReport(entries=tuple(entries), faults=tuple(faults), notes=tuple(notes))


def _is_told_torn(line: bytes, following: bytes) -> bool:
    """Whether the next line says that this one was cut off."""
    fields = _fields(following)
    return (
        fields is not None and fields.get("event") == TORN and fields.get("sha256") == digest(line)
    )


def _entry(fields: dict[str, Json]) -> Entry:
    pod = fields.get("pod")
    at = fields.get("ts")
    said = fields.get("said") or fields.get("outcome")
    came = _text(fields.get("from"))
    return Entry(
        seq=_number(fields.get("seq")),
        at=float(at) if isinstance(at, int | float) and not isinstance(at, bool) else None,
        op=_text(fields.get("op")),
        event=_text(fields.get("event")),
        what=_text(fields.get("what")),
        who=_text(fields.get("user")) + (f" from {came}" if came else ""),
        pod=_text(pod.get("id")) if isinstance(pod, dict) else "",
        said=_text(said),
        pid=_number(fields.get("pid")),
        host=_text(fields.get("host")),
        raw=fields,
    )


def _fields(line: bytes) -> dict[str, Json] | None:
    try:
        value = parse(line)
    except BadJson:
        return None
    return value if isinstance(value, dict) else None


def _number(value: Json) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(value: Json) -> str:
    return clean(value, 300) if isinstance(value, str) else ""
