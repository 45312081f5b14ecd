"""Scenes made by hand: what the engine would hand to the screen, at one still moment."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.bootlog import BootLog
from rgt_tui.domain.checkpoint import Checkpoint, FileStamp, Level
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.job import Job, JobEnd, MeasureOrder, VerifyOrder
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import (
    GpuUse,
    NetworkMount,
    Pod,
    PodList,
    PodStatus,
    Runtime,
    SshEndpoint,
    VolumeDisk,
)
from rgt_tui.domain.units import GIB, PodId
from rgt_tui.domain.volume import MountKind, NetworkVolume, VolumeList
from rgt_tui.panes import Scene
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.probes.nvidia_smi import Gpu, GpuProcess, GpuReport
from tests.values import NOW, a_pod

PERIODS: Final = MappingProxyType(
    {
        PodList: 10.0,
        VolumeList: 60.0,
        Balance: 60.0,
        BootLog: 30.0,
        DiskReport: 15.0,
        GpuReport: 15.0,
    }
)
VOLUME: Final = NetworkVolume(
    id="nv1", name="datasets", size_gb=3000, data_center="EU-RO-1", tier="STANDARD"
)
PROXY: Final = SshEndpoint(host="ssh.runpod.io", port=22, username="q8w7e6r5t4-64410b6f")


def training() -> Pod:
    """A healthy Pod on a network volume."""
    return a_pod(
        id=PodId("7h9k2m4n6p"),
        name="train-a",
        volume_disk=None,
        network_mounts=(NetworkMount(volume_id="nv1", path="/workspace"),),
        gpu_id="NVIDIA H100 80GB HBM3",
        data_center="EU-RO-1",
        cost_per_hour=Decimal("2.69"),
        runtime=Runtime(uptime_s=273_600.0, gpus=(GpuUse(util=97.0, memory_util=89.0),)),
    )


def full_disk() -> Pod:
    """A Pod whose container disk is full beside a roomy volume disk."""
    return a_pod(
        id=PodId("9x2k4m1n0p"),
        name="sweep-07",
        gpu_count=4,
        cost_per_hour=Decimal("4.76"),
        runtime=Runtime(uptime_s=33_120.0),
    )


def never_started() -> Pod:
    """A Pod that is RUNNING by its status while its container never lived."""
    return a_pod(
        id=PodId("q8w7e6r5t4"),
        name="infer-x",
        gpu_id="NVIDIA L40S",
        cloud="COMMUNITY",
        data_center="EU-SE-1",
        cost_per_hour=Decimal("0.47"),
        volume_disk=None,
        runtime=None,
        ssh_direct=None,
        ssh_proxy=PROXY,
        created_at=NOW - 5400,
        started_at=NOW - 5400,
    )


def stopped() -> Pod:
    """A stopped Pod whose volume disk bills on."""
    return a_pod(
        id=PodId("a1s2d3f4g5"),
        name="old-ckpt",
        status=PodStatus.EXITED,
        cost_per_hour=Decimal(0),
        volume_disk=VolumeDisk(size_gb=40, path="/workspace"),
        runtime=None,
        ssh_direct=None,
        started_at=NOW - 1_036_800,
    )


def demo_account() -> Account:
    """Four Pods: one healthy, one with a full disk, one that never started, one stopped."""
    training_pod, full = training(), full_disk()
    account = _read(
        Account(),
        PodList((training_pod, full, never_started(), stopped())),
        VolumeList((VOLUME,)),
        Balance(balance=Decimal("42.17"), spend_per_hour=Decimal("7.93")),
    )
    account = _seen(account, training_pod, _disks(8.4, 20, 0, 0), _gpus(1, 97.0, 71.2))
    return _seen(account, full, _disks(19.6, 20, 22, 200), _gpus(4, 0.0, 0.5))


def demo() -> Scene:
    """The demo account, a moment after everything was read."""
    return scene_of(demo_account())


def empty() -> Scene:
    """An account without Pods."""
    account = _read(
        Account(),
        PodList(()),
        VolumeList(()),
        Balance(balance=Decimal("25.00"), spend_per_hour=Decimal(0)),
    )
    return replace(scene_of(account), notices=())


def no_key() -> Scene:
    """No API key was found anywhere."""
    return Scene(
        now=NOW,
        source="no key",
        periods=PERIODS,
        trouble="No RunPod API key was found.\n"
        "Give one in any of three ways: run `rgt-tui login`, set RUNPOD_API_KEY, "
        "or pass --api-key-file FILE.",
    )


def refused_key() -> Scene:
    """The service refused the key."""
    failed = Failed("the API refused the key (401)", NOW - 1, "unauthorized")
    return Scene(
        account=Account().after(Change(PodList, failed)),
        now=NOW,
        source="RUNPOD_API_KEY",
        periods=PERIODS,
        trouble="The API refused the key (401).\nCreate one at console.runpod.io, then run `rgt-tui login`.",
    )


def away() -> Scene:
    """The API has not answered for a while; what it said last is still there, and old."""
    now = NOW + 660
    failed = Failed("GET /v2/pods: no answer within 10 s", now - 5, "not_sent")
    account = demo_account().after(Change(PodList, failed))
    return replace(
        scene_of(account, now=now),
        trouble="The API does not answer: GET /v2/pods: no answer within 10 s. Trying again every 30 s.",
        notices=(
            (now - 5, "! the API does not answer, trying again in 30 s"),
            (NOW - 4, "! sweep-07 RP11 raised: / is 98% full"),
        ),
    )


def cached() -> Scene:
    """The state on disk, before anything live has come."""
    return replace(scene_of(demo_account(), now=NOW + 7200), as_of=NOW, notices=())


def fleet(size: int) -> Scene:
    """Many healthy Pods."""
    return scene_of(_fleet(size))


def unexamined(size: int) -> Scene:
    """The same before the engine has looked for symptoms: its first scene has none either."""
    return replace(_bare_scene(_fleet(size)), notices=())


def _fleet(size: int) -> Account:
    pods = tuple(
        replace(
            training(),
            id=PodId(f"pod{number:04d}"),
            name=f"train-{number:04d}",
            cost_per_hour=Decimal(number % 7) + Decimal("0.69"),
        )
        for number in range(size)
    )
    account = _read(Account(), PodList(pods), VolumeList((VOLUME,)))
    for number, pod in enumerate(pods):
        account = _seen(
            account, pod, _disks(4 + number % 12, 20, 0, 0), _gpus(1, 60.0 + number % 40, 40)
        )
    return account


def named(names: Sequence[str]) -> Scene:
    """One Pod for each name; names come cleaned, as from the decoder."""
    pods = tuple(
        replace(training(), id=PodId(f"pod{number:04d}"), name=name)
        for number, name in enumerate(names)
    )
    return scene_of(_read(Account(), PodList(pods), VolumeList((VOLUME,))))


def scene_of(account: Account, *, now: float = NOW) -> Scene:
    """The scene of an account, with what the detectors say of it."""
    from rgt_tui.triage import examine, open_findings  # 49 detectors: only where they are asked

    return replace(_bare_scene(account, now=now), findings=open_findings(examine(account, now)))


def _bare_scene(account: Account, *, now: float = NOW) -> Scene:
    return Scene(
        account=account,
        now=now,
        source="demo",
        quota="api 54/60 left",
        notices=(
            (NOW - 4, "! sweep-07 RP11 raised: / is 98% full"),
            (NOW - 81, "i infer-x is RUNNING"),
            (NOW - 513, "w api 429, tried again after 4 s"),
        ),
        periods=PERIODS,
    )


def _read(account: Account, *values: object) -> Account:
    for value in values:
        account = account.after(Change(type(value), Observed(value, NOW - 2)))
    return account


def _seen(account: Account, pod: Pod, *values: object) -> Account:
    for value in values:
        change = Change(type(value), Observed(value, NOW - 4, "ssh"), pod.id)
        account = account.after(change)
    return account


def _disks(root_used: float, root: int, used: float, size: int) -> DiskReport:
    mounts = [_mount("/", "overlay", MountKind.CONTAINER, root_used, root)]
    if size:
        mounts.append(_mount("/workspace", "/dev/nvme0n1", MountKind.VOLUME, used, size))
    else:
        mounts.append(_mount("/workspace", "mfs#eu-ro-1", MountKind.NETWORK, 40_000, 400_000))
    return DiskReport(mounts=tuple(mounts))


def _mount(path: str, source: str, kind: MountKind, used: float, size: float) -> DiskMount:
    return DiskMount(
        path=path,
        source=source,
        fstype="overlay" if kind is MountKind.CONTAINER else "ext4",
        kind=kind,
        used_bytes=int(used * GIB),
        size_bytes=int(size * GIB),
        free_bytes=int((size - used) * GIB),
        inodes_used=None,
        inodes_total=None,
        answered=True,
    )


def _gpus(count: int, util: float, used_gb: float) -> GpuReport:
    gpus = tuple(
        Gpu(
            index=number,
            uuid=f"GPU-{number}",
            name="NVIDIA A100 80GB PCIe" if count > 1 else "NVIDIA H100 80GB HBM3",
            util_percent=util,
            memory_used_bytes=int(used_gb * GIB),
            memory_total_bytes=80 * GIB,
            temperature_c=61.0 if util else 38.0,
            power_w=642.0 if util else 78.0,
            power_limit_w=700.0,
        )
        for number in range(count)
    )
    process = GpuProcess(gpu_uuid="GPU-0", pid=812, name="python", memory_bytes=int(used_gb * GIB))
    return GpuReport(
        gpus=gpus,
        processes=(process,) if util else (),
        driver="570.86.15",
        cuda="12.8",
        absent=None,
    )


def job_list() -> Scene:
    """Jobs in every state: one half-way, one that stalls, one waiting, and the three ends."""
    pod = training()
    order = VerifyOrder(pod=pod.id, name=pod.name, checkpoint=a_checkpoint())
    job = Job(number=1, order=order, asked=NOW - 600, began=NOW - 600, said="reading 212G")
    jobs = (
        job.finished(JobEnd.DONE, "verdict ok by full: 4 tensors", NOW - 300),
        replace(job, number=2, done=9 * GIB).finished(JobEnd.FAILED, "connection lost", NOW - 60),
        replace(job, number=3, done=GIB).finished(JobEnd.CANCELLED, "cancelled by you", NOW - 30),
        replace(
            job,
            number=4,
            heard=NOW - 1,
            done=120 * GIB,
            rate=3.1e8,
            order=replace(order, level=Level.LOAD),
        ),
        replace(job, number=5, heard=NOW - 42, done=GIB, rate=1e6),
        replace(job, number=6, began=None, said="waiting for its turn", asked=NOW - 5),
        Job(
            number=7,
            order=MeasureOrder(pod=full_disk().id, name="sweep-07"),
            asked=NOW - 20,
            began=NOW - 20,
            said="walking the disks of sweep-07",
        ),
    )
    return replace(demo(), jobs=jobs)


def a_checkpoint(
    path: str = "/workspace/out/checkpoint-88000", age_s: float = 840.0, inode: int = 1
) -> Checkpoint:
    """A Trainer's checkpoint of 212 GiB, written `age_s` ago."""
    at = int((NOW - age_s) * 1e9)
    stamp = FileStamp(
        path=f"{path}/model.safetensors", size=212 * GIB, mtime_ns=at, ctime_ns=at, inode=inode
    )
    return Checkpoint(path=path, format="trainer", files=(stamp,), step=88000, real_path=path)
