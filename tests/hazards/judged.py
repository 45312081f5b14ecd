"""The way of real files to a checklist: the verifier as a process, its answers, dossier, gate.

All else about the Pod is proven, so that what the files hold decides alone.
"""

import itertools
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rgt_tui.clients.answers import Proven, checkpoint_list
from rgt_tui.domain.checkpoint import CheckpointList, CheckpointProofs, FileProof, with_proofs
from rgt_tui.domain.holding import HoldSeen
from rgt_tui.domain.pod import NetworkMount
from rgt_tui.domain.volume import MountKind
from rgt_tui.dossier import compose
from rgt_tui.guard.checklist import Checklist, Dossier
from rgt_tui.guard.events import Typed
from rgt_tui.guard.step import open_checklist, step
from rgt_tui.probes.df import DiskReport
from tests.dossier.worlds import DISK, NETWORK, ROOT, STEADY, held, unsaved, view
from tests.values import a_pod
from tests.verifiers.asking import ask


def age(folder: Path, seconds: float = 3600.0) -> None:
    """Makes everything below a folder as old as what has settled."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            at = path.stat().st_mtime - seconds
            os.utime(path, (at, at))


def listed(folder: Path, *more: Path) -> CheckpointList:
    """The checkpoints below folders, as the verifier lists them."""
    roots = [str(folder), *map(str, more)]
    return checkpoint_list(ask({"op": "list", "roots": roots}))


def proven(found: CheckpointList) -> CheckpointProofs:
    """What the verifier proves of them, read in full."""
    requests = [
        {"op": "verify", "paths": list(one.asked), "level": "full"} for one in found.checkpoints
    ]
    answers = iter(ask(*requests))
    known = CheckpointProofs()
    for one in found.checkpoints:
        taken = Proven()
        for answer in itertools.takewhile(lambda it: "done" not in it, answers):
            taken.take(answer)
        known = with_proofs(known, one, taken.files, taken.groups)
    return known


def hashes(folder: Path) -> list[FileProof]:
    """The files of a folder as they are now."""
    return list(proven(listed(folder)).files.values())


def copies(folder: Path) -> tuple[HoldSeen, ...]:
    """Held copies here of the files of a folder, with the bytes they have now."""
    return tuple(held(it.stamp, it.sha256) for it in hashes(folder))


def on_network(folder: Path, **changed: Any) -> dict[str, Any]:
    """A Pod with a network volume where the folder is."""
    mounts = (NetworkMount(volume_id="agv6w2qcg7", path=str(folder)),)
    return {"volume_disk": None, "network_mounts": mounts, **changed}


def facts(
    folder: Path,
    *more: Path,
    holds: tuple[HoldSeen, ...] = (),
    seen: CheckpointList | None = None,
    disks: Sequence[Any] | None = None,
) -> Dossier:
    """The dossier of a Pod that has these files on a network volume, or copies of them here."""
    found = seen if seen is not None else listed(folder, *more)
    there = replace(NETWORK if not holds else DISK, path=str(folder))
    pod = a_pod(**on_network(folder)) if not holds else a_pod()
    report = DiskReport((ROOT, there) if disks is None else tuple(disks))
    assert holds or there.kind is MountKind.NETWORK
    return compose(view(found, proven(found), report, unsaved(), pod=pod, holds=holds))


def opened(dossier: Dossier) -> Checklist:
    """The checklist after a person looked long enough and typed what it asks for."""
    checklist = open_checklist(dossier, STEADY, seed=0)
    text = checklist.challenge.text
    return step(checklist, Typed(text=text, keys=len(text), now=STEADY + 20, can_write=True))
