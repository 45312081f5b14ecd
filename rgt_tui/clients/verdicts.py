"""Proofs of checkpoint files from run to run, in SQLite, found again by place and by content hash.

A proof is served for exactly the file it was made of: the same start of the same Pod, path, size,
times and inode, and by the same verifiers. Whatever of that has changed, there is no proof. By
content hash a verdict is found wherever the same bytes lie.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from rgt_tui.domain.checkpoint import FileProof, FileStamp, Level, Verdict
from rgt_tui.domain.pulling import Pulled
from rgt_tui.domain.text import clean
from rgt_tui.verifiers import TOOL

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS proofs (
  place TEXT NOT NULL, path BLOB NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL, inode TEXT NOT NULL, sha256 TEXT NOT NULL, format TEXT NOT NULL,
  verdict TEXT NOT NULL, level TEXT NOT NULL, reason TEXT NOT NULL, bytes_read INTEGER NOT NULL,
  tool TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (place, path)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_hash ON proofs (sha256);
"""
KEPT_S: Final = 90 * 86400.0
"""Proofs older than this are dropped: their Pods have long been started anew."""
BUSY_S: Final = 5.0
BY_NEIGHBOURS: Final = frozenset({"dcp", "onnx", "onnx-data"})
"""Formats of which the files beside a file decide its verdict: the same bytes elsewhere prove nothing."""
_AT_ONCE: Final = 500
_FIELDS: Final = (
    "path,size,mtime_ns,ctime_ns,inode,sha256,format,verdict,level,reason,bytes_read,tool"
)


