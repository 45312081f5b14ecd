"""The words of the main screen: titles, alarms, what stands in place of rows, commands. Pure."""

from collections.abc import Sequence
from typing import Final

from rgt_tui.actions import all_actions
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.sentences import sentences
from rgt_tui.domain.units import UNKNOWN
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.panes import Pane, Row, Scene, Tone
from rgt_tui.ui import keys
from rgt_tui.ui.layout import TOO_SMALL, Shape
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.ages import pane_ages
from rgt_tui.ui.widgets.lines import BLANK, EMPTY, Line, Piece, fit_line, wrap
from rgt_tui.ui.widgets.listing import View
from rgt_tui.ui.widgets.status import hint_line

ALARM_LINES: Final = 2
BUILT_IN: Final = ("browse", "help", "messages", "quit")
FIRST_ACTIONS: Final = ("explain", "refresh")
"""Those that a narrow hint line must still show."""


def title(pane: Pane, view: View, scene: Scene, shown: int, total: int, marked: int) -> Line:
    """The title of a pane's frame: how many rows, and how they were chosen and sorted, how many are marked."""
    badge = pane.badge(scene)
    all_of_it = badge.text if badge is not None else str(total)
    number = f"({all_of_it})" if shown == total else f"({shown} of {total})"
    if scene.account.evidence.latest(PodList) is None:
        number = f"({UNKNOWN})"
    line: list[Piece] = [Piece(f"{pane.title}{number}", Ink.TITLE)]
    marks = (Piece(f"{marked} marked", Ink.CHIP),) if marked else EMPTY
    for piece in (*_chosen(view), *_ordered(pane, view), *marks):
        line.extend((Piece("  "), piece))
    return tuple(line)


def chips(pane: Pane, view: View, scene: Scene, shown: int, total: int) -> tuple[Line, ...]:
    """Where no frame has a title, a line with what must not be overlooked; none when nothing is.

    Rows left out, another order, values that are stale or old: `Disk /sweep 4/15  ssh OLD 40s`.
    """
    aged = [piece for piece in pane_ages(pane, scene) if piece.ink in (Tone.WARN, Tone.BAD)]
    chosen, ordered = _chosen(view), _ordered(pane, view)
    if not (aged or chosen or ordered):
        return ()
    number = (Piece(f"{shown}/{total}"),) if chosen else ()
    line: list[Piece] = [Piece(pane.title, Ink.TITLE)]
    for piece in (*chosen, *number, *ordered, *aged):
        line.extend((BLANK, piece))
    return ((BLANK, BLANK, *line),)


def _chosen(view: View) -> Line:
    """Which rows are left out."""
    faults = (Piece("faults only", Ink.CHIP),) if view.faults_only else EMPTY
    words = (Piece(f"/{view.text}", Ink.CHIP),) if view.text else EMPTY
    return (*faults, *words)


def _ordered(pane: Pane, view: View) -> Line:
    """By what the rows are sorted, when it is not the pane's own order."""
    order = f"by {pane.columns[view.sort].title} " if view.sort is not None else ""
    said = f"{order}{'reversed' if view.is_inverted else ''}".strip()
    return (Piece(said, Tone.ACCENT),) if said else EMPTY


def alarm(scene: Scene, width: int) -> tuple[Line, ...]:
    """Lines above known rows that say why nothing live comes."""
    if not scene.trouble:
        return ()
    text = " ".join(sentences(*scene.trouble.split("\n")).split())
    lines = list(wrap((Piece(f"! {text}", Tone.BAD),), width))[:ALARM_LINES]
    return tuple((BLANK, BLANK, *line) for line in lines)


