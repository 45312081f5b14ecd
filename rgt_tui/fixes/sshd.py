"""Starts sshd on a Pod that no SSH reaches: for its web terminal, since no command can go there.

Source: RunPod documentation, connect to a Pod with SSH, read 2026-08-20.
"""

from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.fixes import Fix, Remedy

_LINES: Final = (
    "apt-get update -qq && apt-get install -y -qq openssh-server",
    "mkdir -p ~/.ssh && chmod 700 ~/.ssh",
    'printf "%s\\n" "$PUBLIC_KEY" >>~/.ssh/authorized_keys && chmod 600 ~/.ssh/authorized_keys',
    "ssh-keygen -A && service ssh start",
)


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    if not pod.is_running:
        return "it does not run"
    is_exposed = pod.ports is not None and "22/tcp" in pod.ports
    port = (
        "22/tcp is among its ports: Ctrl-R reads its address again afterwards."
        if is_exposed
        else "22/tcp is not among its ports: add it under Edit Pod; that wipes the container disk."
    )
    return Remedy(
        doing=f"start sshd on {pod.label}",
        said=(
            "Type these lines into the web terminal of the RunPod console, or over the proxied SSH.",
            "PUBLIC_KEY is the Pod's own variable with the public keys of your account.",
            port,
        ),
        shown=_LINES,
    )


FIX = Fix(
    name="sshd",
    title="start sshd by the web terminal",
    codes=frozenset({"RP6", "RP10", "RP19"}),
    remedy=_remedy,
)
