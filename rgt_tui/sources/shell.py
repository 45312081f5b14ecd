"""One examination of a Pod over SSH: every question of the tick in one round trip.

A Pod without direct SSH is examined through the gateway, which gives the same answers and
carries no files (RP6).
"""

from dataclasses import replace
from typing import Final

from rgt_tui.clients.ssh_examine import examine
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.printed_keys import PrintedKeys
from rgt_tui.domain.readiness import Answered
from rgt_tui.probes import Probe, all_probes, due
from rgt_tui.probes.identity import start_of
from rgt_tui.sources import Ask, Source, has_road, shell_target

EVERY_S: Final = 10.0
NOT_UP_YET_S: Final = 90.0
"""How long sshd of official images may take after the container has started."""
_NOT_UP: Final = (SshFault.REFUSED, SshFault.RESET, SshFault.TIMEOUT, SshFault.NO_SHELL)


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    evidence = ask.account.about(pod.id)
    probes = due(_asked(), evidence, start_of(evidence, pod.started_at), ask.clock())
    target = replace(shell_target(pod), printed=_printed(ask, pod))
    try:
        events = await examine(ask.wires.shells, target, probes, ask.clock, ask.patience_s)
    except SshError as error:
        if error.kind not in _NOT_UP or not _is_young(pod, ask.clock()):
            raise
        return tuple(ask.failed(kind, _starting(pod, error)) for kind in SOURCE.kinds)
    key = ask.wires.shells.host_key(target)
    changes = tuple(Change(kind, event, pod.id) for kind, event in events)
    answered = Answered(
        road=target.road.value,
        host_key=key.how if key is not None else "",
        is_by_jump=ask.wires.shells.is_by_jump(target),
    )
    return ask.seen(answered, source="ssh"), *changes


def _printed(ask: Ask, pod: Pod) -> frozenset[str]:
    """The host keys its boot log has told for this start; the gateway's own key is none of them."""
    printed = ask.account.about(pod.id).value(PrintedKeys)
    if printed is None or printed.start != pod.start or pod.ssh_direct is None:
        return frozenset()
    return frozenset(printed.fingerprints)


def _is_young(pod: Pod, now: float) -> bool:
    """Whether its container started so recently that nothing need answer yet."""
    up = pod.runtime.uptime_s if pod.runtime is not None else None
    if up is None and pod.started_at is not None:
        up = now - pod.started_at
    return up is not None and up < NOT_UP_YET_S


def _starting(pod: Pod, error: SshError) -> SshError:
    said = f"{pod.name}: its shell is not up yet; it started less than {NOT_UP_YET_S:.0f} s ago"
    return SshError(SshFault.STARTING, said, hint=f"It is tried again. Seen: {error.message}")


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
