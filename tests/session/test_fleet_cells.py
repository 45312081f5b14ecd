"""Every cell of the Disk and GPU panes over the demo fleet, against what the simulated Pods are.

The fleet has a network volume, a volume disk, a Pod with nothing mounted that only the gateway
reaches, a full container disk, a hung mount, a Pod without its GPU, AMD cards and a CPU Pod. What
is expected is worked out here from the simulator's machines alone.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.units import show_bar, show_bytes, show_percent
from rgt_tui.opening import Address, open_session
from rgt_tui.panes import Pane, Scene, disk, gpu
from rgt_tui.probes.gpu_health import GpuHealthReport
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.machine import Disk, DiskKind, Gpu
from rgt_tui.simulator.pod import Pod
from rgt_tui.store import Store

SEEN = (
    "train-a",
    "sweep-07",
    "infer-x",
    "etl-cpu",
    "prep-nv",
    "resume-a6k",
    "lora-4090",
    "amd-mi300",
)
"""Pods of the demo fleet whose container is up and whose shell answers."""
UNSEEN = ("old-ckpt", "eval-b200", "ft-llama", "sdxl-lab")
"""Stopped, never started, pulling and just ordered."""
FATE = {
    DiskKind.CONTAINER: ("container disk", "wiped", "wiped"),
    DiskKind.VOLUME: ("volume disk", "kept", "DELETED"),
    DiskKind.NETWORK: ("network volume", "kept", "kept"),
    DiskKind.NOISE: ("shared memory", "wiped", "wiped"),
}


@dataclass(frozen=True)
class Fleet:
    """What the panes show, and the truth before and after the look."""

    simulator: Simulator
    scene: Scene
    moments: tuple[float, float]

    def rows(self, pane: Pane, pod: str) -> list[dict[str, str]]:
        titles = [column.title for column in pane.columns]
        shown = [[cell.text for cell in row.cells] for row in pane.rows(self.scene)]
        return [dict(zip(titles, row, strict=True)) for row in shown if row[0] == pod]

    def pod(self, name: str) -> Pod:
        return self.simulator.world.find(name)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    with Simulator(build_world()) as simulator:
        where = Address(
            base_url=simulator.url,
            key=Secret(simulator.api_key),
            source="test",
            identities=(Path(simulator.ssh_identity),),
            host_keys=folder / "hostkeys.json",
            journal=folder / "state" / "journal.jsonl",
        )
        before = simulator.world.now
        scene = asyncio.run(_looked(where))
        yield Fleet(simulator, scene, (before, simulator.world.now))


async def _looked(where: Address) -> Scene:
    store, clock = Store(), session_clock()
    async with open_session(where, Config(connect_timeout_s=60), store, clock) as session:
        await session.look()
    return Scene(account=store.state.account, findings=store.state.findings, now=clock())


def told_disks(pod: Pod) -> list[Disk]:
    """Its mounts without what every container has for its own purposes."""
    real = [disk for disk in pod.machine.disks if disk.kind is not DiskKind.NOISE]
    return [*real, *(disk for disk in pod.machine.disks if disk.path == "/dev/shm")]


@pytest.mark.parametrize("name", SEEN)
def test_each_disk_of_a_pod_that_answers_is_right_in_every_cell(fleet: Fleet, name: str) -> None:
    pod = fleet.pod(name)
    rows = {row["MOUNT"]: row for row in fleet.rows(disk.PANE, name)}
    disks = told_disks(pod)
    assert set(rows) == {disk.path for disk in disks}
    for truth in disks:
        row = rows[truth.path]
        kind, at_stop, at_terminate = FATE[truth.kind]
        is_pool = truth.kind is DiskKind.NETWORK
        used = tuple(truth.used_bytes(at) for at in fleet.moments)
        size = truth.size_bytes
        if is_pool:
            volume = (
                fleet.simulator.world.volumes[pod.spec.network[0]] if pod.spec.network else None
            )
            assert volume is not None
            kind, size = f"network volume {volume.name}", volume.size * 2**30
        hung = "hung!" if truth.is_hung else "?"
        shares = tuple(100 * it / size for it in used)
        full = "!" if shares[1] >= 95 else ""
        inodes = show_percent(100 * truth.inodes_used / truth.inodes)
        assert row["KIND"] == kind
        assert row["USED"] in ({hung} if is_pool else {show_bytes(it) for it in used})
        assert row["SIZE"] == show_bytes(size)
        assert row["%"] in ({"?"} if is_pool else {f"{show_percent(it)}{full}" for it in shares})
        assert row["FILL"] in ({"." * 10} if is_pool else {show_bar(it, 10) for it in shares})
        assert row["GROWTH"] == "?", "one look tells no growth"
        assert row["FULL IN"] == "--"
        assert row["INODES"] == ("--" if is_pool else inodes)
        assert (row["STOP"], row["TERMINATE"]) == (at_stop, at_terminate)
        assert row["SIZE BY"] == ("api" if is_pool else "df")
        assert row["SOURCE"] == truth.source


@pytest.mark.parametrize("name", UNSEEN)
def test_a_pod_that_cannot_answer_shows_what_was_ordered_and_no_use(
    fleet: Fleet, name: str
) -> None:
    pod = fleet.pod(name)
    ordered = {} if pod.run is None else {"/": pod.spec.disk}
    if pod.spec.persistent is not None:
        ordered[pod.spec.persistent[1]] = pod.spec.persistent[0]
    rows = {row["MOUNT"]: row for row in fleet.rows(disk.PANE, name)}
    assert set(rows) == set(ordered)
    for path, size_gb in ordered.items():
        row = rows[path]
        assert row["SIZE"] == show_bytes(size_gb * 2**30)
        assert (row["USED"], row["%"], row["GROWTH"], row["SIZE BY"]) == ("?", "?", "?", "api")
        assert row["SOURCE"] == "--"


def test_nothing_mounted_shows_the_container_disk_alone(fleet: Fleet) -> None:
    assert [row["MOUNT"] for row in fleet.rows(disk.PANE, "infer-x")] == ["/", "/dev/shm"]


def test_the_full_container_disk_is_marked(fleet: Fleet) -> None:
    row = next(row for row in fleet.rows(disk.PANE, "sweep-07") if row["MOUNT"] == "/")
    assert row["%"].endswith("!")


def told_use(card: Gpu, fleet: Fleet) -> set[str]:
    return {show_percent(card.util_at(at)) for at in fleet.moments}


def told_power(card: Gpu, fleet: Fleet) -> set[str]:
    low, high = sorted(card.watts_at(at) for at in fleet.moments)
    watts = range(round(low) - 1, round(high) + 2)
    return {f"{watt}/{card.model.watts}W" for watt in watts}


@pytest.mark.parametrize("name", ["train-a", "sweep-07", "infer-x", "prep-nv", "lora-4090"])
def test_each_nvidia_card_is_right_in_every_cell(fleet: Fleet, name: str) -> None:
    pod = fleet.pod(name)
    rows = fleet.rows(gpu.PANE, name)
    assert len(rows) == len(pod.machine.gpus)
    shown = next(it for it in fleet.scene.account.pods if it.name == name)
    health = fleet.scene.account.about(shown.id).value(GpuHealthReport)
    for card, row in zip(pod.machine.gpus, rows, strict=True):
        processes = [it for it in pod.machine.processes if it.gpu == card.index]
        memory = card.memory_used_mib * 2**20
        assert row["GPU"] == str(card.index)
        assert row["MODEL"] == card.model.id
        assert row["USE"] in told_use(card, fleet)
        assert row["BUSY"] in {show_bar(card.util_at(at), 10) for at in fleet.moments}
        assert row["STATE"] == ("busy" if card.util else "idle")
        assert row["MEMORY"].split("/")[0] == show_bytes(memory)
        assert row["MEMORY"].split("/")[1] == show_bytes(card.model.memory_mib * 2**20)
        assert row["TEMP"] in {f"{card.temperature_at(at)}C" for at in fleet.moments}
        assert row["POWER"] in told_power(card, fleet)
        assert row["PROC"] == str(len(processes))
        assert (row["DRIVER"], row["CUDA"]) == (pod.machine.driver, pod.machine.cuda)
        assert (row["ECC"] == "?") is (health is None)


def test_each_amd_card_is_right_and_nothing_is_invented_for_it(fleet: Fleet) -> None:
    pod = fleet.pod("amd-mi300")
    rows = fleet.rows(gpu.PANE, "amd-mi300")
    assert len(rows) == 2
    for card, row in zip(pod.machine.gpus, rows, strict=True):
        assert row["USE"] in told_use(card, fleet)
        assert row["MEMORY"].split("/")[0] == show_bytes(card.memory_used_mib * 2**20)
        assert row["POWER"].split("/")[0] in {it.split("/")[0] for it in told_power(card, fleet)}
        assert row["STATE"] == ("busy" if card.util else "idle")
        assert (row["ECC"], row["PROC"], row["CUDA"]) == ("--", "--", "AMD")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("resume-a6k", "NO GPU seen!"),
        ("etl-cpu", "CPU Pod: no GPU"),
        ("old-ckpt", "stopped"),
        ("ft-llama", "pulling"),
        ("sdxl-lab", "1xRTX 4090: "),
        ("eval-b200", "starting"),
    ],
)
def test_a_pod_without_a_gpu_in_sight_says_which_case_it_is(
    fleet: Fleet, name: str, words: str
) -> None:
    (row,) = fleet.rows(gpu.PANE, name)
    assert words in row["MODEL"]
    assert (row["GPU"], row["MEMORY"], row["POWER"], row["PROC"]) == ("-", "--", "--", "--")
    assert row["BUSY"] == "." * 10


def test_the_gateway_is_named_where_it_was_the_way(fleet: Fleet) -> None:
    for pane, key in ((disk.PANE, "/"), (gpu.PANE, "/0")):
        pod = fleet.pod("infer-x")
        notes = [block.note for block in pane.detail(fleet.scene, f"{pod.id}{key}")]
        assert any("by the gateway: no files, no forwards (RP6)" in note for note in notes)
        direct = fleet.pod("train-a")
        notes = [block.note for block in pane.detail(fleet.scene, f"{direct.id}{key}")]
        assert not any("gateway" in note for note in notes)
