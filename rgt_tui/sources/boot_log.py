"""The system log of Pods that should be up and are not: pulling, looping, or refused by the host."""

from typing import Final

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.bootlog import BootLog, read_boot_log
from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.readiness import Answered
from rgt_tui.domain.units import PodId
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 3.0
"""Seconds between the logs of two Pods: each read asks one, the one read longest ago."""
SAME_POD_S: Final = (20.0, 300.0)
"""The log of one Pod is read at most and at least so often; the longer it hangs, the rarer."""
PATIENCE: Final = 20.0
"""A Pod that has been hanging for N seconds is looked at every N / 20."""
TAIL: Final = 200
"""Lines asked for; a pull of 40 layers writes about 160."""
YOUNG_S: Final = 300.0
"""A container this young may be one of a restart loop, so its log is read too."""
_NOT_UP: Final = (PodStatus.PROVISIONING, PodStatus.STARTING, PodStatus.RUNNING)


async def _read(ask: Ask) -> tuple[Change, ...]:
    assert ask.pod is not None  # noqa: S101  # a source with `pods` is given one
    lines = await ask.wires.rest.log_snapshot(ask.pod.id, source="system", tail=TAIL)
    log = read_boot_log([(line.at, line.text) for line in lines])
    return (ask.seen(log, source="log"),)


def _unclear(account: Account, now: float) -> tuple[Pod, ...]:
    """The Pods whose start has to be explained, the one read longest ago first."""
    pods = [pod for pod in account.pods if pod.status in _NOT_UP and _is_unclear(account, pod)]
    due = [pod for pod in pods if now - _read_at(account, pod.id) >= _pause_s(pod, now)]
    return tuple(sorted(due, key=lambda pod: _read_at(account, pod.id)))


def _pause_s(pod: Pod, now: float) -> float:
    """Seconds between two reads of a Pod's log: a start is watched closely, an old wreck rarely."""
    since = pod.started_at or pod.created_at or now
    shortest, longest = SAME_POD_S
    return min(longest, max(shortest, (now - since) / PATIENCE))


def _is_unclear(account: Account, pod: Pod) -> bool:
    if account.about(pod.id).reading(Answered).good is not None and pod.is_alive:
        return False
    return not pod.is_alive or (pod.runtime is not None and (pod.runtime.uptime_s or 0) < YOUNG_S)


def _read_at(account: Account, pod_id: PodId) -> float:
    reading = account.about(pod_id).reading(BootLog)
    times = (
        reading.good.at if reading.good else 0.0,
        reading.failure.at if reading.failure else 0.0,
    )
    return max(times)


SOURCE = Source(
    name="boot_log",
    every_s=EVERY_S,
    metered=True,
    kinds=(BootLog,),
    read=_read,
    pods=_unclear,
)
