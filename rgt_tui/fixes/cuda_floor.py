"""Relaunches a Pod whose image needs a newer driver on a host that has one: with a CUDA floor.

Source: RunPod REST v2, `CreatePodRequest.gpu.allowedCudaVersions`; documentation read 2026-08-20.
"""

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.fixes import Fix, Remedy


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    if pod.gpu_id is None:
        return "it has no GPU"
    host = f"its host's driver is for CUDA {pod.cuda_version}" if pod.cuda_version else ""
    return Remedy(
        doing=f"relaunch {pod.label} with a CUDA floor",
        said=(
            f"The same Pod is made anew on a host whose driver is new enough{f'; {host}' if host else ''}.",
            "N opens it: choose the CUDA floor by its digit, see the exact request, then confirm.",
            "This Pod stays as it is, and bills, until you terminate it (Ctrl-D).",
        ),
        shown=("N",),
    )


FIX = Fix(
    name="cuda_floor",
    title="relaunch with a CUDA floor (N)",
    codes=frozenset({"RP9", "RP28"}),
    remedy=_remedy,
)
