"""Walks the disks of a Pod at once, in place of waiting for the next turn of the slow probes."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from rgt_tui.clients.ssh import SshTarget
from rgt_tui.clients.ssh_examine import examine
from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.job import MeasureOrder
from rgt_tui.domain.units import show_bytes
from rgt_tui.jobs import Bench, JobKind
from rgt_tui.probes import Probe, Section, all_probes
from rgt_tui.probes._rows import rows
from rgt_tui.probes._walk import DiskUse, uses
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.volume_use import VolumeUseReport
from rgt_tui.sources import shell_target

WALKS = (LargestReport, VolumeUseReport)
LOOK_S: Final = 0.5
"""How often it is looked how far the walks have come."""

Events = tuple[tuple[type, Observed[Any] | Failed], ...]


async def _run(bench: Bench, order: MeasureOrder) -> str:
    pod = bench.pod(order.pod)
    bench.say(f"walking the disks of {pod.label}")
    probes = [probe for probe in all_probes() if probe.report in WALKS]
    events = await watched(bench, shell_target(pod), probes)
    for kind, event in events:
        bench.learn(Change(kind, event, order.pod))
    seen = [event.value for _, event in events if isinstance(event, Observed)]
    bench.reach(sum(use.total_bytes or 0 for report in seen for use in report.mounts), None)
    failed = [event for _, event in events if isinstance(event, Failed)]
    told = [_told(report.mounts) for report in seen]
    if failed and not any(told):
        raise SshError(SshFault.TIMEOUT, failed[0].error, hint=failed[0].hint)
    gaps = [f"not measured: {event.error}" for event in failed]
    return "; ".join([part for part in told if part] + gaps) or "there is nothing to walk"


async def watched(bench: Bench, target: SshTarget, probes: Sequence[Probe]) -> Events:
    """The walks, and while they last how far they have come.

    Raises:
        SshError: nothing came back at all.
    """
    pool = bench.wires.shells
    failed: list[SshError] = []
    events: Events = ()
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(_tell(bench, target, probes))
        try:
            events = await examine(pool, target, probes, bench.clock)
        except SshError as error:  # a task group would wrap it
            failed.append(error)
        finally:
            telling.cancel()
    if failed:
        raise failed[0]
    return events


async def _tell(bench: Bench, target: SshTarget, probes: Sequence[Probe]) -> None:
    """Tells bytes and files that are counted so far, until it is cancelled."""
    known = 0
    while True:
        await asyncio.sleep(LOOK_S)
        now = [use for probe in probes for use in _so_far(bench, target, probe)]
        total = sum(use.total_bytes or 0 for use in now)
        if total > known:
            bench.progress(total - known)
            known = total
        if under_way := [use for use in now if not use.is_whole]:
            use = under_way[-1]
            files = "nothing counted yet" if use.files is None else f"{use.files:,} files so far"
            bench.say(f"walking {use.mount}: {files}")


def _so_far(bench: Bench, target: SshTarget, probe: Probe) -> tuple[DiskUse, ...]:
    said = bench.wires.shells.so_far(target, probe)
    return uses(rows(Section(output=said, exit_code=None, timed_out=True)))


def _told(mounts: Sequence[DiskUse]) -> str:
    return ", ".join(
        f"{use.mount} {'' if use.is_whole else 'at least '}{show_bytes(use.total_bytes)}"
        for use in mounts
    )


JOB = JobKind(name="measure", order=MeasureOrder, run=_run)
