"""What `doctor` finds: a name, a state, a sentence and a remedy."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from rgt_tui.domain.records import dataclass


class State(StrEnum):
    """How a check came out. Unknown is not fine, and no failure either."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was examined.

    Attributes:
        name: what.
        state: how it came out.
        said: what was seen, without secrets.
        remedy: what to do; empty when nothing is to be done.
        exit_code: of the program, should this be a failure.
    """

    name: str
    state: State
    said: str
    remedy: str = ""
    exit_code: int = 1


MARKS: Final = {
    State.OK: "ok  ",
    State.WARN: "warn",
    State.FAIL: "FAIL",
    State.UNKNOWN: "?   ",
}


def exit_code(checks: Sequence[Check]) -> int:
    """0 when nothing failed, else the greatest code of the failures."""
    return max((c.exit_code for c in checks if c.state is State.FAIL), default=0)


def ok(name: str, said: str) -> Check:
    """A check that came out well."""
    return Check(name=name, state=State.OK, said=said)


def warn(name: str, said: str, remedy: str = "") -> Check:
    """A check that found something worth a look."""
    return Check(name=name, state=State.WARN, said=said, remedy=remedy)


def unknown(name: str, said: str) -> Check:
    """A check that could not be made."""
    return Check(name=name, state=State.UNKNOWN, said=said)
