"""Several terminate checklists for pictures and keys: two that are ready and one that is not."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import PodId
from rgt_tui.guard.batch import Batch, Stage, after
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import Ticked, Typed
from rgt_tui.guard.loss import Names
from rgt_tui.guard.step import open_checklist
from rgt_tui.guard.table import Phase
from rgt_tui.panes import Scene
from tests.ui import law
from tests.ui.driving import Console, console

PODS: Final = law.scene().account.pods[:3]
IDS: Final = tuple(pod.id for pod in PODS)


def of(pod: Pod, like: Checklist) -> Checklist:
    """The same evidence about another Pod, opened long ago."""
    binding = replace(like.dossier.binding, pod=pod.id)
    facts = replace(like.dossier, binding=binding, names=Names(name=pod.name))
    return replace(open_checklist(facts, law.AT, seed=0), opened_at=law.AT - 100)


def checklists() -> dict[PodId, Checklist]:
    """One that loses nothing, one that loses logs, one with a line in the way."""
    likes = (law.ready(), law.losing(), law.gathering())
    return {pod.id: of(pod, like) for pod, like in zip(PODS, likes, strict=True)}


def batch(stage: Stage, known: Mapping[PodId, Checklist]) -> Batch:
    """The batch of these at a stage."""
    opened = Batch(pods=tuple(known), seed=0, opened_at=law.AT - 100, now=law.AT)
    if stage is Stage.GATHERING:
        return opened
    text = opened.joint_of(known).challenge.text
    typed = Typed(text=text, keys=len(text), now=law.AT, can_write=True)
    counting = after(after(opened, typed, known), Ticked(now=law.AT + 3), known)
    if stage is Stage.COUNTING:
        return counting
    said = "stopped after 0: train-a is kept: 409: it belongs to a cluster; 1 not begun are kept"
    return replace(counting, stage=stage, begun=1, said=said if stage is Stage.STOPPED else "")


def scene(stage: Stage) -> Scene:
    """The account with the batch at a stage."""
    known = checklists()
    phases = {Stage.WORKING: Phase.SENT, Stage.STOPPED: Phase.KEPT}
    approved = batch(stage, known)
    if stage in phases:
        known[IDS[0]] = replace(known[IDS[0]], phase=phases[stage])
    return replace(law.scene(), checklists=known, batch=approved)


@asynccontextmanager
async def marked(size: tuple[int, int] = (120, 40)) -> AsyncIterator[Console]:
    """The console with three Pods marked and their checklists open, once it hears keys."""
    async with console(law.scene(), size) as running:
        running.feed.ready = checklists()
        for pod in PODS:
            await running.select(pod.name)
            await running.press("space")
        await running.press("ctrl+d")
        await running.put(running.feed.scene())
        await running.awake()
        await running.settle()
        yield running
