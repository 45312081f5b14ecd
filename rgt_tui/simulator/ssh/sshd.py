"""One SSH server per Pod that publishes 22/tcp, as long as its container is up."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import asyncssh

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.ssh.container import Containers
from rgt_tui.simulator.ssh.execution import Channel, execute
from rgt_tui.simulator.ssh.gateway import run_shell
from rgt_tui.simulator.world import World

HOST: Final = "127.0.0.1"
SESSIONS_MAX: Final = 10
"""Sessions on one connection: OpenSSH's default MaxSessions."""
DEAF_PORT: Final = 1
"""A port of loopback where nothing listens (tcpmux)."""

LISTENERS_MAX: Final = 200
"""Listening sockets of one simulator; Pods beyond get no published port."""


@dataclass(slots=True)
class _Listener:
    boot: tuple[int, int]
    """Boot number and key salt it was opened for."""
    acceptor: asyncssh.SSHAcceptor | None
    connections: set[asyncssh.SSHServerConnection] = field(default_factory=set)


class PodServers:
    """Keeps one listener per reachable Pod in line with the world."""

    def __init__(self, world: World, containers: Containers, client_key: asyncssh.SSHKey) -> None:
        """Lets in whoever holds `client_key`, as root."""
        self._world = world
        self.containers = containers
        self._client_key = client_key.convert_to_public()
        self._listeners: dict[str, _Listener] = {}
        self._lock = asyncio.Lock()

    async def settle(self) -> None:
        """Lets happen what is due, then opens what should listen and closes what should not."""
        self._world.catch_up()
        now = self._world.now
        pods = self._world.pods
        stale = [it for it in self._listeners if not self._is_current(pods.get(it), now)]
        missing = [pod for pod in pods.values() if pod.offers_ssh(now) and self._lacks(pod)]
        if not stale and not missing:
            return
        async with self._lock:
            for pod_id in stale:
                self._close(pod_id)
            for pod in missing:
                if self._lacks(pod) and len(self._listeners) < LISTENERS_MAX:
                    await self._open(pod)

    def drop(self, pod_id: str) -> None:
        """Cuts the live connections of a Pod; its port stays open."""
        listener = self._listeners.get(pod_id)
        for connection in list(listener.connections) if listener else []:
            connection.abort()

    async def close(self) -> None:
        """Closes everything."""
        async with self._lock:
            for pod_id in list(self._listeners):
                self._close(pod_id)

    def admits(self, key: asyncssh.SSHKey) -> bool:
        """Whether the key is the account's."""
        return key == self._client_key

    def connections(self, pod_id: str) -> int:
        """Live connections to a Pod."""
        listener = self._listeners.get(pod_id)
        return len(listener.connections) if listener else 0

    def _is_current(self, pod: Pod | None, now: float) -> bool:
        if pod is None or not pod.offers_ssh(now):
            return False
        listener = self._listeners[pod.id]
        return listener.boot == _boot(pod) and (listener.acceptor is None) == pod.is_deaf

    def _lacks(self, pod: Pod) -> bool:
        listener = self._listeners.get(pod.id)
        return listener is None or not self._is_current(pod, self._world.now)

    def _close(self, pod_id: str) -> None:
        listener = self._listeners.pop(pod_id, None)
        if listener is None:
            return
        if listener.acceptor is not None:
            listener.acceptor.close()
        for connection in list(listener.connections):
            connection.abort()

    async def _open(self, pod: Pod) -> None:
        self._close(pod.id)
        listener = _Listener(_boot(pod), None)
        self._listeners[pod.id] = listener
        if pod.is_deaf:
            pod.ssh_port = pod.ssh_port or DEAF_PORT
            return
        listener.acceptor = await asyncssh.create_server(
            lambda: _PodServer(self, pod, listener),
            HOST,
            pod.ssh_port or 0,
            server_host_keys=[
                asyncssh.import_private_key(key.private_pem) for key in pod.host_keys()
            ],
            encoding=None,
            line_editor=False,
            server_version="OpenSSH_9.6p1 Ubuntu-3ubuntu13.14",
            reuse_address=True,
        )
        pod.ssh_port = listener.acceptor.get_port()


class _PodServer(asyncssh.SSHServer):
    """One connection to one Pod."""

    def __init__(self, servers: PodServers, pod: Pod, listener: _Listener) -> None:
        self._servers = servers
        self._pod = pod
        self._listener = listener
        self._connection: asyncssh.SSHServerConnection | None = None
        self._sessions = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._listener.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._connection is not None:
            self._listener.connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        del username
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return username == "root" and self._servers.admits(key) and not self._pod.refuses_keys

    def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
        if self._sessions >= SESSIONS_MAX:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "open failed")
        self._sessions += 1
        return asyncssh.SSHServerProcess(self._run, None, 3, False)

    def connection_requested(
        self, dest_host: str, dest_port: int, orig_host: str, orig_port: int
    ) -> Callable[[asyncssh.SSHReader[bytes], asyncssh.SSHWriter[bytes]], Awaitable[None]]:
        del orig_host, orig_port
        if dest_host != HOST or dest_port not in self._pod.machine.ports:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_CONNECT_FAILED, "Connection refused")
        return self._serve

    async def _serve(
        self, reader: asyncssh.SSHReader[bytes], writer: asyncssh.SSHWriter[bytes]
    ) -> None:
        """Answers one request at a port as a page would that says where it is."""
        with contextlib.suppress(asyncio.IncompleteReadError, OSError, asyncssh.Error):
            await reader.readuntil(b"\r\n\r\n")
            body = f"a simulated page of Pod {self._pod.id}\n".encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
            writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    async def _run(self, channel: Channel) -> None:
        try:
            if channel.subsystem is not None:
                channel.exit(1)
            elif channel.term_type is not None and channel.command is None:
                async with self._servers.containers.session(self._pod) as environment:
                    await run_shell(channel, self._pod, environment)
            else:
                await execute(channel, self._servers.containers, self._pod)
        finally:
            self._sessions -= 1
            with contextlib.suppress(OSError):
                channel.close()


def _boot(pod: Pod) -> tuple[int, int]:
    return pod.boots, pod.key_salt
