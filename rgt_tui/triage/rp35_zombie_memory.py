"""RP35: GPU memory is held by something that no longer works.

Symptom: much memory used, no use, no process to be seen; new runs die of RP23. Cause: a dead run
whose process hangs (state D), or one outside this container. Fix: end it, else restart the Pod.
Inside containers an empty process list is normal while the GPU is at work.
Source: pai#3372, nvidia-docker#179, nvidia-docker#759.
"""

import re
from typing import Final

from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import GIB, show_bytes
from rgt_tui.domain.whom import running_on_gpus
from rgt_tui.probes.nvidia_smi import Gpu, GpuReport

HELD_BYTES: Final = 2 * GIB
HELD_MIB: Final = 1024
IDLE_W_SHARE: Final = 0.35
"""Above this share of the power limit a GPU works, whatever its use says."""
_NOT_FOUND: Final = re.compile(r"\[Not Found\]\W*(\d+) ?MiB", re.IGNORECASE)
_ROW: Final = re.compile(r"(\d+)MiB\s*/\s*\d+MiB\s*\|\s*(\d+)%")
_FREE: Final = Absent("no GPU holds memory without working")


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(GpuReport)
    owners = {process.gpu_uuid for process in seen.value.processes}
    held = [gpu for gpu in seen.value.gpus if gpu.uuid not in owners and _is_held(gpu)]
    if not held:
        return _FREE
    said = tuple(
        Said(
            "ssh",
            f"GPU {gpu.index}: {show_bytes(gpu.memory_used_bytes)} held at 0% use, no process seen",
            seen.at,
        )
        for gpu in held
    )
    return Present(said)


def _is_held(gpu: Gpu) -> bool:
    if (
        gpu.util_percent is None
        or gpu.util_percent > 0
        or (gpu.memory_used_bytes or 0) < HELD_BYTES
    ):
        return False
    if gpu.power_w is None or not gpu.power_limit_w:
        return True
    return gpu.power_w / gpu.power_limit_w < IDLE_W_SHARE


def _table(page: Page) -> str | None:
    """Whether "No running processes found" stands under an idle GPU that holds memory."""
    for line in reversed(page.before):
        row = _ROW.search(line)
        if row is not None and int(row[1]) > HELD_MIB and int(row[2]) == 0:
            return f"{row[1]} MiB are held at 0% use, and no process is to be seen"
    return None


def _ownerless(page: Page) -> str | None:
    """A process that nvidia-smi cannot find any more, and holds memory; in a container also one outside."""
    row = _NOT_FOUND.search(page.line)
    if row is None or int(row[1]) <= HELD_MIB:
        return None
    gpu = page.saw(_ROW)
    if gpu is not None and int(gpu[2]) > 0:
        return None  # it works: its process is that of another container
    return f"{row[1]} MiB are held by a process that is not to be found"


DETECTOR = Detector(
    code="RP35",
    title="GPU memory held by nobody",
    severity=Severity.WARNING,
    cause=(
        "A run has ended or hangs and its memory on the GPU was not given back: its process waits for ever "
        "(state D), is defunct, or lives outside this container. New runs find the memory taken."
    ),
    fix=(
        "Look for it inside: ps -eo pid,stat,etime,args | grep -i python; also notebooks kept open",
        "End it: kill PID, then kill -9 PID; a process in state D goes only when its disk answers (RP32)",
        "If there is none to be seen: rgt-tui restart POD; if the memory stays taken, rgt-tui relaunch POD on another host",
        "A notebook or server that keeps a model loaded looks the same: then all is well",
    ),
    source="pai#3372, nvidia-docker#179 and #759, read 2026-11",
    needs=(GpuReport,),
    applies=running_on_gpus,
    detect=_detect,
    strings=(
        (
            "|  71214MiB /  81920MiB |      0%      Default |\n|  No running processes found  |",
            "nvidia-smi, with memory used at 0% use; normal in containers while the GPU works",
        ),
    ),
    text=(
        Rule(
            words="processes+found",
            pattern="",
            tells=lambda page: _table(page) if "No running processes found" in page.line else None,
        ),
        Rule(
            words="processes+used processes+held processes+occupied processes+allocated processes+taken",
            pattern=r"\d ?[GM]i?B\b.{0,30}\b(?:used|held|allocated|occupied|taken)\b.{0,40}\bno (?:running |visible )?processes\b",
            reason="memory of the GPU is held, and no process is to be seen",
            unless=r"\b[1-9]\d? ?%",
        ),
        Rule(words="not+found", has="MiB", tells=_ownerless),
        Rule(
            words="zombie defunct orphan",
            pattern=r"\b(?:zombie|orphan\w*|leaked|stale)\b.{0,60}\b(?:vram|gpu|cuda)\b|\b(?:vram|gpu|cuda)\b.{0,60}\bzombie\b|\bpython\S*\b.{0,20}<defunct>|\bdefunct\b.{0,40}\b(?:gpu|vram|cuda)",
            reason="a dead process holds memory of the GPU",
        ),
        Rule(
            words="freed released cleared reclaimed still+memory still+vram still+gpu process+vram process+memory process+gpu processes+gpu processes+vram",
            pattern=r"\bgpu process(?:es)? in `?D`? state|\b(?:gpu|vram|cuda|video)(?: memory)?\b.{0,50}\b(?:not (?:been |being )?(?:freed|released|cleared|reclaimed)|(?:never|n't) (?:get |be |been )?(?:freed|released|cleared)|still (?:occupied|held|used|allocated|full|in use|taken))\b|\b(?:no|without(?: any)?) (?:visible |running )?process(?:es)?\b.{0,60}\b(?:vram|gpu memory|gpu ram)\b.{0,30}\b(?:used|occupied|held|taken|full)|\b(?:vram|gpu memory)\b.{0,40}\b(?:used|occupied|held|full)\b.{0,60}\b(?:no|without(?: any)?) (?:visible |running )?process",
            reason="memory of the GPU is held by something that no longer works",
        ),
    ),
)
