"""Pods with everything seen, from which each test takes something away."""

import zlib
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import (
    Checkpoint,
    CheckpointList,
    CheckpointProofs,
    FileProof,
    FileStamp,
    Level,
    Verdict,
)
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.holding import Hold, HoldSeen
from rgt_tui.domain.pod import NetworkMount, Pod, PodList
from rgt_tui.domain.volume import MountKind, NetworkVolume, VolumeList
from rgt_tui.dossier import View
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.probes.nvidia_smi import Gpu, GpuReport
from rgt_tui.probes.processes import Process, ProcessReport
from rgt_tui.probes.repositories import RepositoryReport
from rgt_tui.probes.unsaved import UnsavedFile, UnsavedMount, UnsavedReport
from tests.values import NOW, a_pod

STEADY = 5000.0
GIB = 1 << 30


def stamp(path: str, *, size: int = 1000, age_s: float = 900.0, inode: int = 0) -> FileStamp:
    inode = inode or zlib.crc32(path.encode())
    at = int((NOW - age_s) * 1e9)
    return FileStamp(path=path, size=size, mtime_ns=at, ctime_ns=at, inode=inode)


def checkpoint(path: str = "/workspace/out/model.safetensors", **changed: Any) -> Checkpoint:
    whole = Checkpoint(path=path, format="safetensors", files=(stamp(path),), real_path=path)
    return replace(whole, **changed)


def proof(file: FileStamp, verdict: Verdict = Verdict.OK, sha256: str = "a" * 64) -> FileProof:
    return FileProof(
        stamp=file,
        sha256=sha256,
        format="safetensors",
        verdict=verdict,
        level=Level.FULL,
        reason=f"it is {verdict}",
        bytes_read=file.size,
        tool="t 1",
    )


def proofs(*found: FileProof) -> CheckpointProofs:
    return CheckpointProofs(files=MappingProxyType({it.stamp.path: it for it in found}))


def held(file: FileStamp, sha256: str = "a" * 64, *, is_kept: bool = True) -> HoldSeen:
    """A held copy here of a file."""
    name = f"/holds/{file.path.rsplit('/', 1)[-1]}"
    kept = replace(file, path=name)
    hold = Hold(
        proof=replace(proof(file, sha256=sha256), stamp=kept),
        copy=f"/data{file.path}",
        origin="pod:7h9k2m4n6p@1",
        remote=file,
        place="local:jump1",
        at=NOW - 60,
    )
    return HoldSeen(hold, kept if is_kept else None)


def mount(path: str, kind: MountKind, source: str, fstype: str, **changed: Any) -> DiskMount:
    row = DiskMount(
        path=path,
        source=source,
        fstype=fstype,
        kind=kind,
        used_bytes=GIB,
        size_bytes=20 * GIB,
        free_bytes=19 * GIB,
        inodes_used=1,
        inodes_total=1000,
        answered=True,
    )
    return replace(row, **changed)


ROOT = mount("/", MountKind.CONTAINER, "overlay", "overlay")
DISK = mount("/workspace", MountKind.VOLUME, "/dev/nvme0n1", "ext4")
NETWORK = mount("/workspace", MountKind.NETWORK, "mfs#us-ks-2.runpod.net:9421", "fuse")
GLOBAL = mount("/workspace", MountKind.GLOBAL, "geesefs", "fuse.geesefs")
VOLUME = NetworkVolume(
    id="agv6w2qcg7", name="nv", size_gb=100, data_center="US-KS-2", tier="STANDARD"
)
ON_NETWORK = {
    "volume_disk": None,
    "network_mounts": (NetworkMount(volume_id="agv6w2qcg7", path="/workspace"),),
}


def unsaved(*paths: str, **changed: Any) -> UnsavedReport:
    """Both disks walked; files on the container disk."""
    files = tuple(UnsavedFile(path=p, size_bytes=5 << 20, modified=NOW - 900) for p in paths)
    mounts = (
        UnsavedMount(path="/", files=files, total_bytes=len(files) * 5 << 20, count=len(files)),
        UnsavedMount(path="/workspace", total_bytes=0, count=0),
    )
    return replace(UnsavedReport(mounts=mounts, has_writers=True), **changed)


def idle_gpu(util: float | None = 0.0) -> GpuReport:
    gpu = Gpu(
        index=0,
        uuid="GPU-1",
        name="A100",
        util_percent=util,
        memory_used_bytes=4 << 20,
        memory_total_bytes=80 * GIB,
        temperature_c=30.0,
        power_w=60.0,
        power_limit_w=300.0,
    )
    return GpuReport(gpus=(gpu,))


def process(args: str, name: str = "python3") -> ProcessReport:
    return ProcessReport((Process(pid=812, name=name, state="R", args=args),), 3)


def seen_of(*reports: object) -> dict[type, object]:
    """Everything seen of an idle Pod with one checkpoint, and what a test changes of it."""
    one = checkpoint()
    whole: dict[type, object] = {
        DiskReport: DiskReport((ROOT, DISK)),
        CheckpointList: CheckpointList(checkpoints=(one,), pod_now=NOW, roots=("/",)),
        CheckpointProofs: proofs(proof(one.files[0])),
        UnsavedReport: unsaved(),
        RepositoryReport: RepositoryReport(),
        GpuReport: idle_gpu(),
        ProcessReport: ProcessReport((Process(pid=1, name="docker-init", state="S"),), 2),
    }
    return {**whole, **{type(it): it for it in reports}}


def view(
    *reports: object,
    pod: Pod | None = None,
    without: tuple[type, ...] = (),
    failed: Mapping[type, str] = MappingProxyType({}),
    at: float = NOW,
    **changed: Any,
) -> View:
    """A view of one Pod: everything seen at `at`, but for what is taken away."""
    pod = pod or a_pod()
    account = Account().after(Change(VolumeList, Observed(VolumeList((VOLUME,)), NOW)))
    account = account.after(Change(PodList, Observed(PodList((pod,)), NOW)))
    for kind, value in seen_of(*reports).items():
        if kind not in without:
            account = account.after(Change(kind, Observed(value, at, "ssh"), pod.id))
    for kind, why in failed.items():
        account = account.after(Change(kind, Failed(why, NOW), pod.id))
    return View(account=account, pod=pod, tag="acc", now=NOW, steady=STEADY, **changed)


ONE = checkpoint()
HELD = (held(ONE.files[0]),)
"""A copy of it that is held here."""
