"""Remembers the account from run to run: the client side of the history file.

All work happens on one thread of its own, so that a slow disk holds up nobody. What cannot be
written - the disk is full, the folder is read-only, another console holds the file - is kept in
memory, told in one sentence, and written as soon as that works again: when a Pod was first seen
stopped is not lost to a full disk. A damaged file is set aside and begun anew; one of a newer
version is left alone.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from rgt_tui import places
from rgt_tui.clients.history_file import HistoryFile, Newer
from rgt_tui.domain.finding import Finding
from rgt_tui.domain.history import Happening, History, MoneyPoint, Spell, Stretch
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.rates import billed
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import PodId

Given = TypeVar("Given")
SAVE_S: Final = 60.0
"""How often the end of an unchanged stretch is written."""
KEPT_S: Final = 400 * 86_400.0
"""How long anything is remembered."""
FINE_S: Final = 86_400.0
"""For how long back every money point is given; before that one an hour."""
POINTS_S: Final = 31 * 86_400.0
SPELLS_S: Final = 86_400.0
"""How long a symptom that has gone is remembered aloud."""
SPELLS_MAX: Final = 300
UNSAVED_MAX: Final = 5_000
"""Changes kept in memory while they cannot be written."""
SET_ASIDE: Final = 9
SAID_MAX: Final = 300
_NOT_KEPT: Final = "The history is not kept for now"


class HistoryBook:
    """The history of one account, open inside `async with`.

    Every method may be called at any time; none raises for what the disk does.
    """

    def __init__(self, path: Path | None) -> None:
        """Opens nothing yet.

        Args:
            path: of the SQLite file; None remembers for this run only.
        """
        self._path = path
        self._file: HistoryFile | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="history")
        self._current: dict[PodId, Stretch] = {}
        self._saved_at: dict[PodId, float] = {}
        self._points: deque[MoneyPoint] = deque(maxlen=UNSAVED_MAX)
        self._spells: dict[tuple[PodId | None, str], Spell] = {}
        self._told: dict[PodId | None, Sequence[Finding]] = {}
        """What was said last of each Pod: the same findings bring no change."""
        self._stretches: dict[tuple[PodId, float], Stretch] = {}
        self._unsaved: deque[Callable[[HistoryFile], None]] = deque(maxlen=UNSAVED_MAX)
        """What waits to be written: stretches first, in the order of their times."""
        self._is_on_disk = path is not None
        self._trouble = ""
        self._known: History | None = None

    async def __aenter__(self) -> Self:
        await self._run(self._open)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.shield(self._run(self._close))
        self._thread.shutdown(wait=False)

    @property
    def trouble(self) -> str:
        """Why nothing is kept on disk, in one sentence; empty when it is."""
        return self._trouble

    async def keep(self, pods: Sequence[Pod], at: float) -> None:
        """Notes how these Pods were seen at `at`; Pods of an earlier list that are missing are gone."""
        await self._run(lambda: self._keep(pods, at))

    async def keep_money(self, point: MoneyPoint) -> None:
        """Notes the account's money."""
        await self._run(lambda: self._keep_point(point))

    async def conclude(
        self, findings: Mapping[PodId | None, Sequence[Finding]], now: float
    ) -> None:
        """Notes which symptoms have come and gone.

        Args:
            findings: what all detectors say, absent verdicts included. A symptom that is unknown
                now stays as it was; one of a Pod that is no longer listed has gone with it.
            now: Unix seconds.
        """
        come, gone = self._changes(findings)
        if come or gone:
            await self._run(lambda: self._conclude(come, gone, now))

    async def tell(self, event: Happening) -> None:
        """Adds a line to the timeline."""

        def act() -> None:
            self._note(event)
            self._write()

        await self._run(act)

    async def remembered(self, pods: Sequence[Pod], now: float) -> History:
        """What is remembered of these Pods and of the account's money."""
        return await self._run(lambda: self._remembered(tuple(pod.id for pod in pods), now))

    async def timeline(
        self, pod_id: PodId | None = None, since: float = 0.0, limit: int = 200
    ) -> tuple[Happening, ...]:
        """What happened to a Pod, or to anything for None; newest first."""
        return await self._run(lambda: self._read(lambda f: f.timeline(pod_id, since, limit)) or ())

    async def spells(
        self, pod_id: PodId | None = None, since: float = 0.0, limit: int = 200
    ) -> tuple[Spell, ...]:
        """The symptoms of a Pod, or of the account for None; newest first."""
        return await self._run(lambda: self._read(lambda f: f.spells(pod_id, since, limit)) or ())

    async def _run(self, act: Callable[[], Given]) -> Given:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)

    def _open(self) -> None:
        try:
            self._file = HistoryFile(self._path)
        except Newer:
            self._trouble = "The history was written by a newer version; it is left as it is."
        except sqlite3.OperationalError as error:
            self._trouble = _sentence(error)
        except sqlite3.DatabaseError:
            self._begin_anew()
        except OSError as error:
            self._trouble = f"The history is not kept: {places.why(error)}."
        if self._file is None and self._path is not None:
            with contextlib.suppress(sqlite3.Error):
                self._file, self._is_on_disk = HistoryFile(None), False
        for spell in self._read(lambda file: file.open_spells()) or ():
            self._spells[spell.pod_id, spell.code] = spell

    def _begin_anew(self) -> None:
        """Sets a damaged file aside, and says so."""
        assert self._path is not None  # noqa: S101  # memory is not damaged
        names = [self._path.with_name(f"{self._path.name}.broken-{n}") for n in range(1, SET_ASIDE)]
        target = next((name for name in names if not os.path.lexists(name)), names[-1])
        try:
            os.replace(self._path, target)
            for tail in ("-wal", "-shm"):
                Path(f"{self._path}{tail}").unlink(missing_ok=True)
            self._file = HistoryFile(self._path)
            self._trouble = f"The history was damaged; it is set aside as {target.name}."
        except (OSError, sqlite3.Error):
            self._trouble = f"The history is damaged and cannot be set aside: {self._path.name}."

    def _close(self) -> None:
        for stretch in self._current.values():
            self._put(stretch)
        self._write()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _keep(self, pods: Sequence[Pod], at: float) -> None:
        for pod in pods:
            before = self._current.get(pod.id) or self._last(pod.id)
            if before is not None and before.is_of(pod):
                self._current[pod.id] = replace(
                    before, until=max(before.until, at), name=clean(pod.name, SAID_MAX)
                )
                if at - self._saved_at.get(pod.id, 0.0) >= SAVE_S:
                    self._put(self._current[pod.id])
                continue
            if before is not None:
                self._put(before)
            self._begin(pod, before, at)
        listed = {pod.id for pod in pods}
        for pod_id in [pod_id for pod_id in self._current if pod_id not in listed]:
            gone = self._current.pop(pod_id)
            self._put(gone)
            self._note(Happening(at=at, pod_id=pod_id, kind="state", text="gone from the list"))
        if self._unsaved or self._stretches:
            self._write()

    def _begin(self, pod: Pod, before: Stretch | None, at: float) -> None:
        stretch = Stretch(
            pod_id=pod.id,
            name=clean(pod.name, SAID_MAX),
            start=pod.start,
            billed=billed(pod),
            since=at,
            until=at,
        )
        self._current[pod.id] = stretch
        self._known = None
        self._put(stretch)
        if before is None:
            self._note(Happening(at=at, pod_id=pod.id, kind="state", text=f"seen {pod.status}"))
        elif before.billed.status != pod.status:
            change = f"{before.billed.status} -> {pod.status}"
            self._note(Happening(at=at, pod_id=pod.id, kind="state", text=change))

    def _last(self, pod_id: PodId) -> Stretch | None:
        return self._read(lambda file: file.last_stretch(pod_id))

    def _put(self, stretch: Stretch) -> None:
        self._saved_at[stretch.pod_id] = stretch.until
        self._stretches[stretch.pod_id, stretch.since] = stretch

    def _note(self, event: Happening) -> None:
        self._unsaved.append(lambda file: file.tell(event))

    def _keep_point(self, point: MoneyPoint) -> None:
        self._points.append(point)
        self._known = None
        self._unsaved.append(lambda file: file.put_point(point))
        self._unsaved.append(lambda file: file.forget_before(point.at - KEPT_S))
        self._write()

    def _changes(
        self, findings: Mapping[PodId | None, Sequence[Finding]]
    ) -> tuple[list[tuple[PodId | None, Finding]], list[tuple[PodId | None, str]]]:
        new = {pod: each for pod, each in findings.items() if self._told.get(pod) is not each}
        self._told = dict(findings)
        said = {(pod, f.code): f for pod, found in new.items() for f in found}
        present = {key: f for key, f in said.items() if f.is_present}
        come = [(key[0], f) for key, f in present.items() if key not in self._spells]
        gone = [
            (pod, code)
            for pod, code in self._spells
            if pod not in findings or ((pod, code) in said and said[pod, code].verdict == "absent")
        ]
        return come, gone

    def _conclude(
        self,
        come: Sequence[tuple[PodId | None, Finding]],
        gone: Sequence[tuple[PodId | None, str]],
        now: float,
    ) -> None:
        for pod, finding in come:
            said = finding.evidence[0].said if finding.evidence else finding.title
            spell = Spell(
                pod_id=pod,
                code=finding.code,
                severity=finding.severity.name.lower(),
                said=clean(said, SAID_MAX),
                raised_at=now,
            )
            self._spells[pod, finding.code] = spell
            self._unsaved.append(_raising(spell))
            text = f"{finding.code} {spell.said}"
            self._note(Happening(at=now, pod_id=pod, kind="raised", text=text))
        for pod, code in gone:
            self._spells.pop((pod, code), None)
            self._unsaved.append(_clearing(pod, code, now))
            self._note(Happening(at=now, pod_id=pod, kind="cleared", text=code))
        self._known = None
        self._write()

    def _remembered(self, pod_ids: tuple[PodId, ...], now: float) -> History:
        if self._known is None or self._known.trouble != self._trouble:
            current = [self._current[p] for p in pod_ids if p in self._current]
            kept = self._read(lambda file: file.stretches(pod_ids)) or ()
            fine, oldest = now - FINE_S, now - POINTS_S
            points = self._read(lambda file: file.points(oldest, fine))
            self._known = History(
                stretches=_with_current(kept, current),
                points=points or tuple(self._points),
                spells=self._read(lambda file: file.spells_of_all(now - SPELLS_S, SPELLS_MAX))
                or (),
                since=self._read(lambda file: file.since()),
                trouble=self._trouble,
            )
        return self._known

    def _read(self, ask: Callable[[HistoryFile], Given]) -> Given | None:
        """What the file answers; None when it cannot."""
        if self._file is None:
            return None
        try:
            return ask(self._file)
        except sqlite3.Error as error:
            self._trouble = _sentence(error)
            return None

    def _write(self) -> None:
        """Writes everything that waits; when that fails, it waits for the next time."""
        if self._file is None:
            return
        try:
            with self._file.transaction():
                for key in sorted(self._stretches, key=lambda key: key[1]):
                    self._file.put_stretch(self._stretches[key])
                for waiting in self._unsaved:
                    waiting(self._file)
        except sqlite3.Error as error:
            self._trouble = _sentence(error)
            return
        self._stretches.clear()
        self._unsaved.clear()
        if self._is_on_disk and self._trouble.startswith(_NOT_KEPT):
            self._trouble = ""


def _raising(spell: Spell) -> Callable[[HistoryFile], None]:
    return lambda file: file.raise_spell(spell)


def _clearing(pod: PodId | None, code: str, at: float) -> Callable[[HistoryFile], None]:
    return lambda file: file.clear_spell(pod, code, at)


def _with_current(kept: Sequence[Stretch], current: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """The stretches on disk, with those of this run that are newer.

    Where another console began a stretch earlier than this one did, it is one and the same.
    """
    newest = {(s.pod_id, s.since): s for s in kept}
    last = {s.pod_id: s for s in kept}
    for stretch in current:
        on_disk = last.get(stretch.pod_id)
        if on_disk is not None and _is_same(on_disk, stretch):
            until = max(on_disk.until, stretch.until)
            newest[on_disk.pod_id, on_disk.since] = replace(on_disk, until=until)
        else:
            newest[stretch.pod_id, stretch.since] = stretch
    return tuple(sorted(newest.values(), key=lambda s: (s.pod_id, s.since)))


def _is_same(one: Stretch, other: Stretch) -> bool:
    return (one.start, one.billed) == (other.start, other.billed)


def _sentence(error: sqlite3.Error) -> str:
    return f"{_NOT_KEPT}: {clean(str(error), 120)}."
