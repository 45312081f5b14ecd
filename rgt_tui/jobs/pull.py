"""Pulls a checkpoint here; equal, held copies join what is known of its files."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from rgt_tui.clients.holds import look
from rgt_tui.clients.pull import pull
from rgt_tui.clients.pull_lost import while_it_runs
from rgt_tui.clients.pull_names import of_checkpoints
from rgt_tui.clients.verdicts import remembered
from rgt_tui.domain.checkpoint import (
    CheckpointProofs,
    FileProof,
    GroupProof,
    with_copies,
    with_proofs,
)
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.holding import held_copies
from rgt_tui.domain.job import FetchOrder
from rgt_tui.domain.pulling import Pulled, PullOrder, PullProgress, Stage
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import show_bytes
from rgt_tui.jobs import Bench, JobKind
from rgt_tui.sources import shell_target


async def _run(bench: Bench, order: FetchOrder) -> str:
    pod = bench.pod(order.pod)
    landings = of_checkpoints([order.checkpoint])
    asked = PullOrder(
        place=f"pod:{pod.id}@{pod.start}",
        landings=landings,
        to=order.target,
        holds=bench.wires.holds,
        known=_known(bench, order),
    )
    wires = bench.wires
    pulled = await while_it_runs(
        lambda tell: pull(wires.shells, shell_target(pod), asked, tell, bench.clock),
        wires.rest,
        pod,
        _teller(bench),
    )
    pulled = await remembered(pulled, asked.place, bench.wires.verdicts, bench.clock())
    await _learn(bench, order, asked, pulled)
    said = _said(pulled, order)
    if not pulled.is_whole:
        came = all(file.is_equal for file in pulled.files) and pulled.doubt
        hint = "All of it is here; verify it on the Pod" if came else _REST
        raise RgtError(said, hint=hint)
    return said


_REST: Final = "What came whole is kept; the same pull fetches the rest"


def _teller(bench: Bench) -> Callable[[PullProgress], None]:
    words = {Stage.LISTING: "listing", Stage.PROVING: "reading the copy again"}

    def tell(at: PullProgress) -> None:
        if at.stage is Stage.COPYING:
            bench.reach(at.bytes_done, at.rate)
        if at.said:
            bench.say(clean(at.said))
        elif at.stage is Stage.COPYING:
            had = f"; {show_bytes(at.had)} were here before" if at.had else ""
            bench.say(f"{at.files_done} of {at.files_total} files copied{had}")
        elif at.stage is Stage.LISTING and at.bytes_done:
            bench.say(f"listing; {show_bytes(at.bytes_done)} of small files came with it")
        else:
            of = f"{show_bytes(at.bytes_done)} of {show_bytes(at.bytes_total)}"
            bench.say(f"{words[at.stage]}: {of}" if at.bytes_total else words[at.stage])

    return tell


async def _learn(bench: Bench, order: FetchOrder, asked: PullOrder, pulled: Pulled) -> None:
    """Equal bytes share a verdict, and a held copy of them keeps them."""
    known = bench.account().about(order.pod).value(CheckpointProofs) or CheckpointProofs()
    groups = _groups(pulled, asked.landings, asked.to)
    proofs = with_proofs(known, order.checkpoint, pulled.known_there, groups)
    held = held_copies(pulled.known_there, await asyncio.to_thread(look, asked.holds))
    proofs = with_copies(proofs, [one.copy for one in held.values()])
    bench.seen(proofs, order.pod)


def _known(bench: Bench, order: FetchOrder) -> dict[str, FileProof]:
    """What was proven of the files on the Pod: other bytes than those are told."""
    known = bench.account().about(order.pod).value(CheckpointProofs) or CheckpointProofs()
    proofs = (known.of(file) for file in order.checkpoint.files)
    return {proof.stamp.path: proof for proof in proofs if proof is not None and proof.sha256}


def _groups(pulled: Pulled, landings: Mapping[str, str], to: str) -> tuple[GroupProof, ...]:
    """What was found of folders here, said of the folders there."""
    there = {os.path.join(to, landing): remote for remote, landing in landings.items()}
    return tuple(
        replace(group, path=there[group.path]) for group in pulled.groups if group.path in there
    )


def _said(pulled: Pulled, order: FetchOrder) -> str:
    equal = [file for file in pulled.files if file.is_equal]
    held = sum(file.hold is not None for file in equal)
    size = show_bytes(sum(file.remote.size for file in equal))
    said = f"{len(equal)} of {len(pulled.files)} files, {size}, equal at both ends, {held} held"
    wrong = next((file for file in pulled.files if not file.is_equal), None)
    if wrong is not None:
        return f"{said}; {wrong.remote.shown} {wrong.ended.value}: {clean(wrong.why)}"
    where = f"{said}, in {clean(order.target)}"
    return f"{where}; {pulled.doubt}" if pulled.doubt else where


JOB = JobKind(name="pull", order=FetchOrder, run=_run)
