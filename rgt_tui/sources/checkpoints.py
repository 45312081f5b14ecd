"""The checkpoints on each Pod: listed once a minute, in one look of a time-bounded walker."""

from typing import Final

from rgt_tui.clients.pod_verifier import list_checkpoints
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.domain.pod import Pod
from rgt_tui.sources import Ask, Source, shell_target

EVERY_S: Final = 60.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    pod = ask.pod
    assert pod is not None  # noqa: S101  # a source with `pods` is given one
    found = await list_checkpoints(ask.wires.shells, shell_target(pod), globs=ask.wires.globs)
    return (ask.seen(found, source="ssh"),)


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
