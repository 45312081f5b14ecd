"""Pull files from a Pod, with resume; both ends are hashed and the copy is verified."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from rgt_tui.clients import holds
from rgt_tui.clients.pod_verifier import list_checkpoints
from rgt_tui.clients.pull import pull
from rgt_tui.clients.pull_lost import while_it_runs
from rgt_tui.clients.pull_names import landings, of_checkpoints
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.clients.verdicts import remembered
from rgt_tui.clock import session_clock
from rgt_tui.commands import _options
from rgt_tui.commands._targets import believed, target_of
from rgt_tui.commands.verify import file_row, group_row
from rgt_tui.config import Config
from rgt_tui.domain.checkpoint import Verdict
from rgt_tui.domain.errors import Interrupted, UsageError
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.pulling import (
    Pulled,
    PulledFile,
    PullError,
    PullFault,
    PullOrder,
    PullProgress,
    no_road,
)
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import show_bytes, show_duration
from rgt_tui.facts import find_pod
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.opening import Address, address, configuration, open_session, with_identities
from rgt_tui.store import Store

NOT_WHOLE = 1
KEPT = "What came is kept: the same command goes on from there"
QUIET_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a person gave."""

    pod: str
    remotes: tuple[str, ...]
    to: str
    replace: bool
    tool: str
    identities: tuple[Path, ...]


@click.command("pull", help=__doc__)
@click.argument("pod", metavar="POD")
@click.argument("remotes", nargs=-1, metavar="[REMOTE]...")
@click.option(
    "--to",
    required=True,
    metavar="DIR",
    help="Folder to fill; made when it is not there. Never one in memory (tmpfs).",
)
@click.option(
    "--replace", is_flag=True, help="Replace files here that are not those there; else they stay."
)
@click.option(
    "--with",
    "tool",
    type=click.Choice(["own", "rsync"]),
    default="own",
    show_default=True,
    help="What carries the bytes. rsync: where both ends have it and the local one has no known "
    "holes (see doctor); both ends are hashed all the same.",
)
@_options.as_json
@_options.identities
@click.pass_obj
def run(options: Options, /, as_json: bool, **given: Any) -> None:
    """Pulls the named files and folders, or all checkpoints that have settled.

    What is named lands under its own name in DIR; checkpoints land at their full paths below it.
    """
    if not given["to"]:
        hint = "Name a folder; --to . is the current one"
        raise UsageError("--to is empty, as an unset variable gives it.", hint=hint)
    given["to"] = os.path.abspath(given["to"])
    asked = Given(**given)
    for remote in asked.remotes:
        if not remote.startswith("/") or ".." in remote.split("/"):
            hint = "Give absolute paths, for instance /workspace/out"
            raise UsageError(f"'{clean(remote)}' is no absolute path on the Pod.", hint=hint)
    config = configuration(options)
    bar = _Bar()
    try:
        with address(options, config) as where:
            known = with_identities(where, asked.identities)
            pod, pulled = asyncio.run(_pull(known, config, asked, bar))
    except KeyboardInterrupt:
        bar.close()
        if as_json:
            raise Interrupted("Interrupted.", hint=KEPT) from None
        narrate(f"interrupted. {KEPT}")
        raise
    finally:
        bar.close()
    if as_json:
        emit(_answer(pod, asked, pulled))
    else:
        _print(pulled)
    if not pulled.is_whole:
        click.get_current_context().exit(NOT_WHOLE)


async def _pull(where: Address, config: Config, asked: Given, bar: "_Bar") -> tuple[Pod, Pulled]:
    clock = session_clock()
    async with open_session(where, config, Store(), clock) as session:
        listed = await session.wires.rest.pods()
        pod = find_pod(listed.pods, asked.pod)
        if pod.ssh_direct is None or not pod.is_running:
            raise no_road(pod)
        shells = session.wires.shells
        told = await target_of(where, session.wires.rest, pod, "direct")
        target = await believed(where, shells, told)
        place = f"pod:{pod.id}@{pod.start}"
        book = session.wires.verdicts
        order = PullOrder(
            place=place,
            landings=await _landings(shells, target, asked, config.checkpoints),
            to=asked.to,
            holds=_holds(where),
            replace=asked.replace,
            with_rsync=asked.tool == "rsync",
            known={proof.stamp.path: proof for proof in await book.at(place)},
        )
        with bar.ticking():
            pulled = await while_it_runs(
                lambda tell: pull(shells, target, order, tell, clock),
                session.wires.rest,
                pod,
                bar.tell,
            )
        return pod, await remembered(pulled, place, book, clock())


async def _landings(
    shells: SshPool, target: SshTarget, asked: Given, globs: tuple[str, ...]
) -> Mapping[str, str]:
    if asked.remotes:
        return landings(list(dict.fromkeys(map(_plain, asked.remotes))))
    found = await list_checkpoints(shells, target, globs=globs)
    settled = [one for one in found.checkpoints if not one.unfinished]
    for one in found.checkpoints:
        if one.unfinished:
            narrate(f"left out, still being written: {one.shown} ({one.unfinished})")
    for gap in found.gaps:
        narrate(f"not seen: {gap}")
    if not settled:
        said = f"{target.where}: there is no checkpoint that has settled"
        hint = "Name files or folders: rgt-tui pull POD /workspace/out --to DIR"
        raise PullError(PullFault.NOTHING, said, hint=hint)
    return of_checkpoints(settled)


def _plain(remote: str) -> str:
    """An absolute path without doubled slashes, dots and the slash at its end."""
    return "/" + "/".join(part for part in remote.split("/") if part not in ("", "."))


