"""Every key of the console: what it is called, where it works, and what it says of itself.

Small letters look; what changes something asks before it does, and needs write mode. Keys come from this table and from the action files;
two things on one key are refused at start, since one of them would silently win.
"""

from collections.abc import Iterable
from typing import Final

from textual.binding import Binding

from rgt_tui.actions import Action
from rgt_tui.domain.records import dataclass
from rgt_tui.panes import Pane


class KeyConflict(Exception):
    """Two things claim one key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One command of a person.

    Attributes:
        name: its stable id.
        keys: Textual's names, separated by commas; the first is the one shown.
        call: Textual's action string.
        title: one or two words for the hint line.
        tooltip: one sentence for the help.
    """

    name: str
    keys: str
    call: str
    title: str
    tooltip: str


FIELDS: Final = {"slash": "/", "colon": ":"}
"""Keys that open a field, and what is typed there: a filter or a command."""
FIELD_ENDS: Final = frozenset({"enter", "escape", "ctrl+c"})
"""Keys that close it."""

LIST: Final = (
    Key("down", "j,down", "move(1)", "down", "The next row."),
    Key("up", "k,up", "move(-1)", "up", "The row before."),
    Key("page_down", "pagedown,ctrl+f,full_stop", "page(1)", "page down", "A page of rows down."),
    Key("page_up", "pageup,comma", "page(-1)", "page up", "A page of rows up."),
    Key("first", "g,home", "edge(-1)", "first", "The first row."),
    Key("last", "G,end", "edge(1)", "last", "The last row."),
    Key("open", "enter,d", "open", "open", "All there is to say of this row, on the whole screen."),
    Key("next_pane", "tab,l", "pane(1)", "next", "The next pane."),
    Key("previous_pane", "shift+tab,h", "pane(-1)", "previous", "The pane before."),
    Key(
        "filter",
        "slash",
        "field('/')",
        "filter",
        "Show rows with all these words; !word leaves rows out.",
    ),
    Key("command", "colon", "field(':')", "command", "Name a pane or an action; :q quits."),
    Key(
        "faults",
        "exclamation_mark",
        "faults",
        "faults",
        "Only rows of Pods with a symptom, or a value marked !.",
    ),
    Key(
        "sort", "S", "sort", "sort", "Sort by the next column, after the last by the pane's order."
    ),
    Key("invert", "I", "invert", "invert", "Reverse the order."),
    Key("mark", "space", "mark", "mark", "Mark this Pod; Ctrl-D is then about the marked ones."),
    Key(
        "mark_range",
        "v,ctrl+@",
        "mark_range",
        "range",
        "Mark every Pod from the last mark to this row.",
    ),
    Key("browse", "b", "browse", "browse", "The files of this network volume, without a Pod (S3)."),
    Key("full", "F", "full", "full list", "The list alone, without details, and back."),
    Key(
        "back", "escape", "back", "back", "Leave the full list, take marks away, clear the filter."
    ),
    Key("quit", "q", "leave", "quit", "Leave the full list; else quit."),
)
"""Keys of the main screen."""

READER: Final = (
    Key("down", "j,down", "scroll(1)", "down", "One line down."),
    Key("up", "k,up", "scroll(-1)", "up", "One line up."),
    Key("page_down", "pagedown,space,ctrl+f,full_stop", "page(1)", "page down", "A page down."),
    Key("page_up", "pageup,comma", "page(-1)", "page up", "A page up."),
    Key("first", "g,home", "edge(-1)", "top", "The first line."),
    Key("last", "G,end", "edge(1)", "end", "The last line."),
    Key("close", "escape,q,h,enter", "close", "back", "Back to the panes."),
)
"""Keys of a reading window."""
READER_ENDS: Final = frozenset(READER[-1].keys.split(","))
"""Keys that close it."""

BROWSER: Final = (
    Key("down", "j,down", "move(1)", "down", "The next row."),
    Key("up", "k,up", "move(-1)", "up", "The row before."),
    Key("page_down", "pagedown,ctrl+f,full_stop", "page(1)", "page down", "A page of rows down."),
    Key("page_up", "pageup,comma", "page(-1)", "page up", "A page of rows up."),
    Key("first", "g,home", "edge(-1)", "first", "The first row."),
    Key("last", "G,end", "edge(1)", "last", "The last row."),
    Key("open", "enter,l,right", "open", "open", "Into a folder; of a file how it begins."),
    Key("up_folder", "escape,h,left,backspace", "up", "up", "The folder above; then the panes."),
    Key(
        "verify", "v", "verify", "verify", "What the tables of a file, or a folder's files, prove."
    ),
    Key("trash", "t", "trash", "trash", "All that lies in trash folders of this volume."),
    Key(
        "empty_trash",
        "Z",
        "empty_trash",
        "empty trash",
        "Delete the listed trash, after a question.",
    ),
    Key("again", "space", "again", "read again", "Read this folder again."),
    Key("close", "q", "close", "back", "Back to the panes."),
)
"""Keys of the window on a network volume."""

