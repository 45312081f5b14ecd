"""Gives a Pod a larger container disk, which starts it anew and wipes what is on it.

Source: RunPod documentation, troubleshooting: storage full, read 2026-08-20.
"""

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import show_bytes
from rgt_tui.facts import root_store, stores
from rgt_tui.fixes import Fix, Remedy


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    if pod.disk_gb is None:
        return "the size of its container disk is unknown"
    root = root_store(stores(pod, account))
    used = show_bytes(root.used_bytes if root is not None else None)
    return Remedy(
        doing=f"grow the container disk of {pod.label}",
        said=(
            f"It has {pod.disk_gb} GB, {used} used. Growing it starts the container anew: all of / is wiped.",
            "Move what matters to the workspace first; the caches have a fix of their own in this list.",
            "e opens the settings: type the new size, see the exact request, then confirm by the Pod's name.",
        ),
        shown=("e",),
    )


FIX = Fix(
    name="larger_disk",
    title="grow the container disk (e): wipes it",
    codes=frozenset({"RP11"}),
    remedy=_remedy,
)
