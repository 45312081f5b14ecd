"""`rgt-tui checkpoints POD` of a stopped Pod: over S3, and never as if there were none."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.files import trainer_checkpoint
from rgt_tui.simulator.ratelimit import UNMETERED
from tests.commands.test_headless import Call, answer, call

__all__ = ["call"]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """An account whose one Pod, on a network volume, is stopped."""
    world = build_world(scenarios=["healthy_training"])
    world.stop(world.find("train-a"))
    with Simulator(world, quota=UNMETERED) as served:
        yield served


@pytest.fixture(scope="module")
def origin(simulator: Simulator) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    found = f"http://127.0.0.1:{port}"
    s3 = boto3.client(
        "s3",
        endpoint_url=found,
        region_name="eu-ro-1",
        aws_access_key_id="user_x",
        aws_secret_access_key="rps_x",
    )
    (bucket,) = simulator.world.volumes
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-ro-1"})
    for file in trainer_checkpoint("out", 500, 0):
        s3.put_object(Bucket=bucket, Key=file.path, Body=file.content)
    s3.close()
    yield found
    server.stop()


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
