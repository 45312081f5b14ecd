"""RP2: what lay on the container disk is gone after a stop.

Symptom: paths, environments and tools that were there are missing after stop and start; the
hostname is another one. Cause: the container disk lives as long as one start of the container.
Fix: keep state on the volume disk or a network volume, and look before stopping.
Source: RunPod documentation, storage types, read 2026-08-20; a public record of a stop and start
in which files, environment and hostname had changed, 2026-07.
"""

import re
from typing import Final

from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.pod import Pod, PodList, StorageKind
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import show_bytes, show_duration
from rgt_tui.domain.whom import running
from rgt_tui.facts import disks_of, listed_at, root_store
from rgt_tui.probes.identity import IdentityReport

NEW_START_S: Final = 30 * 60.0
"""How long after a start the wipe is worth telling: what is missing is missed by then."""

_NEAR = re.compile(
    r"before the (?:stop|restart|reset)|after (?:the |a |i )?(?:stop|restart|resum|reset|reboot|start)"
    r"|uptime[ :]+00:0|\bup \d min|worked (?:before|yesterday)",
    re.IGNORECASE,
)
_LASTS: Final = Absent("it has storage that survives a stop, and runs since it was made")


def _detect(subject: Subject) -> Verdict:
    pod = subject.this
    at = listed_at(subject.account)
    disks = subject.once(disks_of)
    torn = next((s for s in disks if not s.agrees and s.path != "/"), None)
    if torn is not None:
        said = f"{torn.path} should be mounted and is not: what is written there lies on the container disk"
        return Present((Said("ssh", said, at),), severity=Severity.CRITICAL)
    began = _began_anew(pod, subject.now)
    if began is not None:
        said = f"started anew {show_duration(began)} ago: its container disk is a fresh one, what was on / before is gone"
        return Present((Said("api", said, at),), severity=Severity.INFO)
    if pod.storage is StorageKind.CONTAINER:
        root = root_store(disks)
        held = f", {show_bytes(root.used_bytes)} on / now" if root and root.used_bytes else ""
        said = f"no volume disk and no network volume: stop wipes everything it has{held}"
        return Present((Said("api", said, at),), severity=Severity.WARNING)
    inside = _began_inside(subject)
    if inside is not None:
        return inside
    return _LASTS


def _began_anew(pod: Pod, now: float) -> float | None:
    """Seconds since a later start than the first, while that is recent."""
    if pod.started_at is None or pod.created_at is None:
        return None
    if pod.started_at - pod.created_at < NEW_START_S or now - pod.started_at > NEW_START_S:
        return None
    return now - pod.started_at


def _began_inside(subject: Subject) -> Verdict | None:
    """A container that is younger than the API's start: it was made anew without a word there."""
    seen, began = subject.evidence.latest(IdentityReport), subject.this.started_at
    up = seen.value.container_up_s if seen is not None else None
    if seen is None or up is None or began is None:
        return None
    up += max(0.0, subject.now - seen.at)
    if up > NEW_START_S or subject.now - began < up + NEW_START_S:
        return None
    said = f"its first process runs for {show_duration(up)} only: the container is a fresh one, what was on / before is gone"
    told = f"the Pod was started {show_duration(subject.now - began)} ago"
    listed = Said("api", told, listed_at(subject.account))
    return Present((Said("ssh", said, seen.at), listed), severity=Severity.INFO)


def _missing_module(page: Page) -> str | None:
    """A module that is missing right after a start; anywhere else it is a matter of the program."""
    low = page.line.lower()
    if "modulenotfounderror" in low:
        page.memory["module"] = page.number
        near = page.saw(_NEAR)
        return "a module is missing right after a start" if near else None
    if page.number - page.memory.get("module", -99) <= 6 and _NEAR.search(page.line):
        return "a module is missing that was there before the stop"
    return None


