"""The simulator: HTTP and SSH servers on one thread of their own, over one world."""

import asyncio
import contextlib
import logging
import secrets
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import asyncssh
from aiohttp import web

from rgt_tui.scratch import memory, scratch
from rgt_tui.simulator.faults import Faults
from rgt_tui.simulator.files import StoredFile
from rgt_tui.simulator.ratelimit import Limiter, Quota
from rgt_tui.simulator.rest.app import Hook, make_app
from rgt_tui.simulator.rest.desk import Desk, Recorded
from rgt_tui.simulator.ssh.container import Containers
from rgt_tui.simulator.ssh.gateway import GatewayServer
from rgt_tui.simulator.ssh.sshd import HOST, PodServers
from rgt_tui.simulator.world import World

Given = TypeVar("Given")

_LOGGER: Final = logging.getLogger("rgt_tui.simulator")
_LOGGER.addHandler(logging.NullHandler())
# Without any handler Python writes warnings to stderr, where the console has its screen.
logging.getLogger("asyncssh").addHandler(logging.NullHandler())

_TICK_S: Final = 0.2
"""How often listeners follow the world while nobody asks."""

_START_LIMIT_S: Final = 30.0
_STOP_LIMIT_S: Final = 10.0


class Simulator:
    """Serves a world over real sockets on 127.0.0.1, from `start` to `stop`."""

    def __init__(
        self,
        world: World,
        speed: float = 1.0,
        *,
        port: int = 0,
        quota: Quota | None = None,
        hook: Hook | None = None,
    ) -> None:
        """Prepares, opens nothing yet.

        Args:
            world: what to serve; it belongs to the simulator until `stop`.
            speed: world seconds per real second; 0 keeps the world still.
            port: of the HTTP server; 0 takes a free one.
            quota: requests allowed; the specification's example quota if None.
            hook: put around every REST handler, for tests that need wrong answers.
        """
        self.world = world
        self.api_key = f"rpa_SIM{secrets.token_hex(20).upper()}"
        self.faults = Faults()
        self._speed = speed
        self._port = port
        self._hook = hook
        self._limiter = Limiter(quota or Quota(), lambda: world.clock.metered)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._home = self._sessions = Path()
        self._scratch = contextlib.ExitStack()
        self._desk: Desk | None = None
        self._servers: PodServers | None = None
        self._gateway: GatewayServer | None = None

    def __enter__(self) -> Self:
        """Starts."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops."""
        self.stop()

    def start(self) -> None:
        """Opens all servers and returns when they answer.

        Raises:
            OSError: the port is taken.
        """
        if self._thread is not None:
            raise RuntimeError("the simulator runs already")
        self._home = self._scratch.enter_context(scratch("sim"))
        self._sessions = self._scratch.enter_context(scratch("sim", memory()))
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_LIMIT_S):
            raise TimeoutError("the simulator did not start")
        if self._failure is not None:
            failure = self._failure
            self.stop()
            raise failure

    def stop(self) -> None:
        """Closes all servers, ends all sessions and removes the temporary folder."""
        thread, loop, stopping = self._thread, self._loop, self._stopping
        if thread is None:
            return
        if loop is not None and stopping is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(stopping.set)
        thread.join(_STOP_LIMIT_S)
        self._thread = None
        self.world.freeze()
        self._scratch.close()

    @property
    def url(self) -> str:
        """The origin: REST below /v2, GraphQL at /graphql."""
        return f"http://{HOST}:{self._port}"

    @property
    def ssh_identity(self) -> str:
        """Path of the private key that every Pod and the gateway accept."""
        return str(self._home / "keys" / "id_ed25519")

    @property
    def gateway(self) -> tuple[str, int, str]:
        """Host, port and user name pattern of the SSH gateway."""
        if self._gateway is None:
            raise RuntimeError("the simulator is not running")
        return self._gateway.host, self._gateway.port, "<podId>-<hostToken>"

    @property
    def requests(self) -> tuple[Recorded, ...]:
        """The requests so far, oldest first."""
        return tuple(self._desk.records) if self._desk is not None else ()

    @property
    def limiter(self) -> Limiter:
        """The request counters; `spend` makes another program use the quota."""
        return self._limiter

    @property
    def mutations_refused(self) -> int:
        """GraphQL mutations that somebody sent."""
        return self._desk.mutations_refused if self._desk is not None else 0

    def call(self, act: Callable[[World], Given]) -> Given:
        """Runs `act(world)` on the simulator's loop and brings the servers in line with it."""
        return self._await(self._called(act))

    def write(self, pod: str, path: str, content: bytes, *, age_s: float = 0.0) -> None:
        """Writes a file into a Pod that may have been looked into already, as a process there would."""
        file = StoredFile(path=path, content=content, age_s=age_s)
        containers = self._running().containers
        self.call(lambda world: containers.write(world.find(pod), file))

    def change_host_key(self, pod: str) -> None:
        """Gives a Pod new host keys on the same port: somebody else's machine answers there."""

        def salt(world: World) -> None:
            world.find(pod).key_salt += 1

        self.call(salt)

    def refuse_ssh(self, pod: str) -> None:
        """Lets connections to the Pod's published port be refused."""
        self._deafen(pod, is_deaf=True)

    def allow_ssh(self, pod: str) -> None:
        """Ends `refuse_ssh`."""
        self._deafen(pod, is_deaf=False)

    def drop_ssh(self, pod: str) -> None:
        """Cuts the live SSH connections to a Pod."""
        servers = self._running()
        self.call(lambda world: servers.drop(world.find(pod).id))

    def cut_gateway(self) -> None:
        """Cuts every connection to the gateway, without a goodbye."""
        self.call(lambda world: self._gateway.cut() if self._gateway is not None else None)

    def ssh_connections(self, pod: str) -> int:
        """Live SSH connections to a Pod."""
        servers = self._running()
        return self.call(lambda world: servers.connections(world.find(pod).id))

    def _deafen(self, pod: str, *, is_deaf: bool) -> None:
        def deafen(world: World) -> None:
            world.find(pod).is_deaf = is_deaf

        self.call(deafen)

    def _running(self) -> PodServers:
        if self._servers is None:
            raise RuntimeError("the simulator is not running")
        return self._servers

    async def _called(self, act: Callable[[World], Given]) -> Given:
        given = act(self.world)
        await self._running().settle()
        return given

    def _await(self, awaited: Coroutine[object, object, Given]) -> Given:
        if self._loop is None:
            awaited.close()
            raise RuntimeError("the simulator is not running")
        return asyncio.run_coroutine_threadsafe(awaited, self._loop).result(_START_LIMIT_S)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - handed to the thread that waits
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        identity = _make_identity(self._home)
        containers = Containers(self.world, self._home, self._sessions)
        self._servers = PodServers(self.world, containers, identity)
        self._gateway = GatewayServer(self.world, containers, identity)
        public = identity.export_public_key().decode().strip()
        if public not in self.world.ssh_keys:
            self.world.ssh_keys.append(public)
        containers.calls.open()
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(containers.calls.close)
            stack.push_async_callback(containers.close)
            await self._gateway.open()
            stack.push_async_callback(self._gateway.close)
            stack.push_async_callback(self._servers.close)
            runner = await self._open_http()
            stack.push_async_callback(runner.cleanup)
            self.world.thaw(self._speed)
            await self._servers.settle()
            self._ready.set()
            await self._tick()

    async def _open_http(self) -> web.AppRunner:
        if self._servers is None or self._gateway is None:
            raise RuntimeError("the SSH servers come first")
        self._desk = Desk(
            world=self.world,
            faults=self.faults,
            limiter=self._limiter,
            api_key=self.api_key,
            gateway=self._gateway,
            settle=self._servers.settle,
        )
        runner = web.AppRunner(
            make_app(self._desk, self._hook),
            access_log=None,
            logger=_LOGGER,
            handler_cancellation=True,
            shutdown_timeout=0.05,
        )
        await runner.setup()
        site = web.TCPSite(runner, HOST, self._port)
        await site.start()
        self._port = runner.addresses[0][1]
        return runner

    async def _tick(self) -> None:
        if self._stopping is None or self._servers is None:
            return
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_S):
                    await self._stopping.wait()
            await self._servers.settle()


def _make_identity(home: Path) -> asyncssh.SSHKey:
    """Writes a fresh client key into a folder of its own, both for this user only."""
    folder = home / "keys"
    folder.mkdir(mode=0o700)
    key = asyncssh.generate_private_key("ssh-ed25519", comment="rgt-tui simulator")
    path = folder / "id_ed25519"
    path.touch(mode=0o600)
    path.write_bytes(key.export_private_key())
    return key
