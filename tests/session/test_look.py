import pytest

from rgt_tui.domain.pod import PodList
from rgt_tui.domain.readiness import Readiness
from rgt_tui.domain.volume import VolumeList
from rgt_tui.facts import codes, find_pod, find_pods, state_of, stores
from rgt_tui.probes.df import DiskReport
from rgt_tui.simulator import Simulator
from rgt_tui.store import Store
from tests.session.conftest import Opened

pytestmark = pytest.mark.usefixtures("cut_connections")


def state(store: Store, name: str) -> Readiness:
    account = store.state.account
    pod = find_pod(account.pods, name)
    seen = account.evidence.latest(PodList)
    assert seen is not None
    return state_of(pod, account, seen.at)


def found(store: Store, name: str) -> tuple[str, ...]:
    pod = find_pod(store.state.account.pods, name)
    return codes(store.state.findings[pod.id])


async def test_one_look_tells_how_far_each_pod_is_and_finds_the_full_disk_and_the_one_that_never_started(
    opened: Opened,
) -> None:
    async with opened() as (session, store):
        await session.look()
    words = {pod.name: state(store, pod.name).value for pod in store.state.account.pods}
    assert words["train-a"] == "up"
    assert words["old-ckpt"] == "stopped"
    assert words["api-canary"] == "looping"
    assert words["ft-llama"] == "pulling"
    assert words["eval-b200"] == "starting"
    assert words["infer-x"] == "up"
    assert found(store, "sweep-07") == ("RP11", "RP3")
    assert found(store, "eval-b200") == ("RP9", "RP16", "RP3")
    assert found(store, "train-a") == ()


async def test_a_hung_mount_is_told_and_holds_up_nothing_else(opened: Opened) -> None:
    async with opened() as (session, store):
        await session.look(only=["prep-nv"])
    account = store.state.account
    pod = find_pod(account.pods, "prep-nv")
    hung = {store_.path: store_.hung for store_ in stores(pod, account)}
    assert hung["/workspace"]
    assert not hung["/"]


async def test_only_the_pods_asked_for_are_examined(opened: Opened) -> None:
    async with opened() as (session, store):
        await session.look(only=["train-a"])
    account = store.state.account
    examined = [pod.name for pod in account.pods if account.about(pod.id).latest(DiskReport)]
    assert examined == ["train-a"]


async def test_without_shells_no_connection_is_made_and_symptoms_are_unknown(
    opened: Opened, simulator: Simulator
) -> None:
    async with opened() as (session, store):
        await session.look(shells=False)
    assert simulator.ssh_connections("sweep-07") == 0
    pod = find_pod(store.state.account.pods, "sweep-07")
    assert [f.verdict for f in store.state.findings[pod.id] if f.code == "RP11"] == ["unknown"]


async def test_volumes_that_cannot_be_read_do_not_stop_the_look(
    opened: Opened, simulator: Simulator
) -> None:
    simulator.faults.path = "/v2/network-volumes"
    simulator.faults.status = 403
    async with opened() as (session, store):
        await session.look(shells=False)
    reading = store.state.account.evidence.reading(VolumeList)
    assert reading.good is None
    assert reading.failure is not None
    assert reading.failure.code == "forbidden"
    assert store.state.account.pods


async def test_a_pod_that_refuses_ssh_fails_alone_and_says_why(
    opened: Opened, simulator: Simulator
) -> None:
    simulator.refuse_ssh("train-a")
    async with opened() as (session, store):
        await session.look(only=["train-a", "lora-4090"])
    account = store.state.account
    refused, other = find_pods(account.pods, ["train-a", "lora-4090"])
    failure = account.about(refused.id).reading(DiskReport).failure
    assert failure is not None
    assert "train-a" in failure.error
    assert account.about(other.id).latest(DiskReport) is not None
