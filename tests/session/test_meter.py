"""Our account of money against the simulator's own meter: 30 days of random starts, stops, resizes.

The simulator charges by its own ledger, which shares no rule with ours. We see only what the API
lists, a few seconds after each event, through the real client, and remember it on a real disk.
"""

import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from rgt_tui.clients.history import HistoryBook
from rgt_tui.clients.rest import Rest
from rgt_tui.domain.history import History, cost_between
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.units import PodId
from rgt_tui.simulator import Simulator, World, build_world
from rgt_tui.simulator.placing import Life, place
from rgt_tui.simulator.pod import Spec
from rgt_tui.simulator.ratelimit import UNMETERED

START = 1_795_478_400.0
"""2026-11-24T00:00:00Z."""
DAY = 86_400.0
DAYS = 30
CENT = Decimal("0.01")
PODS = (
    ("NVIDIA GeForce RTX 4090", 1, 20, 50),
    ("NVIDIA L40S", 2, 100, 200),
    ("NVIDIA A100 80GB PCIe", 1, 50, 0),
    ("NVIDIA H100 80GB HBM3", 1, 20, 1000),
)
SEEN_AFTER_S = 2.0
"""At most so long after an event the Pods are listed: the console lists them each 5 seconds, and
at $2.69 an hour each second of doubt costs 0.07 cents."""


def a_world() -> World:
    world = build_world(0, now=START)
    world.opening_balance = 100_000.0
    for number, (gpu, count, disk, volume) in enumerate(PODS):
        spec = Spec(
            name=f"pod-{number}",
            image="runpod/pytorch",
            disk=disk,
            gpu=(gpu, count),
            persistent=(volume, "/workspace") if volume else None,
            ports=("8888/http",),
        )
        place(world, spec, Life(created_s=60, up_s=1), data_center="EU-RO-1")
    return world


def something_happens(world: World, dice: random.Random) -> None:
    """One Pod is started, stopped, restarted or given other disks, as the API would do it."""
    pod = dice.choice(list(world.pods.values()))
    status = pod.status(world.now)
    if status == "EXITED" and dice.random() < 0.7:
        world.start(pod)
    elif status == "RUNNING" and dice.random() < 0.5:
        world.stop(pod)
    elif status == "RUNNING" and dice.random() < 0.3:
        world.restart(pod)
    else:
        grown = pod.spec.persistent and (pod.spec.persistent[0] + dice.randint(0, 30), "/workspace")
        world.respecify(pod, replace(pod.spec, disk=dice.choice((20, 40, 80)), persistent=grown))


async def watched(simulator: Simulator, dice: random.Random, book: HistoryBook) -> History:
    """Thirty days through the API's eyes."""
    world = simulator.world
    async with Rest(base_url=simulator.url, key=Secret(simulator.api_key)) as rest:
        await book.keep((await rest.pods()).pods, world.now)
        while world.now < START + DAYS * DAY:
            pause = dice.expovariate(1 / (6 * 3600))
            simulator.call(lambda w, pause=pause: w.advance(pause))  # type: ignore[misc]
            await book.keep((await rest.pods()).pods, world.now)
            simulator.call(lambda w: something_happens(w, dice))
            simulator.call(lambda w: w.advance(dice.uniform(0.1, SEEN_AFTER_S)))
            await book.keep((await rest.pods()).pods, world.now)
            simulator.call(lambda w: w.advance(60))
            await book.keep((await rest.pods()).pods, world.now)
        return await book.remembered((await rest.pods()).pods, world.now)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_thirty_random_days_differ_from_the_meter_by_a_cent_a_pod_and_day_at_most(
    seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    with Simulator(a_world(), 0.0, quota=UNMETERED) as simulator:
        async with HistoryBook(tmp_path / "h" / "history.sqlite") as book:
            history = await watched(simulator, dice, book)
        ledger = simulator.world.ledger
        for pod in simulator.world.pods.values():
            stretches = history.of(PodId(pod.id))
            assert len(stretches) > 10
            for day in range(DAYS):
                begin, end = START + day * DAY, START + (day + 1) * DAY
                ours = cost_between(stretches, begin, end).amount
                charges = [charge.amounts(begin, end) for charge in ledger.of(pod.id)]
                theirs = Decimal(sum(sum(amounts.values()) for amounts in charges))
                assert abs(ours - theirs) <= CENT, (pod.spec.name, day, ours, theirs)
