"""Empties the trash folders on a Pod's disks: deleted files that still take room."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import show_bytes
from rgt_tui.fixes import Fix, Remedy, quoted
from rgt_tui.probes._walk import Offender
from rgt_tui.probes.largest import LargestReport
from rgt_tui.probes.volume_use import VolumeUseReport

LIMIT_S: Final = 600.0


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    found = [it for it in _trash(pod, account) if _is_trash(it.path)]
    if not found:
        return "no trash folder was found; the disks are walked every 15 min"
    lines = [f"rm -rf -- {quoted(it.path)}" for it in found]
    size = sum(it.size_bytes for it in found)
    return Remedy(
        doing=f"empty the trash of {pod.label}",
        said=(
            f"Deletes {show_bytes(size)} in {', '.join(it.path for it in found)}.",
            "Nothing brings it back. What other Pods put into the trash of a shared volume goes too.",
        ),
        script="\n".join(("set -eu", *lines, "echo emptied")) + "\n",
        limit_s=LIMIT_S,
    )


def _trash(pod: Pod, account: Account) -> Iterator[Offender]:
    about = account.about(pod.id)
    for report in (about.value(LargestReport), about.value(VolumeUseReport)):
        for use in report.mounts if report is not None else ():
            yield from use.trash


def _is_trash(path: str) -> bool:
    """Only a folder whose own name says so, and none that holds one."""
    pure = PurePosixPath(path)
    return pure.is_absolute() and ".." not in pure.parts and pure.name.startswith(".Trash")


FIX = Fix(
    name="trash",
    title="empty the trash folders",
    codes=frozenset({"RP11", "RP30", "RP31"}),
    remedy=_remedy,
)
