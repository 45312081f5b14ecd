"""The SQLite file of the history: its tables, its versions, and rows as domain values.

One file an account, mode 0600, in WAL mode so that two consoles can write at once. The version is
SQLite's own `user_version`. Amounts of money are text, so that they stay what was written.

    stretches  a Pod, what decided its price, from when to when it was seen so
    points     balance, the service's spend rate and our burn at one moment
    spells     a symptom, of whom, when it was raised and cleared
    timeline   what happened, one sentence a line

Nothing secret is in any of them: no key, no environment, no arguments, no log lines.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from rgt_tui import places
from rgt_tui.domain.history import Happening, MoneyPoint, Spell, Stretch
from rgt_tui.domain.rates import Billed
from rgt_tui.domain.units import PodId

SCHEMA: Final = 1
APPLICATION: Final = 0x52475454
"""SQLite's `application_id` of our files: `RGTT`."""
BUSY_S: Final = 2.0
"""How long to wait for another console that is writing."""
_TABLES: Final = """
CREATE TABLE stretches (
    pod_id TEXT NOT NULL, name TEXT NOT NULL, start TEXT NOT NULL, status TEXT NOT NULL,
    cost TEXT, disk_gb INTEGER, volume_gb INTEGER, since REAL NOT NULL, until REAL NOT NULL);
CREATE INDEX stretches_of ON stretches (pod_id, since);
CREATE TABLE points (at REAL PRIMARY KEY, balance TEXT, spend TEXT, burn TEXT);
CREATE TABLE spells (
    pod_id TEXT NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL, said TEXT NOT NULL,
    raised_at REAL NOT NULL, cleared_at REAL);
CREATE UNIQUE INDEX spells_open ON spells (pod_id, code) WHERE cleared_at IS NULL;
CREATE INDEX spells_of ON spells (pod_id, raised_at);
CREATE TABLE timeline (
    at REAL NOT NULL, pod_id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX timeline_of ON timeline (pod_id, at);
"""
_SAME_EVENT_S: Final = 120.0
"""Two consoles that tell of the same thing within this time tell it once."""


class Newer(Exception):
    """The file was written by a version to come."""


