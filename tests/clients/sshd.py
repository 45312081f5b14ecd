"""A real OpenSSH server on loopback, with keys of its own; tests are skipped where there is none."""

import asyncio
import contextlib
import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import ProbeAnswer, SshPool, SshTarget
from rgt_tui.domain.errors import SshError
from rgt_tui.probes import Probe, quick_probes

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
PRIVILEGE_FOLDER = Path("/run/sshd")
"""Where sshd locks itself in before login; only root's sshd wants it."""


@dataclass
class Sshd:
    """One server; `start` may be called again after `stop`, on the same port."""

    folder: Path
    port: int = 0
    options: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    wrapper: tuple[str, ...] = ()

    @property
    def identity(self) -> Path:
        return self.folder / "login"

    def start(self) -> None:
        settings = {
            "Port": str(self.port),
            "ListenAddress": "127.0.0.1",
            "HostKey": str(self.folder / "host"),
            "AuthorizedKeysFile": str(self.folder / "login.pub"),
            "PidFile": "none",
            "UsePAM": "no",
            "StrictModes": "no",
            "PasswordAuthentication": "no",
            "PermitRootLogin": "prohibit-password",
            "PrintMotd": "no",
            # A home of its own: nobody's ~/.bashrc (pyenv's costs half a second) is run or measured.
            "SetEnv": f'HOME="{self.folder}"',
            **self.options,
        }
        config = self.folder / "sshd_config"
        config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        self.process = subprocess.Popen(
            [*self.wrapper, SSHD, "-D", "-e", "-f", str(config)], stderr=subprocess.PIPE
        )
        assert self.process.stderr is not None
        said = b""
        while b"Server listening" not in said:
            line = self.process.stderr.readline()
            said += line
            assert line, f"sshd ended: {said.decode()}"

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            assert self.process.stderr is not None
            self.process.stderr.close()
            self.process = None

    def new_host_key(self, kind: str = "ed25519") -> None:
        make_key(self.folder / "host", kind)

    def target(self, *, start: str = "1", pin_id: str = "host", port: int = 0) -> SshTarget:
        return SshTarget(
            host="127.0.0.1",
            port=port or self.port,
            username=getpass.getuser(),
            name="train-a",
            pin_id=pin_id,
            start=start,
        )

    def pool(self, *, connect_timeout_s: float = 12) -> SshPool:
        return SshPool(
            identities=(self.identity,),
            host_keys=HostKeys(self.folder / "hostkeys.json"),
            connect_timeout_s=connect_timeout_s,
        )


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    for old in (path, path.with_suffix(".pub")):
        old.unlink(missing_ok=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path)],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_sshd(folder: Path, **options: str) -> Iterator[Sshd]:
    """A server that lives as long as the block; skips the test without OpenSSH's server."""
    if not Path(SSHD).exists() or shutil.which("ssh-keygen") is None:
        pytest.skip("no sshd here: install openssh-server to run the tests against a real one")
    if os.geteuid() == 0:
        PRIVILEGE_FOLDER.mkdir(exist_ok=True, mode=0o755)
    server = Sshd(folder, free_port(), options)
    server.new_host_key()
    make_key(server.identity)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def saying(script: str, *, limit_s: int = 5, max_bytes: int = 65536) -> Probe:
    return Probe(
        name="said",
        script=script,
        report=bytes,
        parse=lambda it: it.output,
        limit_s=limit_s,
        max_bytes=max_bytes,
    )


def hurried(*names: str) -> tuple[Probe, ...]:
    """The quick questions; those named, which hang in a test, are ended after two seconds."""
    return tuple(replace(it, limit_s=2) if it.name in names else it for it in quick_probes())


async def probe(server: Sshd, *probes: Probe, start: str = "1") -> ProbeAnswer:
    async with server.pool() as pool:
        return await pool.probe(server.target(start=start), probes or quick_probes())


async def fault_of(server: Sshd, *probes: Probe, start: str = "1") -> SshError:
    with pytest.raises(SshError) as caught:
        await probe(server, *probes, start=start)
    assert str(caught.value).startswith("train-a (127.0.0.1:")
    assert "\n" not in str(caught.value)
    return caught.value


def kill_connections(server: Sshd) -> None:
    """Ends the server's side of every connection, without a goodbye."""
    assert server.process is not None
    for child in psutil.Process(server.process.pid).children():
        child.kill()


def left_over(words: str) -> list[int]:
    """Processes of this machine whose command line holds `words`."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if words in line and "sh -c" not in line:
                found.append(int(folder.name))
    return found


async def appears(words: str) -> None:
    async with asyncio.timeout(10):
        while not left_over(words):  # noqa: ASYNC110  # a process has no event
            await asyncio.sleep(0.02)


async def vanishes(words: str) -> None:
    async with asyncio.timeout(10):
        while left_over(words):  # noqa: ASYNC110  # a process has no event
            await asyncio.sleep(0.02)


def loops(server: Sshd) -> int:
    """Shells that wait for lines below a server."""
    assert server.process is not None
    found = 0
    for child in psutil.Process(server.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += child.cmdline() == ["/bin/sh", "-s"] and child.status() != "zombie"
    return found


async def become(server: Sshd, count: int) -> None:
    """Waits until so many shells wait for lines below a server."""
    async with asyncio.timeout(20):
        while loops(server) != count:  # noqa: ASYNC110  # a process has no event
            await asyncio.sleep(0.05)
