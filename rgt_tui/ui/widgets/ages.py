"""How old what a pane shows is: said in words in its title, and cell by cell. Pure.

Older than two periods between reads is stale, older than five is old. Old values are kept,
dimmed, and carry a `~`.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final

from rgt_tui.domain.evidence import Evidence, Reading
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.units import clock_time, show_age
from rgt_tui.panes import Column, Pane, Row, Scene, Tone
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.lines import Line, Piece

STALE_PERIODS: Final = 2.0
OLD_PERIODS: Final = 5.0


class Freshness(IntEnum):
    """How much an age can be trusted, so that the worst of several is the greatest."""

    FRESH = 0
    STALE = 1
    OLD = 2
    NEVER = 3


def freshness(age: float | None, period: float | None) -> Freshness:
    """What an age means for something read every `period` seconds; None is not known."""
    if age is None:
        return Freshness.NEVER
    if period is None or age <= STALE_PERIODS * period:
        return Freshness.FRESH
    return Freshness.STALE if age <= OLD_PERIODS * period else Freshness.OLD


def age_piece(label: str, age: float | None, period: float | None) -> Piece:
    """`api now`, `api stale 2m`, `api OLD 11m`, `api never`."""
    match freshness(age, period):
        case Freshness.FRESH:
            return Piece(f"{label} {show_age(age)}", Tone.DIM)
        case Freshness.STALE:
            return Piece(f"{label} stale {show_age(age)}", Tone.WARN)
        case Freshness.OLD:
            return Piece(f"{label} OLD {show_age(age)}", Tone.BAD)
        case _:
            return Piece(f"{label} never", Tone.UNKNOWN)


def pane_ages(pane: Pane, scene: Scene) -> Line:
    """The ages of everything a pane shows, for its title; each source once, by its worst."""
    worst: dict[str, Piece] = {}
    rank: dict[str, tuple[int, float]] = {}
    for kind in pane.kinds:
        label, age, piece = _kind_age(kind, scene)
        weight = (freshness(age, scene.periods.get(kind)).value, age or 0.0)
        if label not in rank or weight > rank[label]:
            worst[label], rank[label] = piece, weight
    line: list[Piece] = []
    for piece in worst.values():
        line.extend((Piece("  "), piece) if line else (piece,))
    return tuple(line)


def api_age(scene: Scene) -> Piece:
    """The age of the Pod list, for the status line."""
    return _kind_age(PodList, scene)[2]


def shell_piece(scene: Scene) -> Piece | None:
    """How many running Pods have a fresh reading over SSH: `ssh 3/3`; None when none runs."""
    running = [pod.id for pod in scene.account.pods if pod.is_running]
    if not running:
        return None
    answering = sum(1 for pod_id in running if _answers(scene.account.about(pod_id), scene))
    tone = Tone.DIM if answering == len(running) else Tone.WARN
    return Piece(f"ssh {answering}/{len(running)}", tone)


def as_of(scene: Scene) -> Line:
    """`as of 12:04, connecting` while only the state on disk is known; empty otherwise."""
    if scene.as_of is None:
        return ()
    waiting = "no live data" if scene.trouble else "connecting"
    return (Piece(f"as of {clock_time(scene.as_of)[:5]}, {waiting}", Ink.CHIP),)


def old_cells(row: Row, columns: Sequence[Column], pane: Pane, scene: Scene) -> tuple[bool, ...]:
    """For each column, whether this row's value in it is old. The first column, its name, never is."""
    about = scene.account.about(row.pod) if row.pod is not None else Evidence()
    if not pane.kinds:  # it shows what the engine does itself, which is never old
        return (False,) * len(columns)
    known: dict[type, bool] = {}
    flags = [False]
    for column in columns[1:]:
        kind = column.kind or pane.kinds[0]
        if kind not in known:
            known[kind] = _is_old(kind, about, scene, pane.kinds[0])
        flags.append(known[kind])
    return tuple(flags)


def _is_old(kind: type, about: Evidence, scene: Scene, otherwise: type) -> bool:
    """By the row's own reading of that kind, else the account's; else by the pane's first kind."""
    for evidence in (about, scene.account.evidence):
        age = evidence.reading(kind).age(scene.now)
        if age is not None:
            return freshness(age, scene.periods.get(kind)) is Freshness.OLD
    return kind is not otherwise and _is_old(otherwise, about, scene, otherwise)


def _kind_age(kind: type, scene: Scene) -> tuple[str, float | None, Piece]:
    period = scene.periods.get(kind)
    if not _is_of_pods(kind):
        reading: Reading[object] = scene.account.evidence.reading(kind)
        label = reading.good.source if reading.good is not None else "api"
        age = reading.age(scene.now)
        return label, age, age_piece(label, age, period)
    running = [pod.id for pod in scene.account.pods if pod.is_running]
    ages = [scene.account.about(pod_id).reading(kind).age(scene.now) for pod_id in running]
    fresh = [age for age in ages if freshness(age, period) is Freshness.FRESH]
    seen = [age for age in ages if age is not None]
    age = max(seen, default=None)
    if not running:
        return "ssh", None, Piece("ssh -", Tone.DIM)
    return "ssh", age, age_piece(f"ssh {len(fresh)}/{len(running)}", age, period)


def _is_of_pods(kind: type) -> bool:
    """Whether a report is read from each Pod: the ones that probes define are, and lists over SSH."""
    return kind.__module__.startswith("rgt_tui.probes.") or getattr(kind, "is_of_pods", False)


def _answers(about: Evidence, scene: Scene) -> bool:
    return any(_is_fresh_shell(kind, about, scene) for kind in _shell_kinds(about))


def _shell_kinds(about: Evidence) -> Iterable[type]:
    return (kind for kind in about if _is_of_pods(kind))


def _is_fresh_shell(kind: type, about: Evidence, scene: Scene) -> bool:
    age = about.reading(kind).age(scene.now)
    return freshness(age, scene.periods.get(kind)) is Freshness.FRESH
