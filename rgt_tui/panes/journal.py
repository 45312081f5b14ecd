"""The audit log: what was asked for, by whom, and how it ended; newest first."""

import json
from typing import Final

from rgt_tui.domain.journal import INTENT, OUTCOME, RECOVERED, Entry, JournalReport
from rgt_tui.domain.request import Ending
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import UNKNOWN, PodId, rfc3339, show_age
from rgt_tui.panes import Block, Cell, Column, Line, Pane, Row, Scene, Tone

SHOWN: Final = 500
"""Newest operations that are listed; `rgt-tui journal` prints all."""
_TONES: Final = {
    Ending.DONE.value: Tone.GOOD,
    Ending.NOT_DONE.value: Tone.WARN,
    Ending.UNKNOWN.value: Tone.BAD,
}

COLUMNS: Final = (
    Column(title="AGE", width=7, rank=1, align="right"),
    Column(title="WHAT", width=28, rank=0, grows=True),
    Column(title="OUTCOME", width=12, rank=0),
    Column(title="WHO", width=20, rank=2),
    Column(title="LINE", width=6, rank=3, align="right"),
)


def _report(scene: Scene) -> JournalReport:
    return scene.account.evidence.value(JournalReport) or JournalReport()


def _rows(scene: Scene) -> tuple[Row, ...]:
    report = _report(scene)
    ends = {e.op: e for e in report.entries if e.event in (OUTCOME, RECOVERED)}
    rows = []
    shown: set[str] = set()
    for entry in reversed(report.entries):
        if entry.event in (OUTCOME, RECOVERED) or (entry.op and entry.op in shown):
            continue
        shown.add(entry.op)
        rows.append(_row(scene, entry, ends.get(entry.op)))
        if len(rows) == SHOWN:
            break
    return tuple(rows)


def _row(scene: Scene, entry: Entry, end: Entry | None) -> Row:
    age = show_age(scene.now - entry.at) if entry.at is not None else UNKNOWN
    cells = (
        Cell(age),
        Cell(entry.what or entry.event),
        _outcome(entry, end),
        Cell(entry.who),
        Cell(str(entry.seq), Tone.DIM),
    )
    return Row(str(entry.seq), cells, PodId(entry.pod) if entry.pod else None)


def _outcome(entry: Entry, end: Entry | None) -> Cell:
    if entry.event != INTENT:
        return Cell(entry.event, Tone.DIM)
    if end is None:
        return Cell("no outcome!", Tone.BAD)
    if end.event == RECOVERED:
        return Cell("looked up", Tone.WARN)
    word = str(end.raw.get("outcome", UNKNOWN))
    return Cell(clean(word, 20), _TONES.get(word, Tone.PLAIN))


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    report = _report(scene)
    chosen = next((e for e in report.entries if str(e.seq) == key), None)
    if chosen is None:
        return ()
    told = [e for e in report.entries if e is chosen or (chosen.op and e.op == chosen.op)]
    lines: list[Line] = []
    for entry in told:
        at = rfc3339(entry.at) or UNKNOWN
        said = f": {entry.said}" if entry.said else ""
        lines.append((Cell(f"{at} ", Tone.DIM), Cell(f"{entry.event}{said}")))
    facts = tuple(
        (Cell(f"{name} ", Tone.ACCENT), Cell(clean(json.dumps(value), 300)))
        for name, value in chosen.raw.items()
        if name not in ("v", "seq", "ts", "event", "what", "prev")
    )
    return (
        Block(chosen.what or chosen.event, tuple(lines)),
        Block("Record", facts),
        _chain(report),
    )


def _chain(report: JournalReport) -> Block:
    if report.faults:
        lines: tuple[Line, ...] = tuple((Cell(f"! {fault}", Tone.BAD),) for fault in report.faults)
        return Block("Hash chain: BROKEN", lines)
    notes: tuple[Line, ...] = tuple((Cell(note, Tone.WARN),) for note in report.notes)
    return Block("Hash chain", ((Cell(f"whole, {len(report.entries)} lines", Tone.GOOD),), *notes))


def _count(scene: Scene) -> int | None:
    """How many intents have no known outcome; nothing is said when there is none."""
    return len(_report(scene).unsettled) or None


def _empty(scene: Scene) -> str:
    if scene.account.evidence.latest(JournalReport) is None:
        return "The journal has not been read yet."
    return "Nothing was asked for yet. Every change is written down here before it leaves."


PANE = Pane(
    name="journal",
    title="Journal",
    order=8,
    columns=COLUMNS,
    kinds=(JournalReport,),
    rows=_rows,
    detail=_detail,
    count=_count,
    empty=_empty,
)
