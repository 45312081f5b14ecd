"""Restarts a running Pod's container in place: all its processes end."""

from rgt_tui.actions import restart
from rgt_tui.commands._doing import Doing, command

COMMAND = command(
    Doing(
        word="restart",
        action=restart.ACTION,
        consequences=restart.consequences,
        request=lambda _, pod: restart.request(pod),
    ),
    __doc__,
)
