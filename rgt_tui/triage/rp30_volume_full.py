"""RP30: the volume is full, or its quota is reached.

Symptom: `[Errno 122] Disk quota exceeded` while `df` shows petabytes free; on a volume disk
`No space left on device` under /workspace. Cause: a network volume has a quota that `df` does not
show. Fix: grow it (it can only grow), delete old checkpoints and hidden rubbish.
Source: alpaca-lora#280, ComfyUI#8932 (on RunPod); RunPod documentation, network volumes, read
2026-08-20.
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
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import show_bytes, show_percent
from rgt_tui.domain.whom import running
from rgt_tui.facts import disks_of
from rgt_tui.probes.df import DiskReport
from rgt_tui.storage import Store

TIGHT_PERCENT: Final = 90.0
FULL_PERCENT: Final = 97.0


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(DiskReport)
    fullest, percent = _fullest(subject)
    if fullest is None:
        return _NOTHING_LASTS
    if percent is None:
        return Unknown(
            (f"how full {fullest.path} is: df tells the cluster's figures, and none was counted",)
        )
    if percent < TIGHT_PERCENT:
        return _HAS_ROOM
    severity = Severity.CRITICAL if percent >= FULL_PERCENT else Severity.WARNING
    return Present((Said("ssh", _how_full(subject), seen.at),), severity)


def _fullest(subject: Subject) -> tuple[Store | None, float | None]:
    """Of the disks that survive a stop the fullest, and how full; one of which nothing is known, last."""
    fullest: Store | None = None
    most: float | None = None
    for store in subject.once(disks_of):
        if store.survives_stop:
            percent = store.percent
            if fullest is None or (percent is not None and (most is None or percent > most)):
                fullest, most = store, percent
    return fullest, most


def _how_full(subject: Subject) -> str:
    store, percent = _fullest(subject)
    if store is None:
        return ""
    used, size = show_bytes(store.used_bytes), show_bytes(store.size_bytes)
    return f"{store.path} is {show_percent(percent)} full: {used} of {size} ({store.label})"


_NOTHING_LASTS: Final = Absent("nothing that it mounts survives a stop")
_HAS_ROOM: Final = Absent(_how_full)


def _row(page: Page) -> str | None:
    """A row of df for a volume disk; that of a network volume is the whole cluster's."""
    line = page.line.split()
    if len(line) < 5 or not line[-1].startswith(("/workspace", "/runpod-volume")):
        return None
    if not line[0].startswith("/dev/") or not line[-2].rstrip("%").isdigit():
        return None
    percent = int(line[-2].rstrip("%"))
    return f"df shows the volume disk at {percent} %" if percent >= TIGHT_PERCENT else None


DETECTOR = Detector(
    code="RP30",
    title="Volume full or over its quota",
    severity=Severity.CRITICAL,
    cause=(
        "A network volume has a quota that df does not show: df there shows the cluster's pool. When the quota "
        "is used up, writes fail with EDQUOT, or leave files of 0 bytes. A volume disk simply fills up."
    ),
    fix=(
        "See what fills it: rgt-tui disk POD; by folder, inside: du -xh --max-depth=2 /workspace 2>/dev/null | sort -h | tail -20 (slow on a network volume)",
        "Delete hidden rubbish: /workspace/.Trash*, .s3compat_uploads/, old checkpoints that are verified elsewhere",
        "Grow the network volume: it can grow at any time and never shrink; a volume disk grows with a reset of the Pod",
        "Check what was written meanwhile: files may be cut off (rgt-tui checkpoints POD tells which ones load)",
    ),
    source="RunPod documentation, network volumes, read 2026-08-20; ComfyUI#8932, alpaca-lora#280",
    needs=(DiskReport,),
    applies=running,
    detect=_detect,
    strings=(
        ("OSError: [Errno 122] Disk quota exceeded", "Python 3 on a network volume"),
        ("Disk quota exceeded (os error 122)", "Rust 1 programs"),
        (
            "cp: error writing '/workspace/model.safetensors': Disk quota exceeded",
            "GNU coreutils 8 to 9",
        ),
    ),
    outdated=(
        (
            "df tells how full a network volume is",
            "it shows the whole cluster's pool; the volume's size is in the API, its limit shows as EDQUOT only (seen 2023 to 2026)",
        ),
        (
            "a network volume has a soft limit of 4 TB",
            "REST v2 takes 10 to 4096 GB and no more (2026-08); beyond that ask support",
        ),
    ),
    text=(
        Rule(
            words="quota edquot",
            pattern=r"\b(?:disk|storage|volume|user|block) quota\b.{0,20}\b(?:exceeded|reached|hit|full)|\[Errno 122\]|\(os error 122\)|\bEDQUOT\b|\bquota exceeded\b.{0,40}(?:/workspace|/runpod-volume|volume)|\bexceed\w* (?:the |my |its |your )?(?:disk|storage|volume) quota",
            reason="the volume's quota is used up",
        ),
        Rule(
            words="space enospc",
            pattern=r"(?:^|[\s'\"(:=])/(?:workspace|runpod-volume)\b.*\bNo space left on device|No space left on device.*['\"\s:=(]/(?:workspace|runpod-volume)\b",
            reason="a write to the volume was refused: it is full",
        ),
        Rule(
            words="volume",
            pattern=r"\b(?:network )?volume\b.{0,30}\b(?:is |was |at |now |nearly |almost )+(?:full|100 ?%|9[5-9] ?%)|\bvolume\b.{0,20}\b(?:ran out of|out of|no) space",
            reason="the volume is said to be full",
        ),
        Rule(words="dev+workspace", tells=_row),
    ),
)
