"""Worlds: repeatable, still until moved, and made of known scenarios."""

import pytest

from rgt_tui.simulator import build_world
from rgt_tui.simulator.scenarios import scenarios
from rgt_tui.simulator.world import World
from tests.simulator.conftest import NOW


def described(world: World) -> list[object]:
    return [
        (
            pod.id,
            pod.hostname,
            pod.created_at,
            [gpu.uuid for gpu in pod.machine.gpus],
            [key.fingerprint for key in pod.host_keys()],
            [line.text for line in pod.logs.read(NOW)][-5:],
        )
        for pod in world.newest_first()
    ]


@pytest.mark.parametrize("pods", [None, 30])
def test_the_same_seed_gives_the_same_world(pods: int | None) -> None:
    assert described(build_world(pods, 7, now=NOW)) == described(build_world(pods, 7, now=NOW))


def test_another_seed_gives_another_world() -> None:
    assert described(build_world(30, 7, now=NOW)) != described(build_world(30, 8, now=NOW))


def test_a_world_stands_still_until_it_is_served_or_moved() -> None:
    world = build_world(now=NOW)
    assert world.now == NOW
    world.advance(90)
    assert world.now == NOW + 90
    with pytest.raises(ValueError, match="never goes back"):
        world.advance(-1)


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)
def test_a_scenario_bears_its_files_name_and_builds_alone(scenario: object) -> None:
    from rgt_tui.simulator.scenarios import Scenario

    assert isinstance(scenario, Scenario)
    assert scenario.build.__module__.endswith(f".{scenario.name}")
    several = {"rp46_host_down": 3, "rp48_ambiguous_write": 2, "rp50_several_writers": 2}
    assert len(build_world(scenarios=[scenario.name], now=NOW).pods) == several.get(
        scenario.name, 1
    )


@pytest.mark.parametrize(
    ("given", "pod"), [("rp11", "sweep-07"), ("RP16", "eval-b200"), ("hung-mount", "prep-nv")]
)
def test_a_scenario_is_found_by_the_beginning_of_its_name(given: str, pod: str) -> None:
    assert build_world(scenarios=[given]).find(pod)


def test_what_is_to_happen_happens_once_in_its_order_when_its_time_has_come() -> None:
    world = build_world(scenarios=["rp43"], now=NOW)
    happened: list[str] = []
    world.later(20, lambda: happened.append("second"))
    world.later(10, lambda: happened.append("first"))
    world.catch_up()
    assert happened == []
    world.advance(60)
    world.catch_up()
    world.catch_up()
    assert happened == ["first", "second"]
    assert world.find("taken").status(world.now) == "RUNNING"
    world.advance(60)
    world.catch_up()
    assert world.find("taken").status(world.now) == "EXITED"


def test_a_pod_that_was_terminated_before_something_was_to_happen_to_it_is_left_alone() -> None:
    world = build_world(scenarios=["rp43"], now=NOW)
    world.terminate(world.find("taken"))
    world.advance(86_400)
    world.catch_up()
    assert world.pods == {}


def test_an_unknown_scenario_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="crash_loop"):
        build_world(scenarios=["nope"])


def test_scenarios_and_generated_pods_may_share_a_world() -> None:
    assert len(build_world(pods=5, scenarios=["rp11", "rp16"]).pods) == 7


def test_the_demo_fleet_shows_every_member_once() -> None:
    names = sorted(pod.spec.name for pod in build_world().pods.values())
    assert " ".join(names) == (
        "amd-mi300 api-canary etl-cpu eval-b200 ft-llama infer-x lora-4090 old-ckpt prep-nv resume-a6k"
        " sdxl-lab sweep-07 train-a"
    )


def test_a_generated_fleet_is_mixed() -> None:
    world = build_world(pods=400, now=NOW)
    pods = list(world.pods.values())
    statuses = {pod.status(world.now) for pod in pods}
    never = [pod for pod in pods if pod.run is not None and not pod.has_container(world.now)]
    assert statuses == {"RUNNING", "EXITED"}
    assert len(never) > 3
    assert any(pod.spec.cpu for pod in pods)
    assert all(pod.spec.gpu is None or pod.spec.gpu[1] >= 1 for pod in pods)


def test_a_stopped_volume_disk_is_charged_twice_the_running_rate() -> None:
    world = build_world(scenarios=["volume_disk"], now=NOW)
    pod = world.find("lora-4090")
    running = world.burn - pod.hourly - 20 * 0.10 / 730
    world.stop(pod)
    assert world.burn == pytest.approx(2 * running)
