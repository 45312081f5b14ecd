"""Relaunches a Pod on another host, where this one is broken, full, slow or gone.

Source: RunPod REST v2, `POST /v2/pods`, 2026-08-18: a new Pod is placed anew.
"""

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.fixes import Fix, Remedy


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    kept = [mount.path for mount in pod.network_mounts]
    comes = f"{', '.join(kept)} comes along" if kept else "none of its disks comes along"
    return Remedy(
        doing=f"relaunch {pod.label} on another host",
        said=(
            f"The same Pod is made anew, wherever there is room for it; {comes}.",
            "N opens it: choose the place, see the exact request, then confirm.",
            "This Pod stays as it is, and bills, until you terminate it (Ctrl-D). Tell support its id.",
        ),
        shown=("N",),
    )


FIX = Fix(
    name="relaunch",
    title="relaunch on another host (N)",
    codes=frozenset({"RP1", "RP14", "RP16", "RP24", "RP25", "RP26", "RP28", "RP45", "RP49"}),
    remedy=_remedy,
)
