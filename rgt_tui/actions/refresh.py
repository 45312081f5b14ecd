"""Reads everything again now, as far as the rate limit allows."""

from rgt_tui.actions import Action, Outcome, Refresh
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Scene


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    return Refresh()


ACTION = Action(
    name="refresh",
    key="ctrl+r",
    title="refresh",
    tooltip="Read everything again now, as far as the API's rate limit allows.",
    needs_pod=False,
    run=_run,
)
