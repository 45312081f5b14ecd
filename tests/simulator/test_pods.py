"""The life of a Pod, over HTTP."""

from itertools import pairwise

import httpx
import pytest

from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from tests.simulator.conftest import NOW, act, client_of, show

ORDER = {
    "name": "fresh",
    "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
    "disk": 20,
    "gpu": {"id": "NVIDIA L40S", "count": 1},
    "ports": ["22/tcp"],
    "startSsh": True,
}


def test_an_ordered_pod_passes_provisioning_and_starting_before_it_runs(
    api: httpx.Client, simulator: Simulator
) -> None:
    pod = api.post("/v2/pods", json=ORDER).json()
    seen = [(pod["status"], pod["actions"], pod["startedAt"], pod["dataCenterId"])]
    for seconds in (4, 4):
        simulator.world.advance(seconds)
        pod = show(api, simulator, "fresh")
        seen.append((pod["status"], pod["actions"], pod["startedAt"], pod["dataCenterId"]))
    assert seen == [
        ("PROVISIONING", ["stop", "terminate"], None, None),
        ("STARTING", ["stop", "terminate"], None, "EU-RO-1"),
        ("RUNNING", ["stop", "restart", "terminate"], "2026-11-24T06:00:07Z", "EU-RO-1"),
    ]


def test_running_is_an_intent_until_the_container_is_up(
    api: httpx.Client, simulator: Simulator
) -> None:
    api.post("/v2/pods", json=ORDER)
    simulator.world.advance(10)
    pulling = show(api, simulator, "fresh")
    simulator.world.advance(30)
    up = show(api, simulator, "fresh")
    assert (pulling["status"], pulling["runtime"], pulling["ssh"]["direct"]) == (
        "RUNNING",
        None,
        None,
    )
    assert up["runtime"]["uptime"] == 13
    assert up["ssh"]["direct"]["host"] == "127.0.0.1"


def test_a_stopped_pod_costs_nothing_and_keeps_its_start_date(
    api: httpx.Client, simulator: Simulator
) -> None:
    before = show(api, simulator, "lora-4090")
    stopped = act(api, before["id"], "stop").json()
    assert (stopped["status"], stopped["cost"], stopped["actions"]) == (
        "EXITED",
        0.0,
        ["start", "terminate"],
    )
    assert stopped["runtime"] is None
    assert stopped["ssh"]["direct"] is None
    assert stopped["startedAt"] == before["startedAt"]


def test_a_start_brings_a_fresh_container_with_new_host_keys_and_a_new_port(
    api: httpx.Client, simulator: Simulator
) -> None:
    pod = simulator.world.find("lora-4090")
    old = (show(api, simulator, "lora-4090")["ssh"]["direct"]["port"], pod.host_keys())
    act(api, pod.id, "stop")
    act(api, pod.id, "start")
    simulator.world.advance(60)
    new = (show(api, simulator, "lora-4090")["ssh"]["direct"]["port"], pod.host_keys())
    container = next(disk for disk in pod.machine.disks if disk.path == "/")
    volume = next(disk for disk in pod.machine.disks if disk.path == "/workspace")
    assert new[1] != old[1]
    assert container.used_bytes(simulator.world.now) < 300 * 1024**2
    assert volume.used_bytes(simulator.world.now) >= 34 * 1024**3


def test_a_restart_keeps_host_keys_port_and_disk_but_not_the_uptime(
    api: httpx.Client, simulator: Simulator
) -> None:
    before = show(api, simulator, "lora-4090")
    pod = simulator.world.find("lora-4090")
    keys = pod.host_keys()
    act(api, pod.id, "restart")
    between = show(api, simulator, "lora-4090")
    simulator.world.advance(10)
    after = show(api, simulator, "lora-4090")
    assert between["runtime"] is None
    assert after["runtime"]["uptime"] == 7
    assert after["ssh"]["direct"]["port"] == before["ssh"]["direct"]["port"]
    assert pod.host_keys() == keys


@pytest.mark.parametrize(
    ("name", "action"),
    [("old-ckpt", "stop"), ("old-ckpt", "restart"), ("train-a", "start"), ("sdxl-lab", "restart")],
)
def test_an_action_that_is_not_offered_conflicts(
    api: httpx.Client, simulator: Simulator, name: str, action: str
) -> None:
    pod = show(api, simulator, name)
    assert action not in pod["actions"]
    assert act(api, pod["id"], action).status_code == 409


def test_a_locked_pod_can_be_neither_stopped_nor_restarted(
    api: httpx.Client, simulator: Simulator
) -> None:
    place = f"/v2/pods/{simulator.world.find('train-a').id}"
    assert api.patch(place, json={"locked": True}).json()["actions"] == ["terminate"]
    assert api.post(f"{place}/action", json={"action": "stop"}).status_code == 409


def test_a_host_without_a_free_gpu_refuses_the_start_in_the_platforms_words(
    api: httpx.Client, simulator: Simulator
) -> None:
    refused = act(api, simulator.world.find("old-ckpt").id, "start")
    assert refused.status_code == 400
    assert "not enough free GPUs on the host machine" in refused.json()["detail"]


