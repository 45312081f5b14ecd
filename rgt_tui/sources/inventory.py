"""The slow questions to a Pod: each at its own cadence, apart from the ticks."""

from typing import Final

from rgt_tui.clients.ssh_examine import examine
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.pod import Pod
from rgt_tui.probes import Probe, all_probes, due
from rgt_tui.probes.identity import start_of
from rgt_tui.sources import Ask, Source, shell_target

EVERY_S: Final = 15.0
"""Seconds between two looks at what is due; how often each is asked stands in its probe."""


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    probes = _due(ask.account, pod, ask.clock())
    events = await examine(ask.wires.shells, shell_target(pod), probes, ask.clock, ask.patience_s)
    return tuple(Change(kind, event, pod.id) for kind, event in events)


def _asked() -> tuple[Probe, ...]:
    return tuple(probe for probe in all_probes() if probe.is_slow)


def _waiting(account: Account, now: float) -> tuple[Pod, ...]:
    """Pods that can be asked now and have a question due."""
    return tuple(
        pod
        for pod in account.pods
        if pod.is_running and pod.ssh_direct is not None and _due(account, pod, now)
    )


def _due(account: Account, pod: Pod, now: float) -> tuple[Probe, ...]:
    evidence = account.about(pod.id)
    return due(_asked(), evidence, start_of(evidence, pod.started_at), now)


SOURCE = Source(
    name="inventory",
    every_s=EVERY_S,
    metered=False,
    kinds=tuple(probe.report for probe in _asked()),
    read=_read,
    pods=_waiting,
    is_slow=True,
)
