"""What to do about a Pod that does not run, in the words of the console and of the command line."""

from typing import Final

from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.text import clean

CUT: Final = frozenset({SshFault.LOST, SshFault.RESET, SshFault.REFUSED, SshFault.TIMEOUT})
"""Faults that a Pod which ends gives, too."""


def why_cut(name: str, now: Pod | None, error: SshError) -> str:
    """Why a job on a Pod lost it, and what to do.

    Args:
        name: of the Pod.
        now: the Pod as the API tells it after that; None where it tells of none.
        error: what the connection said.
    """
    if now is None:
        return f"{clean(name)}: the Pod is gone; its own disks went with it"
    if not now.is_running:
        return f"{clean(name)}: the Pod is {now.status}, it stopped meanwhile. {to_reach(now)}"
    said = error.told
    if error.kind is SshFault.LOST:  # whose hint is one for probes, which are asked again
        said = f"{error.message}; look whether the Pod restarts or the network drops"
    return f"{said}. B in Jobs begins it again"


def to_follow(pod: Pod) -> str:
    """What to do about a Pod that is coming up by itself."""
    return (
        f"Wait until its container lives: rgt-tui logs {clean(pod.id)} --both shows how far it is"
    )


def to_reach(pod: Pod) -> str:
    """How its files come into reach."""
    start = f"Start it: rgt-tui start {clean(pod.id)}, or u in the console"
    if pod.is_coming:
        start = to_follow(pod)
    if pod.status == PodStatus.TERMINATED:
        start = "It is gone, and its own disks with it: rgt-tui volumes lists what stays"
    if not pod.network_mounts:
        return start
    volume = clean(pod.network_mounts[0].volume_id)
    return f"{start}. Its network volume can be read without it, with an S3 key: rgt-tui browse {volume}"
