"""One examination of a Pod over SSH: every probe in one round trip."""

from typing import Final

from rgt_tui.clients.ssh import SshTarget, examine
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.readiness import Answered
from rgt_tui.probes import all_probes
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 10.0
DEADLINE_S: Final = 20.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None and pod.ssh_direct is not None  # noqa: S101, PT018  # chosen by `_reachable`
    events = await examine(ask.wires.shells, target_of(pod), all_probes(), ask.clock)
    changes = tuple(Change(kind, event, pod.id) for kind, event in events)
    return (ask.seen(Answered("direct"), source="ssh"), *changes)


def target_of(pod: Pod) -> SshTarget:
    """Where and as whom the shell of a Pod with a direct address is reached."""
    assert pod.ssh_direct is not None  # noqa: S101  # asked only for Pods that have one
    return SshTarget(
        host=pod.ssh_direct.host,
        port=pod.ssh_direct.port,
        username=pod.ssh_direct.username,
        name=pod.name,
        pin_id=pod.id,
        start=pod.start,
    )


def _reachable(account: Account, now: float) -> tuple[Pod, ...]:
    return tuple(pod for pod in account.pods if pod.is_running and pod.ssh_direct is not None)


SOURCE = Source(
    name="shell",
    every_s=EVERY_S,
    metered=False,
    kinds=(Answered, *(probe.report for probe in all_probes())),
    read=_read,
    pods=_reachable,
)
