"""An imitation of ssh.runpod.io.

What it imitates was seen in public traces: the server calls itself `Go`; the user is
`<podId>-<hostToken>`; a command without a terminal is answered by an error text with exit
status 0; with a terminal the command is ignored and an interactive shell starts behind a banner;
there is no SFTP and no forwarding.
"""

import asyncio
import contextlib
import fcntl
import os
import pty
import shutil
import struct
import termios
from io import FileIO
from pathlib import Path
from typing import Final

import asyncssh

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.ssh.container import Containers, kill_group
from rgt_tui.simulator.ssh.execution import Channel
from rgt_tui.simulator.world import World

NO_PTY: Final = b"Error: Your SSH client doesn't support PTY\n"

_HOST: Final = "127.0.0.1"
_CHUNK: Final = 65_536

_RC: Final = r"""printf '\n\nFor detailed documentation and guides, please visit:\n'
printf 'https://docs.runpod.io/ and https://blog.runpod.io/\n\n\n'
PS1='root@{host}:\w# '
cd "$HOME"
"""


class GatewayServer:
    """The one gateway of the account."""

    host = _HOST

    def __init__(self, world: World, containers: Containers, client_key: asyncssh.SSHKey) -> None:
        """Lets in whoever holds `client_key`."""
        self._world = world
        self._containers = containers
        self._client_key = client_key.convert_to_public()
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.port = 0

    async def open(self) -> None:
        """Listens on a free port."""
        self._acceptor = await asyncssh.create_server(
            lambda: _Connection(self),
            _HOST,
            0,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            encoding=None,
            line_editor=False,
            server_version="Go",
        )
        self.port = self._acceptor.get_port()

    async def close(self) -> None:
        """Stops listening and cuts every connection."""
        if self._acceptor is not None:
            self._acceptor.close()
        self.cut()

    def cut(self) -> None:
        """Cuts every connection."""
        for connection in list(self.connections):
            connection.abort()

    def admits(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the user names a Pod that has a machine, and holds the key."""
        return key == self._client_key and self.pod_of(username) is not None

    def pod_of(self, username: str) -> Pod | None:
        """The Pod a user name leads to."""
        pod = self._world.pods.get(username.partition("-")[0])
        if pod is None or username != pod.hostname or not pod.has_machine(self._world.now):
            return None
        return pod

    async def serve(self, channel: Channel, username: str) -> None:
        """Answers one session."""
        pod = self.pod_of(username)
        if channel.subsystem is not None or pod is None:
            channel.exit(1)
        elif pod.run is None:
            # The route to a stopped Pod is dead: a close is all a client ever sees.
            channel.close()
        elif channel.term_type is None:
            channel.stdout.write(NO_PTY)
            channel.exit(0)
        else:
            await self._shell(channel, pod)

    async def _shell(self, channel: Channel, pod: Pod) -> None:
        channel.stdout.write(
            f"\r\n\r\n-- RUNPOD.IO --\r\nEnjoy your Pod #{pod.id} ^_^\r\n\r\n".encode()
        )
        if not pod.has_container(self._world.now):
            channel.stdout.write(
                b"OCI runtime exec failed: exec failed: write init-p: broken pipe: unknown\r\n"
            )
            channel.exit(1)
            return
        async with self._containers.session(pod) as environment:
            await run_shell(channel, pod, environment)


class _Connection(asyncssh.SSHServer):
    """One connection to the gateway."""

    def __init__(self, gateway: GatewayServer) -> None:
        self._gateway = gateway
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._gateway.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._connection is not None:
            self._gateway.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        del username
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._gateway.admits(username, key)

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        return asyncssh.SSHServerProcess(self._serve, None, 3, False)

    async def _serve(self, channel: Channel) -> None:
        username = channel.get_extra_info("username")
        await self._gateway.serve(channel, str(username))


async def run_shell(channel: Channel, pod: Pod, environment: dict[str, str]) -> None:
    """An interactive shell on a terminal of its own, joined to the channel."""
    near_end, far_end = (FileIO(end, "r+") for end in pty.openpty())
    # Closed whatever happens, also when the start of the shell is cancelled half-way.
    with near_end, far_end:
        _resize(near_end.fileno(), channel.term_size)
        process = await _start_shell(channel, pod, environment, os.ttyname(far_end.fileno()))
        try:
            await _relay(channel, process, near_end.fileno(), far_end)
        finally:
            kill_group(process)
            await process.wait()


async def _start_shell(
    channel: Channel, pod: Pod, environment: dict[str, str], terminal: str
) -> asyncio.subprocess.Process:
    rc = Path(environment["HOME"]) / ".bashrc"
    rc.write_text(_RC.format(host=f"{pod.host_token}{pod.host_token[:4]}"))
    bash = shutil.which("bash")
    shell = f"exec {bash} --rcfile {rc} -i" if bash else "exec /bin/sh -i"
    # A session leader without a terminal gets the first one it opens.
    return await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        f'{shell} <"$0" >"$0" 2>&1',
        terminal,
        env=environment | {"TERM": channel.term_type or "dumb", "ENV": str(rc)},
        cwd=environment["HOME"],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )


async def _relay(
    channel: Channel, process: asyncio.subprocess.Process, master: int, far_end: FileIO
) -> None:
    """Copies both ways until the shell ends; closes the far end of the terminal then."""
    loop = asyncio.get_running_loop()
    os.set_blocking(master, False)
    ended = asyncio.Event()

    def forward() -> None:
        try:
            chunk = os.read(master, _CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            loop.remove_reader(master)
            ended.set()
            return
        with contextlib.suppress(OSError, asyncssh.Error):
            channel.stdout.write(chunk)

    loop.add_reader(master, forward)
    try:
        async with asyncio.TaskGroup() as tasks:
            typed = tasks.create_task(_type(channel, master))
            watch = tasks.create_task(_kill_when_closed(channel, process))
            code = await process.wait()
            far_end.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await ended.wait()
            if not channel.is_closing():
                channel.exit(max(code, 0))
            typed.cancel()
            watch.cancel()
    finally:
        loop.remove_reader(master)


async def _type(channel: Channel, master: int) -> None:
    with contextlib.suppress(OSError, asyncssh.Error):
        while True:
            try:
                chunk = await channel.stdin.read(_CHUNK)
            except asyncssh.TerminalSizeChanged as change:
                _resize(master, change.term_size)
                continue
            except (asyncssh.SignalReceived, asyncssh.BreakReceived):
                continue
            if not chunk:
                # The far end closed its side: what a terminal knows as ^D.
                chunk = b"\x04"
                await _write_all(master, chunk)
                return
            await _write_all(master, chunk)


async def _write_all(master: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(master, data) :]
        except BlockingIOError:
            await asyncio.sleep(0.005)


async def _kill_when_closed(channel: Channel, process: asyncio.subprocess.Process) -> None:
    await channel.channel.wait_closed()
    kill_group(process)


def _resize(master: int, size: tuple[int, int, int, int]) -> None:
    columns, rows, across, down = size
    packed = struct.pack("HHHH", rows or 24, columns or 80, across, down)
    fcntl.ioctl(master, termios.TIOCSWINSZ, packed)
