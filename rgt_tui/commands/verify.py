"""Verify local checkpoint files or folders: whole, broken, or not to be told, and why."""

import asyncio
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import click

from rgt_tui.clients.answers import Proven
from rgt_tui.clients.local_verifier import verify_local
from rgt_tui.commands import _options
from rgt_tui.domain.checkpoint import FileProof, GroupProof, Level, Verdict
from rgt_tui.domain.errors import Interrupted, UsageError
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import show_bytes
from rgt_tui.invocation import emit, narrate
from rgt_tui.verifiers import NO_FORMAT, orbax

FAILED = 1
AGAIN = "Nothing was kept: the same command begins anew"
_MARKS = {Verdict.OK: "ok", Verdict.BROKEN: "BROKEN", Verdict.UNKNOWN: "?"}


@click.command("verify", help=__doc__)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.FULL.value,
    show_default=True,
    help="structure: headers and tables. full: every byte, checksums, hashes, inert walk of "
    "pickles. load: the framework's own load as well.",
)
@_options.as_json
def run(paths: tuple[str, ...], level: str, as_json: bool) -> None:
    """Verifies, prints a row a file as it is known and a row a group; exit 1 when not all is ok."""
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"There is no {clean(path)}.", hint="Name files or folders to verify.")
    absolute = [os.path.abspath(path) for path in paths]
    bar = _Progress(absolute)

    held: list[FileProof] = []

    def tell(proof: FileProof) -> None:
        if is_nobodys(proof):
            held.append(proof)  # a group that comes after it may be what judges it
            return
        bar.close()
        _print_file(proof)

    seen = None if as_json else tell
    try:
        proven = asyncio.run(verify_local(absolute, Level(level), bar.add, seen=seen))
    except KeyboardInterrupt:
        if not as_json:
            bar.close()
            for proof in held:
                _print_file(proof)
            raise
        raise Interrupted("Interrupted.", hint=AGAIN) from None
    finally:
        bar.close()
    if as_json:
        parts = parts_of(proven)
        emit({
            "files": [file_row(proof, parts.get(proof.stamp.path)) for proof in proven.files],
            "groups": [group_row(proof) for proof in proven.groups],
            "notes": proven.notes,
        })  # fmt: skip
    else:
        _print(proven)
    if is_failure(proven, absolute):
        click.get_current_context().exit(FAILED)


def is_failure(proven: Proven, named: Sequence[str]) -> bool:
    """Whether something is broken, or what a person asked about is not known to be ok.

    Files of no known format that lie beside weights in a folder count for nothing.
    """
    verdicts = [p.verdict for p in proven.files] + [p.verdict for p in proven.groups]
    if Verdict.BROKEN in verdicts:
        return True
    open_files = [p for p in proven.files if p.verdict is not Verdict.OK]
    if any(p.format != "unknown" or p.stamp.path in named for p in open_files):
        return True
    return any(p.verdict is not Verdict.OK for p in proven.groups) or not proven.files


def is_nobodys(proof: FileProof) -> bool:
    """Whether no verifier of files knows it."""
    return proof.verdict is Verdict.UNKNOWN and proof.reason == NO_FORMAT


def parts_of(proven: Proven) -> dict[str, GroupProof]:
    """The files that no verifier of files knows and a group's verdict is on, by path: with that group.

    None of a group that was not judged to its end: nothing is said of those but by their own rows.
    """
    nobodys = [proof.stamp.path for proof in proven.files if is_nobodys(proof)]
    found: dict[str, GroupProof] = {}
    for group in proven.groups:
        is_judged = group.verdict is Verdict.OK or group.reason.startswith(orbax.COMMITTED)
        if group.format != orbax.VERIFIER.name or not is_judged:
            continue
        root = f"{group.path.rstrip('/')}/"
        inside = {p.stamp.path.removeprefix(root) for p in proven.files if _is_in(p, root)}
        known = {root + path for path in orbax.own(inside)}
        found.update({path: group for path in nobodys if path in known})
    return found


def _is_in(proof: FileProof, root: str) -> bool:
    return proof.stamp.path.startswith(root)


def file_row(proof: FileProof, part_of: GroupProof | None = None) -> dict[str, Any]:
    """One file of `verify --json`; a part of a group that alone judges it names that."""
    return {
        "path": proof.stamp.shown,
        "format": proof.format,
        "bytes": proof.stamp.size,
        "verdict": proof.verdict.value,
        "level": proof.level.value,
        "reason": proof.reason if part_of is None else "judged only with its checkpoint",
        "part_of": part_of.shown if part_of is not None else None,
        "sha256": proof.sha256 or None,
        "bytes_read": proof.bytes_read,
    }


def group_row(proof: GroupProof) -> dict[str, Any]:
    """One group of `verify --json`."""
    return {
        "path": proof.shown,
        "format": proof.format,
        "verdict": proof.verdict.value,
        "reason": proof.reason,
    }


def _print_file(proof: FileProof) -> None:
    size = show_bytes(proof.stamp.size if proof.stamp.inode else None)
    what = f"{proof.format}, {size}, {proof.level.value}"
    click.echo(f"{_MARKS[proof.verdict]:6} {proof.stamp.shown}  ({what}): {proof.reason}")


def _print(proven: Proven) -> None:
    """What is known at the end; the files that a verifier knows were printed as they came."""
    parts = parts_of(proven)
    for proof in filter(is_nobodys, proven.files):
        if proof.stamp.path not in parts:
            _print_file(proof)
    for group in proven.groups:
        own = [p for p in proven.files if parts.get(p.stamp.path) is group]
        size = show_bytes(sum(proof.stamp.size for proof in own))
        more = f" ({len(own)} files, {size}, are judged only with it)" if own else ""
        said = f"{group.reason}{more}"
        click.echo(f"{_MARKS[group.verdict]:6} {group.shown}/  ({group.format}): {said}")
    for note in proven.notes:
        narrate(note)
    if not proven.files and not proven.groups:
        narrate("nothing was found to verify")


class _Progress:
    """Bytes read so far and their rate on standard error, where that is a terminal."""

    EVERY_S = 0.2

    def __init__(self, paths: Sequence[str]) -> None:
        self._shows = sys.stderr.isatty()
        self._total = sum(map(_size, paths)) if self._shows else 0
        self._read = 0
        self._began = self._told = time.monotonic()

    def add(self, count: int) -> None:
        self._read += count
        now = time.monotonic()
        if self._shows and now - self._told >= self.EVERY_S:
            self._told = now
            rate = int(self._read / max(0.001, now - self._began))
            of = f" of {show_bytes(self._total)}" if self._total else ""
            sys.stderr.write(
                f"\r\x1b[Kverifying {show_bytes(self._read)}{of}, {show_bytes(rate)}/s"
            )
            sys.stderr.flush()

    def close(self) -> None:
        if self._shows:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _size(path: str) -> int:
    if not os.path.isdir(path):
        return os.lstat(path).st_size
    return sum(
        os.lstat(os.path.join(folder, name)).st_size
        for folder, _, names in os.walk(path)
        for name in names
    )


COMMAND = run
