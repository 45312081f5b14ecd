"""The files a terminate would lose and who writes them: asked for a checklist, never by itself."""

from typing import Final

from rgt_tui.clients.ssh_examine import examine
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.pod import Pod
from rgt_tui.probes import identity, repositories, unsaved
from rgt_tui.probes.repositories import RepositoryReport
from rgt_tui.probes.unsaved import UnsavedReport
from rgt_tui.sources import Ask, Source, shell_target

EVERY_S: Final = 20.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    probes = (unsaved.PROBE, repositories.PROBE, identity.PROBE)
    events = await examine(ask.wires.shells, shell_target(pod), probes, ask.clock)
    return tuple(Change(kind, event, pod.id) for kind, event in events)


def _reachable(account: Account, now: float) -> tuple[Pod, ...]:
    return tuple(pod for pod in account.pods if pod.is_running and pod.ssh_direct is not None)


SOURCE = Source(
    name="unsaved",
    every_s=EVERY_S,
    metered=False,
    kinds=(UnsavedReport, RepositoryReport),
    read=_read,
    pods=_reachable,
    is_deep=True,
    is_slow=True,
    on_demand=True,
)