def _holds(where: Address) -> str:
    """Beside the journal: a demo keeps nothing in the person's own state folder."""
    name = os.path.basename(holds.folder())
    return str(where.journal.parent / name)


def _answer(pod: Pod, asked: Given, pulled: Pulled) -> dict[str, Any]:
    return {
        "pod": pod.id,
        "name": pod.name,
        "to": clean(asked.to),
        "complete": pulled.is_whole,
        "files": [_row(file) for file in pulled.files],
        "groups": [group_row(group) for group in pulled.groups],
        "skipped": [{"path": clean(one.path), "why": clean(one.why)} for one in pulled.skipped],
        "manifest": clean(pulled.manifest) or None,
        "digest_here": pulled.here.digest,
        "digest_there": pulled.there.digest,
        "bytes": sum(file.remote.size for file in pulled.files if file.is_equal),
        "moved_bytes": pulled.moved,
        "seconds": round(pulled.seconds, 3),
        "tool": pulled.tool,
    }


def _row(file: PulledFile) -> dict[str, Any]:
    proof = file_row(file.proof) if file.proof is not None else {}
    return {
        "remote": file.remote.shown,
        "path": clean(file.path) or None,
        "bytes": file.remote.size,
        "ended": file.ended.value,
        "why": file.why or None,
        "equal": file.is_equal,
        "sha256_there": file.sha256 or None,
        "sha256_here": proof.get("sha256"),
        "format": proof.get("format"),
        "verdict": proof.get("verdict", "unknown"),
        "level": proof.get("level"),
        "reason": proof.get("reason"),
        "held": file.hold is not None,
    }


def _print(pulled: Pulled) -> None:
    for file in pulled.files:
        proof = file.proof
        if not file.is_equal:
            click.echo(f"{file.ended.value:9} {file.remote.shown}: {file.why}")
        elif proof is None or proof.is_beside:
            click.echo(f"equal     {clean(file.path)}")
        else:
            said = f"{proof.verdict.value} at {proof.level.value}: {proof.reason}"
            mark = "BROKEN" if proof.verdict is Verdict.BROKEN else "equal"
            click.echo(f"{mark:9} {clean(file.path)}  ({proof.format}, {said})")
    for group in pulled.groups:
        click.echo(f"{group.verdict.value:9} {group.shown}/  ({group.format}): {group.reason}")
    for one in pulled.skipped:
        narrate(f"left out: {one.shown}")
    equal = [file for file in pulled.files if file.is_equal]
    size = show_bytes(sum(file.remote.size for file in equal))
    held = sum(file.hold is not None for file in equal)
    rate = show_bytes(round(pulled.moved / max(0.001, pulled.seconds)))
    click.echo(
        f"{len(equal)} of {len(pulled.files)} files, {size}, equal at both ends; {held} held; "
        f"{show_bytes(pulled.moved)} moved in {show_duration(pulled.seconds)} ({rate}/s)"
    )
    if pulled.manifest:
        click.echo(f"manifest  {clean(pulled.manifest)}")
    if pulled.doubt:
        narrate(f"came as it is on the Pod, and is not to be relied on: {pulled.doubt}")


class _Bar:
    """One line on standard error, where that is a terminal; what happened is said anywhere."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._is_open = False
        self._at: PullProgress | None = None
        self._since = 0.0

    def tell(self, at: PullProgress) -> None:
        """Shows how far a pull is."""
        if at.said:
            self.close()
            narrate(clean(at.said))
        before, self._at = self._at, at
        if before is None or (before.stage, before.bytes_done) != (at.stage, at.bytes_done):
            self._since = time.monotonic()
        self._show()

    @contextlib.contextmanager
    def ticking(self) -> Iterator[None]:
        """Looks each second whether anything came, and says so where nothing did."""
        loop = asyncio.get_running_loop()

        def again() -> None:
            self._show()
            self._timer = loop.call_later(1.0, again)

        self._timer = loop.call_later(1.0, again)
        try:
            yield
        finally:
            self._timer.cancel()

    def _show(self) -> None:
        if self._at is None or not self._shows:
            return
        self._is_open = True
        sys.stderr.write(f"\r\x1b[K{line(self._at, time.monotonic() - self._since)}")
        sys.stderr.flush()

    def close(self) -> None:
        """Clears the line."""
        if self._is_open:
            self._is_open = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def line(at: PullProgress, quiet_s: float = 0.0) -> str:
    """How far a pull is, in one line: `copying 3 of 12 files, 1.2G of 4.0G, 92M/s, 31s left`.

    Args:
        at: how far it is.
        quiet_s: how long nothing came; from some seconds on it is said in place of the rate.
    """
    if quiet_s >= QUIET_S:
        quiet = f"no byte came for {show_duration(quiet_s)}"
        done = f"{show_bytes(max(0, at.bytes_done))} of {show_bytes(at.bytes_total)}, "
        return f"{at.stage.value} {done if at.files_total else ''}{quiet}"
    if not at.files_total:
        came = f", {show_bytes(at.bytes_done)} of small files came with it" if at.bytes_done else ""
        return f"{at.stage.value}{came}"
    rate = show_bytes(round(at.rate)) if at.rate is not None else "?"
    left = show_duration(at.seconds_left) if at.seconds_left is not None else "?"
    return (
        f"{at.stage.value} {at.files_done} of {at.files_total} files, "
        f"{show_bytes(max(0, at.bytes_done))} of {show_bytes(at.bytes_total)}, "
        f"{rate}/s, {left} left"
    )


COMMAND = run
