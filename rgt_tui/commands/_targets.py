"""Which host a command means: a Pod by its id or name, or any host by its address."""

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.domain.errors import ApiError, SshError, SshFault, UsageError
from rgt_tui.domain.evidence import Evidence
from rgt_tui.domain.pod import Pod, SshRoad
from rgt_tui.domain.printed_keys import read_fingerprints
from rgt_tui.domain.stopped import to_reach
from rgt_tui.domain.units import PodId
from rgt_tui.facts import find_pod, unreachable_why
from rgt_tui.opening import Address
from rgt_tui.sources import gateway_target, shell_target

if TYPE_CHECKING:
    from rgt_tui.clients.rest import Rest

GATEWAY: Final = "ssh.runpod.io"
USER: Final = "root"
"""Who one is in a Pod; the default for other hosts too."""
_TARGET: Final = re.compile(
    r"(?:(?P<user>[^@\s:]+)@)?(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:@\s\[\]]+))"
    r"(?::(?P<port>\d{1,5}))?"
)


async def pod_target(where: Address, word: str, transport: str) -> SshTarget:
    """Where the shell of the Pod of that id or name is reached.

    Args:
        where: the account.
        word: id or name.
        transport: `direct`, `proxy`, or `auto` for whichever there is.

    Raises:
        UsageError: the account has no such Pod.
        SshError: it has no address of that kind.
        ApiError: the Pods could not be listed.
    """
    from rgt_tui.clients.rest import Rest  # httpx: only for a Pod

    async with Rest(base_url=where.base_url, key=where.key) as rest:
        return await target_of(where, rest, find_pod((await rest.pods()).pods, word), transport)


async def target_of(where: Address, rest: "Rest", pod: Pod, transport: str) -> SshTarget:
    """Where the shell of that Pod is reached, as the API has just shown it.

    Raises:
        SshError: it has no address of that kind.
    """
    offered = {"direct": pod.ssh_direct, "proxy": pod.ssh_proxy}
    if not pod.is_running or not any(offered.values()):
        why = unreachable_why(pod, Evidence())
        hint = "SSH needs the Pod running; the direct way also 22/tcp among its ports."
        if not pod.is_running:
            hint = to_reach(pod)
        raise SshError(SshFault.NO_ADDRESS, f"{pod.name}: {why}", hint=hint)
    if transport == "auto":
        transport = "direct" if pod.ssh_direct is not None else "proxy"
    if offered[transport] is None:
        other = "proxy" if transport == "direct" else "direct"
        why = f"the API offers it no {transport} SSH"
        hint = f"Use --transport {other}; direct SSH needs 22/tcp among the Pod's ports."
        raise SshError(SshFault.NO_ADDRESS, f"{pod.name}: {why}", hint=hint)
    if transport == "proxy":
        return gateway_target(pod)
    target = shell_target(pod)
    if not pod.is_alive or await asyncio.to_thread(_is_verified, where, target):
        return target
    return await _with_printed(rest, target)


def _is_verified(where: Address, target: SshTarget) -> bool:
    """Whether the log of this start was asked before: it takes most of a second to hear."""
    return HostKeys(where.host_keys).is_verified(target.place)


async def with_printed(where: Address, target: SshTarget) -> SshTarget:
    """The Pod with the host keys that its log holds by now.

    A container that ends is started again within one start of the Pod, and may make other keys.
    """
    from rgt_tui.clients.rest import Rest  # httpx: loaded by now

    async with Rest(base_url=where.base_url, key=where.key) as rest:
        return await _with_printed(rest, target)


async def believed(where: Address, shells: SshPool, target: SshTarget) -> SshTarget:
    """The Pod once it is connected to: a key that is not the pinned one is looked for in its log.

    The connection is the first of those for content, which a pull goes on with.

    Raises:
        SshError: it is not in the log either, or nobody can log in.
    """
    try:
        async with shells.connection(target, lane=1):
            return target
    except SshError as error:
        if error.kind is not SshFault.HOST_KEY_CHANGED or target.printed:
            raise
    target = await with_printed(where, target)
    async with shells.connection(target, lane=1):
        return target


async def _with_printed(rest: "Rest", target: SshTarget) -> SshTarget:
    """With none where the log cannot be read: the pins hold then."""
    since = float(target.start) or None
    try:
        lines = await rest.log_snapshot(PodId(target.owner), source="container", since=since)
    except ApiError:
        return target
    return replace(target, printed=frozenset(read_fingerprints([line.text for line in lines])))


def ssh_target(address: str, transport: str = "auto") -> SshTarget:
    """The host that `[USER@]HOST[:PORT]` names; an IPv6 address stands in brackets.

    RunPod's gateway is known by its name; `transport` says it of another host.

    Raises:
        UsageError: it names none.
    """
    found = _TARGET.fullmatch(address)
    port = int(found["port"] or 22) if found is not None else 0
    if found is None or not 1 <= port <= 65535 or (found["host"] or "").startswith("-"):
        raise UsageError(
            f"{address!r} is not [USER@]HOST[:PORT].",
            hint="For instance root@203.0.113.7:22017, or root@[2001:db8::7]:22",
        )
    host = found["six"] or found["host"]
    user = found["user"] or USER
    shown = f"[{host}]" if ":" in host else host
    is_gateway = transport == "proxy" or (transport == "auto" and host == GATEWAY)
    return SshTarget(
        host=host,
        port=port,
        username=user,
        name=f"{user}@{shown}:{port}",
        pin_id=f"gateway {host}" if is_gateway else f"{shown}:{port}",
        start="always" if is_gateway else "",
        owner=f"{user}@{shown}:{port}",
        road=SshRoad.PROXY if is_gateway else SshRoad.DIRECT,
    )
