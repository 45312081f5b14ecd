"""What lies inside a Pod's container: file systems, GPUs, processes.

Everything that moves is a function of world time, so a frozen world gives the same figures
twice and a test may jump a week without computing the days between.
"""

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from rgt_tui.simulator.catalogue import GpuModel
from rgt_tui.simulator.files import StoredFile

GIB: Final = 1024**3
MIB: Final = 1024**2
PIB: Final = 1024**5

IMAGE_LAYER_BYTES: Final = 233 * MIB
"""What a fresh container already uses on its overlay (public `df` paste of a CPU Pod: 233M)."""


class DiskKind(Enum):
    """Where the bytes of a mount lie, which decides what survives a stop."""

    CONTAINER = "container"
    VOLUME = "volume"
    NETWORK = "network"
    NOISE = "noise"


@dataclass(slots=True, kw_only=True)
class Disk:
    """One mounted file system, filling at a steady rate while its Pod runs."""

    path: str
    kind: DiskKind
    source: str
    fstype: str
    size_bytes: int
    base_bytes: int = 0
    growth_per_hour: int = 0
    since: float | None = None
    """World time from which it grows; None while the Pod is stopped."""
    options: str = "rw,relatime"
    inodes: int = 6_553_600
    inodes_used: int = 41_250
    is_hung: bool = False
    pool_used_bytes: int | None = None
    """On a network volume: used bytes of the whole cluster, which is what `df` shows."""
    pool_bytes: int | None = None

    def used_bytes(self, now: float) -> int:
        """Bytes used at `now`, never more than the disk holds."""
        if self.since is None or now <= self.since:
            return self.base_bytes
        grown = self.base_bytes + self.growth_per_hour * (now - self.since) / 3600
        return min(int(grown), self.size_bytes)

    def halt(self, now: float) -> None:
        """Stops growing; a container disk loses what was written to it."""
        self.base_bytes = self.used_bytes(now)
        self.since = None
        if self.kind is DiskKind.CONTAINER:
            self.base_bytes = IMAGE_LAYER_BYTES

    def resume(self, at: float) -> None:
        """Grows again from `at`."""
        self.since = at


