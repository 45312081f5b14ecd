"""The SSH client against OpenSSH's own server on this machine."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.clients.ssh_examine import examine
from rgt_tui.domain.errors import SshFault
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.volume import MountKind
from rgt_tui.probes import Probe, quick_probes
from rgt_tui.probes.clock import PROBE as CLOCK
from rgt_tui.probes.clock import ClockReport
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.probes.nvidia_smi import GpuReport
from tests.clients.sshd import (
    Sshd,
    appears,
    become,
    fault_of,
    hurried,
    kill_connections,
    probe,
    running_sshd,
    saying,
    vanishes,
)

pytestmark = pytest.mark.usefixtures("cut_connections")


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path) as server:
        yield server


def df_rows() -> dict[str, tuple[int, int, int]]:
    """What `df -P -B1` says here, by mount point."""
    text = subprocess.run(
        ["df", "-P", "-B1"], capture_output=True, text=True, check=True, env={"LC_ALL": "C"}
    ).stdout
    rows = [line.split(None, 5) for line in text.splitlines()[1:]]
    return {row[5]: (int(row[1]), int(row[2]), int(row[3])) for row in rows}


def is_noise(path: str) -> bool:
    return path != "/dev/shm" and path.startswith(("/proc", "/sys", "/dev", "/run/nvidia", "/etc/"))


async def test_the_mounts_of_this_machine_equal_df(sshd: Sshd) -> None:
    before = df_rows()
    answer = await probe(sshd)
    after = df_rows()
    assert answer.fault is None
    report = next(p for p in quick_probes() if p.report is DiskReport).parse(answer.sections["df"])
    seen = {mount.path: mount for mount in report.mounts}
    wanted = {path for path in before if path in after and not is_noise(path)}
    assert wanted
    assert set(seen) == wanted
    for path in wanted:
        mount: DiskMount = seen[path]
        assert mount.size_bytes == before[path][0]
        assert mount.used_bytes is not None
        assert mount.free_bytes is not None
        low, high = sorted((before[path][1], after[path][1]))
        # Others write to this machine's disk meanwhile.
        assert low - 2**24 <= mount.used_bytes <= high + 2**24
    assert seen["/"].kind is MountKind.CONTAINER


@pytest.mark.skipif(shutil.which("nvidia-smi") is not None, reason="this machine has a GPU")
async def test_a_machine_without_gpu_says_no_gpu_in_words(sshd: Sshd) -> None:
    async with sshd.pool() as pool:
        events = dict(await examine(pool, sshd.target(), quick_probes(), lambda: 5.0))
    gpu = events[GpuReport]
    assert isinstance(gpu, Observed)
    assert (gpu.at, gpu.source) == (5.0, "ssh")
    assert gpu.value.absent == "no GPU: nvidia-smi is not installed"


async def test_a_second_probe_uses_the_same_connection(sshd: Sshd) -> None:
    address = saying('echo "$SSH_CONNECTION"')
    async with sshd.pool() as pool:
        answers = [await pool.probe(sshd.target(), [address]) for _ in range(3)]
    assert len({answer.sections["said"].output for answer in answers}) == 1


async def test_a_closed_port_is_one_clear_sentence(sshd: Sshd) -> None:
    sshd.stop()
    fault = await fault_of(sshd)
    assert fault.kind is SshFault.REFUSED
    assert "connection refused" in fault.message


async def test_output_that_is_not_utf_8_comes_back_byte_for_byte(sshd: Sshd) -> None:
    answer = await probe(sshd, saying(r"printf 'caf\351\n\377\376x\n'; printf 'no end'"))
    assert answer.sections["said"].output == b"caf\xe9\n\xff\xfex\nno end"
    assert answer.sections["said"].exit_code == 0


async def test_a_flood_is_cut_and_the_next_section_comes(sshd: Sshd) -> None:
    flood = Probe(
        name="flood", script="yes", report=int, parse=lambda it: it.output, max_bytes=1000
    )
    answer = await probe(sshd, flood, saying("echo here"))
    assert answer.fault is None
    assert answer.sections["flood"].cut
    assert len(answer.sections["flood"].output) <= 1000
    assert answer.sections["said"].output == b"here\n"


async def test_a_start_up_file_that_never_stops_printing_is_told(sshd: Sshd) -> None:
    sshd.stop()
    sshd.options["ForceCommand"] = "yes greetings"
    sshd.start()
    fault = await fault_of(sshd)
    assert fault.kind is SshFault.BAD_ANSWER
    assert "sent far more" in fault.message


@pytest.mark.parametrize(
    "command",
    ["echo 'This account is closed.'; exit 0", "echo 'This account is closed.' >&2; exit 1"],
)
async def test_a_host_that_runs_something_else_is_quoted(sshd: Sshd, command: str) -> None:
    sshd.stop()
    sshd.options["ForceCommand"] = command
    sshd.start()
    fault = await fault_of(sshd)
    assert fault.kind is SshFault.BAD_ANSWER
    assert "it said: This account is closed." in fault.message


async def test_a_tool_that_hangs_and_ignores_term_does_not_hold_up_the_others(
    sshd: Sshd, tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "df").write_text("#!/bin/sh\ntrap '' TERM HUP INT\nwhile :; do sleep 1; done\n")
    (tools / "df").chmod(0o755)
    sshd.stop()
    sshd.options["SetEnv"] = f"PATH={tools}:/usr/local/bin:/usr/bin:/bin"
    sshd.start()
    async with sshd.pool() as pool:
        events = dict(await examine(pool, sshd.target(), hurried("df"), lambda: 0.0))
    disks, gpus = events[DiskReport], events[GpuReport]
    assert isinstance(disks, Observed)
    assert {mount.answered for mount in disks.value.mounts} == {False}
    assert not isinstance(gpus, Failed)
    await vanishes(str(tools / "df"))


async def test_a_cancelled_probe_leaves_nothing_on_the_host(sshd: Sshd) -> None:
    waiting = saying("echo begun; exec sleep 4321", limit_s=60)
    async with sshd.pool() as pool:
        for _ in range(12):
            run = asyncio.create_task(pool.probe(sshd.target(), [waiting]))
            await appears("sleep 4321")
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
            await vanishes("sleep 4321")
        # More than MaxSessions were opened: all their slots are free again.
        answer = await pool.probe(sshd.target(), [saying("echo here")])
    assert answer.sections["said"].output == b"here\n"


async def test_what_hangs_holds_back_the_others_only_for_a_moment_and_comes_later(
    sshd: Sshd,
) -> None:
    slow = Probe(
        name="slow",
        script="echo begun; sleep 2; echo ended",
        report=int,
        parse=lambda it: it.output,
        limit_s=60,
        every_s=600.0,
    )
    async with sshd.pool() as pool:
        first = await pool.probe(sshd.target(), [saying("echo here"), slow], patience_s=0.5)
        second = await pool.probe(sshd.target(), [saying("echo here"), slow])
    assert (set(first.sections), set(first.running)) == ({"said"}, {"slow"})
    assert first.fault is None
    assert second.sections["slow"].output == b"begun\nended\n"


async def test_an_answer_that_nobody_waited_for_is_given_with_its_age(sshd: Sshd) -> None:
    slow = Probe(
        name="slow", script="sleep 1; date", report=int, parse=lambda it: it.output, every_s=600.0
    )
    async with sshd.pool() as pool:
        await pool.probe(sshd.target(), [saying("echo here"), slow], patience_s=0.2)
        await asyncio.sleep(2)
        answer = await pool.probe(sshd.target(), [slow])
        again = await pool.probe(sshd.target(), [slow])
    assert answer.ages["slow"] > 0.5
    assert answer.sections["slow"].exit_code == 0
    assert again.ages == {}


async def test_a_connection_that_died_unnoticed_is_replaced(sshd: Sshd) -> None:
    probes = [saying("echo here")]
    async with sshd.pool() as pool:
        await pool.probe(sshd.target(), probes)
        kill_connections(sshd)
        answer = await pool.probe(sshd.target(), probes)
    assert answer.sections["said"].output == b"here\n"


async def test_a_connection_that_breaks_in_the_middle_is_told_and_what_came_is_kept(
    sshd: Sshd,
) -> None:
    slow = Probe(
        name="slow", script="sleep 4323", report=int, parse=lambda it: it.output, limit_s=60
    )
    async with sshd.pool() as pool, asyncio.TaskGroup() as tasks:
        probes = [saying("echo here"), slow]
        run = tasks.create_task(pool.probe(sshd.target(), probes))
        await appears("sleep 4323")
        kill_connections(sshd)
        answer = await run
        await vanishes("sleep 4323")
    assert answer.sections["said"].output == b"here\n"
    assert answer.fault is not None
    assert answer.fault.kind is SshFault.LOST
    assert "lost before the answer was complete" in answer.fault.message


async def test_questions_at_once_share_one_run_and_one_channel(sshd: Sshd) -> None:
    once = saying("sleep 0.3; echo $$")
    async with sshd.pool() as pool:
        answers = await asyncio.gather(*(pool.probe(sshd.target(), [once]) for _ in range(30)))
        await become(sshd, 1)
    assert len({answer.sections["said"].output for answer in answers}) == 1
    await become(sshd, 0)


async def test_ticks_wake_one_loop(sshd: Sshd) -> None:
    parent = saying('read -r stat </proc/$PPID/stat; set -- ${stat##*) }; echo "$2"')
    async with sshd.pool() as pool:
        answers = [await pool.probe(sshd.target(), [parent]) for _ in range(5)]
    assert len({answer.sections["said"].output for answer in answers}) == 1


async def test_the_times_of_a_section_are_those_of_our_clock(sshd: Sshd) -> None:
    before = time.time()
    answer = await probe(sshd, saying("sleep 0.4"))
    section = answer.sections["said"]
    assert section.began_at is not None
    assert section.ended_at is not None
    assert before <= section.began_at <= section.ended_at - 0.4 <= time.time()
    assert section.seconds == pytest.approx(0.4, abs=0.3)


async def test_the_clock_of_this_machine_is_right_to_itself(sshd: Sshd) -> None:
    async with sshd.pool() as pool:
        events = dict(await examine(pool, sshd.target(), [CLOCK], lambda: 0.0))
    clock = events[ClockReport]
    assert isinstance(clock, Observed)
    assert abs(clock.value.offset_s) <= clock.value.error_s + 0.01
