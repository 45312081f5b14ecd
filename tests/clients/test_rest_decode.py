"""From JSON to domain values: what is odd costs one field, never the Pod, never the list."""

import contextlib
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgt_tui.clients.billing_decode import billing_history, pod_billing_history
from rgt_tui.clients.catalog_decode import data_center_list, gpu_type_list
from rgt_tui.clients.fields import host, user
from rgt_tui.clients.rest_decode import pod, pod_page, volume_list
from rgt_tui.clients.strict_json import BadJson, parse
from rgt_tui.domain.errors import Unreadable
from rgt_tui.domain.pod import Pod, Runtime, SshEndpoint, VolumeDisk
from rgt_tui.domain.units import PodId, is_pod_id, show_bytes, show_usd

SERVED: dict[str, Any] = {
    # The example of `GET /v2/pods` in RunPod's REST v2 document of 2026-08-18.
    "id": "7h9k2m4n6p",
    "name": "pytorch-training",
    "image": "runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404",
    "args": "",
    "disk": 50,
    "ports": ["8888/http", "22/tcp"],
    "env": {"MODEL_NAME": "llama-3", "HF_TOKEN": "hf_CANARY"},
    "registry": None,
    "status": "RUNNING",
    "actions": ["stop", "restart", "terminate"],
    "mounts": {"persistent": {"size": 20, "path": "/workspace"}},
    "gpu": {"id": "NVIDIA GeForce RTX 4090", "count": 1},
    "cloud": "SECURE",
    "dataCenterId": "US-KS-2",
    "cudaVersion": "12.8",
    "ssh": {
        "proxy": {
            "host": "ssh.runpod.io",
            "port": 22,
            "username": "7h9k2m4n6p-64411eb2",
            "command": "ssh 7h9k2m4n6p-64411eb2@ssh.runpod.io",
        },
        "direct": {
            "host": "195.26.233.3",
            "port": 34446,
            "username": "root",
            "command": "rm -rf /",
        },
    },
    "template": "9x4m2p7v",
    "cost": 0.44,
    "locked": False,
    "globalNetworking": {"enabled": False},
    "runtime": {
        "uptime": 3600,
        "ports": [{"private": 22, "public": 34446, "type": "tcp", "ip": "195.26.233.3"}],
    },
    "createdAt": "2026-06-01T12:00:00Z",
    "startedAt": "2026-06-01T12:02:00Z",
}


def decoded(**changed: object) -> Pod:
    return pod({**SERVED, **changed})


def test_the_documented_pod_is_read_whole() -> None:
    seen = decoded()
    assert (seen.id, seen.name, seen.status) == (PodId("7h9k2m4n6p"), "pytorch-training", "RUNNING")
    assert seen.cost_per_hour == Decimal("0.44")
    assert seen.volume_disk == VolumeDisk(size_gb=20, path="/workspace")
    assert seen.ssh_direct == SshEndpoint(host="195.26.233.3", port=34446, username="root")
    assert seen.ssh_proxy == SshEndpoint(
        host="ssh.runpod.io", port=22, username="7h9k2m4n6p-64411eb2"
    )
    assert seen.runtime is not None
    assert seen.runtime.uptime_s == 3600
    assert seen.started_at == 1_780_315_320.0
    assert (seen.gpu_id, seen.gpu_count, seen.locked) == ("NVIDIA GeForce RTX 4090", 1, False)


def test_the_values_of_environment_variables_are_dropped() -> None:
    seen = decoded()
    assert seen.env_names == ("MODEL_NAME", "HF_TOKEN")
    assert "hf_CANARY" not in repr(seen)
    assert "llama-3" not in repr(seen)


@pytest.mark.parametrize("name", [name for name in SERVED if name != "id"])
@pytest.mark.parametrize(
    "odd", [None, 5, -1, 1e300, True, "odd", [], {}, [None], {"x": [1]}], ids=repr
)
def test_any_field_may_have_any_shape_and_the_rest_stays(name: str, odd: object) -> None:
    seen = decoded(**{name: odd})
    assert seen.id == "7h9k2m4n6p"
    if name not in ("name", "status"):
        assert (seen.name, seen.status) == ("pytorch-training", "RUNNING")


@pytest.mark.parametrize("name", [name for name in SERVED if name != "id"])
def test_any_field_may_be_missing(name: str) -> None:
    assert pod({key: value for key, value in SERVED.items() if key != name}).id == "7h9k2m4n6p"


def test_what_is_missing_is_unknown_not_zero() -> None:
    bare = pod({"id": "a"})
    assert bare == Pod(id=PodId("a"), name="", status="?", unknown_mounts=("?",))
    assert (bare.cost_per_hour, bare.gpu_count, bare.disk_gb, bare.runtime) == (None,) * 4


def test_an_unknown_status_or_action_is_kept_as_sent() -> None:
    seen = decoded(status="MIGRATING", actions=["stop", "hibernate"])
    assert (seen.status, seen.actions) == ("MIGRATING", ("stop", "hibernate"))


