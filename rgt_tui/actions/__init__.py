"""What a key can do: one file an action. An action says why it is not available.

An action never touches the screen: it returns an `Outcome` and the app carries it out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from rgt_tui import specs
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Block, Scene


@dataclass(frozen=True, slots=True)
class Refresh:
    """Ask the engine to read again now: everything, or what concerns one Pod."""

    pod: str | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """Open a reading window with these blocks."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """Put this text on the clipboard of the person's own machine (OSC 52)."""

    text: str


Outcome = Refresh | Show | Copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One verb.

    Attributes:
        name: its stable id, for key maps.
        key: Textual's name of its default key.
        title: two words for the hint line.
        tooltip: one sentence for the help.
        needs_pod: whether it acts on the selected Pod.
        why_not: the reason why it is not available now, None when it is.
        run: what it does.
        kinds: report types that what it shows is made of, where those are read on demand.
    """

    name: str
    key: str
    title: str
    tooltip: str
    needs_pod: bool = True
    why_not: Callable[[Scene, Pod | None], str | None] = lambda scene, pod: None
    run: Callable[[Scene, Pod | None], Outcome]
    kinds: frozenset[type] = frozenset()


@cache
def all_actions() -> tuple[Action, ...]:
    """Every action, by file name."""
    return specs.find_specs(_family(), "ACTION", Action)


def _family() -> ModuleType:
    import rgt_tui.actions as family  # the package itself, complete only once it is imported

    return family
