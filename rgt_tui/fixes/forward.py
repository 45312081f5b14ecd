"""Forwards a port over SSH in place of the HTTP proxy, which cuts requests off after 100 seconds.

Source: RunPod documentation, expose ports: the proxy's limit of 100 s, read 2026-08-20.
"""

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.fixes import Fix, Remedy, quoted


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    if pod.ssh_direct is None:
        return "it has no direct SSH, and the gateway forwards nothing (RP6)"
    ports = [port.split("/")[0] for port in pod.ports or () if port.endswith("/http")]
    if not ports:
        return "it exposes no HTTP port"
    return Remedy(
        doing=f"forward ports of {pod.label}",
        said=(
            "Run on your own machine; the page is then at http://127.0.0.1:PORT, without the proxy.",
            "The program has to listen on 127.0.0.1 or 0.0.0.0 inside the Pod.",
        ),
        shown=(f"rgt-tui forward {quoted(pod.id)} {' '.join(map(quoted, ports))}",),
    )


FIX = Fix(
    name="forward",
    title="forward in place of the HTTP proxy",
    codes=frozenset({"RP5", "RP40"}),
    remedy=_remedy,
)
