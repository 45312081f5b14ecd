"""A walk over the disks of one Pod, and what it tells on its way."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rgt_tui.domain.evidence import Observed
from rgt_tui.facts import find_pod
from rgt_tui.jobs import Bench, measure
from rgt_tui.probes import largest
from rgt_tui.probes.largest import LargestReport
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.sources import shell_target
from tests.session.conftest import Opened

pytestmark = pytest.mark.usefixtures("cut_connections")

SLOW_WALK = """
echo 'M all /data'
for bytes in 1000 3000 9000; do echo "p $bytes 5"; sleep 0.7; done
echo 'E 12000 7'
"""


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """One Pod: no other is asked."""
    with Simulator(build_world(scenarios=("healthy_training",))) as served:
        yield served


async def test_a_walk_tells_bytes_and_rate_and_files_while_it_lasts(opened: Opened) -> None:
    """What it says is read from the frames of a loop over real SSH, as they come."""
    said: list[str] = []
    done: list[tuple[int, float]] = []
    async with opened() as (session, store):
        await session.look(kinds=frozenset())
        pod = find_pod(store.state.account.pods, "train-a")
        bench = Bench(
            wires=session.wires,
            clock=session.clock,
            account=lambda: store.state.account,
            learn=lambda change: None,
            progress=lambda count: done.append((count, session.clock())),
            reach=lambda count, rate: None,
            say=said.append,
            judge=lambda verdict, level: None,
        )
        slow = replace(largest.PROBE, script=SLOW_WALK)
        ((kind, event),) = await measure.watched(bench, shell_target(pod), [slow])
    assert kind is LargestReport
    assert isinstance(event, Observed)
    assert event.value.at("/data").total_bytes == 12000
    assert [count for count, _ in done] == [1000, 2000, 6000]
    assert done[-1][1] - done[0][1] > 1
    assert set(said) <= {"walking /data: nothing counted yet", "walking /data: 5 files so far"}
    assert said
