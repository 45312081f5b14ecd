"""A checklist taken to its end by the steps a person and the engine take."""

from collections.abc import Callable
from dataclasses import replace

from rgt_tui.domain.units import PodId
from rgt_tui.guard.checklist import UNDO_S, Binding, Checklist, Dossier, Incarnation
from rgt_tui.guard.events import Event, Fenced, Gathered, Ticked, Typed
from rgt_tui.guard.items import PROVEN, Exhibit, Found, Item
from rgt_tui.guard.loss import LossMap, MountLoss, Names
from rgt_tui.guard.proceeding import Proceeding
from rgt_tui.guard.step import open_checklist, step

POD = PodId("7h9k2m4n6p")
LIVES_S = 600.0
KEPT = LossMap(
    mounts=(MountLoss(path="/workspace", label="network volume train-data", stays=True),)
)


def exhibit(
    item: Item, at: float, found: Found = Found.PROVED, *binding: str, lives_s: float = LIVES_S
) -> Exhibit:
    """Evidence for one line."""
    return Exhibit(
        item=item, found=found, why=f"{item} {found}", at=at, lives_s=lives_s, binding=binding
    )


def binding(pod_id: str = POD, **changed: object) -> Binding:
    """What the evidence is about."""
    whole = Binding(
        account="acc",
        pod=PodId(pod_id),
        incarnation=Incarnation(start="1780315320", created=1780000000.0),
        manifest="sha256:m",
        mounts="sha256:mounts",
    )
    return replace(whole, **changed)  # type: ignore[arg-type]  # tests name the fields


def dossier(
    at: float, *exhibits: Exhibit, pod_id: str = POD, loss: LossMap = KEPT, name: str = "llama-sft"
) -> Dossier:
    """Facts in which every line is proven, but for those given."""
    given = {it.item for it in exhibits}
    rest = tuple(exhibit(item, at) for item in PROVEN if item not in given)
    return Dossier(
        binding=binding(pod_id), names=Names(name=name), exhibits=(*exhibits, *rest), loss=loss
    )


def approve(checklist: Checklist, now: float) -> Checklist:
    """The challenge typed, key by key."""
    text = checklist.challenge.text
    return step(checklist, Typed(text=text, keys=len(text), now=now, can_write=True))


def finished(
    pod_id: str, now: float, *, clock: Callable[[], float] | None = None, loss: LossMap = KEPT
) -> Proceeding:
    """A proceeding that is permitted at `now`."""
    began = now - UNDO_S - 20.0
    checklist = open_checklist(dossier(began, pod_id=pod_id, loss=loss), began, seed=0)
    text = checklist.challenge.text
    events: tuple[Event, ...] = (
        Typed(text=text, keys=len(text), now=now - UNDO_S, can_write=True),
        Ticked(now=now),
        Fenced(dossier=dossier(now, pod_id=pod_id, loss=loss), now=now),
    )
    for event in events:
        checklist = step(checklist, event)
    return Proceeding(checklist, clock or (lambda: now))


def gathered(facts: Dossier, now: float) -> Gathered:
    """The facts at `now`."""
    return Gathered(dossier=facts, now=now)
