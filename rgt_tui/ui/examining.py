"""Opens the terminate checklist of the selected Pod or network volume, or those of the marked Pods."""

from typing import TYPE_CHECKING

from rgt_tui.domain.pod import Pod
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import PodId
from rgt_tui.ui.screens.desk import Shown

if TYPE_CHECKING:
    from rgt_tui.app import RgtApp
    from rgt_tui.ui.feed import Feed


def examine(app: "RgtApp", feed: "Feed", pod: Pod | None, volume: str = "") -> None:
    """Opens one checklist, or one a mark; marks come before the cursor, as the screen says.

    Args:
        app: whose screen is left for it.
        feed: who opens the checklists.
        pod: the selected Pod.
        volume: id of the selected network volume, where it is about one.
    """
    if volume or pod is None:
        _examine_volume(app, feed, volume)
        return
    from rgt_tui.guard.batch import why_no_batch  # with the guard: not at the start

    pods = app.screen.marked if isinstance(app.screen, Shown) else ()
    if len(pods) < 2:
        from rgt_tui.ui.screens.checklist import ChecklistScreen

        one = (app.now_shown.account.pod(pods[0]) if pods else None) or pod
        feed.open_checklist(one.id)
        app.push_screen(ChecklistScreen(app, one.id, one.label))
        return
    refusal = why_no_batch(pods)
    if refusal is not None:
        app.say(f"terminate: {refusal}")
        return
    from rgt_tui.ui.screens.batch import BatchScreen

    feed.open_checklist(*pods)
    app.push_screen(BatchScreen(app, pods))


def _examine_volume(app: "RgtApp", feed: "Feed", volume: str) -> None:
    from rgt_tui.ui.screens.checklist import ChecklistScreen

    known = next((it for it in app.now_shown.account.volumes if it.id == volume), None)
    if known is not None:
        feed.open_checklist(PodId(known.id))
        app.push_screen(ChecklistScreen(app, PodId(known.id), clean(known.name or known.id, 60)))


def examine_named(app: "RgtApp", feed: "Feed", name: str) -> None:
    """Opens the checklist of the Pod of that id or name, none for no name; says why it cannot."""
    if not name:
        return
    pods = app.now_shown.account.pods
    found = [pod for pod in pods if name == pod.id] or [pod for pod in pods if name == pod.name]
    if len(found) == 1:
        examine(app, feed, found[0])
    elif found:
        ids = ", ".join(pod.id for pod in found[:4])
        app.say(f"terminate: {len(found)} Pods are called {clean(name, 60)}: {ids}")
    else:
        why = "nothing live was read" if app.now_shown.trouble else "there is no such Pod"
        app.say(f"terminate {clean(name, 60)}: {why}")