DETECTOR = Detector(
    code="RP2",
    title="Container disk wiped by a stop",
    severity=Severity.WARNING,
    cause=(
        "Everything outside the volume disk and network volumes (/, /root, /opt, installed packages, "
        "host keys) belongs to one start of the container. Stop, reset and host moves delete it."
    ),
    fix=(
        (
            "Keep code, environments and outputs under the lasting mount (usually /workspace); a virtual "
            "environment too, on a volume disk: python -m venv /workspace/venv"
        ),
        "rgt-tui stop POD says what would be lost and asks; all of it, inside: find / -xdev -newer /proc/1 -type f -not -path '/proc/*' | head -100",
        "Bake what every start needs into the image, or install it in the start command",
        "rgt-tui pull POD /root/outputs --to DIR copies out what lies on / while the Pod still runs",
    ),
    source="RunPod documentation, storage types, read 2026-08-20",
    needs=(PodList,),
    applies=running,
    detect=_detect,
    strings=(
        ("-bash: /root/venv/bin/activate: No such file or directory", "bash 3 to 5"),
        ("bash: tmux: command not found", "bash 5, after a start of an image without it"),
    ),
    outdated=(
        (
            "tmux is not there by default, install it after each start",
            "official base images bring tmux and rsync (image files of 2026-07-29); custom images may not",
        ),
    ),
    text=(
        Rule(
            words="wiped erased lost gone disappeared vanished missing empty reset deleted cleared wipe wipes persist persisted",
            pattern=r"\bGONE-wiped\b|\b(?:container disk|containerdisk|/root|venv|packages|environment|files?|data|everything|models?|custom[ _]nodes|workspace|outputs?)\b.{0,60}\b(?:wiped|erased|lost|gone|disappear\w*|vanish\w*|missing|deleted|cleared|empty|(?:not|n't) persist\w*)\b"
            r".{0,60}\b(?:stop|stopp\w*|re-?start\w*|reset|reboot\w*|migrat\w*)"
            r"|\b(?:stop|stopp\w*|re-?start\w*|reset|reboot\w*|resum\w*)\b.{0,80}\b(?:wipe[sd]?|eras\w*|los[et]\w*|gone|disappear\w*|vanish\w*|deleted?|clear\w*)\b"
            r"|\b(?:wipe[sd]?|eras\w+|lost|deleted|reset|cleared)\b.{0,60}\b(?:on|after|by|upon|when|every)\b.{0,20}\b(?:stop|stopp\w*|re-?start\w*|reset|reboot\w*)\b",
            reason="data are gone after a stop",
            unless=r"optimizer|counter|connection|lost (?:signal|packet)|\bstep\b|early.?stop|stop.?loss|\bloss\b|network volume|terminat",
        ),
        Rule(
            words="such+file access",
            pattern=r"(?:^|[\s:'\"(`])(?:/root|/home/\w+|/opt|/app|~|/data|/srv|/mnt|/ComfyUI|/venv)/(?!\.)[^\s'\":]*['\"]?:? (?:No such file or directory)"
            r"|cannot (?:access|open|stat) '?(?:/root|/home/\w+|/opt|/data|~)/(?!\.)|\[Errno 2\] No such file or directory: '(?:/root|/home|/opt|/data)/(?!\.)[^']*(?:venv|ckpt|checkpoint|model|output|train|data|step)"
            r"|bin/activate: No such file|No such file or directory.{0,20}(?:/root|/home)/(?!\.)\S*(?:venv|ckpt|checkpoint|outputs?)",
            reason="a path on the container disk is missing",
            unless=r"\bexec\b|OCI runtime|tini|entrypoint|start\.sh|in cache",
        ),
        Rule(
            words="found+not",
            pattern=r"\b(?:tmux|screen|nvtop|htop|rclone|uv|conda|mamba|accelerate|huggingface-cli|hf|wandb|git-lfs|ncdu|aria2c|ffmpeg)(?:: command)? not found",
            reason="a tool that was installed by hand is missing: the container is a new one",
        ),
        Rule(
            words="modulenotfounderror uptime stop+before stop+after restart+before restart+after start+after reset+after worked up+min up+minutes",
            tells=_missing_module,
            even_quoted=True,
        ),
        Rule(
            words="such+file open+file",
            pattern=r"(?:/root|/opt|/home/\w+)/\.?venv/\S*:? No such file|can't open file '(?:/root|/home|/opt|/data)/[^']+': \[Errno 2\]",
            reason="a path on the container disk is missing",
        ),
        Rule(
            words="tmux screen nvtop htop rclone",
            pattern=r"command not found: (?:tmux|screen|nvtop|htop|rclone)\b|\b(?:tmux|screen|nvtop|htop|rclone): not found",
            reason="a tool that was installed by hand is missing: the container is a new one",
        ),
    ),
)
