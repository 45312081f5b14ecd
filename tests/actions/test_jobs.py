"""The keys of the Jobs pane, asked about rows that they are not for."""

import pytest

from rgt_tui.actions import Action, Aim
from rgt_tui.actions.cancel_job import ACTION as CANCEL
from rgt_tui.actions.dismiss_job import ACTION as DISMISS
from rgt_tui.actions.repeat_job import ACTION as REPEAT
from rgt_tui.panes import Scene


@pytest.mark.parametrize("action", [CANCEL, DISMISS, REPEAT], ids=lambda action: action.name)
def test_a_job_that_left_the_list_is_said_neither_to_run_nor_to_have_ended(action: Action) -> None:
    assert action.aimed is not None
    assert action.aimed(Scene(), None, Aim("jobs", "3")) == "this job is off the list"
