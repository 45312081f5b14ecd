"""The checkpoints on each Pod: listed once a minute, by a time-bounded walker that goes on where it stopped."""

from dataclasses import replace
from typing import Final

from rgt_tui.clients.pod_verifier import LOOKS, go_on
from rgt_tui.clients.survey import Survey
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import Pod
from rgt_tui.sources import Ask, Source, shell_target

EVERY_S: Final = 60.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    survey = _survey(ask, pod)
    looks = 1 if ask.patience_s is not None else LOOKS
    found = await go_on(ask.wires.shells, shell_target(pod), survey, ask.clock, looks=looks)
    read = ask.seen(found, source="ssh")
    if survey.is_of_now or survey.since is None:
        return (read,)
    return (replace(read, event=Observed(found, survey.since, "ssh")),)


def _survey(ask: Ask, pod: Pod) -> Survey:
    """What earlier looks at this start of the Pod have found."""
    surveys = ask.wires.surveys
    known = surveys.get(pod.id)
    if known is None or known[0] != pod.start:
        known = surveys[pod.id] = (pod.start, Survey(globs=ask.wires.globs))
    return known[1]


def _reachable(account: Account, now: float) -> tuple[Pod, ...]:
    return tuple(pod for pod in account.pods if pod.is_alive and pod.ssh_direct is not None)


SOURCE = Source(
    name="checkpoints",
    every_s=EVERY_S,
    metered=False,
    kinds=(CheckpointList,),
    read=_read,
    pods=_reachable,
    is_slow=True,
)
