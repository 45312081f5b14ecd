"""Opens the terminate checklist of the selected Pod, or those of the marked ones."""

from typing import TYPE_CHECKING

from rgt_tui.domain.pod import Pod
from rgt_tui.ui.screens.desk import Shown

if TYPE_CHECKING:
    from rgt_tui.app import RgtApp
    from rgt_tui.ui.feed import Feed


def examine(app: "RgtApp", feed: "Feed", pod: Pod) -> None:
    """Opens one checklist, or one a mark; marks come before the cursor, as the screen says.

    Args:
        app: whose screen is left for it.
        feed: who opens the checklists.
        pod: the selected Pod.
    """
    from rgt_tui.guard.batch import why_no_batch  # with the guard: not at the start

    pods = app.screen.marked if isinstance(app.screen, Shown) else ()
    if len(pods) < 2:
        from rgt_tui.ui.screens.checklist import ChecklistScreen

        marked = app.now_shown.account.pod(pods[0]) if pods else None
        feed.open_checklist((marked or pod).id)
        app.push_screen(ChecklistScreen(app, marked or pod))
        return
    refusal = why_no_batch(pods)
    if refusal is not None:
        app.say(f"terminate: {refusal}")
        return
    from rgt_tui.ui.screens.batch import BatchScreen

    feed.open_checklist(*pods)
    app.push_screen(BatchScreen(app, pods))
