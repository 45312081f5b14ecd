"""Cancelled questions and broken ways, many of them: nothing is left behind, and all recovers.

`make cancels` makes the storm of cancels as long as the figure that is promised.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.probes import Probe
from tests.clients.broken_way import Relay
from tests.clients.sshd import Sshd, become, left_over, running_sshd, saying, vanishes

pytestmark = pytest.mark.usefixtures("cut_connections")

CANCELS = int(os.environ.get("RGT_CANCELS", "100"))


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path) as server:
        yield server


@pytest.mark.timeout(1800)
async def test_cancelled_handshakes_are_not_begun_anew_so_the_host_goes_on_taking_logins(
    tmp_path: Path,
) -> None:
    with running_sshd(tmp_path, MaxStartups="2") as sshd:
        async with Relay(sshd.port).listening() as relay, sshd.pool() as pool:
            relay.is_silent = True
            target = replace(sshd.target(), port=relay.port)
            for _ in range(8):
                ask = asyncio.create_task(pool.probe(target, [saying("echo here")]))
                await asyncio.sleep(0.1)
                ask.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await ask
            answer = await pool.probe(sshd.target(pin_id="other"), [saying("echo here")])
    assert answer.sections["said"].output == b"here\n"


async def test_who_waits_for_a_connection_that_is_given_up_hears_so(sshd: Sshd) -> None:
    async with Relay(sshd.port).listening() as relay, sshd.pool() as pool:
        relay.is_silent = True
        target = replace(sshd.target(), port=relay.port)
        ask = asyncio.create_task(pool.probe(target, [saying("echo here")]))
        await asyncio.sleep(0.3)
        await pool.forget(target)
        with pytest.raises(SshError) as caught:
            await ask
    assert caught.value.kind is SshFault.LOST
    assert "given up" in caught.value.message


@pytest.mark.timeout(1800)
async def test_cancelled_questions_leave_no_slot_and_no_process(sshd: Sshd) -> None:
    dice = random.Random(1)
    nap = f"sleep 4331{os.getpid()}"  # nobody else on this machine sleeps so long
    waiting = saying(f"exec {nap}", limit_s=60)
    near = replace(waiting, name="near", is_near=True)
    async with sshd.pool() as pool:
        for _ in range(CANCELS):
            ask = asyncio.create_task(pool.probe(sshd.target(), [waiting, near]))
            await asyncio.sleep(dice.uniform(0, 0.05))
            ask.cancel()
            with pytest.raises(asyncio.CancelledError):
                await ask
        await vanishes(nap)
        answer = await pool.probe(sshd.target(), [saying("echo here")])
    assert answer.sections["said"].output == b"here\n"
    await become(sshd, 0)
    assert left_over(nap) == []


@pytest.mark.parametrize("seed", range(6))
async def test_a_way_cut_at_any_byte_is_lost_or_whole_and_the_next_tick_is_answered(
    sshd: Sshd, seed: int
) -> None:
    lines = saying("i=0; while [ $i -lt 300 ]; do echo line $i; i=$((i+1)); done")
    async with Relay(sshd.port).listening() as relay, sshd.pool() as pool:
        target = replace(sshd.target(), port=relay.port)
        whole = await pool.probe(target, [lines])
        relay.left = random.Random(seed).randrange(1, 20_000)
        found = await asyncio.gather(pool.probe(target, [lines]), return_exceptions=True)
        match found[0]:
            case SshError() as error:
                assert error.kind in (SshFault.LOST, SshFault.RESET)
            case cut:
                assert not isinstance(cut, BaseException)
                assert cut.sections["said"].output == whole.sections["said"].output
        relay.left = None
        after = await pool.probe(target, [lines])
    assert after.sections["said"].output == whole.sections["said"].output


async def test_a_way_gone_silent_times_out_and_recovers_while_others_stay_fresh(
    sshd: Sshd,
) -> None:
    quick = Probe(name="said", script="echo here", report=bytes, parse=bytes, limit_s=1)  # type: ignore[arg-type]  # never parsed here
    async with Relay(sshd.port).listening() as relay, sshd.pool() as pool:
        target = replace(sshd.target(pin_id="other"), port=relay.port)
        await pool.probe(target, [quick])
        relay.is_silent = True
        asked = asyncio.create_task(pool.probe(target, [quick]))
        for _ in range(3):
            other = await pool.probe(sshd.target(), [quick])
            assert other.sections["said"].output == b"here\n"
        with pytest.raises(SshError) as caught:
            await asked
        assert caught.value.kind is SshFault.TIMEOUT
        relay.is_silent = False
        relay.cut()
        await asyncio.sleep(0.1)
        answer = await pool.probe(target, [quick])
    assert answer.sections["said"].output == b"here\n"


async def test_a_hundred_megabytes_are_cut_and_the_next_tick_is_answered(sshd: Sshd) -> None:
    flood = Probe(
        name="flood",
        script="head -c 100000000 /dev/zero | tr '\\0' '\\n'",
        report=bytes,
        parse=bytes,  # type: ignore[arg-type]  # never parsed here
    )
    async with sshd.pool() as pool:
        answer = await pool.probe(sshd.target(), [flood, saying("echo here")])
        again = await pool.probe(sshd.target(), [saying("echo here")])
    assert answer.sections["flood"].cut
    assert answer.sections["said"].output == b"here\n"
    assert again.sections["said"].output == b"here\n"
