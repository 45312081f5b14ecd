"""Stops a Pod: tells what is lost and what it costs, then asks."""

from rgt_tui.actions import stop
from rgt_tui.commands._doing import Doing, command

COMMAND = command(
    Doing(
        word="stop",
        action=stop.ACTION,
        consequences=stop.consequences,
        request=lambda _, pod: stop.request(pod),
    ),
    __doc__,
)
