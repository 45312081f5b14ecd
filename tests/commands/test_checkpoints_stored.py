"""`rgt-tui checkpoints POD` of a stopped Pod: over S3, and never as if there were none."""

import json
from collections.abc import Iterator

import pytest

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.files import trainer_checkpoint
from rgt_tui.simulator.ratelimit import UNMETERED
from tests.clients.buckets import serving
from tests.commands.conftest import Call, answer


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """An account whose one Pod, on a network volume, is stopped."""
    world = build_world(scenarios=["healthy_training"])
    world.stop(world.find("train-a"))
    with Simulator(world, quota=UNMETERED) as served:
        yield served


@pytest.fixture(scope="module")
def origin(simulator: Simulator) -> Iterator[str]:
    (bucket,) = simulator.world.volumes
    files = {file.path: file.content for file in trainer_checkpoint("out", 500, 0)}
    with serving({bucket: files}) as found:
        yield found


def test_a_stopped_pods_checkpoints_are_told_from_outside(
    call: Call, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNPOD_S3_ACCESS_KEY", "user_x")
    monkeypatch.setenv("RUNPOD_S3_SECRET_KEY", "rps_x")
    monkeypatch.setenv("RUNPOD_S3_ENDPOINT_URL", origin)
    found = answer(call("checkpoints", "train-a", "--json"))
    (one,) = found["checkpoints"]
    assert one["path"] == "/workspace/out/checkpoint-500"
    assert (one["listed_by"], one["step"]) == ("s3", 500)
    assert one["survives_terminate"]
    assert one["kept_by"][0]["witnesses"] == [
        "the API lists the network volume",
        "S3: size and header",
    ]
    assert (one["verdict"], one["level"]) == ("ok", "structure")
    assert not one["verified_by_load"]


def test_without_an_s3_key_it_is_unknown_and_an_error(call: Call) -> None:
    code, out, _ = call("checkpoints", "train-a", "--json")
    assert code == 4
    error = json.loads(out)["error"]
    assert "no S3 key" in error["message"]
    assert "S3 key" in error["hint"]
