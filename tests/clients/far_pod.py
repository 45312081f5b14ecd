"""A Pod that is not reachable from here but through a jump host: two network namespaces in a row."""

import contextlib
import fcntl
import getpass
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import SshPool
from rgt_tui.clients.ssh_route import Routes
from rgt_tui.clients.ssh_target import SshTarget
from tests.clients import sshd as servers
from tests.clients.sshd import Sshd

_NUMBERS = itertools.count()
JUMP, POD = "10.213.7.2", "10.213.8.2"
"""The first is reachable from here; the second only from the first."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextlib.contextmanager
def namespaces() -> Iterator[tuple[str, str]]:
    """Two network namespaces in a row: here, near, far; skips where they cannot be made."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and iproute2 (`make tools`)")
    own = f"{os.getpid()}.{next(_NUMBERS)}"  # the kernel takes its time to remove a link
    near, far, link = f"rgt{own}a", f"rgt{own}b", f"r{own}"
    try:
        try:
            ip("netns", "add", near)
            ip("netns", "add", far)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespace here: {error.stderr.decode().strip()}")
        ip("link", "add", link, "type", "veth", "peer", "name", "up0", "netns", near)
        ip("addr", "add", "10.213.7.1/24", "dev", link)
        ip("link", "set", link, "up")
        inner = ("link", "add", "down0", "type", "veth", "peer", "name", "up0", "netns", far)
        ip("-n", near, *inner)
        for name, device, address in (
            (near, "up0", JUMP),
            (near, "down0", "10.213.8.1"),
            (far, "up0", POD),
        ):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", device)
            ip("-n", name, "link", "set", device, "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield near, far
    finally:
        for name in (near, far):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Waits until no other process of tests has these addresses."""
    with (Path(tempfile.gettempdir()) / "rgt-far-pod.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def sshd_in(namespace: str, folder: Path, address: str, login: Path) -> Iterator[Sshd]:
    if not Path(servers.SSHD).exists():
        pytest.skip("no sshd here: install openssh-server")
    folder.mkdir()
    servers.PRIVILEGE_FOLDER.mkdir(exist_ok=True, mode=0o755)
    options = {"ListenAddress": address, "AuthorizedKeysFile": f"{login}.pub"}
    server = Sshd(folder, 2222, options, wrapper=("ip", "netns", "exec", namespace))
    server.new_host_key()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def far_pod(folder: Path, login: Path) -> Iterator[str]:
    """Both servers, a jump host and a Pod behind it; gives the name of the Pod's namespace."""
    with (
        alone(),
        namespaces() as (near, far),
        sshd_in(near, folder / "near", JUMP, login),
        sshd_in(far, folder / "far", POD, login),
    ):
        yield far


def pool_by(login: Path, folder: Path, config: str, jump: str = "") -> SshPool:
    file = folder / "ssh_config"
    file.write_text(config)
    book = HostKeys(folder / "pins" / "hostkeys.json")
    routes = Routes(book=book, config=file, identities=(login,), timeout_s=20, jump=jump)
    return SshPool(identities=(login,), host_keys=book, routes=routes, connect_timeout_s=20)


TARGET = SshTarget(
    host=POD,
    port=2222,
    username=getpass.getuser(),
    name="train-a",
    pin_id="7h9k2m4n6p",
    start="1",
    owner="7h9k2m4n6p",
)
