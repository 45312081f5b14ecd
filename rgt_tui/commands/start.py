"""Starts a stopped Pod; it may be refused, or come back without a GPU."""

from rgt_tui.actions import start
from rgt_tui.commands._doing import Doing, command

COMMAND = command(
    Doing(
        word="start",
        action=start.ACTION,
        consequences=start.consequences,
        request=lambda _, pod: start.request(pod),
    ),
    __doc__,
)