def instead(
    pane: Pane, view: View, scene: Scene, width: int, *, has_rows: bool
) -> tuple[Line, ...]:
    """What stands in place of rows when there are none to show."""
    if has_rows:
        chosen = f"/{view.text}" if view.text else "faults only"
        text = f"No row matches {chosen}. Esc shows all rows."
        return _indented([(Piece(text),)], width)
    if not scene.trouble:
        return _indented([(Piece(pane.empty(scene)),)], width)
    sentences = [(Piece(part),) for part in scene.trouble.split("\n")]
    keys_of = (Piece("n", Ink.KEY), Piece(" messages   "), Piece("q", Ink.KEY), Piece(" quits"))
    again = (Piece("^R", Ink.KEY), Piece(" tries again now   "))
    was_asked = scene.account.evidence.reading(PodList).failure is not None
    advice = (*again, *keys_of) if was_asked else keys_of
    return _indented([(Piece("NO LIVE DATA", Ink.ALARM),), EMPTY, *sentences, EMPTY, advice], width)


def hints(shape: Shape, pane: str) -> list[tuple[str, str]]:
    """The hint line: what one needs first, then the actions, those of this pane before others."""
    if shape is Shape.TINY:
        return [("?", "help"), ("q", "quit"), ("", TOO_SMALL)]
    first = [("?", "help"), (":", "cmd"), ("/", "filter"), ("Enter", "open")]
    actions = sorted(
        (a for a in all_actions() if a.is_hinted and a.pane in ("", pane)),
        key=lambda action: (not action.pane, action.name not in FIRST_ACTIONS, action.name),
    )
    verbs = [(keys.shown(action.key), action.title) for action in actions]
    way_out = ("q", "quit")
    if not shape.has_boxes:
        return [first[0], way_out, *first[1:], *verbs]
    return [*first, *verbs, ("!", "faults"), ("S", "sort"), ("F", "full list"), way_out]


def commands(panes: Sequence[Pane]) -> tuple[str, ...]:
    """Every word the command line knows."""
    return (*(p.name for p in panes), *(action.title for action in all_actions()), *BUILT_IN)


def volume_of(name: str, row: Row | None, scene: Scene) -> NetworkVolume | str:
    """The network volume that is to be browsed, or why none is.

    Args:
        name: its id or name; empty means that of the selected row, or the only one.
        row: the selected row.
        scene: what is known.
    """
    volumes = scene.account.volumes
    wanted = name or (row.volume if row is not None else None)
    found = [volume for volume in volumes if wanted in (volume.id, volume.name)]
    if wanted is None and len(volumes) == 1:
        found = list(volumes)
    if len(found) == 1:
        return found[0]
    known = ", ".join(volume.name or volume.id for volume in volumes)
    if not known:
        return "this account has no network volume, as far as is known"
    if name:
        return f"no network volume {name!r}, or several: {known}"
    return f"select a network volume in the Volumes pane, or :browse NAME ({known})"


def matches(text: str, panes: Sequence[Pane]) -> list[str]:
    """The commands that `text` may mean, best first: equal, begins so, holds its letters in order.

    What follows as many words as a command has is its argument. An action is called as its key is.
    """
    words = text.casefold().replace("_", " ").split()
    ranked = [
        (rank, name)
        for name in commands(panes)
        if (rank := _rank(" ".join(words[: name.count(" ") + 1]), name)) is not None
    ]
    return [name for _, name in sorted(ranked, key=lambda pair: pair[0])]


def prompt_hint(kind: str, text: str, panes: Sequence[Pane], width: int) -> Line:
    """What the field takes, or which commands match."""
    if kind == "/":
        return hint_line([("Enter", "keep"), ("Esc", "drop"), ("!word", "leave out")], width)
    found = matches(text, panes)
    if not found:
        return fit_line((Piece(" no such command", Tone.WARN),), width)
    return hint_line([("Tab", found[0]), ("Enter", "do"), ("", "  ".join(found[1:]))], width)


def _rank(word: str, name: str) -> int | None:
    if word == name:
        return 0
    if name.startswith(word):
        return 1
    letters = iter(name)
    return 2 if all(letter in letters for letter in word) else None


def _indented(lines: Sequence[Line], width: int) -> tuple[Line, ...]:
    return tuple((Piece("  "), *row) for line in lines for row in wrap(line, width - 2))
