"""The fleet of `--demo` as a scene; apart from the others, since serving it takes imports."""

import asyncio
import functools
import tempfile
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import asyncssh

from rgt_tui.clients.hostkeys import HostKeys, Place
from rgt_tui.config import Config
from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed, Reading
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.secret import Secret
from rgt_tui.opening import Address, open_session
from rgt_tui.panes import Scene
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.sources import periods
from rgt_tui.store import Store
from tests.values import NOW

READS: Final = 3


@functools.cache
def demo_fleet() -> Scene:
    """The fleet that `--demo` shows: read from the simulated account, whose time stands still."""
    for _ in range(READS):
        with ThreadPoolExecutor(1) as apart:  # the test that asks runs a loop of its own
            scene = apart.submit(asyncio.run, _read_demo_fleet()).result()
        if not _is_cut_short(scene):
            break
    return scene


def _is_cut_short(scene: Scene) -> bool:
    """Whether a Pod was too slow to answer, as on a loaded machine; those without a shell never do."""
    readings = [it for pod in scene.account.pods for it in _readings(scene, pod)]
    return any(it.failure is not None and it.failure.code != "ssh_no_shell" for it in readings)


def _readings(scene: Scene, pod: Pod) -> Collection[Reading[Any]]:
    return scene.account.about(pod.id).readings.values()


async def _read_demo_fleet() -> Scene:
    store = Store()
    with (
        tempfile.TemporaryDirectory() as folder,
        Simulator(build_world(now=NOW), speed=0) as simulator,
    ):
        where = Address(
            base_url=simulator.url,
            key=Secret(simulator.api_key),
            source="demo",
            identities=(Path(simulator.ssh_identity),),
            host_keys=Path(folder) / "hostkeys.json",
        )
        await _know_gateway(simulator, HostKeys(where.host_keys))
        async with open_session(where, Config(), store, lambda: NOW) as session:
            await session.look()
            balance = await session.wires.balance()
    store.apply([Change(Balance, Observed(balance, NOW))])
    return Scene(
        account=store.state.account,
        findings=store.state.findings,
        now=NOW,
        source="demo",
        periods=periods(),
    )


async def _know_gateway(simulator: Simulator, book: HostKeys) -> None:
    """Pins the gateway's key: else that Pod alone which came first would call it "first seen"."""
    host, port, _ = simulator.gateway
    key = await asyncssh.get_server_host_key(host, port)
    assert key is not None
    place = Place(pin_id=f"gateway {host}", start="always", host=host, port=port)
    book.accept(place, key.export_public_key().decode().strip())
