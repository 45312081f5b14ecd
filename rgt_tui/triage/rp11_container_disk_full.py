"""RP11: the container disk is full while the workspace has room.

Symptom: writes fail with `[Errno 28] No space left on device`; `df` shows the overlay at `/`
at 95 % or more. Cause: caches, environments and outputs lie on the small container disk. Fix:
move them to the workspace, or clear them; growing the container disk resets the Pod.
Source: RunPod documentation, troubleshooting "storage full", read 2026-08-20; message texts
measured with pip, dd and Python on a full overlay.
"""

import re
from typing import Final

from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.units import show_bytes, show_percent
from rgt_tui.probes.df import DiskReport
from rgt_tui.storage import Store, storage_of

FULL_PERCENT: Final = 95.0
ROOMY_PERCENT: Final = 80.0

_ENOSPC = re.compile(
    r"\[Errno 28\] No space left on device"
    r"|No space left on device \(os error 28\)"
    r"|failed to register layer: .*no space left on device"
    r"|^\S+: .+: No space left on device$"
    r"|\b(?:error|write|failed|cannot|fatal|exception)\b.*\bno space left on device",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""["'`](?:\[Errno 28\] )?No space left on device["'`]""", re.IGNORECASE)
_COMMENT = re.compile(r"^\s*(?:#|//|--|/\*|\*)")
_OTHER_DISK = re.compile(
    r"(?:^|[\s'\"(:])/(?:workspace|runpod-volume|dev/shm)\b|quota exceeded", re.IGNORECASE
)
"""The full disk is named, and it is not the container disk."""
_OVERLAY_ROW = re.compile(r"^overlay\s.*\s(\d{1,3})%\s+/$")


def _detect(subject: Subject) -> Verdict:
    assert subject.pod is not None  # noqa: S101  # a detector of Scope.POD is given a Pod
    seen = subject.evidence.latest(DiskReport)
    assert seen is not None  # noqa: S101  # `needs` has been met
    stores = storage_of(subject.pod, subject.account.volumes, seen.value)
    root = next((store for store in stores if store.path == "/"), None)
    if root is None or root.percent is None:
        return Absent("the container disk did not answer df")
    used = f"/ is {show_percent(root.percent)} full: {_amount(root)}"
    if root.percent < FULL_PERCENT:
        return Absent(used)
    roomy = next((store for store in stores if _has_room(store)), None)
    said = [Said("ssh", f"{used} ({root.label})", seen.at)]
    if roomy is not None:
        said.append(
            Said("ssh", f"{roomy.path} has room: {_amount(roomy)} ({roomy.label})", seen.at)
        )
    return Present(tuple(said), fix=_steps(roomy))


def _amount(store: Store) -> str:
    return f"{show_bytes(store.used_bytes)} of {show_bytes(store.size_bytes)} used"


def _has_room(store: Store) -> bool:
    """A disk of its own that survives a stop and is not known to be full itself."""
    if store.path == "/" or not store.survives_stop or store.hung:
        return False
    return store.percent is None or store.percent < ROOMY_PERCENT


def _steps(roomy: Store | None) -> tuple[str, ...]:
    look = "See what fills it: du -xh / --max-depth=3 2>/dev/null | sort -h | tail -20"
    clear = "Clear what can be fetched again: rm -rf ~/.cache/pip ~/.cache/uv, old conda packages, .Trash"
    grow = "Or grow the container disk: this resets the Pod and wipes everything on /"
    if roomy is None:
        return (look, clear, grow, "Or relaunch with a volume disk or network volume for caches")
    cache = f"{roomy.path.rstrip('/')}/.cache"
    move = (
        f"Move caches to {roomy.path}: export HF_HOME={cache}/huggingface"
        f" PIP_CACHE_DIR={cache}/pip UV_CACHE_DIR={cache}/uv, then restart the job"
    )
    return (look, move, clear, grow)


def _said_in_text(line: str) -> str | None:
    row = _OVERLAY_ROW.match(line)
    if row is not None:
        return f"df shows the overlay at / at {row[1]} %" if int(row[1]) >= FULL_PERCENT else None
    if _COMMENT.match(line) or _QUOTED.search(line) or not _ENOSPC.search(line):
        return None
    if _OTHER_DISK.search(line):
        return None
    return "a write was refused because the disk is full (ENOSPC)"


DETECTOR = Detector(
    code="RP11",
    title="Container disk full",
    severity=Severity.CRITICAL,
    cause=(
        "The container disk (/) is small and holds caches, environments and outputs. When it is "
        "full, writes fail with ENOSPC even if the workspace has room."
    ),
    fix=_steps(None),
    source="RunPod documentation, troubleshooting: storage full, read 2026-08-20",
    needs=(DiskReport,),
    applies=lambda subject: subject.pod is not None and subject.pod.is_running,
    detect=_detect,
    said_in_text=_said_in_text,
)
