"""What is offered for a relaunch, and what the request then holds."""

from dataclasses import replace

from rgt_tui.domain.pod import NetworkMount, Pod
from rgt_tui.launching import Picks, choices, launch, picked, shown, why_not
from tests.ui import money, scenes

ACCOUNT = money.money().account


def request(pod: Pod, codes: tuple[str, ...] = (), picks: Picks | None = None) -> dict[str, object]:
    chosen = picks or {}
    found = choices(pod, ACCOUNT, codes, chosen)
    asked = launch(pod, picked(found, chosen))
    return {**asked.body, "env": dict(asked.env)}


def test_the_same_specification_is_asked_for() -> None:
    pod = replace(scenes.full_disk(), ports=("22/tcp", "8888/http"))
    body = request(pod)
    assert body["gpu"] == {"id": pod.gpu_id, "count": pod.gpu_count}
    assert body["disk"] == pod.disk_gb
    assert body["ports"] == ["22/tcp", "8888/http"]
    assert "startSsh" not in body
    disk = pod.volume_disk
    assert disk is not None
    assert body["mounts"] == {"persistent": {"size": disk.size_gb, "path": disk.path}}


def test_a_cuda_floor_is_offered_first_for_rp9() -> None:
    pod = replace(scenes.full_disk(), image="runpod/pytorch:1.0.2-cu1281-torch280")
    gpu = request(pod, ("RP09",))["gpu"]
    assert isinstance(gpu, dict)
    assert gpu["minCudaVersion"] == "12.8"
    assert gpu["id"] == pod.gpu_id


def test_a_larger_disk_with_caches_is_offered_first_for_rp11() -> None:
    pod = scenes.full_disk()
    body = request(pod, ("RP11",))
    assert isinstance(body["disk"], int)
    assert pod.disk_gb is not None
    assert body["disk"] > pod.disk_gb
    env = body["env"]
    assert isinstance(env, dict)
    assert str(env["HF_HOME"]).startswith("/workspace/")


def test_a_way_in_is_offered_first_for_rp6_and_where_ssh_has_no_port() -> None:
    for pod, codes in ((scenes.full_disk(), ("RP6",)), (scenes.training(), ())):
        body = request(replace(pod, ports=("8888/http",)), codes)
        assert "22/tcp" in body["ports"]  # type: ignore[operator]  # a list
        assert body["startSsh"] is True


def test_a_port_that_is_the_same_outside_is_offered_first_for_rp5() -> None:
    assert "70000/tcp" in request(scenes.full_disk(), ("RP5",))["ports"]  # type: ignore[operator]


def test_the_place_of_a_network_volume_limits_the_places_offered() -> None:
    pod = scenes.training()
    found = choices(pod, ACCOUNT, (), {})
    assert "the same network volume datasets in EU-RO-1" in found[0].options[0].label
    places = [option.body["dataCenterIds"] for option in found[1].options]
    assert places
    assert all(place == ["EU-RO-1"] for place in places)
    other = next(n for n, o in enumerate(found[0].options) if "US-KS-2" in o.label)
    moved = choices(pod, ACCOUNT, (), {0: other})
    assert all(o.body["dataCenterIds"] == ["US-KS-2"] for o in moved[1].options)


def test_each_place_tells_stock_and_price() -> None:
    found = choices(scenes.full_disk(), ACCOUNT, (), {})
    labels = [option.label for option in found[1].options]
    assert any("stock" in label and "$" in label for label in labels)


def test_what_a_person_sees_holds_names_and_no_values() -> None:
    pod = replace(scenes.full_disk(), env_names=("HF_TOKEN", "RUNPOD_POD_ID"), args="--token abc")
    asked = launch(pod, picked(choices(pod, ACCOUNT, (), {}), {}))
    text = str(shown(asked, pod))
    assert "'HF_TOKEN': '***'" in text
    assert "abc" not in text
    assert "RUNPOD_POD_ID" not in text


def test_what_is_not_known_is_not_asked_for() -> None:
    assert why_not(scenes.full_disk()) is None
    assert why_not(replace(scenes.full_disk(), cluster="c1"))
    assert why_not(replace(scenes.full_disk(), gpu_count=None))
    assert why_not(replace(scenes.full_disk(), gpu_id=None))
    assert why_not(replace(scenes.full_disk(), image=""))


def test_several_mounts_keep_the_first() -> None:
    mounts = (NetworkMount(volume_id="nv1", path="/data"),)
    body = request(replace(scenes.training(), network_mounts=mounts))
    assert body["mounts"] == {"network": [{"volumeId": "nv1", "path": "/data"}]}
