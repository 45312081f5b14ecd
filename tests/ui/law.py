"""Terminate checklists for pictures and keys: one Pod in every state its deletion can come to."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from rgt_tui.domain.units import GIB, MIB
from rgt_tui.guard.checklist import UNDO_S, Binding, Checklist, Dossier, Incarnation
from rgt_tui.guard.events import (
    Cancelled,
    Fenced,
    FenceFailed,
    Gathered,
    Looking,
    PodVanished,
    Resolved,
    Seen,
    Sent,
    Ticked,
    Typed,
    Waived,
)
from rgt_tui.guard.items import Datum, Exhibit, Found, Item
from rgt_tui.guard.loss import Consequences, LossMap, LostFile, MountLoss, Names
from rgt_tui.guard.step import open_checklist, step
from rgt_tui.panes import Scene
from tests.ui import scenes
from tests.values import NOW

POD: Final = scenes.full_disk()
AT: Final = 1000.0
"""The guard's clock when the list was opened."""
ROOT: Final = MountLoss(
    path="/", label="container disk", stays=False, used=int(19.6 * GIB), size=20 * GIB
)
VOLUME: Final = MountLoss(
    path="/workspace", label="volume disk", stays=False, used=22 * GIB, size=200 * GIB
)
LOGS: Final = tuple(
    LostFile(path=f"/workspace/logs/events.out.tfevents.{number}", size=(30 - 10 * number) * MIB)
    for number in range(3)
)
SAFE: Final = LossMap(mounts=(ROOT, VOLUME), keeps=("6 files, 18.2G on this machine",))
LOSING: Final = replace(SAFE, mounts=(ROOT, replace(VOLUME, single=LOGS)))
MEANS: Final = Consequences(
    saves_per_hour=Decimal("4.76"),
    ends=("the SSH port", "the Pod's id"),
    instead=("stop costs $2.63 a day for its volume disk, at twice the price",),
)
FACTS: Final[dict[Item, tuple[str, tuple[Datum, ...]]]] = {
    Item.IDENTITY: (
        "RUNNING since 02:11, not locked, in no cluster",
        (
            Datum(what=f"id {POD.id}", place="api", at=NOW - 2),
            Datum(what="start 1780315320", place="api", at=NOW - 2),
            Datum(what="locked false", place="api", at=NOW - 2),
        ),
    ),
    Item.BLAST: (
        "6 checkpoint files, 18.2G, listed whole",
        (
            Datum(
                what="/workspace/ckpt", place="volume disk", size=int(18.2 * GIB), said="6 files"
            ),
            Datum(what="/workspace/logs", place="volume disk", size=60 * MIB, said="3 files"),
        ),
    ),
    Item.DURABLE: (
        "6 of 6 files pulled to this machine, SHA-256 equal, held",
        tuple(
            Datum(
                what=f"/workspace/ckpt/step-41000/model-0000{number}-of-00006.safetensors",
                place="local:jump1",
                size=3 * GIB,
                at=NOW - 3600,
                sha256=f"{number}f2a91b0c4",
                said="equal",
            )
            for number in range(1, 7)
        ),
    ),
    Item.LOADS: (
        "1 of 1 checkpoints whole on the copy that survives",
        (
            Datum(
                what="/data/ckpt/sweep-07/step-41000",
                place="local:jump1",
                size=int(18.2 * GIB),
                at=NOW - 90,
                said="full: 412 tensors, 18.2G read",
            ),
        ),
    ),
    Item.QUIET: (
        "no writer, no GPU process, nothing grew for 30 s",
        (
            Datum(what="GPU 0 0% 61W", place="nvidia-smi", at=NOW - 4),
            Datum(what="newest file 9h12m old", place="/workspace", at=NOW - 33120),
        ),
    ),
}


def exhibit(item: Item, found: Found = Found.PROVED, why: str = "") -> Exhibit:
    """Evidence on one line, taken when the list was opened."""
    said, data = FACTS[item]
    return Exhibit(
        item=item, found=found, why=why or said, at=AT, lives_s=600.0, data=data, binding=(why,)
    )


