"""The Pod list: one call tells status, cost, SSH addresses and runtime of every Pod."""

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.idle import GpuIdle
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.readiness import Restarts
from rgt_tui.sources import Ask, Source

KEPT = 5
"""Restarts remembered of one Pod."""
IDLE_TOLD_S = 60.0
"""How often it is told that GPUs idle on."""
UNWATCHED_S = 300.0
"""Longer than this between two looks, and nobody knows whether the GPUs idled all the time."""


async def _read(ask: Ask) -> tuple[Change, ...]:
    listed = await ask.wires.rest.pods()
    before = {pod.id: pod for pod in ask.account.pods}
    restarts = [
        _restarted(ask, pod) for pod in listed.pods if _uptime_fell(before.get(pod.id), pod)
    ]
    idle = [change for pod in listed.pods for change in _idle(ask, pod)]
    return (ask.seen(listed), *restarts, *idle)


def _idle(ask: Ask, pod: Pod) -> tuple[Change, ...]:
    """What is new about the idleness of a Pod's GPUs: its beginning, its end, that it goes on."""
    uses = [gpu.util for gpu in pod.runtime.gpus] if pod.runtime is not None else []
    known = [use for use in uses if use is not None]
    if not known or len(known) < len(uses):
        return ()
    now, before = ask.clock(), ask.account.about(pod.id).value(GpuIdle)
    since = None if any(known) else now
    if before is not None and (before.since is None) == (since is None):
        if since is None or now - before.seen_at < IDLE_TOLD_S:
            return ()
        return (Change(GpuIdle, Observed(_longer(before, pod, now), now, "api"), pod.id),)
    return (Change(GpuIdle, Observed(GpuIdle(since, now), now, "api"), pod.id),)


def _longer(spell: GpuIdle, pod: Pod, now: float) -> GpuIdle:
    """A spell that goes on; it is no older than the container, and says how long nobody looked."""
    up = pod.runtime.uptime_s if pod.runtime is not None else None
    began = spell.since or now
    if up is not None and now - up > began:
        began, spell = now - up, GpuIdle(now - up, max(spell.seen_at, now - up))
    gap = now - spell.seen_at
    return GpuIdle(began, now, spell.unwatched_s + (gap if gap > UNWATCHED_S else 0.0))


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