def test_a_deleted_pod_is_gone_from_list_and_get_and_its_network_volume_stays(
    api: httpx.Client, simulator: Simulator
) -> None:
    pod = show(api, simulator, "train-a")
    deleted = api.delete(f"/v2/pods/{pod['id']}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert api.get(f"/v2/pods/{pod['id']}").status_code == 404
    assert pod["id"] not in [it["id"] for it in api.get("/v2/pods").json()["pods"]]
    volumes = api.get("/v2/network-volumes").json()["networkVolumes"]
    assert pod["mounts"]["network"][0]["volumeId"] in [volume["id"] for volume in volumes]


def test_a_crash_loop_never_gets_past_seventeen_seconds(
    api: httpx.Client, simulator: Simulator
) -> None:
    uptimes = []
    for _ in range(12):
        simulator.world.advance(7)
        uptimes.append(show(api, simulator, "api-canary")["runtime"]["uptime"])
    assert max(uptimes) < 17
    assert any(later < earlier for earlier, later in pairwise(uptimes))


def test_a_pod_that_never_started_is_running_costs_money_and_has_no_runtime(
    api: httpx.Client, simulator: Simulator
) -> None:
    simulator.world.opening_balance = 1e6
    simulator.world.advance(86_400)
    pod = show(api, simulator, "eval-b200")
    assert (pod["status"], pod["runtime"], pod["cost"]) == ("RUNNING", None, 6.79)


def test_without_money_pods_on_a_network_volume_stop_and_the_others_are_gone(
    api: httpx.Client, simulator: Simulator
) -> None:
    simulator.world.advance(10 * 3600)
    listed = api.get("/v2/pods").json()["pods"]
    assert {pod["name"] for pod in listed} == {"train-a", "etl-cpu", "prep-nv"}
    assert {pod["status"] for pod in listed} == {"EXITED"}


def test_pages_cover_every_pod_once_newest_first() -> None:
    world = build_world(pods=25, now=NOW)
    with Simulator(world, 0.0, quota=UNMETERED) as simulator, client_of(simulator) as api:
        seen, cursor, pages = [], None, 0
        while True:
            params = {"limit": "10"} | ({"cursor": cursor} if cursor else {})
            page = api.get("/v2/pods", params=params).json()
            seen += page["pods"]
            pages += 1
            if not page["pagination"]["hasNextPage"]:
                break
            cursor = page["pagination"]["nextCursor"]
        whole = api.get("/v2/pods").json()
    assert pages == 3
    assert "pagination" not in whole
    assert [pod["id"] for pod in seen] == [pod["id"] for pod in whole["pods"]]
    assert [pod["createdAt"] for pod in seen] == sorted(
        (pod["createdAt"] for pod in seen), reverse=True
    )


@pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "x"}, {"cursor": "bm9wZQ=="}])
def test_a_page_that_cannot_be_is_a_422(api: httpx.Client, params: dict[str, str]) -> None:
    refused = api.get("/v2/pods", params=params)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["errors"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"interruptible": True}, 422),
        ({"gpu": {"id": "NVIDIA L40S", "count": 0}}, 422),
        ({"gpu": {"id": "GeForce 256", "count": 1}}, 400),
        ({"cpu": {"id": "cpu3c", "vcpuCount": 4}}, 400),
        ({"dataCenterIds": ["MOON-1"]}, 400),
        ({"templateId": "nobody"}, 404),
        ({"mounts": {"network": [{"volumeId": "nobody", "path": "/w"}]}}, 400),
    ],
)
def test_an_order_that_breaks_a_rule_is_refused(
    api: httpx.Client, change: dict[str, object], status: int
) -> None:
    assert api.post("/v2/pods", json=ORDER | change).status_code == status


def test_an_order_without_credit_for_one_hour_is_402(
    api: httpx.Client, simulator: Simulator
) -> None:
    simulator.world.opening_balance = 0.5
    assert api.post("/v2/pods", json=ORDER).status_code == 402


@pytest.mark.parametrize("key", [None, "rpa_WRONG"])
def test_a_wrong_or_missing_key_is_401_without_quota_headers(
    simulator: Simulator, key: str | None
) -> None:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    refused = httpx.get(f"{simulator.url}/v2/pods", headers=headers, trust_env=False)
    assert refused.status_code == 401
    assert refused.json()["title"] == "Unauthorized"
    assert "RateLimit" not in refused.headers


def test_a_wrong_method_names_the_right_ones(api: httpx.Client) -> None:
    refused = api.put("/v2/pods", json={})
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")


def test_the_request_log_holds_no_key(api: httpx.Client, simulator: Simulator) -> None:
    api.get("/v2/pods", params={"limit": "2"})
    last = simulator.requests[-1]
    assert (last.method, last.path, last.query, last.status) == ("GET", "/v2/pods", "limit=2", 200)
    assert simulator.api_key not in str(last)
