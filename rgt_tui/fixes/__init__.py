"""Fixes: what can be done about a symptom from here, as pure data. One file is one fix.

A fix says for one Pod what it would do, shows the exact commands, and gives either a script to run
there over direct SSH, or words to follow where the console cannot do it. Scripts are constants of
this family with values put in by `quoted` alone; nothing else in the program runs commands that
change a Pod.
"""

import shlex
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Final

from rgt_tui import specs
from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass

SHELL_S: Final = 120.0
"""How long a script may take unless it says more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What a fix would do to one Pod.

    Attributes:
        doing: one phrase: `move caches of sweep-07 to /workspace`.
        said: what it does, what it risks, and what to do afterwards, a sentence each.
        script: POSIX sh that runs on the Pod; empty where it is for a person to type.
        shown: lines to type, where there is no script.
        limit_s: seconds the script may take.
    """

    doing: str
    said: tuple[str, ...]
    script: str = ""
    shown: tuple[str, ...] = ()
    limit_s: float = SHELL_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One thing that can be done.

    Attributes:
        name: its stable id.
        title: a few words for a list.
        codes: the symptoms it is for.
        remedy: what it would do to a Pod; a sentence when it does not fit that Pod now.
    """

    name: str
    title: str
    codes: frozenset[str]
    remedy: Callable[[Pod, Account], Remedy | str]


def quoted(value: str) -> str:
    """A value as one word of POSIX sh, whatever is in it."""
    return shlex.quote(value)


@cache
def all_fixes() -> tuple[Fix, ...]:
    """Every fix, by file name."""
    return specs.find_specs(_family(), "FIX", Fix)


def _family() -> ModuleType:
    import rgt_tui.fixes as family  # the package itself, complete only once it is imported

    return family
