"""Worlds ready to be served: the demo fleet, chosen scenarios, or any number of Pods."""

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from rgt_tui.simulator.catalogue import DATA_CENTERS, GPUS
from rgt_tui.simulator.machine import GIB, DiskKind
from rgt_tui.simulator.placing import DAY, HOUR, OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario, find_scenario
from rgt_tui.simulator.scenarios import scenarios as all_scenarios
from rgt_tui.simulator.world import Volume, World

LISTENERS_MAX: Final = 200
"""Pods with an SSH listener; further Pods of a large fleet publish no 22/tcp."""

_STOPPED: Final = 0.2
_NEVER_STARTED: Final = 0.03
_FULL: Final = 0.04
"""Shares of a generated fleet: stopped, RUNNING without a container, container disk full."""

_JOBS: Final = ("train", "sweep", "infer", "eval", "lora", "prep", "bench", "dev")


def build_world(
    pods: int | None = None,
    seed: int = 1,
    scenarios: Iterable[str] = (),
    now: float | None = None,
) -> World:
    """A world that stands still until a simulator serves it.

    Args:
        pods: how many Pods of mixed kinds; None for none besides the scenarios.
        seed: makes ids, figures and host keys repeatable.
        scenarios: names to build; with none of both, the demo fleet.
        now: UTC Unix seconds at which the world begins; the present moment if None.

    Raises:
        ValueError: an unknown scenario, or a negative number of Pods.
    """
    if pods is not None and pods < 0:
        raise ValueError("pods: at least 0")
    start = datetime.now(UTC).timestamp() if now is None else now
    world = World(seed=seed, start=start, ticks=time.monotonic)
    stories = [find_scenario(name) for name in scenarios]
    if not stories and pods is None:
        stories = _demo()
        world.opening_balance = 122.17
        world.add_volume(_forgotten(world), since=world.now - 60 * DAY)
    for story in stories:
        story.build(world)
    if pods:
        _populate(world, pods)
    return world


def _demo() -> list[Scenario]:
    shown = [(story.demo_rank, story) for story in all_scenarios() if story.demo_rank is not None]
    return [story for _, story in sorted(shown, key=lambda pair: pair[0])]


def _forgotten(world: World) -> Volume:
    """A volume of the fast tier that no Pod mounts."""
    return Volume(
        id=world.new_id(10),
        name="datasets-2025",
        size=100,
        data_center="US-KS-2",
        tier="HIGH_PERFORMANCE",
        used_bytes=64 * GIB,
    )


def _populate(world: World, count: int) -> None:
    shared = world.add_volume(
        Volume(
            id=world.new_id(10),
            name="shared-data",
            size=2000,
            data_center="EU-RO-1",
            used_bytes=900 * GIB,
        ),
        since=world.now - 100 * HOUR,
    )
    world.opening_balance = 50_000.0
    world.spend_limit = 20_000.0
    for number in range(count):
        _place_one(world, number, shared)


def _place_one(world: World, number: int, shared: Volume) -> Pod:
    dice = world.random
    spec = _spec(world, number, shared)
    age = dice.uniform(0.1, 90) * HOUR
    fate = dice.random()
    life = Life(created_s=age + 60, up_s=age)
    if fate < _STOPPED:
        life = Life(created_s=age + 60, stopped_s=age / 2)
    elif fate < _STOPPED + _NEVER_STARTED:
        life = Life(created_s=age + 60, running_s=age)
    home = shared.data_center if spec.network else dice.choice(DATA_CENTERS).id
    pod = place(world, spec, life, data_center=home)
    if life.up_s is not None:
        _occupy(world, pod)
    return pod


def _spec(world: World, number: int, shared: Volume) -> Spec:
    dice = world.random
    network = dice.random() < 0.3
    is_cpu = dice.random() < 0.05
    spec = Spec(
        name=f"{dice.choice(_JOBS)}-{number:04d}",
        image=OFFICIAL_IMAGE,
        ports=("8888/http", "22/tcp") if number < LISTENERS_MAX else ("8888/http",),
        cloud="SECURE" if network or is_cpu or dice.random() < 0.7 else "COMMUNITY",
        network=(shared.id, "/workspace") if network else None,
    )
    if is_cpu:
        return replace(spec, cpu=("cpu3g", 8, 32))
    return replace(
        spec,
        gpu=(dice.choice(GPUS).id, dice.choice((1, 1, 1, 2, 4, 8))),
        persistent=None if network else (dice.choice((20, 50, 100, 500)), "/workspace"),
    )


def _occupy(world: World, pod: Pod) -> None:
    dice = world.random
    if dice.random() < 0.75:
        for gpu in pod.machine.gpus:
            gpu.util = dice.randint(20, 99)
            gpu.memory_used_mib = int(gpu.model.memory_mib * dice.uniform(0.2, 0.95))
            gpu.temperature = dice.randint(48, 78)
            gpu.watts = gpu.model.watts * dice.uniform(0.4, 0.95)
    for disk in pod.machine.disks:
        if disk.kind is DiskKind.CONTAINER:
            is_full = dice.random() < _FULL
            disk.base_bytes = int(disk.size_bytes * (0.98 if is_full else dice.uniform(0.02, 0.8)))
        if disk.kind is DiskKind.VOLUME:
            disk.base_bytes = int(disk.size_bytes * dice.uniform(0.02, 0.85))
            disk.growth_per_hour = dice.randint(0, 2) * GIB
