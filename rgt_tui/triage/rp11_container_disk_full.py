"""RP11: the container disk is full while the workspace has room.

Symptom: writes fail with `[Errno 28] No space left on device`; `df` shows the overlay at `/`
at 95 % or more. Cause: caches, environments and outputs lie on the small container disk. Fix:
move them to the workspace, or clear them; growing the container disk resets the Pod.
Source: RunPod documentation, troubleshooting "storage full", read 2026-08-20; message texts
measured with pip, dd and Python on a full overlay.
"""

import re
from typing import Final

from rgt_tui.courses import growth_per_hour, hours_to_full
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
from rgt_tui.domain.units import show_bytes, show_duration, show_percent
from rgt_tui.domain.whom import running
from rgt_tui.facts import disks_of, root_store
from rgt_tui.probes.df import DiskReport
from rgt_tui.storage import Store

FULL_PERCENT: Final = 95.0
ROOMY_PERCENT: Final = 80.0
FEW_PERCENT: Final = 30.0
"""Below this nothing is said of growth: a fresh container fills its first gigabytes fast."""
WATCHED_S: Final = 600.0
"""So long the growth must have been watched: one checkpoint is no flood."""
SOON_H: Final = 24.0
VERY_SOON_H: Final = 6.0

_OTHER_DISK = r"(?:^|[\s'\"(:=])/(?:workspace|runpod-volume|dev/shm)\b|quota exceeded"
"""The full disk is named, and it is not the container disk."""
_OF_A_HOST = r"\benough (?:free )?(?:disk )?space\b(?=.{0,40}\b(?:host|machine|deploy)\b)"
"""It is a host that has no room for a new Pod (RP17)."""
_INODES = re.compile(r"\bIUse%|\bInodes\b")
_OVERLAY_ROW = re.compile(r"^overlay\s.*\s(\d{1,3})%\s+/$")


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(DiskReport)
    found = subject.once(disks_of)
    root = root_store(found)
    percent = root.percent if root is not None else None
    if root is None or percent is None:
        return Unknown(("how full / is: df did not tell it",))
    if percent < FULL_PERCENT:
        return _growing(subject, root) or _HAS_ROOM
    roomy = next((store for store in found if _has_room(store)), None)
    said = [Said("ssh", f"{_used(root)} ({root.label})", seen.at)]
    if roomy is not None:
        said.append(
            Said("ssh", f"{roomy.path} has room: {_amount(roomy)} ({roomy.label})", seen.at)
        )
    return Present(tuple(said), fix=_steps(roomy))


def _used(root: Store) -> str:
    return f"/ is {show_percent(root.percent)} full: {_amount(root)}"


def _how_full(subject: Subject) -> str:
    root = root_store(subject.once(disks_of))
    return _used(root) if root is not None else ""


_HAS_ROOM: Final = Absent(_how_full)


def _growing(subject: Subject, root: Store) -> Verdict | None:
    """A warning before it is full, where it has grown steadily for a while."""
    if (root.percent or 0) < FEW_PERCENT:
        return None
    reading = subject.evidence.reading(DiskReport)
    seen = [sample for sample in reading.history if sample.get("/") is not None]
    if not seen or subject.now - seen[0].at < WATCHED_S:
        return None
    growth = growth_per_hour(seen, "/", subject.now)
    hours = hours_to_full(root.used_bytes, root.size_bytes, growth)
    if growth is None or hours is None or hours > SOON_H:
        return None
    said = f"/ grows by {show_bytes(int(growth))} an hour: full in {show_duration(hours * 3600)}"
    at = reading.good.at if reading.good is not None else None
    severity = Severity.WARNING if hours <= VERY_SOON_H else Severity.INFO
    roomy = next((s for s in subject.once(disks_of) if _has_room(s)), None)
    return Present((Said("ssh", said, at), Said("ssh", _used(root), at)), severity, _steps(roomy))


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