class HistoryFile:
    """An open history. Not for several threads."""

    def __init__(self, path: Path | None) -> None:
        """Opens or makes the file.

        Args:
            path: of the file; None keeps everything in memory.

        Raises:
            Newer: it is of a version to come.
            sqlite3.Error, OSError: it cannot be opened, or is no database.
        """
        if path is not None:
            places.ensure_private(path.parent)
            with contextlib.suppress(FileExistsError):
                places.create_private(path, b"")
            os.chmod(path, 0o600)
        self._db = sqlite3.connect(
            path or ":memory:", timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Closes it."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """What is written in the block is written as a whole, or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise

    def last_stretch(self, pod_id: PodId) -> Stretch | None:
        """The newest stretch of a Pod."""
        rows = self._db.execute(
            "SELECT * FROM stretches WHERE pod_id = ? ORDER BY since DESC LIMIT 1", (pod_id,)
        )
        return next(map(_stretch, rows), None)

    def put_stretch(self, stretch: Stretch) -> None:
        """Goes on with the newest stretch of the Pod where it is the same, else begins another."""
        last = self.last_stretch(stretch.pod_id)
        what = stretch.billed
        if last is not None and (last.start, last.billed) == (stretch.start, what):
            self._db.execute(
                "UPDATE stretches SET until = max(until, ?), name = ? WHERE pod_id = ? AND since = ?",
                (stretch.until, stretch.name, stretch.pod_id, last.since),
            )
            return
        row = (stretch.pod_id, stretch.name, stretch.start, what.status, _text(what.cost_per_hour))
        sizes = (what.disk_gb, what.volume_gb, stretch.since, stretch.until)
        self._db.execute("INSERT INTO stretches VALUES (?,?,?,?,?,?,?,?,?)", (*row, *sizes))

    def stretches(self, pod_ids: Iterable[PodId]) -> tuple[Stretch, ...]:
        """All stretches of these Pods, oldest first within a Pod."""
        return tuple(
            _stretch(row)
            for pod_id in pod_ids
            for row in self._db.execute(
                "SELECT * FROM stretches WHERE pod_id = ? ORDER BY since", (pod_id,)
            )
        )

    def put_point(self, point: MoneyPoint) -> None:
        """Keeps a point."""
        amounts = map(_text, (point.balance, point.spend_per_hour, point.burn_per_hour))
        self._db.execute("INSERT OR REPLACE INTO points VALUES (?,?,?,?)", (point.at, *amounts))

    def points(self, since: float, fine_since: float) -> tuple[MoneyPoint, ...]:
        """Points from `since` on, oldest first: one an hour until `fine_since`, then all."""
        rows = self._db.execute(
            "SELECT * FROM points WHERE at >= ? OR at IN (SELECT max(at) FROM points"
            " WHERE at >= ? AND at < ? GROUP BY cast(at / 3600 AS INTEGER)) ORDER BY at",
            (fine_since, since, fine_since),
        )
        return tuple(
            MoneyPoint(
                at=at,
                balance=_usd(balance),
                spend_per_hour=_usd(spend),
                burn_per_hour=_usd(burn),
            )
            for at, balance, spend, burn in rows
        )

    def open_spells(self) -> tuple[Spell, ...]:
        """The symptoms that are there."""
        rows = self._db.execute("SELECT * FROM spells WHERE cleared_at IS NULL ORDER BY raised_at")
        return tuple(map(_spell, rows))

    def spells(self, pod_id: PodId | None, since: float, limit: int) -> tuple[Spell, ...]:
        """Symptoms of a Pod, or of the account, that were there at or after `since`; newest first."""
        rows = self._db.execute(
            "SELECT * FROM spells WHERE pod_id = ? AND coalesce(cleared_at, 1e12) >= ?"
            " ORDER BY raised_at DESC LIMIT ?",
            (pod_id or "", since, limit),
        )
        return tuple(map(_spell, rows))

    def spells_of_all(self, since: float, limit: int) -> tuple[Spell, ...]:
        """Symptoms of anything that were there at or after `since`; those that stand first."""
        rows = self._db.execute(
            "SELECT * FROM spells WHERE coalesce(cleared_at, 1e12) >= ?"
            " ORDER BY cleared_at IS NOT NULL, max(raised_at, coalesce(cleared_at, 0)) DESC LIMIT ?",
            (since, limit),
        )
        return tuple(map(_spell, rows))

    def raise_spell(self, spell: Spell) -> None:
        """Notes that a symptom has come; one that is there already stays as it is."""
        row = (spell.pod_id or "", spell.code, spell.severity, spell.said, spell.raised_at)
        self._db.execute("INSERT OR IGNORE INTO spells VALUES (?,?,?,?,?,NULL)", row)

    def clear_spell(self, pod_id: PodId | None, code: str, at: float) -> None:
        """Notes that a symptom has gone."""
        self._db.execute(
            "UPDATE spells SET cleared_at = max(raised_at, ?)"
            " WHERE pod_id = ? AND code = ? AND cleared_at IS NULL",
            (at, pod_id or "", code),
        )

    def tell(self, event: Happening) -> None:
        """Adds a line to the timeline, unless another console has just told the same."""
        pod = event.pod_id or ""
        around = (event.at - _SAME_EVENT_S, event.at + _SAME_EVENT_S)
        self._db.execute(
            "INSERT INTO timeline SELECT ?,?,?,? WHERE NOT EXISTS (SELECT 1 FROM timeline"
            " WHERE pod_id = ? AND kind = ? AND text = ? AND at BETWEEN ? AND ?)",
            (event.at, pod, event.kind, event.text, *(pod, event.kind, event.text), *around),
        )

    def timeline(self, pod_id: PodId | None, since: float, limit: int) -> tuple[Happening, ...]:
        """What happened to a Pod, or to anything for None, from `since` on; newest first."""
        whom = "1" if pod_id is None else "pod_id = :pod"
        rows = self._db.execute(
            f"SELECT * FROM timeline WHERE {whom} AND at >= :since"  # noqa: S608  # of two constants
            " ORDER BY at DESC LIMIT :limit",
            {"pod": pod_id, "since": since, "limit": limit},
        )
        return tuple(
            Happening(at=at, pod_id=PodId(pod) if pod else None, kind=kind, text=text)
            for at, pod, kind, text in rows
        )

    def since(self) -> float | None:
        """When remembering began."""
        rows = self._db.execute(
            "SELECT min(at) FROM (SELECT min(since) AS at FROM stretches"
            " UNION ALL SELECT min(at) FROM points)"
        )
        found = next(rows)[0]
        return None if found is None else float(found)

    def forget_before(self, at: float) -> None:
        """Drops what ended before `at`."""
        self._db.execute("DELETE FROM stretches WHERE until < ?", (at,))
        self._db.execute("DELETE FROM points WHERE at < ?", (at,))
        self._db.execute("DELETE FROM spells WHERE cleared_at < ?", (at,))
        self._db.execute("DELETE FROM timeline WHERE at < ?", (at,))

    def _prepare(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA:
            raise Newer
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        if version == SCHEMA:
            return
        with self.transaction():
            if self._db.execute("PRAGMA user_version").fetchone()[0] == 0:  # nobody was faster
                for statement in _TABLES.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {APPLICATION}")
                self._db.execute(f"PRAGMA user_version = {SCHEMA}")


def _stretch(
    row: tuple[str, str, str, str, str | None, int | None, int | None, float, float],
) -> Stretch:
    pod_id, name, start, status, cost, disk_gb, volume_gb, since, until = row
    what = Billed(status=status, cost_per_hour=_usd(cost), disk_gb=disk_gb, volume_gb=volume_gb)
    return Stretch(
        pod_id=PodId(pod_id), name=name, start=start, billed=what, since=since, until=until
    )


def _spell(row: tuple[str, str, str, str, float, float | None]) -> Spell:
    pod_id, code, severity, said, raised_at, cleared_at = row
    return Spell(
        pod_id=PodId(pod_id) if pod_id else None,
        code=code,
        severity=severity,
        said=said,
        raised_at=raised_at,
        cleared_at=cleared_at,
    )


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _usd(text: str | None) -> Decimal | None:
    try:
        amount = None if text is None else Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() else None
