"""What both log streams of each living Pod show, read in turn: one Pod at a time."""

from typing import Final

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId
from rgt_tui.sources import Ask, Source
from rgt_tui.triage import signs_in

EVERY_S: Final = 20.0
"""Seconds between the logs of two Pods: three calls a minute of the account's 60."""
SAME_POD_S: Final = 120.0
"""The log of one Pod is read at most so often."""
TAIL: Final = 1000
"""Newest lines of both streams together; the service gives at most 5000, the client 256 KiB."""


async def _read(ask: Ask) -> tuple[Change, ...]:
    assert ask.pod is not None  # noqa: S101  # a source with `pods` is given one
    lines = await ask.wires.rest.log_snapshot(ask.pod.id, tail=TAIL)
    return (ask.seen(signs_in(lines), source="log"),)


def _due(account: Account, now: float) -> tuple[Pod, ...]:
    """The Pods with a container, the one read longest ago first."""
    alive = [pod for pod in account.pods if pod.is_running and pod.is_alive]
    due = [pod for pod in alive if now - _read_at(account, pod.id) >= SAME_POD_S]
    return tuple(sorted(due, key=lambda pod: _read_at(account, pod.id)))


def _read_at(account: Account, pod_id: PodId) -> float:
    reading = account.about(pod_id).reading(LogSigns)
    good = reading.good.at if reading.good else 0.0
    return max(good, reading.failure.at if reading.failure else 0.0)


SOURCE = Source(
    name="pod_logs",
    every_s=EVERY_S,
    metered=True,
    kinds=(LogSigns,),
    read=_read,
    pods=_due,
    is_deep=True,
)
