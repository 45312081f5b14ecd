"""Shows the checkpoints of a Pod; on one of them, asks where to pull it."""

import re
from typing import TYPE_CHECKING, Final

from rgt_tui.actions import Action, Aim, Begin, Confirm, Field, Go, Outcome
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Block, Cell, Scene, Tone

if TYPE_CHECKING:  # the first frame can spare it
    from rgt_tui.saved_facts import Saved

ODD: Final = re.compile(r"[^A-Za-z0-9._-]")


def _aimed(scene: Scene, pod: Pod | None, aim: Aim | None) -> Outcome | str:
    from rgt_tui.saved_facts import saved_on  # the first frame can spare it

    if aim is None or aim.pane != "checkpoints":
        return Go("checkpoints", pod.label if pod is not None else "")
    if pod is None:
        return "no Pod mounts this volume: rgt-tui browse reads it over S3"
    found = saved_on(pod, scene.account, scene.now)
    chosen = next((one for one in found if aim.key == f"{pod.id}:{one.one.path}"), None)
    if chosen is None:
        return "choose a checkpoint" if found else _none(scene, pod)
    why = _why_not(pod, chosen)
    return why or _question(pod, chosen)


def _none(scene: Scene, pod: Pod) -> str:
    from rgt_tui.saved_facts import unknown_why

    why = unknown_why(pod, scene.account)
    return f"its checkpoints are not known: {why}" if why else "it has no checkpoint"


def _why_not(pod: Pod, saved: "Saved") -> str:
    from rgt_tui.domain.pulling import no_road

    if saved.one.unfinished and saved.seen_at is None:
        return f"it is still being written: {saved.one.unfinished}"
    if pod.is_alive and pod.ssh_direct is not None:
        return ""
    return no_road(pod).told


def _question(pod: Pod, saved: "Saved") -> Confirm:
    from rgt_tui import places
    from rgt_tui.domain.job import FetchOrder
    from rgt_tui.domain.units import show_bytes

    one = saved.one

    def order(typed: str) -> Begin | str:
        target = typed.strip()
        if target.startswith("~/"):
            target = f"{places.home()}{target[1:]}"
        if not target.startswith("/") or ".." in target.split("/"):
            return "name an absolute folder of this machine, or one from ~/ on"
        return Begin(
            FetchOrder(pod=pod.id, name=pod.label, checkpoint=one, target=target.rstrip("/") or "/")
        )

    what = (
        (Cell("from  ", Tone.ACCENT), Cell(one.shown)),
        (
            Cell("what  ", Tone.ACCENT),
            Cell(f"{one.format}, {len(one.files)} files, {show_bytes(one.size)}"),
        ),
    )
    how = (
        (
            Cell(
                "It is copied as a job, at its full path below the folder; room is looked for first."
            ),
        ),
        (
            Cell(
                "Both ends are hashed, the copy is read again and verified, and held by hard links."
            ),
        ),
        (Cell("A lost connection is taken up again; a cancelled pull goes on where it was."),),
        (Cell("A folder in memory (tmpfs) is refused. Nothing on the Pod is changed."),),
    )
    folder = ODD.sub("_", pod.label).lstrip(".") or str(pod.id)
    return Confirm(
        title=f"Pull {one.called}?",
        blocks=(Block(f"Checkpoint of {pod.label}", what), Block("What happens", how)),
        button="Pull",
        field=Field("folder of this machine", f"~/rgt-pull/{folder}"),
        request=order,
        writes=False,
    )


ACTION = Action(
    name="pull",
    key="p",
    title="pull",
    tooltip="The checkpoints of this Pod, newest first; on one of them: pull it here.",
    needs_pod=False,
    pane="checkpoints",
    aimed=_aimed,
)
