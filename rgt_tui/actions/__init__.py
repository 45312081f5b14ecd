"""What a key can do: one file an action. An action says why it is not available.

An action never touches the screen: it returns an `Outcome` and the app carries it out. An action
that changes something returns a `Confirm`: what it will do in words, and the request that leaves
when a person has said yes. It sets `writes`, and is then available in write mode only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from rgt_tui import specs
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Request
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


@dataclass(frozen=True, slots=True)
class Field:
    """A field in a question.

    Attributes:
        label: what to type, for instance `type the Pod's name`.
        text: what is in it at first.
    """

    label: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Ask a person whether a request may leave.

    Attributes:
        title: what is asked, with the Pod's name and id.
        blocks: what will happen, what is lost, what it costs.
        button: one or two words on the button.
        field: what is to be typed; None when the button is enough. Whatever loses data wants one.
        request: from what was typed to the request, or to the reason why it cannot leave.
    """

    title: str
    blocks: tuple[Block, ...]
    button: str
    request: Callable[[str], Request | str]
    field: Field | None = None


Outcome = Refresh | Show | Copy | Confirm


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One verb.

    Attributes:
        name: its stable id, for key maps.
        key: Textual's name of its default key.
        title: two words for the hint line.
        tooltip: one sentence for the help.
        needs_pod: whether it acts on the selected Pod.
        writes: whether it changes something, so that it needs write mode.
        why_not: the reason why it is not available now, None when it is.
        run: what it does.
        kinds: report types that what it shows is made of, where those are read on demand.
    """

    name: str
    key: str
    title: str
    tooltip: str
    needs_pod: bool = True
    writes: bool = False
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
