"""Line 4: whether what survives can be loaded: read in full, judged, and named by a hash."""

from typing import Final

from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList, CheckpointProofs, Verdict
from rgt_tui.dossier.durable import NOTHING
from rgt_tui.dossier.view import LISTED_S, View
from rgt_tui.guard.items import Datum, Exhibit, Found, Item

LIVES_S: Final = 86_400.0
"""A verdict is bound to the stamps and hashes of its files; while those are the same it holds a day."""


def loads(view: View) -> Exhibit | None:
    """The verdict on each checkpoint; a warning or a silence is never "ok"."""
    if view.pod.is_stopped:
        unproven = "its files were not proven to be whole before it stopped"
        return view.of_stopped(Item.LOADS, NOTHING, unproven)
    if view.no_road is not None:
        return view.exhibit(Item.LOADS, Found.UNSEEN, view.no_road, LISTED_S)
    listed = view.checkpoints
    if listed is None:
        why = view.why_unseen(CheckpointList)
        return None if why is None else view.exhibit(Item.LOADS, Found.UNSEEN, why, LISTED_S)
    ones = listed.value.checkpoints
    verdicts = {one.path: verdict_of(view, one) for one in ones}
    broken = [one for one in ones if verdicts[one.path][0] is Verdict.BROKEN]
    unknown = [one for one in ones if verdicts[one.path][0] is Verdict.UNKNOWN]
    told = (*broken, *unknown, *(one for one in ones if verdicts[one.path][0] is Verdict.OK))
    if unknown and not broken and view.is_looking and any(_is_unproven(view, it) for it in unknown):
        return None
    found = Found.REFUTED if broken else Found.UNSEEN if unknown else Found.PROVED
    first = next(iter((*broken, *unknown)), None)
    why = f"{len(ones)} checkpoints were read in full and are whole" if ones else "nothing to load"
    if first is not None:
        why = f"{first.shown}: {verdicts[first.path][1]}"
    return Exhibit(
        item=Item.LOADS,
        found=found if listed.value.is_complete or found is not Found.PROVED else Found.UNSEEN,
        why=why,
        at=view.steady,
        lives_s=LIVES_S,
        data=tuple(_datum(view, one, verdicts[one.path]) for one in told[: max(12, len(broken))]),
        binding=tuple(sorted(ascii(f"{path}={it[0]}") for path, it in verdicts.items())),
    )


def verdict_of(view: View, one: Checkpoint) -> tuple[Verdict, str]:
    """The verdict on one checkpoint; ok only where every byte of it was read and hashed."""
    verdict, why = view.proofs.verdict_of(one)
    if verdict is not Verdict.OK:
        return verdict, why
    for file in one.files:
        proof = view.proofs.of(file)
        if proof is None or not (proof.is_proven or proof.is_beside):
            return Verdict.UNKNOWN, f"{file.shown} was not read in full"
    return verdict, why


def _is_unproven(view: View, one: Checkpoint) -> bool:
    """Whether a verifier may yet come to it."""
    failure = view.evidence.reading(CheckpointProofs).failure
    return failure is None and any(view.proofs.of(file) is None for file in one.files)


def _datum(view: View, one: Checkpoint, verdict: tuple[Verdict, str]) -> Datum:
    proofs = [it for it in map(view.proofs.of, one.files) if it is not None]
    read, level = sum(it.bytes_read for it in proofs), min((it.level for it in proofs), default="")
    return Datum(
        what=one.shown,
        place=f"{verdict[0]}, level {level or '?'}, {read} bytes read",
        size=one.size,
        at=one.modified,
        sha256=next((it.sha256 for it in proofs if it.sha256), ""),
        said=verdict[1],
    )