@dataclass(slots=True, kw_only=True)
class Gpu:
    """One GPU as `nvidia-smi` shows it; use and heat sway a little around their level."""

    index: int
    model: GpuModel
    uuid: str
    util: int = 0
    memory_used_mib: int = 4
    temperature: int = 34
    watts: float = 62.0
    slowed: int = 0
    """Bits of what holds the clocks down, as NVML counts them; being idle is added by itself."""
    corrected: int = 0
    uncorrected: int = 0
    rows_pending: bool = False

    @property
    def reasons(self) -> str:
        """The bit mask `nvidia-smi` prints."""
        return f"0x{self.slowed or (0 if self.util else 1):016x}"

    @property
    def bus_id(self) -> str:
        """PCI address in `nvidia-smi`'s form."""
        return f"00000000:{0x1A + self.index * 0x10:02X}:00.0"

    def util_at(self, now: float) -> int:
        """Percent of the last sample in which a kernel ran."""
        if not self.util:
            return 0
        return max(1, min(100, self.util + round(2 * self._sway(now))))

    def temperature_at(self, now: float) -> int:
        """Degrees Celsius."""
        return self.temperature + round(self._sway(now)) if self.util else self.temperature

    def watts_at(self, now: float) -> float:
        """Watts drawn."""
        return self.watts + (9 * self._sway(now) if self.util else 0.0)

    def _sway(self, now: float) -> float:
        return math.sin(now / 37 + self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process inside the container."""

    pid: int
    command: str
    cpu: float = 0.0
    memory: float = 0.0
    age_s: float = 0.0
    """Seconds it had run when the world began; negative counts from the container's start."""
    gpu: int | None = None
    gpu_mib: int = 0
    state: str = "S"
    parent: int = 1
    wchan: str = "request_wait_answer"
    """Where it sleeps while in state D."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file in the container that nobody reads: who does, finds zeros. Weights are `stored`.

    Attributes:
        is_image: whether it came with the image, and so takes nothing of the container disk.
        idle_s: seconds since it was last written, at the beginning of the world.
        growth: bytes a second, for a download under way.
    """

    path: str
    size_bytes: int
    is_image: bool = False
    idle_s: float = 3600.0
    growth: int = 0


@dataclass(slots=True, kw_only=True)
class Machine:
    """The inside of one Pod."""

    disks: list[Disk]
    gpus: list[Gpu] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    stored: list[StoredFile] = field(default_factory=list)
    """What `python3` and other programs find on its disks."""
    tmux: tuple[str, ...] = ()
    vcpus: int = 16
    memory_gib: int = 125
    memory_percent: int = 18
    cpu_percent: int = 12
    driver: str = "570.86.15"
    cuda: str = "12.8"
    has_nvidia_smi: bool = True
    nvidia_smi_hangs: bool = False
    cu_init: int | None = None
    """What `cuInit(0)` gives, e.g. 999 on a broken host; None where there is no driver library."""
    is_amd: bool = False
    files: list[File] = field(default_factory=list)
    """Files worth telling; what else a disk holds lies in one nameless file of the rest."""
    oom_kills: int = 0
    throttled: tuple[int, int] = (0, 0)
    """Scheduling periods so far, and those in which the CPU quota ran out."""
    image_cuda: str | None = "12.8.1"
    torch: tuple[str, str] | None = ("2.8.0+cu128", "12.8")
    """Version of PyTorch, and the CUDA it was built for."""
    ports: tuple[int, ...] = (22, 8888, 8001)
    shm_segments: int = 0
    link_bytes_s: int = 0
    """Bytes a second that leave the Pod over SSH; 0 for as many as this machine can."""
    clock_ahead_s: float = 0.0
    fsync_error: int = 0
    """What fsync fails with, an errno; 0 for not at all. On a FUSE mount it is the only call that tells."""
    boot_id: str = "6b0f5d4e-4b7e-4f7e-9a39-3a3e2e5a4a10"

    def halt(self, now: float) -> None:
        """The container is gone: disks stop growing, processes end."""
        for disk in self.disks:
            disk.halt(now)
        self.processes = []
        self.tmux = ()
        lasting = tuple(d.path for d in self.disks if d.kind in (DiskKind.VOLUME, DiskKind.NETWORK))
        self.stored = [file for file in self.stored if file.path.startswith(lasting)]
        for gpu in self.gpus:
            gpu.util, gpu.memory_used_mib, gpu.watts = 0, 4, 62.0

    def resume(self, at: float) -> None:
        """A container starts at `at`."""
        for disk in self.disks:
            disk.resume(at)
        self.processes = start_processes()

    def find(self, kind: DiskKind) -> Disk | None:
        """The first disk of that kind."""
        return next((disk for disk in self.disks if disk.kind is kind), None)


def start_processes() -> list[Process]:
    """The processes every official image has (public `ps` paste of a B300 Pod)."""
    return [
        Process(pid=1, command="/sbin/docker-init -- /start.sh"),
        Process(pid=28, command="/bin/bash /start.sh"),
        Process(pid=41, command="nginx: master process /usr/sbin/nginx"),
        Process(pid=42, command="nginx: worker process"),
        Process(pid=77, command="sshd: /usr/sbin/sshd [listener] 0 of 10-100 startups"),
        Process(pid=101, command="sleep infinity"),
    ]


def container_disk(size_gb: int, used_bytes: int = IMAGE_LAYER_BYTES) -> Disk:
    """The overlay at `/`: as large as configured, wiped by stop."""
    return Disk(
        path="/",
        kind=DiskKind.CONTAINER,
        source="overlay",
        fstype="overlay",
        size_bytes=size_gb * GIB,
        base_bytes=used_bytes,
    )


def volume_disk(pod_id: str, size_gb: int, path: str, used_bytes: int = 0) -> Disk:
    """The host-local volume: a device named after the Pod, 2 % smaller than ordered (ext4)."""
    return Disk(
        path=path,
        kind=DiskKind.VOLUME,
        source=f"/dev/mapper/pod-{pod_id}",
        fstype="ext4",
        size_bytes=int(size_gb * GIB * 0.98),
        base_bytes=used_bytes,
        options="rw,relatime,stripe=64",
    )


def network_disk(cluster: str, size_gb: int, path: str, used_bytes: int = 0) -> Disk:
    """A network volume: `df` shows the whole cluster (public pastes: 2.3P, 62 % used)."""
    return Disk(
        path=path,
        kind=DiskKind.NETWORK,
        source=f"mfs#{cluster}.runpod.net:9421",
        fstype="fuse",
        size_bytes=size_gb * GIB,
        base_bytes=used_bytes,
        options="rw,nosuid,nodev,relatime,user_id=0,group_id=0,allow_other",
        pool_bytes=int(2.3 * PIB),
        pool_used_bytes=int(1.4 * PIB),
    )


def global_disk(bucket: str, path: str) -> Disk:
    """A global volume: object storage behind GeeseFS (public notes, September 2026)."""
    return Disk(
        path=path,
        kind=DiskKind.NETWORK,
        source=bucket,
        fstype="fuse.geesefs",
        size_bytes=PIB,
        base_bytes=0,
        options="rw,nosuid,nodev,relatime,user_id=0,group_id=0,default_permissions,allow_other",
        pool_bytes=PIB,
        pool_used_bytes=0,
    )


def noise_disks(has_gpu: bool) -> list[Disk]:
    """The rows of `df` that mean nothing (public paste of a network-volume Pod)."""
    rows = [
        ("tmpfs", "tmpfs", "/dev", 64 * MIB, 0),
        ("shm", "tmpfs", "/dev/shm", 29 * GIB, 0),  # noqa: S108 - a row of `df`
        ("/dev/nvme0n1", "ext4", "/etc/hosts", 3788 * GIB, 1741 * GIB),
    ]
    if has_gpu:
        rows += [
            ("/dev/sda2", "ext4", "/usr/bin/nvidia-smi", 218 * GIB, 28 * GIB),
            ("tmpfs", "tmpfs", "/run/nvidia-persistenced/socket", 26 * GIB, 15 * MIB),
            ("tmpfs", "tmpfs", "/run/nvidia-ctk-hook", 4096, 4096),
        ]
    rows += [
        ("tmpfs", "tmpfs", "/proc/acpi", 126 * GIB, 0),
        ("tmpfs", "tmpfs", "/sys/firmware", 126 * GIB, 0),
    ]
    return [
        Disk(
            path=path,
            kind=DiskKind.NOISE,
            source=source,
            fstype=fstype,
            size_bytes=size,
            base_bytes=used,
        )
        for source, fstype, path, size, used in rows
    ]
