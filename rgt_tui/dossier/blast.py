"""Line 2: whether everything that would be lost was seen."""

from typing import Final

from rgt_tui.domain.checkpoint import CheckpointList
from rgt_tui.dossier.view import LISTED_S, View
from rgt_tui.guard.items import Datum, Exhibit, Found, Item
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.repositories import RepositoryReport
from rgt_tui.probes.unsaved import UnsavedReport

TOLD: Final = 12
"""Files shown; the loss map has them all."""


def blast(view: View) -> Exhibit | None:
    """What was listed, and what could not be."""
    if view.pod.is_stopped:
        return _of_stopped(view)
    if view.no_road is not None:
        return view.exhibit(Item.BLAST, Found.UNSEEN, view.no_road, LISTED_S)
    disks, listed = view.seen(DiskReport, LISTED_S), view.checkpoints
    unsaved = view.seen(UnsavedReport, LISTED_S)
    works = view.seen(RepositoryReport, LISTED_S)
    if disks is None or listed is None or unsaved is None or works is None:
        seen = {DiskReport: disks, CheckpointList: listed, UnsavedReport: unsaved}
        missing = next((kind for kind, value in seen.items() if value is None), RepositoryReport)
        why = view.why_unseen(missing)
        return None if why is None else view.exhibit(Item.BLAST, Found.UNSEEN, why, LISTED_S)
    gaps = _gaps(view)
    files, count = _files(unsaved.value), len(listed.value.checkpoints)
    told = sum(it.count or 0 for it in unsaved.value.mounts)
    git = tuple(Datum(what=it.path, place="git", said=it.said) for it in works.value.repositories)
    ones = f"{count} checkpoint{'' if count == 1 else 's'}"
    noun = "repository" if len(git) == 1 else "repositories"
    why = f"listed: {ones}, {told} files on disks that go with it, {len(git)} git {noun}"
    return Exhibit(
        item=Item.BLAST,
        found=Found.UNSEEN if gaps else Found.PROVED,
        why=f"not everything could be listed: {gaps[0]}" if gaps else why,
        at=view.steady_of(min(disks.at, listed.at, unsaved.at, works.at)),
        lives_s=LISTED_S,
        data=(*_unseen(gaps), *git[:TOLD], *files[:TOLD]),
        binding=(
            *gaps,
            *sorted(d.what for d in files),
            *sorted(f"{d.what}: {d.said}" for d in git),
        ),
    )


def _unseen(gaps: tuple[str, ...]) -> tuple[Datum, ...]:
    return tuple(Datum(what=gap, said="not seen") for gap in gaps[:TOLD])


def _gaps(view: View) -> tuple[str, ...]:
    listed, unsaved = view.evidence.value(CheckpointList), view.evidence.value(UnsavedReport)
    found = [*(listed.gaps if listed is not None else ())]
    if unsaved is not None:
        found += unsaved.gaps
        found += [
            f"{it.path}: more files than are told" for it in unsaved.mounts if not it.is_whole
        ]
        found += [] if unsaved.mounts else ["no disk of the Pod was walked"]
    works = view.evidence.value(RepositoryReport)
    found += works.gaps if works is not None else ()
    found += [f"{store.path} does not answer" for store in view.stores if store.hung]
    return tuple(found)


def _files(report: UnsavedReport) -> tuple[Datum, ...]:
    files = sorted(
        (file for mount in report.mounts for file in mount.files), key=lambda it: -it.size_bytes
    )
    return tuple(Datum(what=it.path, size=it.size_bytes, at=it.modified) for it in files)


def _of_stopped(view: View) -> Exhibit:
    """A stopped Pod cannot write: stop has wiped its container disk, and what else it has stays."""
    disk = view.pod.volume_disk
    return view.of_stopped(
        Item.BLAST,
        "stop has wiped its container disk and it has no volume disk: nothing more is lost",
        f"the volume disk {disk.path if disk is not None else ''} cannot be read while it is stopped, "
        "and nothing was proven before: start it (it may come up with 0 GPUs, which is enough to "
        "copy), or waive blind",
    )
