"""RP31: the file system has no inodes left: too many files, whatever their size.

Symptom: "No space left on device" while `df -h` shows room. Cause: millions of small files used up
the inodes, or a quota on their number. Fix: delete or pack small files.
Source: measured on a file system of 20 inodes; public notes of a file quota, 2026.
"""

import re
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
from rgt_tui.domain.volume import MountKind
from rgt_tui.domain.whom import running
from rgt_tui.probes.df import DiskMount, DiskReport

TIGHT_PERCENT: Final = 90.0
FULL_PERCENT: Final = 98.0
_HEAD: Final = re.compile(r"\bInodes\b.*\bIUse%")
_ROW: Final = re.compile(r"\s(\d{1,3})%\s+(/\S*)\s*$")
_NOT_DISKS: Final = (MountKind.SHM, MountKind.OTHER)
_NOISE: Final = ("/proc", "/sys", "/dev", "/run", "/etc")
_UNCOUNTED: Final = Absent("no disk counts its inodes")


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(DiskReport)
    mount, share = _fullest(seen.value)
    if mount is None:
        told = any(mount.answered for mount in seen.value.mounts)
        return _UNCOUNTED if told else Unknown(("its inodes: df told them of no disk",))
    if share < TIGHT_PERCENT:
        return _HAS_ROOM
    severity = Severity.CRITICAL if share >= FULL_PERCENT else Severity.WARNING
    return Present((Said("ssh", _how_full(subject), seen.at),), severity)


def _fullest(report: DiskReport) -> tuple[DiskMount | None, float]:
    """The disk that has used most of its inodes, and how many percent; None where none counts them."""
    fullest, most = None, -1.0
    for mount in report.mounts:
        if mount.kind not in _NOT_DISKS:
            share = mount.inodes_percent
            if share is not None and share > most:
                fullest, most = mount, share
    return fullest, most


def _how_full(subject: Subject) -> str:
    mount, share = _fullest(subject.seen(DiskReport).value)
    if mount is None:
        return ""
    used, total = mount.inodes_used, mount.inodes_total
    return f"{mount.path} uses {share:.0f}% of its inodes: {used:,} of {total:,}"


_HAS_ROOM: Final = Absent(_how_full)


def _row(page: Page) -> str | None:
    """A row under the header of `df -i`."""
    row = _ROW.search(page.line)
    if row is None or int(row[1]) < TIGHT_PERCENT or row[2].startswith(_NOISE):
        return None
    for line in reversed(page.before):
        if line.lstrip().startswith("Filesystem"):
            return f"df -i shows {row[2]} at {row[1]} %" if _HEAD.search(line) else None
    return None


DETECTOR = Detector(
    code="RP31",
    title="No inodes left",
    severity=Severity.CRITICAL,
    cause=(
        "Every file takes an inode, whatever its size. Millions of small files (unpacked datasets, caches, "
        "wandb folders) use them up, and writes fail with the text of a full disk while df -h shows room."
    ),
    fix=(
        "See it: df -i /; count by folder: find / -xdev -type f | cut -d/ -f2-4 | sort | uniq -c | sort -n | tail",
        "Delete caches of many files: pip and conda caches, __pycache__, wandb and .git of old runs",
        "Keep datasets packed: tar shards (webdataset), parquet, one file per shard",
    ),
    source="Measured 2026-11: ENOSPC with df -h at 0 % and df -i at 100 %",
    needs=(DiskReport,),
    applies=running,
    detect=_detect,
    strings=(
        (
            "No space left on device, no free inodes",
            "any program, measured 2026-11: the text is that of a full disk",
        ),
    ),
    text=(
        Rule(words="overlay tmpfs mfs dev", tells=_row),
        Rule(
            words="inode inodes",
            pattern=r"\binodes?\b.{0,40}\b(?:exhaust\w*|full|run(?:ning)? out|ran out|used up|limit|exceeded|none left|left: 0|9[5-9] ?%|100 ?%)|\b(?:no|out of|zero|0)(?: more| free)? inodes?\b",
            reason="the inodes are used up",
        ),
        Rule(
            words="limit+files limit+file quota+files quota+file many+files soft",
            pattern=r"\b[\d,]{5,20} ?/ ?[\d,]{5,20}(?: (?:soft|hard|files|inodes))? ?\((?:9[5-9]|100)(?:\.\d+)? ?%\)|\b(?:file|files) (?:count|number)? ?(?:limit|quota) (?:reached|exceeded)|too many (?:small )?files (?:on|in) (?:the )?(?:volume|disk|/workspace|directory)",
            reason="the number of files is at its limit",
        ),
    ),
)