class VerdictBook:
    """Remembers proofs; a fault of the file costs the memory and nothing else.

    Args:
        path: the file; None remembers nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path: Final = path

    async def keep(self, place: str, proofs: Iterable[FileProof], at: float) -> str:
        """Writes proofs down; gives a sentence when that failed.

        Args:
            place: `pod:<id>@<start>`.
            proofs: of files there; those without a hash are left out.
            at: when they were made, in Unix seconds.
        """
        rows = [_row(place, proof, at) for proof in proofs if proof.sha256]
        return await asyncio.to_thread(self._keep, rows, at) if rows and self._path else ""

    async def recall(self, place: str, stamps: Iterable[FileStamp]) -> tuple[FileProof, ...]:
        """The proofs of exactly these files at that place, by the present verifiers."""
        wanted = {stamp.path: stamp for stamp in stamps}
        if self._path is None or not wanted:
            return ()
        found = await asyncio.to_thread(self._select, "place=? AND tool=?", (place, TOOL))
        return tuple(proof for proof in found if wanted.get(proof.stamp.path) == proof.stamp)

    async def at(self, place: str) -> tuple[FileProof, ...]:
        """All proofs of files at a place, by the present verifiers."""
        if self._path is None:
            return ()
        return tuple(await asyncio.to_thread(self._select, "place=? AND tool=?", (place, TOOL)))

    async def shared(self, place: str, proofs: Iterable[FileProof]) -> tuple[FileProof, ...]:
        """These proofs, each with the stronger verdict that the same bytes got at another place.

        Stronger is `broken`, and `ok` by a higher level than an `ok` here. A warning is never lifted.
        The reason then says where it was found.

        Args:
            place: where the proofs are of.
            proofs: of files there.
        """
        given = tuple(proofs)
        hashes = {proof.sha256 for proof in given if proof.sha256}
        if self._path is None or not hashes:
            return given
        known = await asyncio.to_thread(self._elsewhere, place, sorted(hashes))
        return tuple(_stronger(proof, known.get(proof.sha256, ())) for proof in given)

    def _elsewhere(self, place: str, hashes: list[str]) -> dict[str, list[tuple[str, FileProof]]]:
        found: dict[str, list[tuple[str, FileProof]]] = {}
        try:
            with self._opened() as book:
                for first in range(0, len(hashes), _AT_ONCE):
                    some = hashes[first : first + _AT_ONCE]
                    holes = ",".join("?" * len(some))
                    rows = book.execute(
                        f"SELECT place,{_FIELDS} FROM proofs "  # noqa: S608  # constants and holes
                        f"WHERE sha256 IN ({holes}) AND tool=? AND place<>?",
                        (*some, TOOL, place),
                    )
                    for where, *row in rows:
                        proof = _proof(tuple(row))
                        if proof is not None:
                            found.setdefault(proof.sha256, []).append((str(where), proof))
        except (sqlite3.Error, OSError):
            return {}
        return found

    def _keep(self, rows: list[tuple[object, ...]], now: float) -> str:
        try:
            with self._opened() as book:
                holes = ",".join("?" * 14)
                book.executemany(f"INSERT OR REPLACE INTO proofs VALUES ({holes})", rows)  # noqa: S608  # a constant
                book.execute("DELETE FROM proofs WHERE at < ?", (now - KEPT_S,))
        except (sqlite3.Error, OSError) as error:
            return f"Proofs are not kept for the next start ({type(error).__name__})"
        return ""

    def _select(self, where: str, values: tuple[str, ...]) -> list[FileProof]:
        try:
            with self._opened() as book:
                rows = book.execute(f"SELECT {_FIELDS} FROM proofs WHERE {where}", values)  # noqa: S608  # constants
                return [proof for row in rows if (proof := _proof(row)) is not None]
        except (sqlite3.Error, OSError):
            return []

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        assert self._path is not None  # noqa: S101  # its callers ask before
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        book = sqlite3.connect(self._path, timeout=BUSY_S)
        try:
            book.executescript(SCHEMA)
            with book:
                yield book
        finally:
            book.close()


async def remembered(pulled: Pulled, place: str, book: VerdictBook, at: float) -> Pulled:
    """A pull with what is known of its bytes from elsewhere; its own proofs are written down.

    Args:
        pulled: its end.
        place: the Pod it came from, `pod:<id>@<start>`.
        book: the memory.
        at: now, in Unix seconds.
    """
    here = pulled.here
    await book.keep(place, pulled.there.files, at)
    await book.keep(here.place, here.files, at)
    return pulled.judged(await book.shared(here.place, here.files))


def _stronger(proof: FileProof, others: Iterable[tuple[str, FileProof]]) -> FileProof:
    levels = tuple(Level)
    best = proof
    where = ""
    for place, other in others:
        if other.format in BY_NEIGHBOURS:
            continue
        is_worse = other.verdict is Verdict.BROKEN and best.verdict is not Verdict.BROKEN
        is_higher = other.verdict is best.verdict is Verdict.OK and levels.index(
            other.level
        ) > levels.index(best.level)
        if other.stamp.size == proof.stamp.size and (is_worse or is_higher):
            best, where = other, place
    if best is proof:
        return proof
    said = f"{best.reason} (the same bytes, verified at {clean(where, 80)})"
    return replace(
        proof, format=best.format, verdict=best.verdict, level=best.level, reason=said,
        bytes_read=best.bytes_read,
    )  # fmt: skip


def _row(place: str, proof: FileProof, at: float) -> tuple[object, ...]:
    stamp = proof.stamp
    return (
        place, os.fsencode(stamp.path), stamp.size, stamp.mtime_ns, stamp.ctime_ns,
        str(stamp.inode), proof.sha256, proof.format, proof.verdict.value, proof.level.value,
        proof.reason, proof.bytes_read, proof.tool, at,
    )  # fmt: skip


def _proof(row: tuple[object, ...]) -> FileProof | None:
    """The proof of one row; None where the file was damaged."""
    path, size, mtime_ns, ctime_ns, inode, sha256, kind, verdict, level, reason, read, tool = row
    try:
        return FileProof(
            stamp=FileStamp(
                path=os.fsdecode(path),  # type: ignore[arg-type]  # checked by the call itself
                size=int(str(size)),
                mtime_ns=int(str(mtime_ns)),
                ctime_ns=int(str(ctime_ns)),
                inode=int(str(inode)),
            ),
            sha256=str(sha256),
            format=str(kind),
            verdict=Verdict(str(verdict)),
            level=Level(str(level)),
            reason=str(reason),
            bytes_read=int(str(read)),
            tool=str(tool),
        )
    except (ValueError, TypeError):
        return None
