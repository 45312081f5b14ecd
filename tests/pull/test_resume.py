"""A pull goes on from where it was: after drops, a cancel, a kill, and damage to what it had."""

import asyncio
import json
import random
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.domain.pulling import Ended
from tests.pull.lines import a_line
from tests.pull.pods import Pod, a_pod, contents, noise
from tests.shared import ROOT

pytestmark = pytest.mark.usefixtures("cut_connections")
LOST_MAX = 8_000_000


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with a_pod(tmp_path) as one:
        yield one


def is_home(pod: Pod) -> bool:
    return contents(pod.home) == contents(pod.disk)


async def test_drops_at_any_byte_cost_little_and_change_nothing(pod: Pod) -> None:
    dice = random.Random(7)
    pod.put("out/big.bin", noise((24 << 20) + 5))
    for number in range(300):
        pod.put(f"out/small/{number}", noise(dice.randrange(9000)))
    size = sum(map(len, contents(pod.disk).values()))
    cuts = deque([0, 40, 3_000, 70_000, *(dice.randrange(1_000_000, 9_000_000) for _ in range(5))])
    async with a_line(pod.server.port, cuts=cuts) as line:
        pulled = await pod.pull(pod.order(), port=line.port)
    assert not cuts
    assert is_home(pod)
    assert pulled.is_whole
    assert pulled.moved - size <= LOST_MAX
    assert any("lost" in told.said for told in pod.told)


async def cancelled_after(pod: Pod, count: int) -> None:
    """Cancels a pull once more than so many bytes came."""
    reached = asyncio.Event()

    def passed(come: int) -> None:
        if come > count:
            reached.set()

    async with a_line(pod.server.port, on_bytes=passed) as line:
        running = asyncio.create_task(pod.pull(pod.order(), port=line.port))
        await reached.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_a_cancelled_pull_leaves_no_name_and_goes_on_later(pod: Pod) -> None:
    content = noise(40 << 20)
    pod.put("out/big.bin", content)
    await cancelled_after(pod, 14 << 20)
    assert contents(pod.home) == {}
    pulled = await pod.pull(pod.order())
    assert is_home(pod)
    assert pulled.moved <= len(content) - (8 << 20)
    assert pulled.is_whole


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.clients.sshd import Sshd
from tests.pull.pods import Pod
folder, port = Path(sys.argv[1]), int(sys.argv[2])
pod = Pod(Sshd(folder / "sshd", port), folder / "disk", folder / "home", folder / "state" / "holds")
asyncio.run(pod.pull(pod.order()))
"""


def parts(pod: Pod) -> list[Path]:
    return list(pod.holds.glob("*/?/" + "?" * 32))


def staged(pod: Pod) -> int:
    """Bytes that the parts hold on disk; a part that four lanes fill has holes."""
    found = [part.stat() for part in parts(pod)]
    return sum(min(part.st_size, part.st_blocks * 512) for part in found)


@pytest.mark.parametrize("after", [1 << 20, 15 << 20, 38 << 20])
async def test_a_killed_pull_loses_at_most_8_mb(pod: Pod, after: int) -> None:
    content = noise(64 << 20)
    pod.put("out/big.bin", content)
    await cut_short(pod, after)
    had = staged(pod)
    pulled = await pod.pull(pod.order())
    assert is_home(pod)
    assert pulled.is_whole
    assert pulled.moved - (len(content) - had) <= LOST_MAX


async def test_damage_to_what_had_come_is_found_and_fetched_again(pod: Pod) -> None:
    content = noise(30 << 20)
    pod.put("out/big.bin", content)
    await cut_short(pod, 20_000_000)
    (part,) = parts(pod)
    with part.open("r+b") as file:
        file.seek(5_000_000)
        file.write(b"other bytes")
    pulled = await pod.pull(pod.order())
    assert is_home(pod)
    assert pulled.is_whole


async def test_a_damaged_journal_costs_work_and_no_truth(pod: Pod) -> None:
    pod.put("out/big.bin", noise(30 << 20))
    await cut_short(pod, 20_000_000)
    journal = pod.home / ".rgt-pull" / "journal.jsonl"
    lines = journal.read_bytes().splitlines()
    (key,) = (part.name for part in parts(pod))
    lines[3] = json.dumps({"g": [key, 0, 8 << 20, "ab" * 32]}).encode()
    journal.write_bytes(b"\n".join([b"{", b"null", *lines])[:-7])
    pulled = await pod.pull(pod.order())
    assert is_home(pod)
    assert pulled.is_whole


async def test_a_file_that_changed_between_two_pulls_is_fetched_anew(pod: Pod) -> None:
    pod.put("out/big.bin", noise(30 << 20))
    await cut_short(pod, 20_000_000)
    pod.put("out/big.bin", noise(30 << 20))
    pulled = await pod.pull(pod.order())
    assert is_home(pod)
    assert pulled.is_whole
    assert [str(part) for part in parts(pod)] == [pulled.files[0].hold]


async def test_a_file_that_changes_while_it_is_read_is_never_equal(pod: Pod) -> None:
    path = pod.put("out/big.bin", noise(40 << 20))
    pod.put("out/calm.bin", noise(2 << 20))
    is_changed = False

    def change(count: int) -> None:
        nonlocal is_changed
        if count > 10_000_000 and not is_changed:
            is_changed = True
            with path.open("r+b") as file:
                file.write(b"changed")

    async with a_line(pod.server.port, on_bytes=change) as line:
        pulled = await pod.pull(pod.order(), port=line.port)
    by_name = {Path(file.remote.path).name: file for file in pulled.files}
    assert by_name["big.bin"].ended is Ended.CHANGED
    assert by_name["calm.bin"].is_equal
    assert set(contents(pod.home)) == {"out/calm.bin"}
    assert not pulled.is_whole


async def test_four_lanes_bring_the_same_as_one(pod: Pod) -> None:
    pod.put("out/big.bin", noise((50 << 20) + 3))
    async with a_line(pod.server.port, cuts=deque([9_000_000] * 3)) as line:
        pulled = await pod.pull(pod.order(lanes=4), port=line.port)
    assert is_home(pod)
    assert pulled.is_whole
    assert line.connections >= 4


async def cut_short(pod: Pod, count: int) -> None:
    """A pull that ends after so many bytes, as if its machine had stopped."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(pod.home.parent), str(pod.server.port), cwd=ROOT
    )
    async with asyncio.timeout(60):
        while staged(pod) < count:  # noqa: ASYNC110  # another process has no event
            await asyncio.sleep(0.002)
    process.kill()
    await process.wait()
    assert contents(pod.home) == {}