EVERYWHERE: Final = (
    Key("help", "question_mark", "help", "help", "The keys that work here."),
    Key("messages", "n", "messages", "messages", "Everything that was said; nothing vanishes."),
    Key("interrupt", "ctrl+c", "interrupt", "quit", "Twice within a second quits."),
    Key("repaint", "ctrl+l", "repaint_all", "repaint", "Draw the whole screen again."),
    Key("suspend", "ctrl+z", "suspend_process", "suspend", "Back to the shell; fg returns."),
    Key("kill", "ctrl+k", "refuse('kill')", "", "Kills nothing: no kill without the checklist."),
    Key("write_mode", "E", "write_mode", "unlock", "Unlock write mode for 10 minutes, or lock it."),
)
"""Keys that work on every screen."""

DIGITS: Final = 10
"""Panes of this order and above have no digit and no tab of their own."""
MOVES: Final = frozenset(
    {"down", "up", "page_down", "page_up", "first", "last", "next_pane", "previous_pane"}
)
"""Names of the keys that only move; those of the panes do as well."""
REFUSALS: Final = {
    "kill": "no kill without the checklist (Ctrl-D): nothing was sent",
}
_SHOWN: Final = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "exclamation_mark": "!",
    "comma": ",",
    "full_stop": ".",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "down": "Down",
    "up": "Up",
    "home": "Home",
    "end": "End",
    "space": "Space",
    "pagedown": "PgDn",
    "pageup": "PgUp",
}


def of_panes(panes: Iterable[Pane]) -> tuple[Key, ...]:
    """The digit of each pane."""
    return tuple(
        Key(
            f"pane_{pane.name}",
            str(pane.order),
            f"show_pane({pane.name!r})",
            pane.title,
            f"The {pane.title} pane.",
        )
        for pane in panes
        if pane.order < DIGITS
    )


def of_no_panes(panes: Iterable[Pane]) -> tuple[Key, ...]:
    """The digits without a pane, which say so."""
    taken = {str(pane.order) for pane in panes}
    free = (digit for digit in "123456789" if digit not in taken)
    return tuple(
        Key(f"no_pane_{digit}", digit, f"no_pane({digit!r})", "", "Says which panes there are.")
        for digit in free
    )


def moving(panes: Iterable[Pane]) -> frozenset[str]:
    """Textual's names of all keys that only move, which may act before the first picture."""
    moves = (key for key in LIST if key.name in MOVES)
    return frozenset(name for key in (*moves, *of_panes(panes)) for name in key.keys.split(","))


def of_actions(actions: Iterable[Action]) -> tuple[Key, ...]:
    """The key of each action."""
    return tuple(
        Key(action.name, action.key, f"act({action.name!r})", action.title, action.tooltip)
        for action in actions
    )


def bindings(keys: Iterable[Key]) -> list[Binding]:
    """The keys as Textual wants them."""
    return [
        Binding(
            key.keys, key.call, key.title or key.name, show=False, tooltip=key.tooltip, id=key.name
        )
        for key in keys
    ]


def check(*groups: Iterable[Key]) -> None:
    """Makes sure that each key means one thing where all these groups work.

    Raises:
        KeyConflict: two claim one key.
    """
    owner: dict[str, str] = {}
    for key in (key for group in groups for key in group):
        for name in key.keys.split(","):
            if name in owner:
                raise KeyConflict(f"{shown(name)} is claimed by {owner[name]} and by {key.name}")
            owner[name] = key.name


def shown(name: str) -> str:
    """Textual's name of a key as a person writes it: `^R`, `?`, `Enter`, `x`."""
    if name in _SHOWN:
        return _SHOWN[name]
    return f"^{name[5:].upper()}" if name.startswith("ctrl+") else name


def all_shown(key: Key) -> str:
    """All keys of a command: `j Down`."""
    return " ".join(shown(name) for name in key.keys.split(","))
