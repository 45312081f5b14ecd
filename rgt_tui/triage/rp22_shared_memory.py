"""RP22: /dev/shm is too small for the data workers.

Symptom: `Bus error`, exit code 135, "insufficient shared memory (shm)". Cause: workers hand
batches over in /dev/shm, whose size is fixed by RunPod. Fix: fewer workers or the file_system
sharing strategy; the size cannot be set.
Source: pytorch#5040, pytorch#108861, pipedream#28; measured; RunPod documentation has no option
for it, read 2026-08-20.
"""

from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.units import show_bytes, show_percent
from rgt_tui.domain.volume import MountKind
from rgt_tui.domain.whom import running
from rgt_tui.facts import disks_of
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.processes import ProcessReport
from rgt_tui.probes.shm import ShmReport
from rgt_tui.storage import Store

TIGHT_PERCENT: Final = 90.0
FULL_PERCENT: Final = 98.0
SMALL_BYTES: Final = 64 * 1024**2
"""What docker gives where nobody asks for more; RunPod's Pods have gigabytes."""
_NO_SHM: Final = Absent("no shared memory is mounted")


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(DiskReport)
    shm = _shm(subject)
    if shm is None:
        return _NO_SHM
    if shm.percent is None:
        return Unknown(("how full shared memory is: df did not tell it",))
    if shm.percent < TIGHT_PERCENT:
        return _too_small(subject, shm, seen.at) or _HAS_ROOM
    severity = Severity.CRITICAL if shm.percent >= FULL_PERCENT else Severity.WARNING
    return Present((Said("ssh", _how_full(subject), seen.at), *_left_over(subject)), severity)


def _shm(subject: Subject) -> Store | None:
    return next((s for s in subject.once(disks_of) if s.kind is MountKind.SHM), None)


def _too_small(subject: Subject, shm: Store, at: float) -> Present | None:
    """A hazard: docker's own default, which a few data workers fill at once."""
    if not shm.size_bytes or shm.size_bytes > SMALL_BYTES or not _trains(subject):
        return None
    said = f"{shm.path} has {show_bytes(shm.size_bytes)} in all, and a run trains there"
    return Present((Said("ssh", said, at),), Severity.WARNING)


def _left_over(subject: Subject) -> tuple[Said, ...]:
    """Segments of data workers where no run trains any more."""
    files = subject.evidence.latest(ShmReport)
    if files is None or not files.value.torch or _trains(subject) is not False:
        return ()
    said = (
        f"{files.value.torch} files of PyTorch's workers lie there, and nothing trains: leftovers"
    )
    return (Said("ssh", said, files.at),)


def _trains(subject: Subject) -> bool | None:
    """Whether a run trains there; None when its processes were not seen."""
    report = subject.evidence.value(ProcessReport)
    return None if report is None else any(it.work == "training" for it in report.processes)


def _how_full(subject: Subject) -> str:
    shm = _shm(subject)
    if shm is None:
        return ""
    used, size = show_bytes(shm.used_bytes), show_bytes(shm.size_bytes)
    return f"{shm.path} is {show_percent(shm.percent)} full: {used} of {size}"


_HAS_ROOM: Final = Absent(_how_full)


DETECTOR = Detector(
    code="RP22",
    title="Shared memory full",
    severity=Severity.CRITICAL,
    cause=(
        "Data workers hand batches over in /dev/shm. Its size is fixed by RunPod; when it is full a worker "
        "dies of a bus error, which looks like a crash of the hardware."
    ),
    fix=(
        "Fewer workers, or none: num_workers=0 shows whether it is this",
        "torch.multiprocessing.set_sharing_strategy('file_system') uses files instead",
        "Look for leftovers of dead runs: ls -la /dev/shm; remove what nobody uses",
        "--shm-size of docker cannot be set on RunPod; a bigger Pod has a bigger /dev/shm",
    ),
    source="PyTorch issues 5040 and 108861, read 2026-11; measured 2026-11",
    needs=(DiskReport,),
    applies=running,
    detect=_detect,
    strings=(
        (
            "Unexpected bus error encountered in worker. This might be caused by insufficient shared memory (shm).",
            "PyTorch 1 and 2",
        ),
        ("DataLoader worker (pid 325) is killed by signal: Bus error.", "PyTorch 1 and 2"),
        ("exit=135", "128 + signal 7"),
    ),
    text=(
        Rule(
            words="fallocate+failed posix+failed",
            pattern=r"posix_fallocate failed\b",
            reason="NCCL found no room in shared memory",
        ),
        Rule(
            words="mmap+torch allocate+shm",
            pattern=r"unable to mmap \d+ bytes from file <?/torch_|unable to allocate shared memory ?\(shm\)",
            reason="a data worker got no shared memory",
        ),
        Rule(
            words="shared",
            pattern=r"insufficient shared memory|out of shared memory|(?:not enough|no|exceed\w*|increase|raise|limit\w*|too (?:small|little)).{0,30}\bshared memory\b|shared memory\b.{0,40}\b(?:is |was )?(?:full|exhausted|too small|insufficient|limit|size .{0,20}(?:small|insufficient))|(?:unable|failed|error|cannot|could not)\b.{0,30}\b(?:open|creat\w*|allocat\w*|write|mmap|attach\w*|resiz\w*|extend\w*)\b.{0,20}\bshared memory (?:object|segment|file|region)?",
            reason="shared memory (/dev/shm) is too small",
            unless=r"no shared memory (?:used|needed)|dynamic shared memory|cudaFunc|bytes smem|Required: \d+, Hardware limit",
        ),
        Rule(
            words="bus sigbus",
            pattern=r"killed by signal: Bus error|\bBus error(?: \(core dumped\))?|\bSIGBUS\b|Signals\.SIGBUS|exit ?code:? ?-7\b",
            reason="a worker died of a bus error, as on a full /dev/shm",
            unless=r"pcie|usb|i2c",
        ),
        Rule(
            words="135",
            pattern=r"\b(?:exit(?:ed)?|status|code|returned|rc|returncode)\b[^\d\n]{0,24}\b135\b",
            reason="a process ended with 135: a bus error",
        ),
        Rule(
            words="shm",
            pattern=r"(?:/dev/shm)\b.{0,80}(?:No space left|full\b|too small|exhausted)|No space left on device.{0,80}/dev/shm|^(?:shm|tmpfs)\s.*\s(?:100|9[89])%\s+/dev/shm|\bshm[- ]size\b.{0,40}\b(?:too|small|increase|larger|insufficient)|unable to write to file </torch_",
            reason="shared memory is full",
        ),
        Rule(
            words="torch+write",
            pattern=r"unable to write to file </torch_",
            reason="shared memory is full",
        ),
        Rule(
            words="shm",
            pattern=r"because /dev/shm has only \d+",
            reason="shared memory (/dev/shm) is too small",
        ),
        Rule(
            words="exitcode",
            pattern=r"\bexitcode\s*[=:]\s*-7\b",
            reason="a worker died of a bus error, as on a full /dev/shm",
        ),
    ),
)
