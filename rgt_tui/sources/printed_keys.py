"""The host keys that each Pod's start printed: read once a start, one Pod at a time."""

from typing import Final

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.evidence import Reading
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.printed_keys import PrintedKeys, read_fingerprints
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 4.0
TAIL: Final = 5000
"""Lines asked for where the start is not known; the service gives no more."""
SETTLED_S: Final = 180.0
"""A container older than this has printed what it prints."""
AGAIN_S: Final = 15.0
"""A young container that has printed nothing yet is read again so much later."""
AFTER_FAILURE_S: Final = 300.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    lines = await ask.wires.rest.log_snapshot(
        pod.id, source="container", tail=TAIL, since=pod.started_at
    )
    found = read_fingerprints([line.text for line in lines])
    return (ask.seen(PrintedKeys(start=pod.start, fingerprints=found), source="log"),)


def _due(account: Account, now: float) -> tuple[Pod, ...]:
    """The Pods with direct SSH whose present start has not been read for its keys."""
    pods = [pod for pod in account.pods if pod.is_running and pod.ssh_direct is not None]
    return tuple(pod for pod in pods if pod.is_alive and _is_due(account, pod, now))


def _is_due(account: Account, pod: Pod, now: float) -> bool:
    reading: Reading[PrintedKeys] = account.about(pod.id).reading(PrintedKeys)
    if reading.failure is not None:
        return now - reading.failure.at >= AFTER_FAILURE_S
    if reading.good is None or reading.good.value.start != pod.start:
        return True
    up = pod.runtime.uptime_s if pod.runtime is not None else None
    is_young = up is None or up < SETTLED_S
    return is_young and not reading.good.value.fingerprints and now - reading.good.at >= AGAIN_S


SOURCE = Source(
    name="printed_keys",
    every_s=EVERY_S,
    metered=True,
    kinds=(PrintedKeys,),
    read=_read,
    pods=_due,
    is_deep=True,
)
