"""`browse` against a real S3 server (moto's) and the simulated account whose volumes it holds."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from safetensors.numpy import save

from rgt_tui.clients.s3 import S3
from rgt_tui.clients.s3_open import s3_of
from rgt_tui.config import Config
from rgt_tui.domain.errors import NoCredentials
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.invocation import Options
from rgt_tui.opening import address
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from tests.clients.buckets import serving
from tests.commands.conftest import Call, answer
from tests.verifiers.good import noise
from tests.verifiers.onnx_models import model

WHOLE = save({"a": noise(5, 2), "b": noise(4, 5)})
FILES = {
    "ckpt/good.safetensors": WHOLE,
    "ckpt/cut.safetensors": WHOLE[:-3],
    "ckpt/optim.pt": b"PK\x03\x04" + bytes(60),
    "onnx/whole.onnx": model("w.data"),
    "onnx/w.data": bytes(4096),
    "onnx/cut.onnx": model("sub/cut.data"),
    "onnx/sub/cut.data": bytes(4095),
    "onnx/gone.onnx": model("gone.data"),
    "onnx/out.onnx": model("../ckpt/good.safetensors"),
    "readme.txt": b"hello",
    ".Trash-0/files/old.bin": b"x" * 7,
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world(), quota=UNMETERED) as served:
        yield served


@pytest.fixture(scope="module")
def origin(simulator: Simulator) -> Iterator[str]:
    """An S3 server that holds the volume `nv-eu-01`."""
    with serving({volume_id(simulator): FILES}) as found:
        yield found


@pytest.fixture
def browse(call: Call, origin: str, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("RUNPOD_S3_ACCESS_KEY", "user_x")
    monkeypatch.setenv("RUNPOD_S3_SECRET_KEY", "rps_x")
    monkeypatch.setenv("RUNPOD_S3_ENDPOINT_URL", origin)
    return call


def volume_id(simulator: Simulator) -> str:
    return next(v.id for v in simulator.world.volumes.values() if v.name == "nv-eu-01")


def files(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {file["path"]: file for file in found["files"]}


def test_one_level_of_a_volume_is_listed_by_its_name(browse: Call, simulator: Simulator) -> None:
    found = answer(browse("browse", "nv-eu-01", "--json"))
    assert found["volume"] == volume_id(simulator)
    assert found["folders"] == [".Trash-0/", "ckpt/", "onnx/"]
    assert files(found)["readme.txt"]["bytes"] == 5
    assert found["whole"]


def test_headers_tell_a_whole_checkpoint_from_a_cut_one(browse: Call) -> None:
    found = files(answer(browse("browse", "nv-eu-01", "ckpt", "--verify", "--json")))
    verdicts = {path: file["header"]["verdict"] for path, file in found.items()}
    assert verdicts == {
        "ckpt/good.safetensors": "ok",
        "ckpt/cut.safetensors": "broken",
        "ckpt/optim.pt": "broken",
    }


def test_a_model_is_judged_with_the_weights_that_it_names(browse: Call) -> None:
    found = files(answer(browse("browse", "nv-eu-01", "onnx", "--verify", "--json")))
    headers = {path: file["header"] for path, file in found.items()}
    assert {path: header["verdict"] for path, header in headers.items()} == {
        "onnx/whole.onnx": "ok",
        "onnx/w.data": "unknown",
        "onnx/cut.onnx": "broken",
        "onnx/gone.onnx": "broken",
        "onnx/out.onnx": "broken",
    }
    assert "weights of onnx/whole.onnx" in headers["onnx/w.data"]["reason"]
    assert "which has 4095" in headers["onnx/cut.onnx"]["reason"]
    assert "gone.data is missing" in headers["onnx/gone.onnx"]["reason"]
    assert "outside the model's folder" in headers["onnx/out.onnx"]["reason"]


def test_one_file_is_shown_with_its_checksum(browse: Call) -> None:
    found = files(answer(browse("browse", "nv-eu-01", "/readme.txt", "--json")))
    assert found["readme.txt"]["md5"] == "5d41402abc4b2a76b9719d911017c592"


def test_trash_is_listed_alone(browse: Call) -> None:
    found = answer(browse("browse", "nv-eu-01", "--trash", "--json"))
    assert list(files(found)) == [".Trash-0/files/old.bin"]
    assert found["bytes"] == 7


def test_volumes_takes_its_use_from_s3_where_no_pod_has_counted(browse: Call) -> None:
    found = answer(browse("volumes", "--slow", "--no-ssh", "--json"))
    volume = next(v for v in found["volumes"] if v["name"] == "nv-eu-01")
    assert volume["used_bytes"] == sum(map(len, FILES.values()))
    assert (volume["used_source"], volume["used_is_whole"]) == ("s3", True)
    others = [v["used_bytes"] for v in found["volumes"] if v["name"] != "nv-eu-01"]
    assert others == [None] * len(others)


def test_a_demo_asks_nobody_with_the_s3_key_of_the_person(browse: Call) -> None:
    found = answer(browse("--demo", "volumes", "--slow", "--no-ssh", "--json"))
    used = [v["used_bytes"] for v in found["volumes"]]
    assert used == [None] * len(used)
    assert used
    assert os.environ["RUNPOD_S3_ACCESS_KEY"] == "user_x", "it is hidden from the demo alone"
    code, out, _ = browse("--demo", "browse", "nv-eu-01", "--json")
    assert code == 3
    assert json.loads(out)["error"]["message"] == "The simulated account has no S3 interface."


def test_in_a_demo_nobody_is_sent_for_a_key_that_would_not_help(browse: Call) -> None:
    volume = NetworkVolume(id="v", name="v", size_gb=1, data_center="EU-RO-1", tier=None)
    with (
        address(Options(demo=True), Config()),
        pytest.raises(NoCredentials, match="simulated") as caught,
    ):
        s3_of(volume)
    assert "rgt-tui --demo checkpoints train-a" in caught.value.hint
    assert isinstance(s3_of(volume), S3), "outside the demo the key is there again"


def test_without_a_key_it_says_where_to_get_one(call: Call) -> None:
    code, out, _ = call("browse", "nv-eu-01", "--json")
    error = json.loads(out)["error"]
    assert code == 3
    assert "S3 API Keys" in error["hint"]
    assert "RUNPOD_S3_ACCESS_KEY" in error["hint"]


def test_a_data_center_without_s3_says_so(
    call: Call, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    monkeypatch.setenv("RUNPOD_S3_ACCESS_KEY", "user_x")
    monkeypatch.setenv("RUNPOD_S3_SECRET_KEY", "rps_x")
    volume = simulator.world.volumes[volume_id(simulator)]
    simulator.call(
        lambda world: world.volumes.update(
            t=replace(volume, id="t", name="far", data_center="US-TX-3")
        )
    )
    code, out, _ = call("browse", "far", "--json")
    simulator.call(lambda world: world.volumes.pop("t"))
    assert code == 2
    assert "US-TX-3 has no S3 interface" in json.loads(out)["error"]["message"]


@pytest.mark.parametrize(("name", "hint"), [("nv-eu-02", "nv-eu-01"), ("zzz", "rgt-tui volumes")])
def test_an_unknown_volume_is_wrong_usage(call: Call, name: str, hint: str) -> None:
    code, out, _ = call("browse", name, "--json")
    assert code == 2
    assert hint in json.loads(out)["error"]["hint"]


def test_a_path_that_is_not_there_is_wrong_usage(browse: Call) -> None:
    assert browse("browse", "nv-eu-01", "nothing/here")[0] == 2


def test_as_text_it_lists_sizes_and_verdicts(browse: Call) -> None:
    code, out, err = browse("browse", "nv-eu-01", "ckpt/", "--verify")
    assert code == 0
    assert "ok: 2 tensors, no checksum" in out
    assert "broken: " in out
    assert "3 files" in err


def test_disk_tells_what_lies_on_a_network_volume_with_age_and_source(
    browse: Call, simulator: Simulator
) -> None:
    pods = answer(browse("disk", "--json"))["pods"]
    on_it = [
        mount
        for pod in pods
        for mount in pod["mounts"]
        if mount["kind"] == "network" and mount["used_source"] == "s3"
    ]
    assert {mount["used_bytes"] for mount in on_it} == {sum(map(len, FILES.values()))}
    assert all(mount["used_at"] and not mount["used_is_at_least"] for mount in on_it)
    assert all(mount["size_source"] == "api" for mount in on_it)