def test_a_runtime_without_uptime_is_neither_absent_nor_zero() -> None:
    assert decoded(runtime={}).runtime == Runtime(uptime_s=None)
    assert decoded(runtime=None).runtime is None


def test_text_is_cleaned_on_its_way_in() -> None:
    seen = decoded(name="a\x1b[2J[/]", image="x\u202ey", status="RUN\nNING", env={"A\x07": "b"})
    assert (seen.name, seen.image, seen.status) == ("a\\x1b[2J[/]", "x\\u202ey", "RUN\\x0aNING")
    assert seen.env_names == ("A\\x07",)


def test_a_cpu_pod_has_no_gpu_and_a_cluster_member_tells_its_cluster() -> None:
    body = {key: value for key, value in SERVED.items() if key != "gpu"}
    seen = pod(
        {
            **body,
            "cpu": {"id": "cpu3c", "vcpuCount": 4, "memory": 8},
            "cluster": {"id": "c1", "rank": 0},
        }
    )
    assert (seen.gpu_id, seen.gpu_count, seen.cpu_id, seen.vcpu_count) == (None, None, "cpu3c", 4)
    assert (seen.memory_gb, seen.cluster) == (8.0, "c1")


def test_a_network_mount_is_read() -> None:
    seen = decoded(mounts={"network": [{"volumeId": "2q9m7x4c", "path": "/workspace"}, 5]})
    assert [(mount.volume_id, mount.path) for mount in seen.network_mounts] == [
        ("2q9m7x4c", "/workspace")
    ]


BAD_HOSTS = [
    "-oProxyCommand=x",
    "a b",
    "a;b",
    "$(x)",
    "",
    "a..b",
    "a.",
    "fe80::1%eth0",
    "[::1]",
    "a" * 254,
    "ex\nam",
    "ü.de",
    "a_b",
    5,
]
BAD_USERS = ["-l", ".x", "a b", "", "root;x", "a" * 65, "ro\not", "rööt", "a@b", None]


@pytest.mark.parametrize("bad", BAD_HOSTS, ids=repr)
def test_a_host_that_ssh_could_read_otherwise_is_no_address(bad: object) -> None:
    assert host({"h": bad}, "h") is None
    assert decoded(ssh={"direct": {"host": bad, "port": 22, "username": "root"}}).ssh_direct is None


@pytest.mark.parametrize(
    "good", ["195.26.233.3", "ssh.runpod.io", "a", "2001:db8::1", "127.0.0.1", "a-b.c1"]
)
def test_an_address_or_name_is_a_host(good: str) -> None:
    assert host({"h": good}, "h") == good


@pytest.mark.parametrize("bad", BAD_USERS, ids=repr)
def test_a_user_name_that_ssh_could_read_otherwise_is_no_address(bad: object) -> None:
    assert user({"u": bad}, "u") is None
    assert decoded(ssh={"direct": {"host": "a", "port": 22, "username": bad}}).ssh_direct is None


@pytest.mark.parametrize("bad", [0, -1, 65536, 66847738, "22", 22.5, True, None])
def test_a_port_out_of_range_is_no_address(bad: object) -> None:
    assert (
        decoded(ssh={"direct": {"host": "a", "port": bad, "username": "root"}}).ssh_direct is None
    )


def test_pods_without_a_usable_id_stay_in_the_list_out_of_reach() -> None:
    page = pod_page({"pods": [SERVED, {"name": "lost"}, {"id": "../x"}, {"id": 5}]})
    assert len(page.pods) == 4
    assert [is_pod_id(seen.id) for seen in page.pods] == [True, False, False, False]
    assert len({seen.id for seen in page.pods}) == 4


@pytest.mark.parametrize(
    ("paging", "cursor"),
    [
        (None, None),
        ({"nextCursor": "abc", "hasNextPage": True}, "abc"),
        ({"nextCursor": "abc", "hasNextPage": False}, None),
        ({"nextCursor": None, "hasNextPage": True}, None),
        ({"nextCursor": "", "hasNextPage": True}, None),
        ({"nextCursor": "abc"}, None),
        ("odd", None),
    ],
)
def test_the_next_page_is_known_only_when_it_is_named(paging: object, cursor: str | None) -> None:
    assert pod_page({"pods": [], "pagination": paging}).next_cursor == cursor


@pytest.mark.parametrize(
    "answer", [None, [], "x", 5, {}, {"pods": None}, {"pods": {}}, {"pods": [1, "a"]}]
)
def test_a_list_that_is_none_is_an_error_and_not_an_empty_account(answer: object) -> None:
    with pytest.raises(Unreadable):
        pod_page(answer)


@pytest.mark.parametrize("answer", [None, {}, {"networkVolumes": 5}])
def test_a_volume_list_that_is_none_is_an_error(answer: object) -> None:
    with pytest.raises(Unreadable):
        volume_list(answer)


def test_network_volumes_are_read() -> None:
    listed = volume_list(
        {
            "networkVolumes": [
                {"id": "v", "name": "n", "size": 100, "dataCenter": "X", "type": "NEW"},
                {},
            ]
        }
    )
    assert (listed.volumes[0].size_gb, listed.volumes[0].tier) == (100, "NEW")
    assert listed.volumes[1].size_gb is None


