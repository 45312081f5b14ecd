"""A Pod that runs and whose shell is not reached straight: why that is, and what to do.

RunPod's gateway gives a terminal and nothing else (RP6). A Pod that exposes 22/tcp is without a
direct address only until its container lives: it wants waiting for, and no other ports.
"""

from typing import Final

from rgt_tui.domain.pod import SSH_PORT, Pod
from rgt_tui.domain.stopped import to_follow, to_reach
from rgt_tui.domain.text import clean

EXPOSE: Final = f"Expose {SSH_PORT} on the Pod for direct SSH (this restarts it)"


def is_awaited(pod: Pod) -> bool:
    """Whether its direct address, or the container behind it, comes by itself."""
    if pod.ssh_direct is not None:
        return not pod.is_alive
    return SSH_PORT in (pod.ports or ())


def why_indirect(pod: Pod) -> str:
    """Why nothing but a terminal, if that, leads into a Pod that runs."""
    if is_awaited(pod):
        return f"not up yet: no container lives, so its {SSH_PORT} leads nowhere"
    if pod.ssh_proxy is None:
        return "the API gives no SSH address"
    return "only the SSH gateway is offered: a terminal, no programs and no files (RP6)"


def no_way(pod: Pod) -> tuple[str, str]:
    """Why no program of ours runs in a Pod now, whether it runs or not, and what to do."""
    if not pod.is_running:
        return f"the Pod is {clean(pod.status)}", to_reach(pod)
    return why_indirect(pod), to_go_straight(pod)


def to_go_straight(pod: Pod) -> str:
    """What brings a direct way to it."""
    if not is_awaited(pod):
        return EXPOSE
    return f"{to_follow(pod)}; rgt-tui triage {clean(pod.id)} says what holds it up"
