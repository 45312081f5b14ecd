"""Walks the disks of a Pod at once, in place of waiting for the next turn of the slow probes."""

from rgt_tui.clients.ssh_examine import examine
from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.job import MeasureOrder
from rgt_tui.domain.units import show_bytes
from rgt_tui.jobs import Bench, JobKind
from rgt_tui.probes import all_probes
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.volume_use import VolumeUseReport
from rgt_tui.sources import shell_target

WALKS = (LargestReport, VolumeUseReport)


async def _run(bench: Bench, order: MeasureOrder) -> str:
    pod = bench.pod(order.pod)
    bench.say(f"walking the disks of {pod.label}")
    probes = [probe for probe in all_probes() if probe.report in WALKS]
    events = await examine(bench.wires.shells, shell_target(pod), probes, bench.clock)
    for kind, event in events:
        bench.learn(Change(kind, event, order.pod))
    seen = [event.value for _, event in events if isinstance(event, Observed)]
    bench.reach(sum(use.total_bytes for report in seen for use in report.mounts), None)
    failed = [event for _, event in events if isinstance(event, Failed)]
    told = [_told(report) for report in seen]
    if failed and not any(told):
        raise SshError(SshFault.TIMEOUT, failed[0].error, hint=failed[0].hint)
    gaps = [f"not measured: {event.error}" for event in failed]
    return "; ".join([part for part in told if part] + gaps) or "there is nothing to walk"


def _told(report: LargestReport | VolumeUseReport) -> str:
    return ", ".join(
        f"{use.mount} {'' if use.is_whole else 'at least '}{show_bytes(use.total_bytes)}"
        for use in report.mounts
    )


JOB = JobKind(name="measure", order=MeasureOrder, run=_run)
