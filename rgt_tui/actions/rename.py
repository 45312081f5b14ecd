"""Gives a Pod another name."""

from types import MappingProxyType
from typing import Final

from rgt_tui.actions import Action, Confirm, Field, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Patch, Request
from rgt_tui.panes import Block, Cell, Scene

LONGEST: Final = 191
"""Characters of a name (RunPod REST v1, `PodUpdateInput.name`); v2 names no limit."""


def request(pod: Pod, name: str) -> Request | str:
    """What would be sent, or why `name` cannot be one."""
    wanted = name.strip()
    if not wanted:
        return "a name cannot be empty"
    if not (wanted.isprintable() and wanted.isascii()):
        return "a name of plain letters, digits and signs is easier to tell apart"
    if len(wanted) > LONGEST:
        return f"a name has at most {LONGEST} characters"
    if wanted == pod.name:
        return "that is its name already"
    return Patch(
        doing=f"rename {pod.label} to {wanted}",
        pod=pod.id,
        name=pod.label,
        start=pod.start,
        changes=MappingProxyType({"name": wanted}),
    )


def _why_not(scene: Scene, pod: Pod | None) -> str | None:
    if pod is not None and pod.cluster is not None:
        return "it belongs to a cluster, which is changed as a whole"
    return None


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    if pod is None:
        raise ValueError("rename needs a Pod")
    line = (Cell("  Only the name changes: the id, the container and its data stay."),)
    return Confirm(
        title=f"RENAME {pod.label}  {pod.id}",
        blocks=(Block("What it means", (line,)),),
        button="Rename",
        field=Field("type the new name"),
        request=lambda typed: request(pod, typed),
    )


ACTION = Action(
    name="rename",
    key="R",
    title="rename",
    tooltip="Give the Pod another name; nothing else changes.",
    writes=True,
    why_not=_why_not,
    run=_run,
)
