"""RP32: the network volume is slow or does not answer.

Symptom: processes in state D that nothing can end, `ls` that waits, steps that take ten times as
long. Cause: a network file system with 200-400 MB/s at best, much less with small files, and
stalls. Fix: work on the container disk, keep few big files on the volume.
Source: RunPod documentation, network volumes (200-400 MB/s), read 2026-08-20; public notes of a
stall (wchan request_wait_answer) and of cold reads at 33 MB/s, 2026.
"""

import re
from typing import Final

from rgt_tui.domain.finding import Absent, Detector, Present, Said, Severity, Subject, Verdict
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.whom import running
from rgt_tui.facts import disks_of
from rgt_tui.probes.df import DiskReport

SLOW_MB_S: Final = 30.0
_RATE: Final = re.compile(r"copied, [\d.]+ s(?:econds)?, ([\d.]+) ([kMG]?)B/s")
_ON_VOLUME: Final = re.compile(r"/workspace|/runpod-volume|mfs#")
_ANSWERS: Final = Absent("every mount answers df")


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(DiskReport)
    hung = [store for store in subject.once(disks_of) if store.hung]
    if not hung:
        return _ANSWERS
    return Present(
        tuple(
            Said(
                "ssh",
                f"{store.path} ({store.label}) does not answer df: whatever touches it waits",
                seen.at,
            )
            for store in hung
        )
    )


def _slow_copy(page: Page) -> str | None:
    """What dd says of a copy to or from the volume."""
    rate = _RATE.search(page.line)
    if rate is None or not (_ON_VOLUME.search(page.line) or page.saw(_ON_VOLUME, 4)):
        return None
    speed = float(rate[1]) * {"": 1e-6, "k": 1e-3, "M": 1.0, "G": 1e3}[rate[2]]
    return f"the volume moves {speed:.3g} MB/s" if speed < SLOW_MB_S else None


DETECTOR = Detector(
    code="RP32",
    title="Network volume slow or stuck",
    severity=Severity.WARNING,
    cause=(
        "A network volume is a file system over the network: 200-400 MB/s at best, far less with many small "
        "files, and at times it stalls. A process that waits for it (state D) cannot even be killed."
    ),
    fix=(
        "See who waits: ps -eo stat,wchan:24,pid,args | grep '^D'",
        "Copy what is read often to the container disk first: rsync -a /workspace/data /root/data",
        "Keep environments off the volume, and datasets as few big files",
        "A stall of minutes passes by itself; longer: start a Pod in the same data center, else ask support",
        "HIGH_PERFORMANCE volumes exist in some data centers",
    ),
    source="RunPod documentation, network volumes, read 2026-08-20",
    needs=(DiskReport,),
    applies=running,
    detect=_detect,
    strings=(
        ("INFO: task python:812 blocked for more than 120 seconds.", "Linux 4 to 6, kernel log"),
        (
            "root  812  0.0  0.3 D    request_wait_answ  python train.py --data /workspace",
            "ps of procps 3 and 4, with wchan",
        ),
    ),
    text=(
        Rule(
            words="blocked",
            pattern=r"\btask \S+:\d+ blocked for more than \d+ seconds",
            reason="the kernel sees a process wait for its disk",
        ),
        Rule(
            words="wait answ answer wchan fuse request nfs mfs",
            pattern=r"\bD[sl+<N]*\s+(?:fuse_\w+|request_wait\w*|rpc_wait\w*|nfs_\w+|__fuse\w*|wait_on_page\w*|io_schedule\w*)|\b(?:fuse_wait_answer|request_wait_answ\w*)",
            reason="processes wait for the network volume (state D)",
        ),
        Rule(
            words="mfs moosefs nfs fuse deep uninterruptible",
            pattern=r"\b(?:mfs|moosefs|nfs|fuse|network (?:volume|file ?system|storage|mount))\b.{0,80}\b(?:sleep|hang\w*|hung|stall\w*|stuck|slow\w*|time[ds]? ?out|not respond\w*|unresponsive|freez\w*|frozen|D state)\b|\b(?:stuck|hung|hang\w*|block\w*|waiting)\b.{0,40}\bin (?:the )?(?:mfs|moosefs|nfs|fuse)\b|\bdeep[- ]IO sleep|\buninterruptible sleep\b",
            reason="the network volume does not answer",
            unless=r"sleep infinity",
        ),
        Rule(
            words="slow slowly hang hangs hanging hung stall stalls stalled stalling unresponsive frozen freeze freezes crawl crawls crawling forever hours+volume ages+volume",
            pattern=r"\b(?:network )?(?:volume|/workspace|workspace)\b.{0,60}\b(?:is |are |was |so |very |extremely |too |painfully |really )*(?:slow\w*|hang(?:s|ing)?|hung|stall\w*|unresponsive|frozen|freez\w*|crawl\w*|takes (?:forever|hours|ages))\b|\b(?:slow|hang(?:s|ing)?|stalled|unresponsive)\b.{0,40}\b(?:network volume|/workspace)",
            reason="the network volume is slow or stuck",
            unless=r"not slow|send|receive|runpodctl|proxied",
        ),
        Rule(
            words="endpoint stale responding",
            pattern=r"Transport endpoint is not connected|Stale file handle|nfs: server \S+ not responding",
            reason="the network file system lost its server",
        ),
        Rule(words="copied", tells=_slow_copy),
    ),
)
