"""What a key can do: one file an action. An action says why it is not available.

An action never touches the screen: it returns an `Outcome` and the app carries it out. An action
that changes something returns a `Confirm`: what it will do in words, and the request that leaves
when a person has said yes. It sets `writes`, and is then available in write mode only.
"""

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from rgt_tui import specs
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import Request
from rgt_tui.panes import Block, Scene

if TYPE_CHECKING:  # the first frame can spare them
    from rgt_tui.domain.job import Job, Order


@dataclass(frozen=True, slots=True)
class Refresh:
    """Ask the engine to read again now: everything, or what concerns one Pod."""

    pod: str | None = None


@dataclass(frozen=True, slots=True)
class Show:
    """Open a reading window with these blocks.

    Attributes:
        anew: makes them from each later scene while they are read; None where they stay as they are.
    """

    title: str
    blocks: tuple[Block, ...]
    anew: Callable[[Scene], tuple[Block, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """Put this text on the clipboard of the person's own machine (OSC 52)."""

    text: str


@dataclass(frozen=True, slots=True)
class Go:
    """Open a pane, with a filter."""

    pane: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin long work in the engine."""

    order: "Order"


@dataclass(frozen=True, slots=True)
class CancelJob:
    """End a job that waits or runs."""

    number: int


@dataclass(frozen=True, slots=True)
class DismissJob:
    """Forget a job that has ended."""

    number: int


@dataclass(frozen=True, slots=True)
class Leave:
    """End the program, and with it what runs."""


@dataclass(frozen=True, slots=True)
class Aim:
    """The row a key was pressed on.

    Attributes:
        pane: name of its pane.
        key: of the row.
    """

    pane: str
    key: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field in a question.

    Attributes:
        label: what to type, for instance `type the Pod's name`.
        text: what is in it at first.
        is_private: whether what was typed may hold a secret, so that no record keeps it.
        hides: where this stands in what is typed, what follows its next `=` is drawn as stars.
    """

    label: str
    text: str = ""
    is_private: bool = False
    hides: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Ask a person whether a request may leave.

    Attributes:
        title: what is asked, with the Pod's name and id.
        blocks: what will happen, what is lost, what it costs.
        button: one or two words on the button.
        field: what is to be typed; None when the button is enough. Whatever loses data wants one.
        request: from what was typed to the request, or to the reason why it cannot leave.
        writes: whether it changes something at RunPod, so that write mode must be on.
        turn: what the question becomes at a digit, for one with choices.
        kinds: report types that it shows, where those are read on demand.
        follows: what the question becomes by what is there now, for one that goes with the times.
    """

    title: str
    blocks: tuple[Block, ...]
    button: str
    request: Callable[[str], "Wish | str"]
    field: Field | None = None
    writes: bool = True
    turn: "Callable[[Scene, int], Confirm] | None" = None
    kinds: frozenset[type] = frozenset()
    follows: "Callable[[Scene], Confirm] | None" = None


@dataclass(frozen=True, slots=True)
class Examine:
    """Open the terminate checklist of the Pod, or of a network volume where one is named."""

    volume: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list to pick from.

    Attributes:
        title: what it is.
        note: a few words at its right.
        outcome: what follows when it is picked.
        why_not: why it cannot be picked now; empty when it can.
    """

    title: str
    note: str = ""
    outcome: "Show | Confirm | Copy | None" = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """Let a person pick one of several."""

    title: str
    choices: tuple[Choice, ...]


Wish = Request | Leave | Begin
"""What a person can confirm."""
Outcome = Refresh | Show | Copy | Confirm | Go | Begin | CancelJob | DismissJob | Examine | Pick


def _no_run(scene: Scene, pod: Pod | None) -> Outcome:
    raise ValueError("this action needs to know on which row it was asked for")


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
        is_hinted: whether the hint line names it; the help and the command line always do.
        why_not: the reason why it is not available now, None when it is.
        run: what it does.
        pane: the one pane whose rows it is for; empty for all.
        aimed: what it does where the row matters and not its Pod alone, in place of `run`; or
            why it cannot. It is given no row where none is selected.
        kinds: report types that what it shows is made of, where those are read on demand.
    """

    name: str
    key: str
    title: str
    tooltip: str
    needs_pod: bool = True
    writes: bool = False
    is_hinted: bool = True
    why_not: Callable[[Scene, Pod | None], str | None] = lambda scene, pod: None
    run: Callable[[Scene, Pod | None], Outcome] = _no_run
    pane: str = ""
    aimed: Callable[[Scene, Pod | None, Aim | None], Outcome | str] | None = None
    kinds: frozenset[type] = frozenset()


def question(
    pod: Pod,
    button: str,
    blocks: tuple[Block, ...],
    request: Callable[[Pod], Request],
    *,
    word: str = "",
) -> Confirm:
    """Asks for the Pod's name or id, after `word` where one is given.

    Args:
        pod: whom it is about.
        button: the verb, as the button and the title name it.
        blocks: what it means.
        request: what is sent.
        word: what is typed before the name.
    """
    asked = request(pod)
    lead = f"{word} " if word else ""
    wanted = (f"{lead}{pod.name}", f"{lead}{pod.id}")
    what = f"type: {lead}{pod.label}" if word else f"type the Pod's name or id, {pod.label}"

    def typed(text: str) -> Request | str:
        return asked if text in wanted else "what was typed is not what was asked"

    return Confirm(
        title=f"{button.upper()} {pod.label}  {pod.id}",
        blocks=blocks,
        button=button,
        field=Field(what),
        request=typed,
    )


def selected_job(scene: Scene, aim: Aim | None) -> "Job | str":
    """The job whose row the key was pressed on; else why there is none."""
    if aim is None or aim.pane != "jobs":
        return "choose a job first: 7 shows the jobs"
    chosen = next((job for job in scene.jobs if str(job.number) == aim.key), None)
    return chosen if chosen is not None else "this job is off the list"


@cache
def all_actions() -> tuple[Action, ...]:
    """Every action, by file name."""
    return specs.find_specs(_family(), "ACTION", Action)


def _family() -> ModuleType:
    import rgt_tui.actions as family  # the package itself, complete only once it is imported

    return family
