"""A plain SSH client for the simulator's servers."""

import asyncssh

from rgt_tui.simulator import Simulator


async def connect(simulator: Simulator, pod: str) -> asyncssh.SSHClientConnection:
    """A connection to the Pod's published port."""
    found = simulator.world.find(pod)
    assert found.ssh_port is not None
    return await asyncssh.connect(
        "127.0.0.1",
        found.ssh_port,
        username="root",
        client_keys=[simulator.ssh_identity],
        known_hosts=None,
        config=None,
    )


async def connect_gateway(simulator: Simulator, pod: str) -> asyncssh.SSHClientConnection:
    """A connection to the gateway, on behalf of the Pod."""
    host, port, _ = simulator.gateway
    return await asyncssh.connect(
        host,
        port,
        username=simulator.world.find(pod).hostname,
        client_keys=[simulator.ssh_identity],
        known_hosts=None,
        config=None,
    )


async def sh(simulator: Simulator, pod: str, script: str) -> tuple[int | None, str, str]:
    """Exit status, stdout and stderr of a script sent to `/bin/sh -s`."""
    async with await connect(simulator, pod) as connection:
        done = await connection.run("exec /bin/sh -s", input=script.encode(), encoding=None)
    return done.exit_status, _text(done.stdout), _text(done.stderr)


def _text(data: object) -> str:
    assert isinstance(data, bytes)
    return data.decode()
