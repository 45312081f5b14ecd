"""Each fault of a Pod: a named state, the rest of the fleet fresh meanwhile, and it recovers."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import ProbeAnswer, SshPool, SshTarget
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.text import clean, decode
from rgt_tui.probes import Probe, Section
from tests.clients.broken_way import Relay
from tests.clients.sshd import Sshd, free_port, kill_connections, make_key, running_sshd, saying

pytestmark = pytest.mark.usefixtures("cut_connections")

FRESH_S = 8.0
"""How old the answers of the other Pods may become while one is ill, on a loaded machine."""
HERE = saying("echo here", limit_s=2)


@dataclass
class Fleet:
    """Two Pods: one that falls ill, behind a way that can break, and one that stays well."""

    ill: Sshd
    well: Sshd
    way: Relay
    pool: SshPool
    shift_s: float = 0.0
    to_port: int = 0
    oldest_s: float = 0.0

    @property
    def target(self) -> SshTarget:
        port = self.to_port or self.way.port
        return self.ill.target(pin_id="ill", port=port)

    async def ask(self, probe: Probe) -> ProbeAnswer | SshError:
        """What comes of a question to the ill one; the well one is asked again and again."""
        asked = asyncio.ensure_future(self.pool.probe(self.target, [probe]))
        await self._ask_well()
        while not asked.done():
            await self._ask_well()
            await asyncio.wait([asked], timeout=0.1)
        error = asked.exception()
        assert error is None or isinstance(error, SshError), error
        return asked.result() if error is None else error

    async def _ask_well(self) -> None:
        began = time.monotonic()
        answer = await self.pool.probe(self.well.target(pin_id="well"), [HERE])
        assert answer.sections["said"].output == b"here\n"
        self.oldest_s = max(self.oldest_s, time.monotonic() - began)

    async def recovers(self) -> None:
        """Asks until it is answered, as ticks do."""
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(SshError):
                    answer = await self.pool.probe(self.target, [HERE])
                    if answer.sections["said"].output == b"here\n":
                        return
                await asyncio.sleep(0.2)


def let_in(server: Sshd, key: str) -> None:
    public = (server.folder / f"{key}.pub").read_text()
    (server.folder.parent / "authorized").write_text(public)


@contextlib.asynccontextmanager
async def a_fleet(folder: Path) -> AsyncIterator[Fleet]:
    (folder / "ill").mkdir()
    (folder / "well").mkdir()
    ill_lets_in = {"AuthorizedKeysFile": str(folder / "authorized")}
    well_lets_in = {"AuthorizedKeysFile": str(folder / "ill/login.pub")}
    with (
        running_sshd(folder / "ill", **ill_lets_in) as ill,
        running_sshd(folder / "well", **well_lets_in) as well,
    ):
        let_in(ill, "login")
        async with Relay(ill.port).listening() as way:
            fleet = Fleet(ill, well, way, None)  # type: ignore[arg-type]  # it needs the clock
            fleet.pool = SshPool(
                identities=(ill.identity,),
                host_keys=HostKeys(folder / "hostkeys.json"),
                connect_timeout_s=4,
                clock=lambda: time.time() + fleet.shift_s,
            )
            async with fleet.pool:
                yield fleet


Strike = Callable[[Fleet], AbstractAsyncContextManager[None]]


def lines(count: int) -> Probe:
    return saying(f"i=0; while [ $i -lt {count} ]; do echo line $i; i=$((i+1)); done", limit_s=3)


@contextlib.asynccontextmanager
async def nothing(fleet: Fleet) -> AsyncIterator[None]:
    yield


@contextlib.asynccontextmanager
async def dropped(fleet: Fleet) -> AsyncIterator[None]:
    fleet.way.left = 2345
    yield
    fleet.way.left = None


@contextlib.asynccontextmanager
async def half_open(fleet: Fleet) -> AsyncIterator[None]:
    fleet.way.is_silent = True
    yield
    fleet.way.is_silent = False
    fleet.way.cut()


@contextlib.asynccontextmanager
async def drips(fleet: Fleet) -> AsyncIterator[None]:
    fleet.way.drip_s = 0.05
    yield
    fleet.way.drip_s = 0.0
    fleet.way.cut()


@contextlib.asynccontextmanager
async def drips_from_the_start(fleet: Fleet) -> AsyncIterator[None]:
    fleet.way.cut()
    async with drips(fleet):
        yield


@contextlib.asynccontextmanager
async def only_greets(fleet: Fleet) -> AsyncIterator[None]:
    fleet.way.cut()
    fleet.way.only_greets = True
    yield
    fleet.way.only_greets = False


@contextlib.asynccontextmanager
async def refuses_the_key(fleet: Fleet) -> AsyncIterator[None]:
    make_key(fleet.ill.folder / "other")
    let_in(fleet.ill, "other")
    fleet.way.cut()
    yield
    let_in(fleet.ill, "login")


@contextlib.asynccontextmanager
async def has_another_key(fleet: Fleet) -> AsyncIterator[None]:
    files = [fleet.ill.folder / name for name in ("host", "host.pub")]
    known = [file.read_bytes() for file in files]
    fleet.ill.stop()
    fleet.ill.new_host_key()
    fleet.ill.start()
    fleet.way.cut()
    yield
    fleet.ill.stop()
    for file, content in zip(files, known, strict=True):
        file.write_bytes(content)
    fleet.ill.start()


@contextlib.asynccontextmanager
async def stops_in_the_middle(fleet: Fleet) -> AsyncIterator[None]:
    def stop() -> None:
        kill_connections(fleet.ill)
        fleet.ill.stop()

    handle = asyncio.get_running_loop().call_later(0.5, stop)
    yield
    assert handle.when() < asyncio.get_running_loop().time()
    fleet.ill.start()


@contextlib.asynccontextmanager
async def moves(fleet: Fleet) -> AsyncIterator[None]:
    fleet.to_port = fleet.ill.port
    await fleet.recovers()
    kill_connections(fleet.ill)
    fleet.ill.stop()
    fleet.ill.port = free_port()
    fleet.ill.start()
    yield
    fleet.to_port = fleet.ill.port  # as the API tells it


@contextlib.asynccontextmanager
async def answers_with_a_text(fleet: Fleet) -> AsyncIterator[None]:
    usual = fleet.ill.options
    fleet.ill.options = {
        "ForceCommand": "echo Error: Your SSH client doesn\\'t support PTY; exit 0"
    }
    fleet.ill.stop()
    fleet.ill.start()
    fleet.way.cut()
    yield
    fleet.ill.options = usual
    fleet.ill.stop()
    fleet.ill.start()
    fleet.way.cut()


@contextlib.asynccontextmanager
async def clock_jumps(fleet: Fleet) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    for at, shift in ((0.2, -86_400.0), (0.5, 7 * 86_400.0), (0.7, -3600.0)):
        loop.call_later(at, setattr, fleet, "shift_s", shift)
    yield
    fleet.shift_s = 0.0


def broke(*kinds: SshFault) -> Callable[[ProbeAnswer | SshError], None]:
    def check(found: ProbeAnswer | SshError) -> None:
        assert isinstance(found, SshError), found
        assert found.kind in kinds
        assert found.message.startswith("train-a (127.0.0.1:")
        assert "\n" not in found.message

    return check


def answered(check: Callable[[Section], object]) -> Callable[[ProbeAnswer | SshError], None]:
    def look(found: ProbeAnswer | SshError) -> None:
        assert isinstance(found, ProbeAnswer), found
        assert found.fault is None
        assert check(found.sections["said"])

    return look


def is_timed(section: Section) -> bool:
    return section.output == b"late\n" and (section.seconds is None or section.seconds >= 0)


def is_ended_there(section: Section) -> bool:
    """The host said that it ended it: what is only given up here has no duration."""
    return section.timed_out and section.seconds is not None


NEAR = replace(saying("sleep 60", limit_s=1), is_near=True)
CONTROL = b"\x1b]52;c;Y2FuYXJ5\x07\x9b31m\xe2\x80\xae\r\n"
FLOOD = saying("head -c 100000000 /dev/zero | tr '\\0' '\\n'", limit_s=20)
FAULTS: dict[str, tuple[Strike, Probe, Callable[[ProbeAnswer | SshError], None]]] = {
    "drop": (dropped, lines(5000), broke(SshFault.LOST, SshFault.RESET)),
    "half-open": (half_open, HERE, broke(SshFault.TIMEOUT)),
    "drip": (drips, lines(300), broke(SshFault.TIMEOUT, SshFault.LOST)),
    "drip from the start": (drips_from_the_start, HERE, broke(SshFault.TIMEOUT)),
    "banner only": (only_greets, HERE, broke(SshFault.TIMEOUT)),
    "auth refused": (refuses_the_key, HERE, broke(SshFault.AUTH)),
    "host key changed": (has_another_key, HERE, broke(SshFault.HOST_KEY_CHANGED)),
    "100 MB": (nothing, FLOOD, answered(lambda it: it.cut and len(it.output) <= 65536)),
    "not UTF-8": (
        nothing,
        saying(r"printf '\377\376\303(\n'"),
        answered(lambda it: it.output == b"\xff\xfe\xc3(\n"),
    ),
    "control bytes": (
        nothing,
        saying(f"printf '{''.join(f'{chr(92)}{byte:03o}' for byte in CONTROL)}'"),
        answered(lambda it: it.output == CONTROL and clean(decode(it.output)).isprintable()),
    ),
    "endless section": (nothing, saying("sleep 60", limit_s=1), answered(lambda it: it.timed_out)),
    "endless section of the loop": (nothing, NEAR, answered(is_ended_there)),
    "exit 255": (nothing, saying("exit 255"), answered(lambda it: it.exit_code == 255)),
    "stopped in the middle": (
        stops_in_the_middle,
        saying("sleep 60", limit_s=20),
        broke(SshFault.LOST, SshFault.RESET, SshFault.REFUSED),
    ),
    "port moved": (moves, HERE, broke(SshFault.REFUSED)),
    "text and status 0": (answers_with_a_text, HERE, broke(SshFault.BAD_ANSWER)),
    "clock jump": (clock_jumps, saying("sleep 1; echo late"), answered(is_timed)),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_has_a_name_leaves_the_others_fresh_and_passes(
    name: str, tmp_path: Path
) -> None:
    strike, probe, check = FAULTS[name]
    async with a_fleet(tmp_path) as fleet:
        await fleet.recovers()
        async with strike(fleet):
            check(await fleet.ask(probe))
        await fleet.recovers()
    assert fleet.oldest_s < FRESH_S
