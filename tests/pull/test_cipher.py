"""What a pull is encrypted with, by the word of a real sshd: the fastest that both ends have."""

import fcntl
import re
from pathlib import Path

import pytest

from tests.pull.pods import a_pod, contents, noise, run

pytestmark = pytest.mark.usefixtures("cut_connections")
CHACHA = "chacha20-poly1305@openssh.com"
SPOKEN = re.compile(rb"kex: (?:server->client|client->server) cipher: (\S+)")


@pytest.mark.parametrize(
    ("offered", "used"),
    [
        (f"{CHACHA},aes256-ctr,aes128-gcm@openssh.com", "aes128-gcm@openssh.com"),
        (f"aes256-ctr,{CHACHA}", CHACHA),
        ("aes256-ctr", "aes256-ctr"),
    ],
    ids=["both have it", "the server has it not", "the server has an old one only"],
)
def test_a_pull_speaks_the_fastest_cipher_that_both_ends_have(
    tmp_path: Path, offered: str, used: str
) -> None:
    with a_pod(tmp_path) as pod:
        pod.server.stop()
        pod.server.options |= {"Ciphers": offered, "LogLevel": "DEBUG1"}
        pod.server.start()
        process = pod.server.process
        assert process is not None
        assert process.stderr is not None
        fcntl.fcntl(process.stderr, fcntl.F_SETPIPE_SZ, 1 << 20)  # nobody reads it meanwhile
        pod.put("out/a", noise(200_000))
        assert run(pod, pod.order()).is_whole
        assert contents(pod.home / "out") == contents(pod.disk / "out")
        process.terminate()
        said = process.stderr.read()
    assert {name.decode() for name in SPOKEN.findall(said)} == {used}
