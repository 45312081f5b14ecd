"""The imitation of ssh.runpod.io."""

import asyncssh
import pytest

from rgt_tui.simulator import Simulator
from tests.simulator.ssh import connect_gateway

NONCE = "9f2c"


async def typed(simulator: Simulator, pod: str, keys: bytes) -> tuple[bytes, int | None]:
    """What a terminal shows after `keys`, and the exit status."""
    async with await connect_gateway(simulator, pod) as connection:
        process = await connection.create_process(
            "echo ignored",
            request_pty="force",
            term_type="dumb",
            term_size=(200, 50),
            encoding=None,
        )
        if keys:
            process.stdin.write(keys)
        shown = await process.stdout.read()
        status = (await process.wait()).exit_status
    return shown, status


async def test_it_calls_itself_go(simulator: Simulator) -> None:
    async with await connect_gateway(simulator, "infer-x") as connection:
        assert connection.get_extra_info("server_version") == "SSH-2.0-Go"


async def test_a_command_without_a_terminal_fails_with_exit_status_0(simulator: Simulator) -> None:
    async with await connect_gateway(simulator, "infer-x") as connection:
        done = await connection.run("echo hello")
    assert (done.stdout, done.exit_status) == ("Error: Your SSH client doesn't support PTY\n", 0)


async def test_with_a_terminal_the_command_is_ignored_and_a_shell_greets(
    simulator: Simulator,
) -> None:
    shown, status = await typed(simulator, "infer-x", b"exit 3\n")
    assert b"-- RUNPOD.IO --\r\nEnjoy your Pod #3c5v7b9n1m ^_^\r\n" in shown
    assert b"ignored" not in shown
    assert status == 3


async def test_the_shell_is_inside_the_pod(simulator: Simulator) -> None:
    keys = f"printf %s%s BEG {NONCE}; df -P -k / | cat; printf %s%s END {NONCE}; exit\n".encode()
    shown, _ = await typed(simulator, "infer-x", keys)
    body = shown.partition(f"BEG{NONCE}".encode())[2].partition(f"END{NONCE}".encode())[0]
    assert b"overlay" in body
    assert b"\r\n" in body
    assert body.count(b"\n") == body.count(b"\r\n")


async def test_a_loop_of_sh_may_take_the_shells_place(simulator: Simulator) -> None:
    keys = b" exec /bin/sh -c 'stty raw -echo; printf %s%s UP now; read -r x; exit 7'\n"
    async with await connect_gateway(simulator, "infer-x") as connection:
        process = await connection.create_process(
            request_pty="force", term_type="dumb", encoding=None
        )
        process.stdin.write(keys)
        shown = await process.stdout.readuntil(b"UPnow")
        process.stdin.write(b"go on\n")
        assert (await process.wait()).exit_status == 7
    assert b"UPnow" in shown


async def test_there_is_no_sftp(simulator: Simulator) -> None:
    async with await connect_gateway(simulator, "infer-x") as connection:
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.start_sftp_client()


async def test_there_is_no_forwarding(simulator: Simulator) -> None:
    async with await connect_gateway(simulator, "infer-x") as connection:
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_connection("127.0.0.1", 22)


@pytest.mark.parametrize("username", ["root", "3c5v7b9n1m", "3c5v7b9n1m-00000000", "nobody-1"])
async def test_another_user_name_is_denied(simulator: Simulator, username: str) -> None:
    host, port, _ = simulator.gateway
    with pytest.raises(asyncssh.PermissionDenied):
        await asyncssh.connect(
            host,
            port,
            username=username,
            client_keys=[simulator.ssh_identity],
            known_hosts=None,
            config=None,
        )


async def test_the_route_to_a_stopped_pod_closes_without_a_word(simulator: Simulator) -> None:
    shown, status = await typed(simulator, "old-ckpt", b"")
    assert (shown, status) == (b"", None)


async def test_a_pod_without_a_container_offers_no_shell(simulator: Simulator) -> None:
    shown, status = await typed(simulator, "eval-b200", b"")
    assert b"OCI runtime exec failed" in shown
    assert status == 1
