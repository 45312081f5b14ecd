"""Line 1: which Pod this is, and whether the service would delete it."""

from typing import Final

from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import rfc3339, show_usd
from rgt_tui.dossier.binding import ordered
from rgt_tui.dossier.view import View
from rgt_tui.guard.items import Datum, Exhibit, Found, Item, digest_of

LIVES_S: Final = 60.0
"""How old the Pod list may be while the checklist is open; at the fence it is read anew."""


def identity(view: View) -> Exhibit | None:
    """What the service says of the Pod just now."""
    seen = view.account.evidence.latest(PodList)
    if seen is None or seen.source == "cache" or view.now - seen.at > LIVES_S:
        failure = view.account.evidence.reading(PodList).failure
        if failure is None and view.is_looking:
            return None
        why = failure.error if failure is not None else "the Pod list was not read just now"
        return view.exhibit(Item.IDENTITY, Found.UNSEEN, why, LIVES_S)
    pod = next((it for it in seen.value.pods if it.id == view.pod.id), None)
    if pod is None:
        return view.exhibit(Item.IDENTITY, Found.REFUTED, "it is not listed any more", LIVES_S)
    refusal = why_not(pod)
    return Exhibit(
        item=Item.IDENTITY,
        found=Found.PROVED if refusal is None else Found.REFUTED,
        why=refusal or f"{clean(pod.label, 60)} ({pod.id}) is {pod.status}{_since(pod)}",
        at=view.steady_of(seen.at),
        lives_s=LIVES_S,
        data=_data(pod, seen.at),
        binding=(
            *(pod.id, pod.name, pod.status, pod.start, f"{pod.created_at}", pod.image),
            digest_of(ordered(pod)),
            refusal or "",
        ),
    )


def why_not(pod: Pod) -> str | None:
    """Why the Pod must not be deleted as it is; None when it may.

    `locked` does not stop a terminate at the service, by every text of RunPod's (REST v2 document,
    `Pod.locked`): so it is kept here. A cluster's member is answered with 409.
    """
    if pod.cluster is not None:
        cluster = clean(pod.cluster, 40)
        return (
            f"it belongs to cluster {cluster}: the service answers 409, for a cluster goes as a whole. "
            "Pull and verify the work of each member here; then delete it in RunPod's own console"
        )
    if pod.locked is None:
        return "whether it is locked is not known"
    if pod.locked:
        return "it is locked: unlocking is a step of its own (K)"
    if "terminate" not in pod.actions:
        return f"the service does not allow terminate while it is {clean(pod.status, 40)}"
    return None


def _since(pod: Pod) -> str:
    """When it was started, or made where it never was, in UTC."""
    started, created = rfc3339(pod.started_at), rfc3339(pod.created_at)
    if started is not None:
        return f", started {_shown(started)}"
    return f", made {_shown(created)}" if created is not None else ", nobody says since when"


def _shown(moment: str) -> str:
    return f"{moment[:10]} {moment[11:16]} UTC"


def _data(pod: Pod, at: float) -> tuple[Datum, ...]:
    cost = f"${show_usd(pod.cost_per_hour)}/h"
    said = f"{pod.gpu_count or 0}x {pod.gpu_id}" if pod.gpu_id else "CPU"
    return (
        Datum(what=f"{clean(pod.label, 60)}  {pod.id}", place="api", at=at, said=pod.status),
        Datum(what=said, place=pod.data_center or "?", said=cost),
        Datum(what=f"this start{_since(pod)}", place="api", at=pod.started_at or pod.created_at),
    )
