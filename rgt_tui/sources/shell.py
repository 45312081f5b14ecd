"""One examination of a Pod over SSH: every question of the tick in one round trip.

A Pod without direct SSH is examined through the gateway, which gives the same answers and
carries no files (RP6).
"""

from typing import Final

from rgt_tui.clients.ssh import examine
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.readiness import Answered
from rgt_tui.probes import Probe, all_probes, due
from rgt_tui.sources import Ask, Source, has_road, shell_target

EVERY_S: Final = 10.0
DEADLINE_S: Final = 20.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    probes = due(_asked(), ask.account.about(pod.id), pod.started_at, ask.clock())
    target = shell_target(pod)
    events = await examine(ask.wires.shells, target, probes, ask.clock)
    changes = tuple(Change(kind, event, pod.id) for kind, event in events)
    return (ask.seen(Answered(target.road.value), source="ssh"), *changes)


def _asked() -> tuple[Probe, ...]:
    """All but the slow ones and those on demand."""
    return tuple(it for it in all_probes() if it.every_s is not None and not it.is_slow)


def _reachable(account: Account, now: float) -> tuple[Pod, ...]:
    return tuple(pod for pod in account.pods if pod.is_running and has_road(pod))


SOURCE = Source(
    name="shell",
    every_s=EVERY_S,
    metered=False,
    kinds=(Answered, *(probe.report for probe in _asked())),
    read=_read,
    pods=_reachable,
)
