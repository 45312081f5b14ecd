"""What was proven of a Pod before we stopped it: kept, since a stopped Pod cannot write.

It holds while the Pod is stopped with the same start. It is written only after a stop of ours was
carried out, from evidence in which every line but the approval was proven.
"""

import contextlib
import json
import os
from pathlib import Path
from typing import Any, Final

from rgt_tui import places
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId, is_pod_id
from rgt_tui.guard.checklist import Binding, Dossier, Incarnation
from rgt_tui.guard.items import PROVEN, Datum, Exhibit, Found, Item, digest_of
from rgt_tui.guard.loss import LossMap, LostFile, LostWork, MountLoss, Names
from rgt_tui.termination.evidence import plain

FORMAT: Final = "rgt-frozen 3"
LARGEST: Final = 16 << 20


def freeze(state: Path, dossier: Dossier) -> bool:
    """Keeps what was proven, if all of it was; whether it is kept.

    Args:
        state: folder of the journal.
        dossier: as composed just before the stop was sent.
    """
    proven = {it.item for it in dossier.exhibits if it.found is Found.PROVED}
    if proven != set(PROVEN):
        return False
    body = plain(dossier)
    content = {"format": FORMAT, "dossier": body, "digest": digest_of(body)}
    path = _path(state, dossier.binding.pod)
    places.ensure_private(path.parent)
    places.write_private(path, json.dumps(content).encode("ascii"))
    return True


def read_frozen(state: Path, pod: Pod) -> Dossier | None:
    """What was proven of this start of a stopped Pod; None for nothing."""
    if not pod.is_stopped or not is_pod_id(pod.id):
        return None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        content, _ = places.read_regular(_path(state, pod.id), LARGEST)
        body = json.loads(content)
        is_ours = (body["format"], body["digest"]) == (FORMAT, digest_of(body["dossier"]))
        dossier = _dossier(body["dossier"]) if is_ours else None
        if dossier is not None and dossier.binding.incarnation.start == pod.start:
            return dossier if dossier.binding.pod == pod.id else None
    return None


def thaw(state: Path, pod: PodId) -> None:
    """Forgets it: the Pod was started or is gone."""
    with contextlib.suppress(OSError):
        os.unlink(_path(state, pod))


def _path(state: Path, pod: PodId) -> Path:
    return state / "frozen" / f"{pod}.json"


def _dossier(body: dict[str, Any]) -> Dossier:
    bound, start = body["binding"], body["binding"]["incarnation"]
    return Dossier(
        binding=Binding(
            account=bound["account"],
            pod=PodId(bound["pod"]),
            incarnation=Incarnation(**start),
            manifest=bound["manifest"],
            mounts=bound["mounts"],
        ),
        names=Names(name=body["names"]["name"]),
        exhibits=tuple(_exhibit(it) for it in body["exhibits"]),
        loss=LossMap(
            mounts=tuple(_mount(it) for it in body["loss"]["mounts"]),
            keeps=tuple(body["loss"]["keeps"]),
            works=tuple(LostWork(**it) for it in body["loss"]["works"]),
        ),
    )


def _exhibit(body: dict[str, Any]) -> Exhibit:
    return Exhibit(
        item=Item(body["item"]),
        found=Found(body["found"]),
        why=body["why"],
        at=body["at"],
        lives_s=body["lives_s"],
        data=tuple(Datum(**it) for it in body["data"]),
        binding=tuple(body["binding"]),
    )


def _mount(body: dict[str, Any]) -> MountLoss:
    single = tuple(LostFile(**it) for it in body.pop("single"))
    return MountLoss(single=single, **body)
