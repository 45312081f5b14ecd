"""What a change of settings takes, and what it refuses."""

from dataclasses import replace

import pytest

from rgt_tui.actions import edit, new_volume
from rgt_tui.domain.request import CreateVolume, Patch
from tests.ui import money, scenes

POD = scenes.full_disk()


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("image=runpod/pytorch:2", {"image": "runpod/pytorch:2"}),
        ("args=python train.py --x=1", {"args": "python train.py --x=1"}),
        ("ports=22/tcp,8888/http", {"ports": ["22/tcp", "8888/http"]}),
        ("disk=200", {"disk": 200}),
        ("registry=clmabc123", {"registry": "clmabc123"}),
        ("registry=", {"registry": None}),
        ("net=on", {"globalNetworking": True}),
        ("net=off", {"globalNetworking": False}),
        ("volume=400", {"mounts": {"persistent": {"size": 400, "path": "/workspace"}}}),
    ],
)
def test_one_field_is_changed_after_the_name(typed: str, changes: dict[str, object]) -> None:
    found = edit.request(POD, f"sweep-07 {typed}")
    assert isinstance(found, Patch)
    assert dict(found.changes) == changes
    assert found.wipes


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("disk=200", "name comes first"),
        ("sweep-08 disk=200", "name comes first"),
        ("sweep-07 locked=1", "FIELD=VALUE"),
        ("sweep-07 disk=5", "only grow"),
        ("sweep-07 volume=10", "only grow"),
        ("sweep-07 disk=-1", "whole number"),
        ("sweep-07 disk=99999999", "only grow"),
        ("sweep-07 ports=22", "22/tcp"),
        ("sweep-07 env.NAME", "FIELD=VALUE"),
        ("sweep-07 env.1A=x", "letters, digits"),
        ("sweep-07 env.RUNPOD_POD_ID=x", "none of RunPod's own"),
        ("sweep-07 env.A=", "unset=NAME"),
        ("sweep-07 unset=NOBODY", "no variable NOBODY"),
        ("sweep-07 registry=a b", "registry login"),
        ("sweep-07 net=yes", "on or off"),
        ("sweep-07 image=", "one word"),
    ],
)
def test_anything_else_says_why(typed: str, why: str) -> None:
    found = edit.request(POD, typed)
    assert isinstance(found, str)
    assert why in found


def test_one_variable_is_set_or_taken_away_and_no_value_stands_in_what_is_said() -> None:
    found = edit.request(POD, "sweep-07 env.HF_TOKEN=hf_secret=x")
    assert isinstance(found, Patch)
    assert dict(found.env or {}) == {"HF_TOKEN": "hf_secret=x"}
    assert found.what == "set variable HF_TOKEN of sweep-07"
    assert "hf_secret" not in repr(found)
    assert found.wipes
    pod = replace(POD, env_names=("HF_TOKEN",))
    gone = edit.request(pod, "sweep-07 unset=HF_TOKEN")
    assert isinstance(gone, Patch)
    assert dict(gone.env or {}) == {"HF_TOKEN": None}
    assert "HF_TOKEN" in str(edit.consequences(money.money(), pod))


def test_a_running_pod_is_told_what_it_loses() -> None:
    text = str(edit.consequences(money.money(), POD))
    assert "wiped" in text
    assert "/workspace" in text
    assert edit.ACTION.writes
    assert edit.ACTION.why_not(money.money(), replace(POD, locked=True))


def test_a_network_volume_wants_a_name_a_size_and_a_place_that_has_them() -> None:
    scene = money.money()
    found = new_volume.request(scene, "fresh 100 EU-RO-1")
    assert found == CreateVolume(name="fresh", size_gb=100, data_center="EU-RO-1")
    for typed in ("fresh 100", "datasets 100 EU-RO-1", "fresh 5 EU-RO-1", "fresh 100 XX-1"):
        assert isinstance(new_volume.request(scene, typed), str)