def _overlay_row(page: Page) -> str | None:
    row = _OVERLAY_ROW.match(page.line.strip())
    if row is None or int(row[1]) < FULL_PERCENT or page.saw(_INODES, 8):
        return None
    return f"df shows the overlay at / at {row[1]} %"


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
    applies=running,
    detect=_detect,
    strings=(
        ("[Errno 28] No space left on device", "Python 3; measured with pip and torch, 2026-11"),
        ("No space left on device (os error 28)", "Rust 1 programs: uv, hf-xet, safetensors"),
        (
            "dd: error writing '/root/big': No space left on device",
            "GNU coreutils 9, measured 2026-11",
        ),
        (
            "failed to register layer: write /usr/lib/libcudnn.so.9: no space left on device",
            "Docker 20 to 28, while pulling an image",
        ),
    ),
    outdated=(
        (
            "the container disk has 5 GB unless you ask for more",
            "it depends on who creates: runpodctl 20 GB (2.7), the SDK 10 GB (1.12), REST v1 50 GB, REST v2 wants it named (2026-08)",
        ),
        (
            "caches of pip, uv and Hugging Face fill /",
            "not on official images: theirs lie under /workspace (image files of 2026-07-29); apt, conda, site-packages and custom images do fill /",
        ),
    ),
    text=(
        Rule(
            words="failure+writing",
            pattern=r"^\W*(?:curl: \(23\) )?Fail(?:ure|ed) writing (?:output|body)\b",
            reason="a download could not be written",
        ),
        Rule(
            words="errorcode+9 disk+enough",
            pattern=r"errorCode=9\b.{0,80}|\bnot enough disk space available\b|\bNot enough disk space$",
            reason="a download found too little disk space",
            unless=_OF_A_HOST,
        ),
        Rule(
            words="error+28",
            pattern=r"\(os error 28\)",
            reason="a write was refused because the disk is full (ENOSPC)",
        ),
        Rule(
            words="space enospc",
            pattern=r"\[Errno 28\]|\(os error 28\)|\bENOSPC\b|failed to register layer: .*no space left|:\s*No space left on device\b"
            r"|\b(?:error|write|writing|failed|cannot|fatal|exception|abort\w*|fail)\b.*\bno space left|\bno space left on (?:the )?(?:device|disk|drive|container)"
            r"|(?:\bnot|n't)(?: have)? enough (?:free )?(?:disk )?space (?:to|on|for|in|left|available)|\b(?:out of|insufficient|ran out of|run out of|no(?: more)?(?: free)?) (?:disk |storage )?space\b(?! (?:left |available )?(?:in|for) (?:the |its |a |this )?(?:\w+ )?(?:queue|buffer|ring|pool|batch|heap|arena|table|context|prompt)s?\b)",
            reason="a write was refused because the disk is full (ENOSPC)",
            unless=_OTHER_DISK
            + r"|\b(?:address|search|color|vram|gpu memory|kv cache|swap|tab|user|name) ?space\b|machine does not|deploy your pod|"
            + _OF_A_HOST
            + r"|huggingface\.co/spaces",
        ),
        Rule(words="overlay", tells=_overlay_row, stands=True),
        Rule(
            words="full+disk full+overlay full+root usage+disk ran+disk exhausted+disk 100+disk 95+disk 96+disk 97+disk 98+disk 99+disk",
            pattern=r"\b(?:container disk|root (?:disk|fs|filesystem)|overlay|disk /)\b.{0,40}\b(?:is |was |at |now |getting |nearly |almost )*(?:full|100 ?%|9[5-9] ?%|exhausted|ran out|out of space)"
            r"|\bdisk (?:is |was )?full\b|\bdisk usage (?:is )?(?:at )?(?:100|9[5-9]) ?%",
            reason="the container disk is said to be full",
            unless=_OTHER_DISK,
            stands=True,
        ),
        Rule(
            words="pytorchstreamwriter inline_container enforce unexpected",
            pattern=r"PytorchStreamWriter failed writing|\[enforce fail at inline_container\.cc.{0,60}unexpected pos",
            reason="torch.save could not write to the end, as on a full disk",
        ),
    ),
    gives_way_to=("RP31",),
)
