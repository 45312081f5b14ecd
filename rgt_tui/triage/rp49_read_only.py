"""RP49: a file system has become read-only.

Symptom: `[Errno 30] Read-only file system` where writing worked before. Cause: the kernel found an
error and took writing away to save the data. Fix: copy everything off at once, leave the host.
/sys and /proc are read-only in every container; that is no fault.
Source: Linux kernel log, gpud; measured with read-only mounts.
"""

from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.volume import MountKind
from rgt_tui.domain.whom import running
from rgt_tui.probes.df import DiskReport

_OURS: Final = (MountKind.CONTAINER, MountKind.VOLUME, MountKind.NETWORK, MountKind.GLOBAL)
_WRITABLE: Final = Absent("every disk is mounted for writing")


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(DiskReport)
    stuck = [m for m in seen.value.mounts if m.is_read_only and m.kind in _OURS]
    if not stuck:
        return _WRITABLE
    return Present(
        tuple(Said("ssh", f"{m.path} ({m.source}) is mounted read-only", seen.at) for m in stuck)
    )


DETECTOR = Detector(
    code="RP49",
    title="File system became read-only",
    severity=Severity.CRITICAL,
    cause=(
        "The kernel met an error of the disk and made the file system read-only so that nothing more breaks. "
        "What is there can be read for now; nothing can be saved."
    ),
    fix=(
        "Copy off now what is not elsewhere: rgt-tui pull POD --to DIR, newest checkpoints first",
        "Verify the copies (rgt-tui verify DIR): errors of the disk may be in them",
        "Relaunch on another host (rgt-tui relaunch POD) and tell support the Pod id; do not restart and hope",
    ),
    source="Linux kernel, EXT4 error handling, 2026; gpud, read 2026-11",
    needs=(DiskReport,),
    max_age_s=180.0,
    applies=running,
    detect=_detect,
    strings=(
        ("OSError: [Errno 30] Read-only file system: '/workspace/out/log.txt'", "Python 3"),
        ("EXT4-fs (md0): Remounting filesystem read-only", "Linux 4 to 6, kernel log"),
    ),
    text=(
        Rule(
            words="read readonly erofs remounting",
            pattern=r"\bRead-only file ?system\b|\[Errno 30\]|\(os error 30\)|\bEROFS\b|Remounting filesystem read-only|\bremount-ro\b|\bfilesystem (?:is |was |became |went |has become )(?:now )?read-?only|\b(?:volume|disk|/workspace)\b.{0,40}\b(?:became|went|is now|turned|mounted) read-?only",
            reason="a file system takes no writes any more",
            unless=r"/sys/|/proc/|drop_caches|sysctl|/etc/(?:hosts|resolv)|nvidia-ctk|/usr/bin/nvidia|cgroup|errors=remount-ro",
        ),
        Rule(
            words="ext4 xfs btrfs shutting+filesystem shut+filesystem i+o",
            pattern=r"\bEXT4-fs error\b|\bXFS \(\S+\): (?:metadata I/O error|Corruption|log I/O error)|\bBTRFS (?:error|critical)|Buffer I/O error on dev|blk_update_request: I/O error|\bshut(?:ting)? down filesystem",
            reason="the kernel met errors of the disk",
        ),
        Rule(
            words="ro",
            pattern=r" (?:on )?/(?:workspace|runpod-volume)? (?:type )?\S+ \(?ro[,) ]",
            reason="the mount is read-only",
        ),
    ),
)
