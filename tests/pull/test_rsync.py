"""Rsync carries bytes; both ends are hashed all the same, and our own transfer does the rest."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.clients.pull import pull
from rgt_tui.clients.rsync_version import find_rsync
from rgt_tui.domain.pulling import PullProgress
from tests.clients.far_pod import JUMP, TARGET, far_pod, pool_by
from tests.clients.sshd import make_key
from tests.pull.pods import Pod, a_pod, contents, noise, run

pytestmark = pytest.mark.usefixtures("cut_connections")


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with a_pod(tmp_path) as one:
        yield one


@pytest.fixture
def rsync() -> None:
    found = find_rsync()
    if found is None or not found.is_usable or shutil.which("ssh") is None:
        pytest.skip("no rsync without known holes here")


@pytest.mark.usefixtures("rsync")
def test_what_rsync_brings_is_hashed_placed_and_held_alike(pod: Pod) -> None:
    pod.put("out/big.bin", noise((12 << 20) + 1))
    pod.put("out/odd\nname \x1b[2J", b"odd")
    pod.put("out/-rf", b"dash")
    pod.put("out/empty", b"")
    (pod.disk / "out" / "link").symlink_to("/etc/passwd")
    pulled = run(pod, pod.order(with_rsync=True))
    assert contents(pod.home / "out") == contents(pod.disk / "out")
    assert pulled.is_whole
    assert pulled.tool.startswith("rsync ")
    assert pulled.moved <= (12 << 20) + 8, "no byte comes twice"
    assert all(file.hold is not None for file in pulled.files)
    assert not (pod.home / ".rgt-pull" / "rsync").exists()
    assert not [told.said for told in pod.told if told.said]


@pytest.mark.usefixtures("rsync")
def test_what_rsync_does_not_bring_comes_by_our_own_transfer(pod: Pod) -> None:
    pod.put("out/a.bin", noise(3 << 20))
    pod.server.stop()
    pod.server.options["ForceCommand"] = (
        'case "$SSH_ORIGINAL_COMMAND" in rsync*) exit 9;; *) exec /bin/sh -c "$SSH_ORIGINAL_COMMAND";; esac'
    )
    pod.server.start()
    pulled = run(pod, pod.order(with_rsync=True))
    assert pulled.is_whole
    assert any("our own transfer brings the rest" in told.said for told in pod.told)


def test_a_pod_without_rsync_is_told(pod: Pod, tmp_path: Path) -> None:
    pod.put("out/a.bin", b"a")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "python3").symlink_to(os.path.realpath(sys.executable))
    pod.server.stop()
    command = f'exec env PATH={tools} /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
    pod.server.options["ForceCommand"] = command
    pod.server.start()
    pulled = run(pod, pod.order(with_rsync=True))
    assert pulled.is_whole
    assert pulled.tool == "own"
    assert any("rsync: there is none" in told.said for told in pod.told)


WAYS = {
    "our jump host": "",
    "ProxyJump": (
        f"Host rgt-*\n  ProxyJump hop\nHost hop\n  HostName {JUMP}\n  Port 2222\n  User {TARGET.username}\n"
    ),
    "ProxyCommand": (
        "Host rgt-*\n  ProxyCommand ssh -i @@ -o StrictHostKeyChecking=no -o LogLevel=QUIET -p 2222 "
        f"-o UserKnownHostsFile=/dev/null -o BatchMode=yes -W %h:%p {TARGET.username}@{JUMP}\n"
    ),
}


@pytest.mark.usefixtures("rsync")
@pytest.mark.parametrize("name", WAYS)
async def test_rsync_takes_the_road_of_our_own_connection(
    name: str, pod: Pod, tmp_path: Path
) -> None:
    """The Pod is reachable through the jump host alone."""
    config = WAYS[name]
    jump = "" if config else f"{TARGET.username}@{JUMP}:2222"
    login = make_key(tmp_path / "login")
    pod.put("out/big.bin", noise((3 << 20) + 1))
    told: list[PullProgress] = []
    with far_pod(tmp_path, login):
        async with pool_by(login, tmp_path, config.replace("@@", str(login)), jump) as pool:
            pulled = await pull(pool, TARGET, pod.order(with_rsync=True), told.append)
    assert pulled.is_whole
    assert pulled.tool.startswith("rsync ")
    assert not [it.said for it in told if it.said]
