from rgt_tui.actions import Refresh
from rgt_tui.actions.refresh import ACTION
from rgt_tui.panes import Scene


def test_refresh_asks_for_everything_and_needs_no_pod() -> None:
    assert not ACTION.needs_pod
    assert ACTION.run(Scene(), None) == Refresh(None)
