"""The probe as it is, over a real sshd, inside other systems than this one."""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.clients.ssh_examine import examine
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.volume import MountKind
from rgt_tui.probes import all_probes
from rgt_tui.probes.cgroup import CgroupReport
from rgt_tui.probes.clock import ClockReport
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.identity import IdentityReport
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.probes.processes import ProcessReport
from rgt_tui.probes.tools import ToolsReport
from tests.clients.sshd import Sshd, appears, become, running_sshd, saying, vanishes
from tests.probes.roots import BARE, ROOTS, a_root


@pytest.fixture(params=ROOTS)
def inside(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Sshd]]:
    enter = a_root(tmp_path, request.param)
    with running_sshd(tmp_path, ForceCommand=str(enter)) as server:
        yield request.param, server


def told(name: str) -> str:
    return (Path("/proc") / name).read_text()


def seen(found: dict[type, Any], kind: type) -> Any:
    assert isinstance(found[kind], Observed), found[kind]
    return found[kind].value


async def test_every_question_is_answered_or_says_why_not(inside: tuple[str, Sshd]) -> None:
    name, server = inside
    probes = [it for it in all_probes() if it.every_s is not None]
    async with server.pool() as pool:
        found: dict[type, Any] = dict(await examine(pool, server.target(), probes, time.time))
    is_bare = ROOTS[name][1] == BARE
    failed = {kind.__name__ for kind, it in found.items() if isinstance(it, Failed)}
    assert failed == ({"ClockReport"} if is_bare else set())
    if is_bare:
        assert "date: not found" in found[ClockReport].error
    else:
        clock = seen(found, ClockReport)
        assert abs(clock.offset_s) <= clock.error_s + 0.5
    disk = seen(found, DiskReport).at("/")
    assert (disk.kind, disk.answered) == (MountKind.CONTAINER, True)
    assert disk.size_bytes == os.statvfs("/tmp").f_blocks * os.statvfs("/tmp").f_frsize
    assert (disk.inodes_total or 0) == os.statvfs("/tmp").f_files
    identity = seen(found, IdentityReport)
    assert identity.boot_id == told("sys/kernel/random/boot_id").strip()
    assert identity.os == name
    assert seen(found, CgroupReport).host_cpus == os.cpu_count()
    processes = seen(found, ProcessReport)
    assert processes.total > 1
    assert processes.has_sshd
    first = told("1/cmdline").replace("\0", " ").strip()
    assert processes.first.args.split(" ")[0] == first.split(" ")[0]
    assert len(processes.first.args.split(" ")) >= min(4, len(first.split(" ")))
    assert processes.first.owner == "root"
    assert seen(found, GpuReport).absent == "no GPU: nvidia-smi is not installed"
    assert ("find" in seen(found, ToolsReport).present) is not is_bare
    assert (seen(found, LargestReport).mounts[0].total_bytes is None) is is_bare
    await become(server, 0)


async def test_what_hangs_is_ended_there_and_nothing_is_left(inside: tuple[str, Sshd]) -> None:
    _, server = inside
    nap = f"sleep 4332{os.getpid()}"
    hangs = replace(saying(f"echo begun; {nap}", limit_s=1), name="hangs")
    kept = replace(saying(f"{nap} & echo left; exec {nap}", limit_s=60), name="kept")
    async with server.pool() as pool:
        answer = await pool.probe(server.target(), [hangs, saying("echo here")])
        assert answer.sections["said"].output == b"here\n"
        assert answer.sections["hangs"].timed_out
        assert answer.sections["hangs"].output == b"begun\n"
        await vanishes(nap)
        asked = asyncio.ensure_future(pool.probe(server.target(), [kept]))
        await appears(nap)
        asked.cancel()
        await vanishes(nap)
        asked = asyncio.ensure_future(pool.probe(server.target(), [kept]))
        await appears(nap)
        asked.cancel()
    await vanishes(nap)
    await become(server, 0)
