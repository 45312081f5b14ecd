"""Copies the command that opens a shell on the Pod.

The command is built from the checked host, port and user; the one in the API's answer is never
used, since its published example turns host key checking off (REST v2 document, read 2026-08-18).

It takes the road that we take: the Pod goes by its name in `~/.ssh/config`, `rgt-<pod id>`, and the
jump host of our configuration goes before what stands there.
"""

import shlex
from collections.abc import Sequence

from rgt_tui.actions import Action, Copy, Outcome
from rgt_tui.domain.pod import Pod, SshEndpoint
from rgt_tui.domain.units import is_pod_id
from rgt_tui.panes import Scene


def command(pod: Pod, endpoint: SshEndpoint, jump_host: str = "") -> str:
    """The `ssh` command for an endpoint of a Pod, quoted for a POSIX shell."""
    return shlex.join(words(pod.id, endpoint, jump_host))


def words(
    pod_id: str, endpoint: SshEndpoint, jump_host: str = "", more: Sequence[str] = ()
) -> list[str]:
    """The words of the `ssh` command for an endpoint of a Pod, with `more` options before the host."""
    found = ["ssh", "-p", str(endpoint.port)]
    if jump_host:
        found += ["-J", jump_host]
    name = endpoint.host
    if is_pod_id(pod_id):
        found += ["-o", f"HostName={endpoint.host}"]
        name = f"rgt-{pod_id}"
    return [*found, *more, "--", f"{endpoint.username}@{name}"]


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    return None if _endpoint(pod) is not None else "the API gives no SSH address for this Pod"


def _endpoint(pod: Pod | None) -> SshEndpoint | None:
    return None if pod is None else pod.ssh_direct or pod.ssh_proxy


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    endpoint = _endpoint(pod)
    if pod is None or endpoint is None:
        raise ValueError("copy_ssh needs a Pod with an SSH address")
    return Copy(command(pod, endpoint, scene.jump_host))


ACTION = Action(
    name="copy_ssh",
    key="C",
    title="copy ssh",
    tooltip="Copy the ssh command for this Pod; it runs nothing.",
    why_not=_why_not,
    run=_run,
)