def test_the_catalogue_is_read() -> None:
    gpu = {
        "id": "NVIDIA GeForce RTX 4090",
        "name": "RTX 4090",
        "memory": 24,
        "price": {"secure": 0.44, "community": None},
        "availability": "HIGH",
        "dataCenters": [{"id": "US-KS-2", "name": "x", "availability": "LOW"}, {"id": 5}],
    }
    seen = gpu_type_list({"gpus": [gpu]}).gpu_types[0]
    assert (seen.secure_price, seen.community_price, seen.memory_gb) == (Decimal("0.44"), None, 24)
    assert dict(seen.data_centers) == {"US-KS-2": "LOW"}
    center = {
        "id": "US-KS-2",
        "name": "x",
        "gpuAvailability": [{"id": "g", "availability": "NONE"}],
    }
    assert dict(data_center_list({"dataCenters": [center]}).data_centers[0].gpus) == {"g": "NONE"}
    for decode in (gpu_type_list, data_center_list):
        with pytest.raises(Unreadable):
            decode({})


def test_billing_is_read_with_its_parts_and_totals() -> None:
    record = {
        "startTime": "2026-06-01T00:00:00Z",
        "endTime": "2026-06-02T00:00:00Z",
        "podId": "a",
        "totalAmount": 12.34,
        "gpuAmount": 11.1,
        "newAmount": 1,
        "oddAmount": "x",
    }
    history = pod_billing_history(
        {"records": [record], "metadata": {"totals": {"totalAmount": 12.34}}}
    )
    assert history.total == Decimal("12.34")
    assert dict(history.records[0].parts) == {"gpuAmount": Decimal("11.1"), "newAmount": Decimal(1)}
    assert billing_history({"records": []}).total is None
    with pytest.raises(Unreadable):
        billing_history({"metadata": {}})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [*SERVED, "size", "path", "count", "port", "host", "uptime", "gpus", "util"]
)
SHAPED = st.recursive(JSON, lambda inner: st.dictionaries(NAMES, inner, max_size=8), max_leaves=16)


@given(st.dictionaries(NAMES, SHAPED, max_size=16))
def test_no_shape_of_a_pod_crashes_and_what_comes_out_can_be_shown(body: dict[str, Any]) -> None:
    seen = pod({**body, "id": "a"})
    show_bytes(seen.disk_gb)
    show_usd(seen.cost_per_hour)
    assert f"{seen.name}{seen.status}{seen.image}{seen.args}".isprintable()
    assert seen.cost_per_hour is None or seen.cost_per_hour.is_finite()
    hash(seen)


@pytest.mark.parametrize(
    "text", ["NaN", "[Infinity]", '{"a":1,"a":2}', "[" * 99999, "", "{", "9" * 5000, "nul", "'a'"]
)
def test_json_that_could_mean_two_things_is_not_read(text: str) -> None:
    with pytest.raises(BadJson):
        parse(text.encode())


@given(st.binary(max_size=80))
def test_any_bytes_are_json_or_bad_json(raw: bytes) -> None:
    with contextlib.suppress(BadJson):
        parse(raw)


@given(JSON.filter(lambda value: "nan" not in repr(value).lower() and "inf" not in repr(value)))
def test_what_the_standard_library_writes_is_read_back(value: object) -> None:
    text = json.dumps(value)
    assert parse(text.encode()) == json.loads(text)


def test_a_kind_of_mount_that_came_later_is_named_and_never_dropped_silently() -> None:
    body = {
        "id": "p1",
        "mounts": {"global": [{"path": "/workspace"}], "network": [], "later": None},
    }
    assert pod_page({"pods": [body]}).pods[0].unknown_mounts == ("global",)


@pytest.mark.parametrize("mounts", [{}, {"mounts": None}, {"mounts": []}, {"mounts": "none"}])
def test_mounts_that_are_not_told_are_unknown_and_not_none(mounts: dict[str, object]) -> None:
    assert pod_page({"pods": [{"id": "p1", **mounts}]}).pods[0].unknown_mounts == ("?",)


@pytest.mark.parametrize("mounts", [{"persistent": 20}, {"network": {"volumeId": "v"}}])
def test_a_known_mount_of_another_shape_is_unknown_too(mounts: dict[str, object]) -> None:
    pod = pod_page({"pods": [{"id": "p1", "mounts": mounts}]}).pods[0]
    assert pod.unknown_mounts == tuple(mounts)


@pytest.mark.parametrize(
    "mounts",
    [
        {},
        {"persistent": None, "network": []},
        {"persistent": {"size": 20, "path": "/workspace"}},
        {"network": [{"volumeId": "v", "path": "/workspace"}]},
    ],
)
def test_mounts_as_the_document_has_them_hide_nothing(mounts: dict[str, object]) -> None:
    assert pod_page({"pods": [{"id": "p1", "mounts": mounts}]}).pods[0].unknown_mounts == ()
