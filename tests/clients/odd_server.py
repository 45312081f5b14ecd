"""A server on loopback that sends packets which no good one sends, each under the right key."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import asyncssh

DATA = 94
CHANNEL = 0
"""The first that a client opens."""
_BLOCK = 16


def data(said: bytes, *, channel: int = CHANNEL, length: int | None = None) -> bytes:
    """What a packet of data says (RFC 4254, 5.2), perhaps with another length than that of `said`."""
    length = len(said) if length is None else length
    return bytes([DATA]) + channel.to_bytes(4, "big") + length.to_bytes(4, "big") + said


def plain(payload: bytes) -> bytes:
    """A packet before it is encrypted, with padding as it ought to be (RFC 4253, 6)."""
    padding = _BLOCK - (1 + len(payload)) % _BLOCK
    padding += _BLOCK if padding < 4 else 0
    return bytes([padding]) + payload + bytes(padding)


@contextlib.asynccontextmanager
async def odd_server(packets: Sequence[bytes]) -> AsyncIterator[int]:
    """The port of a server whose every program is these packets, and ends with status 0."""

    async def run(process: asyncssh.SSHServerProcess[bytes]) -> None:
        connection: Any = process.channel.get_connection()
        for packet in packets:
            length = len(packet).to_bytes(4, "big")
            connection._send(
                b"".join(connection._send_encryption.encrypt_packet(0, length, packet))
            )
        process.exit(0)

    acceptor = await asyncssh.create_server(
        _Open,
        "127.0.0.1",
        0,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        process_factory=run,
        encoding=None,
    )
    async with acceptor:
        yield acceptor.get_port()


def reached(port: int) -> AbstractAsyncContextManager[asyncssh.SSHClientConnection]:
    """A connection to it, as asyncssh makes it."""
    return asyncssh.connect(
        "127.0.0.1",
        port,
        config=None,
        known_hosts=None,
        client_keys=None,
        encryption_algs=["aes128-gcm@openssh.com"],
    )


class _Open(asyncssh.SSHServer):
    """Lets everybody in."""

    def begin_auth(self, username: str) -> bool:
        return False
