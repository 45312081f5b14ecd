"""The SSH client against the simulated account: what real Pods cannot be made to do on demand."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rgt_tui.clients.hostkeys import FIRST_SEEN, PINNED, HostKeys
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.clients.ssh_examine import examine
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import MountKind
from rgt_tui.probes import quick_probes
from rgt_tui.probes.cuda import CudaReport
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from tests.clients.sshd import hurried

pytestmark = pytest.mark.usefixtures("cut_connections")

NOW = 1_795_500_000.0
DEADLINE_S = 20.0


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world(now=NOW), 0.0, quota=UNMETERED) as running:
        yield running


def target(simulator: Simulator, name: str, road: str = "direct") -> SshTarget:
    pod = simulator.world.find(name)
    headers = {"Authorization": f"Bearer {simulator.api_key}"}
    answer = httpx.get(f"{simulator.url}/v2/pods/{pod.id}", headers=headers, trust_env=False).json()
    return SshTarget(
        **{key: answer["ssh"][road][key] for key in ("host", "port", "username")},
        name=name,
        pin_id=pod.id,
        start=answer["startedAt"],
    )


def restart(simulator: Simulator, name: str) -> None:
    pod = simulator.world.find(name).id
    url = f"{simulator.url}/v2/pods/{pod}/action"
    headers = {"Authorization": f"Bearer {simulator.api_key}"}
    for action in ("stop", "start"):
        answer = httpx.post(url, json={"action": action}, headers=headers, trust_env=False)
        answer.raise_for_status()
        simulator.call(lambda world: world.clock.advance(900.0))


def pool(simulator: Simulator, folder: Path) -> SshPool:
    """Patient, since a busy machine takes long to log in."""
    return SshPool(
        identities=[Path(simulator.ssh_identity)],
        host_keys=HostKeys(folder / "hostkeys.json"),
        connect_timeout_s=60,
    )


async def reports(
    simulator: Simulator, name: str, folder: Path, *hang: str
) -> dict[type, Observed[Any] | Failed]:
    async with pool(simulator, folder) as shells:
        return dict(await examine(shells, target(simulator, name), hurried(*hang), lambda: NOW))


def seen(event: Observed[Any] | Failed) -> Any:
    assert isinstance(event, Observed), event
    return event.value


async def test_a_training_pod_shows_its_disks_and_gpus(
    simulator: Simulator, tmp_path: Path
) -> None:
    found = await reports(simulator, "train-a", tmp_path)
    kinds = {mount.path: mount.kind for mount in seen(found[DiskReport]).mounts}
    assert kinds == {
        "/": MountKind.CONTAINER,
        "/workspace": MountKind.NETWORK,
        "/dev/shm": MountKind.SHM,
    }
    gpus = seen(found[GpuReport])
    world = simulator.world.find("train-a").machine
    assert [gpu.uuid for gpu in gpus.gpus] == [gpu.uuid for gpu in world.gpus]
    assert {process.gpu_uuid for process in gpus.processes} <= {gpu.uuid for gpu in gpus.gpus}
    assert (gpus.driver, gpus.absent) == (world.driver, None)
    assert seen(found[CudaReport]).driver_cuda == world.cuda


async def test_a_volume_disk_is_measured(simulator: Simulator, tmp_path: Path) -> None:
    found = await reports(simulator, "lora-4090", tmp_path)
    workspace = seen(found[DiskReport]).at("/workspace")
    assert workspace.kind is MountKind.VOLUME
    assert workspace.size_bytes == int(100 * GIB * 0.98)


async def test_a_pod_that_came_back_without_its_gpu_says_so(
    simulator: Simulator, tmp_path: Path
) -> None:
    found = await reports(simulator, "resume-a6k", tmp_path)
    assert seen(found[GpuReport]).absent == "no GPU: nvidia-smi says: No devices were found"


async def test_a_network_volume_that_hangs_costs_only_its_own_row(
    simulator: Simulator, tmp_path: Path
) -> None:
    found = await reports(simulator, "prep-nv", tmp_path, "df")
    answered = {mount.path: mount.answered for mount in seen(found[DiskReport]).mounts}
    assert answered == {"/": True, "/workspace": False, "/dev/shm": True}
    assert len(seen(found[GpuReport]).gpus) == 1


async def test_a_gpu_tool_that_hangs_leaves_the_disks_and_is_not_taken_for_no_gpu(
    simulator: Simulator, tmp_path: Path
) -> None:
    def hang(world: Any) -> None:
        world.find("train-a").machine.nvidia_smi_hangs = True

    simulator.call(hang)
    found = await reports(simulator, "train-a", tmp_path, "nvidia_smi", "cuda")
    assert seen(found[DiskReport]).at("/").answered
    gpus = found[GpuReport]
    assert isinstance(gpus, Failed)
    assert "nvidia-smi did not answer within 8 s" in gpus.error


async def test_another_machine_at_the_same_address_is_refused(
    simulator: Simulator, tmp_path: Path
) -> None:
    probes = quick_probes()
    where = target(simulator, "train-a")
    async with pool(simulator, tmp_path) as shells:
        await shells.probe(where, probes)
    simulator.change_host_key("train-a")
    async with pool(simulator, tmp_path) as shells:
        with pytest.raises(SshError, match="the host key changed: expected SHA256:") as caught:
            await shells.probe(where, probes)
    assert caught.value.kind is SshFault.HOST_KEY_CHANGED


async def test_a_restarted_pod_has_a_new_key_that_is_taken(
    simulator: Simulator, tmp_path: Path
) -> None:
    probes = quick_probes()
    before = target(simulator, "lora-4090")
    async with pool(simulator, tmp_path) as shells:
        first = await shells.probe(before, probes)
        restart(simulator, "lora-4090")
        after = target(simulator, "lora-4090")
        assert after.start != before.start
        second = await shells.probe(after, probes)
        third = await shells.probe(after, probes)
    assert second.host_key.how == FIRST_SEEN
    assert second.host_key.fingerprint != first.host_key.fingerprint
    assert third.host_key == second.host_key
    async with pool(simulator, tmp_path) as shells:
        fourth = await shells.probe(after, probes)
    assert fourth.host_key.how == PINNED


async def test_a_dropped_connection_is_opened_again(simulator: Simulator, tmp_path: Path) -> None:
    probes = quick_probes()
    where = target(simulator, "train-a")
    async with pool(simulator, tmp_path) as shells:
        await shells.probe(where, probes)
        simulator.drop_ssh("train-a")
        answer = await shells.probe(where, probes)
        assert simulator.ssh_connections("train-a") == 1
    assert answer.fault is None


async def test_a_pod_that_refuses_is_told_in_words(simulator: Simulator, tmp_path: Path) -> None:
    where = target(simulator, "train-a")
    simulator.refuse_ssh("train-a")
    async with pool(simulator, tmp_path) as shells:
        with pytest.raises(SshError) as caught:
            await shells.probe(where, quick_probes())
    assert caught.value.kind in (SshFault.REFUSED, SshFault.RESET)
    assert caught.value.hint


async def test_the_gateways_refusal_with_status_0_is_not_taken_for_an_answer(
    simulator: Simulator, tmp_path: Path
) -> None:
    where = target(simulator, "train-a", "proxy")
    async with pool(simulator, tmp_path) as shells:
        with pytest.raises(SshError, match="Your SSH client doesn't support PTY") as caught:
            await shells.probe(where, quick_probes())
    assert caught.value.kind is SshFault.BAD_ANSWER


async def test_forgetting_a_pod_closes_its_connection(simulator: Simulator, tmp_path: Path) -> None:
    where = target(simulator, "train-a")
    async with pool(simulator, tmp_path) as shells:
        await shells.probe(where, quick_probes())
        assert simulator.ssh_connections("train-a") == 1
        await shells.forget(where)
        async with asyncio.timeout(DEADLINE_S):
            while simulator.ssh_connections("train-a"):  # noqa: ASYNC110  # the other end has no event
                await asyncio.sleep(0.01)
