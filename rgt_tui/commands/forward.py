"""Forwards ports of this machine into a Pod, over SSH."""

import asyncio
import ipaddress
import random
import re
import sys
from typing import Any, Final

import click

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh_forward import Forward, Forwards, PortPair
from rgt_tui.clients.ssh_target import SshTarget
from rgt_tui.clock import session_clock
from rgt_tui.commands import _options
from rgt_tui.commands._targets import pod_target, target_of, with_printed
from rgt_tui.config import Config
from rgt_tui.domain.errors import ApiError, NotFound, RgtError, SshError, SshFault, UsageError
from rgt_tui.domain.pod import SshRoad
from rgt_tui.domain.text import clean
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.opening import Address, address, configuration, pool, with_identities

TRIES: Final = 8
"""Connections in a row that may fail, about a minute and a half."""
_FIRST_S: Final = 0.5
_LONGEST_S: Final = 15.0
_FINAL: Final = frozenset({SshFault.HOST_KEY_CHANGED, SshFault.AUTH})
"""What does not get better by waiting."""
_PAIR: Final = re.compile(r"(?:(\d{0,5}):)?(\d{1,5})")
_LAST_PORT: Final = 65535


class PodEnded(RgtError):
    """The Pod was stopped or deleted while its ports were forwarded."""

    code = "pod_ended"


@click.command("forward", help=__doc__)
@click.argument("pod", metavar="POD")
@click.argument("ports", nargs=-1, required=True, metavar="[LOCAL:]PORT...")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    default=("127.0.0.1",),
    show_default=True,
    help="Address of this machine to listen on; repeatable.",
)
@_options.identities
@_options.as_json
@click.pass_obj
def run(options: Options, /, **given: Any) -> None:
    """Listens here and hands each client on to the port in the Pod, until interrupted.

    `PORT` is the same on both sides, `LOCAL:PORT` another one here, `:PORT` a free one.
    """
    pairs = tuple(map(port_pair, given["ports"]))
    addresses = tuple(map(_listening_address, given["addresses"]))
    config = configuration(options)
    with address(options, config) as told:
        where = with_identities(told, given["identities"])
        asyncio.run(
            _forward(where, config, given["pod"], (addresses, pairs), as_json=given["as_json"])
        )


def port_pair(text: str) -> PortPair:
    """The two ports of `[LOCAL:]PORT`; none before the colon is a free one.

    Raises:
        UsageError: it is no such thing.
    """
    found = _PAIR.fullmatch(text)
    if found is not None:
        remote = int(found[2])
        local = remote if found[1] is None else int(found[1] or 0)
        if 0 < remote <= _LAST_PORT and local <= _LAST_PORT:
            return PortPair(local, remote)
    raise UsageError(
        f"{clean(text, 40)!r} is not [LOCAL:]PORT.",
        hint="For instance 8888, 18888:8888, or :8888 for a free local port.",
    )


def _listening_address(text: str) -> str:
    try:
        found = ipaddress.ip_address("127.0.0.1" if text == "localhost" else text)
    except ValueError as error:
        raise UsageError(
            f"{clean(text, 40)!r} is no address of this machine.", hint="For instance 127.0.0.1"
        ) from error
    if not found.is_loopback:
        narrate(f"{found} is reached from other machines: whoever comes there is in the Pod's port")
    return str(found)


async def _forward(
    where: Address,
    config: Config,
    word: str,
    wanted: tuple[tuple[str, ...], tuple[PortPair, ...]],
    *,
    as_json: bool,
) -> None:
    addresses, pairs = wanted
    target = await pod_target(where, word, "auto")
    if target.road is SshRoad.PROXY:
        raise _by_gateway(target, pairs[0].remote)
    book = HostKeys(where.host_keys)
    async with (
        pool(where, config, book, session_clock()) as shells,
        Forwards(shells, target, narrate) as forwards,
    ):
        await _connect(where, forwards)
        for note in book.notes:
            narrate(note)
        found = [it for pair in pairs for it in await forwards.listen(addresses, pair)]
        _tell(found, as_json=as_json)
        while True:
            connection = await forwards.connected()
            await connection.wait_closed()
            narrate(f"the connection to {target.where} was lost, connecting again")
            await _again(where, forwards)
            narrate("connected again")


def _tell(found: list[Forward], *, as_json: bool) -> None:
    if as_json:
        rows = [{"address": it.address, "local_port": it.local, "port": it.remote} for it in found]
        emit({"forwards": rows})
    else:
        for it in found:
            shown = f"[{it.address}]" if ":" in it.address else it.address
            sys.stdout.write(f"Forwarding from {shown}:{it.local} -> {it.remote}\n")
    sys.stdout.flush()


async def _again(where: Address, forwards: Forwards) -> None:
    """Connects once more, to where the Pod is by now.

    Raises:
        RgtError: it is gone or stopped, or cannot be reached for long.
    """
    for attempt in range(TRIES):
        await asyncio.sleep(random.uniform(0.5, 1.0) * min(_LONGEST_S, _FIRST_S * 2.0**attempt))  # noqa: S311  # spreads load only
        try:
            forwards.target = await _found_again(where, forwards.target)
            await _connect(where, forwards)
        except (ApiError, SshError) as error:
            is_final = isinstance(error, SshError) and error.kind in _FINAL
            if is_final or attempt == TRIES - 1:
                raise
        else:
            return


async def _connect(where: Address, forwards: Forwards) -> None:
    """Makes the connection; where another host key is shown, the Pod's log is asked about it.

    Raises:
        SshError: why there is none.
    """
    try:
        await forwards.connected()
    except SshError as error:
        if error.kind is not SshFault.HOST_KEY_CHANGED or forwards.target.printed:
            raise
        forwards.target = await with_printed(where, forwards.target)
        await forwards.connected()


async def _found_again(where: Address, target: SshTarget) -> SshTarget:
    """Where the Pod is by now: one call."""
    from rgt_tui.clients.rest import Rest  # httpx: loaded by now

    async with Rest(base_url=where.base_url, key=where.key) as rest:
        try:
            pod = await rest.pod(target.owner)
        except NotFound as error:
            said = f"{target.name} ({target.owner}) is no longer there: nothing is forwarded"
            hint = "rgt-tui pods lists the Pods of this account."
            raise PodEnded(said, hint=hint) from error
        if pod.is_over:
            raise PodEnded(
                f"{target.name} is {clean(pod.status, 32)}: nothing is forwarded",
                hint=f"rgt-tui start {target.owner}",
            )
        return await target_of(where, rest, pod, "direct")


def _by_gateway(target: SshTarget, port: int) -> SshError:
    return SshError(
        SshFault.NO_ADDRESS,
        f"{target.where}: only RunPod's SSH gateway is offered, which forwards no ports (RP6)",
        hint=(
            f"{target.to_go_straight}. A port exposed as {port}/http is at "
            f"https://{target.owner}-{port}.proxy.runpod.net, which "
            "cuts requests off after 100 s (RP5)."
        ),
    )


COMMAND = run
