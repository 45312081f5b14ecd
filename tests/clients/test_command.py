"""A script on a Pod: recorded before, once, over a real sshd, with its end told whatever happens."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.clients.command import run
from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.journal import Journal, new_op
from rgt_tui.clients.ssh import SshPool
from rgt_tui.domain.errors import GuardRefused, SshError
from rgt_tui.domain.ran import Ran
from rgt_tui.guard.record import Recorded
from tests.clients.sshd import Sshd, running_sshd

POD = "7h9k2m4n6p"


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path) as server:
        yield server


def recorded(folder: Path, script: str) -> Recorded:
    journal = Journal(folder / "journal.jsonl", account="", clock=lambda: 1.0)
    return journal.intend(new_op(), "mend", ("SSH", f"/{POD}", script.encode()))


async def ran(sshd: Sshd, folder: Path, script: str, limit_s: float = 20.0) -> Ran:
    keys = HostKeys(folder / "keys.json")
    pool = SshPool(identities=(sshd.identity,), host_keys=keys)
    async with pool, pool.connection(sshd.target()) as connection:
        return await run(connection, POD, script, recorded(folder, script), limit_s)


async def test_status_and_output_come_back(sshd: Sshd, tmp_path: Path) -> None:
    found = await ran(sshd, tmp_path, "echo one\necho two >&2\n(exit 3)\n")
    assert found.status == 3
    assert "one" in found.said
    assert "two" in found.said


@pytest.mark.parametrize(
    "script", ["exit 7\n", "set -e\nfalse\n", "cat\necho x\n", "echo '\x1b[2J'"]
)
async def test_the_end_is_told_whatever_the_script_does(
    script: str, sshd: Sshd, tmp_path: Path
) -> None:
    found = await ran(sshd, tmp_path, script)
    assert found.status is not None
    assert "\x1b" not in found.said


@pytest.mark.parametrize("script", ["kill -9 $PPID\n", "sleep 60\n"])
async def test_an_end_that_is_not_seen_is_not_known(
    script: str, sshd: Sshd, tmp_path: Path
) -> None:
    async with asyncio.timeout(30):
        found = await ran(sshd, tmp_path, script, limit_s=2.0)
    assert found.status is None


async def test_a_script_that_is_not_the_recorded_one_is_not_run(sshd: Sshd, tmp_path: Path) -> None:
    keys = HostKeys(tmp_path / "keys.json")
    made = tmp_path / "made"
    async with SshPool(identities=(sshd.identity,), host_keys=keys) as pool:
        record = recorded(tmp_path, "true\n")
        async with pool.connection(sshd.target()) as connection:
            with pytest.raises(GuardRefused):
                await run(connection, POD, f"touch {made}\n", record, 5)
    assert not made.exists()


async def test_a_record_is_good_for_one_run(sshd: Sshd, tmp_path: Path) -> None:
    keys = HostKeys(tmp_path / "keys.json")
    async with SshPool(identities=(sshd.identity,), host_keys=keys) as pool:
        record = recorded(tmp_path, "true\n")
        async with pool.connection(sshd.target()) as connection:
            assert (await run(connection, POD, "true\n", record, 5)).status == 0
            with pytest.raises(GuardRefused):
                await run(connection, POD, "true\n", record, 5)


async def test_a_host_that_is_not_there_runs_nothing(sshd: Sshd, tmp_path: Path) -> None:
    sshd.stop()
    with pytest.raises(SshError):
        await ran(sshd, tmp_path, "true\n")
