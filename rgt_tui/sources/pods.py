"""The Pod list: one call tells status, cost, SSH addresses and runtime of every Pod."""

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.readiness import Restarts
from rgt_tui.sources import Ask, Source

KEPT = 5
"""Restarts remembered of one Pod."""


async def _read(ask: Ask) -> tuple[Change, ...]:
    listed = await ask.wires.rest.pods()
    before = {pod.id: pod for pod in ask.account.pods}
    restarts = [
        _restarted(ask, pod) for pod in listed.pods if _uptime_fell(before.get(pod.id), pod)
    ]
    return (ask.seen(listed), *restarts)


def _uptime_fell(old: Pod | None, new: Pod) -> bool:
    """Whether the container started again although the Pod itself was not started anew."""
    if old is None or old.start != new.start or old.runtime is None or new.runtime is None:
        return False
    before, after = old.runtime.uptime_s, new.runtime.uptime_s
    return before is not None and after is not None and after < before


def _restarted(ask: Ask, pod: Pod) -> Change:
    known = ask.account.about(pod.id).value(Restarts) or Restarts()
    now = ask.clock()
    return Change(Restarts, Observed(Restarts((*known.seen_at, now)[-KEPT:]), now, "api"), pod.id)


SOURCE = Source(name="pods", every_s=5.0, metered=True, kinds=(PodList,), read=_read)
