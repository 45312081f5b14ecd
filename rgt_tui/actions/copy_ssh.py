"""Copies the command that opens a shell on the Pod.

The command is built from the checked host, port and user; the one in the API's answer is never
used, since its published example turns host key checking off (REST v2 document, read 2026-08-18).
"""

import shlex

from rgt_tui.actions import Action, Copy, Outcome
from rgt_tui.domain.pod import Pod, SshEndpoint
from rgt_tui.panes import Scene


def command(endpoint: SshEndpoint) -> str:
    """The `ssh` command for an endpoint, quoted for a POSIX shell."""
    target = f"{endpoint.username}@{endpoint.host}"
    return shlex.join(["ssh", "-p", str(endpoint.port), "--", target])


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    return None if _endpoint(pod) is not None else "the API gives no SSH address for this Pod"


def _endpoint(pod: Pod | None) -> SshEndpoint | None:
    return None if pod is None else pod.ssh_direct or pod.ssh_proxy


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    endpoint = _endpoint(pod)
    if endpoint is None:
        raise ValueError("copy_ssh needs a Pod with an SSH address")
    return Copy(command(endpoint))


ACTION = Action(
    name="copy_ssh",
    key="C",
    title="copy ssh",
    tooltip="Copy the ssh command for this Pod; it runs nothing.",
    why_not=_why_not,
    run=_run,
)
