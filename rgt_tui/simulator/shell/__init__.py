"""The shell family: one file answers one command inside a Pod.

Scripts that come over SSH are run by a real `/bin/sh`; only the commands that look at the
machine are answered here, from the world.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from rgt_tui.simulator.machine import Machine
from rgt_tui.simulator.pod import Pod
from rgt_tui.specs import find_specs


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a command sees."""

    pod: Pod
    now: float
    """World time, UTC Unix seconds."""

    world_began: float = 0.0
    """World time at which the world began."""

    @property
    def machine(self) -> Machine:
        """The inside of the Pod."""
        return self.pod.machine


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command prints, and how it ends."""

    out: str
    code: int = 0
    err: str = ""
    hangs: bool = False
    """It never ends, and ignores TERM, as a process in uninterruptible sleep does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One simulated command."""

    name: str
    render: Callable[[View, tuple[str, ...]], Reply]
    is_installed: Callable[[Pod], bool] = lambda _: True


@lru_cache(maxsize=1)
def commands() -> dict[str, Command]:
    """All simulated commands by the name they are called."""
    found = find_specs(sys.modules[__name__], "COMMAND", Command)
    return {command.name: command for command in found}