def dossier(*given: Exhibit, loss: LossMap = SAFE, without: tuple[Item, ...] = ()) -> Dossier:
    """Facts in which all lines are proven but those given, and those still being looked at."""
    told = {it.item: it for it in given}
    items = [item for item in FACTS if item not in without]
    return Dossier(
        binding=Binding(
            account="acc",
            pod=POD.id,
            incarnation=Incarnation(start=POD.start),
            manifest="sha256:m",
            mounts="sha256:mounts",
        ),
        names=Names(name=POD.name),
        exhibits=tuple(told.get(item, exhibit(item)) for item in items),
        loss=loss,
        consequences=MEANS,
    )


def gathering() -> Checklist:
    """One line failed, one could not be looked at, one is open."""
    failed = exhibit(Item.DURABLE, Found.REFUTED, "2 of 6 files are in no second copy")
    unseen = exhibit(Item.QUIET, Found.UNSEEN, "ssh: connection refused on port 22013")
    facts = dossier(failed, unseen, loss=LOSING, without=(Item.LOADS,))
    return open_checklist(facts, AT, seed=0)


def looking() -> Checklist:
    """Just opened: the Pod is known, and everything else is being looked at."""
    mounts = tuple(replace(it, is_complete=False) for it in SAFE.mounts)
    facts = dossier(without=tuple(FACTS)[1:], loss=LossMap(mounts=mounts))
    opened = open_checklist(facts, AT, seed=0)
    for item in FACTS:
        opened = step(opened, Looking(item=item))
    return opened


def ready() -> Checklist:
    """Everything is proven and nothing is lost."""
    return open_checklist(dossier(), AT, seed=0)


def losing() -> Checklist:
    """Everything is proven, and some files that are no checkpoints are lost."""
    return open_checklist(dossier(loss=LOSING), AT, seed=0)


def waived() -> Checklist:
    """One line was taken on by a person."""
    failed = exhibit(Item.DURABLE, Found.REFUTED, "2 of 6 files are in no second copy")
    opened = open_checklist(dossier(failed, loss=LOSING), AT, seed=0)
    reason = "run was a smoke test, weights are not wanted"
    return step(opened, Waived(item=Item.DURABLE, reason=reason, can_write=True))


def counting() -> Checklist:
    """Approved; it can still be taken back."""
    text = ready().challenge.text
    typed = Typed(text=text, keys=len(text), now=AT + 5, can_write=True)
    return step(step(ready(), typed), Ticked(now=AT + 7))


def fencing() -> Checklist:
    """The window is over; everything is looked at once more."""
    return step(counting(), Ticked(now=AT + 5 + UNDO_S))


def fence_failed() -> Checklist:
    """The last look shows something else."""
    return step(fencing(), FenceFailed(why="the last look shows a newer checkpoint: step-41500"))


def permitted() -> Checklist:
    """The last look shows the same; one request may leave."""
    now = AT + 6 + UNDO_S
    facts = dossier(*(replace(exhibit(item), at=now) for item in FACTS))
    return step(fencing(), Fenced(dossier=facts, now=now))


def sent() -> Checklist:
    """The request left."""
    return step(permitted(), Sent())


def gone() -> Checklist:
    """404, and not listed any more."""
    return step(sent(), Resolved(seen=Seen.GONE, said="it stopped billing at 12:07:14"))


def unknown() -> Checklist:
    """No answer came."""
    return step(sent(), Resolved(seen=Seen.UNCLEAR, said="no answer within 30 s"))


def kept() -> Checklist:
    """The service said no."""
    return step(sent(), Resolved(seen=Seen.PRESENT, said="409: the Pod belongs to a cluster"))


def cancelled() -> Checklist:
    """Taken back."""
    return step(counting(), Cancelled())


def vanished() -> Checklist:
    """It went away without our doing."""
    return step(ready(), PodVanished())


STATES: Final[dict[str, Callable[[], Checklist]]] = {
    make.__name__: make
    for make in (
        looking,
        gathering,
        ready,
        losing,
        waived,
        counting,
        fencing,
        fence_failed,
        permitted,
        sent,
        gone,
        unknown,
        kept,
        cancelled,
        vanished,
    )
}


def scene() -> Scene:
    """The account, with write mode unlocked."""
    return replace(scenes.demo(), read_only=False, write_left_s=600.0)


def anew(checklist: Checklist, now: float) -> Checklist:
    """The same facts, read again."""
    return step(checklist, Gathered(dossier=dossier(), now=now))
