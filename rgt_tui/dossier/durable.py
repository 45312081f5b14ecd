"""Line 3: whether every checkpoint is somewhere that survives."""

from typing import Final

from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList
from rgt_tui.domain.durable import NotDurable
from rgt_tui.dossier.view import LISTED_S, View
from rgt_tui.guard.items import Datum, Exhibit, Found, Item
from rgt_tui.probes.df import DiskReport

NOTHING: Final = "nothing that a terminate deletes holds files any more"


def durable(view: View) -> Exhibit | None:
    """Where each checkpoint survives, or that none does."""
    if view.pod.is_stopped:
        return _of_stopped(view)
    if view.no_road is not None:
        return view.exhibit(Item.DURABLE, Found.UNSEEN, view.no_road, LISTED_S)
    listed, disks = view.checkpoints, view.seen(DiskReport, LISTED_S)
    if listed is None or disks is None:
        why = view.why_unseen(CheckpointList if listed is None else DiskReport)
        return None if why is None else view.exhibit(Item.DURABLE, Found.UNSEEN, why, LISTED_S)
    if not listed.value.is_complete:
        why = f"not every folder could be listed: {listed.value.gaps[0]}"
        return view.exhibit(Item.DURABLE, Found.UNSEEN, why, LISTED_S)
    ones = listed.value.checkpoints
    lost = [one for one in ones if view.lost_of(one) or not one.files]
    return Exhibit(
        item=Item.DURABLE,
        found=Found.REFUTED if lost else Found.PROVED,
        why=_why(view, ones, lost),
        at=view.steady_of(min(listed.at, disks.at)),
        lives_s=LISTED_S,
        data=tuple(_datum(view, one) for one in sorted(ones, key=lambda it: it not in lost)),
        binding=tuple(sorted(ascii(f"{one.path}={_where(view, one)}") for one in ones)),
    )


def _where(view: View, one: Checkpoint) -> str:
    """The places that keep the whole of it, or why one of its files counts as lost."""
    places: set[str] | None = None
    for file in one.files:
        found = view.outlives(one, file)
        if isinstance(found, NotDurable):
            return f"nowhere: {found.why}"
        here = {it.place for it in found}
        places = here if places is None else places & here
    return ", ".join(sorted(places or ())) or "in pieces over several places"


def _why(view: View, ones: tuple[Checkpoint, ...], lost: list[Checkpoint]) -> str:
    if not ones:
        return "there is no checkpoint in any folder: nothing to keep, by a complete listing"
    if not lost:
        return f"{len(ones)} checkpoints survive: {_where(view, ones[0])}"
    return (
        f"{len(lost)} of {len(ones)} checkpoints are lost: {lost[0].shown} {_where(view, lost[0])}"
    )


def _datum(view: View, one: Checkpoint) -> Datum:
    proofs = [view.proofs.of(file) for file in one.files]
    first = next((it.sha256 for it in proofs if it is not None and it.sha256), "")
    return Datum(
        what=one.shown,
        place=_where(view, one),
        size=one.size,
        at=one.modified,
        sha256=first,
        said=f"{len(one.files)} files",
    )


def _of_stopped(view: View) -> Exhibit:
    unproven = "its files were not proven to be elsewhere before it stopped"
    found = view.of_stopped(Item.DURABLE, NOTHING, unproven)
    gone = [d for d in found.data if d.place.startswith("local:") and not _is_held(view, d)]
    if found.found is Found.PROVED and gone:
        why = f"the copy here of {gone[0].what} is gone or was changed since it was proven"
        return view.exhibit(Item.DURABLE, Found.REFUTED, why)
    return found


def _is_held(view: View, datum: Datum) -> bool:
    return any(it.is_kept and it.hold.proof.sha256 == datum.sha256 for it in view.holds)
