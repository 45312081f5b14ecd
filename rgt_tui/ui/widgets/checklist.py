"""The terminate checklist in lines: each item with its raw facts, what ends and what stays. Pure."""

from collections.abc import Sequence
from typing import Final

from rgt_tui.domain.units import show_age, show_bytes, show_duration, show_usd
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.items import PROVEN, Datum, Item
from rgt_tui.guard.items import Line as ItemLine
from rgt_tui.guard.kind import Kind
from rgt_tui.guard.loss import MountLoss
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.panes import Tone
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.lines import BLANK, EMPTY, Line, Piece, fit, fit_line, length, spread, wrap

ITEMS: Final = (*PROVEN, Item.APPROVAL)
"""The lines in the order in which they stand; their digits open them."""
BADGES: Final = {
    Mark.OPEN: ("[  ]", Tone.DIM),
    Mark.RUNNING: ("[..]", Tone.PLAIN),
    Mark.OK: ("[ok]", Tone.GOOD),
    Mark.FAILED: ("[!!]", Tone.BAD),
    Mark.UNSEEN: ("[??]", Tone.UNKNOWN),
    Mark.WAIVED: ("[wv]", Tone.BAD),
}
"""A mark of its own for each state, so that no meaning rests on a colour."""
NAME_CELLS: Final = 14
FILES_TOLD: Final = 2
WORKS_TOLD: Final = 3


def item_lines(checklist: Checklist, item: Item, *, selected: bool, width: int) -> list[Line]:
    """One item: its number, name, mark, and one sentence on where it stands."""
    line = checklist.line(item)
    badge, tone = BADGES[line.mark]
    why = _approval(checklist) if item is Item.APPROVAL else line.why
    head = (
        Piece(">" if selected else " ", Ink.SELECTED if selected else Tone.PLAIN),
        Piece(f" {ITEMS.index(item) + 1} "),
        Piece(fit(item.upper(), NAME_CELLS), Ink.HEAD),
        Piece(badge, tone),
        BLANK,
    )
    said = Piece(why, tone if line.mark in (Mark.FAILED, Mark.UNSEEN, Mark.WAIVED) else Tone.PLAIN)
    age = _looked(checklist, line)
    if not selected:
        return [spread((*head, said), age, width)]
    indent = Piece(" " * length(head))
    first, *rest = wrap((said,), max(8, width - length(head) - length(age)))
    return [spread((*head, *first), age, width), *((indent, *row) for row in rest)]


def data_lines(data: Sequence[Datum], *, now: float, width: int) -> list[Line]:
    """The raw facts, a line each: what, size, age, hash, place, the rest."""
    return [_datum(it, now, width) for it in data]


def _datum(datum: Datum, now: float, width: int) -> Line:
    facts = (
        show_bytes(datum.size) if datum.size is not None else "",
        _age(now - datum.at) if datum.at is not None else "",
        f"#{datum.sha256[:8]}" if datum.sha256 else "",
        datum.place,
    )
    right = (Piece("  ".join(fact for fact in facts if fact), Tone.DIM),)
    said = f"  {datum.said}" if datum.said else ""
    room = width - length(right) - 6
    what = _tail(datum.what, max(12, room - len(said)))
    return spread((Piece("     "), Piece(what), Piece(said, Tone.WARN)), (BLANK, *right), width)


def _age(seconds: float) -> str:
    age = show_age(seconds)
    return age if age == "now" else f"{age} ago"


def _tail(text: str, width: int) -> str:
    """The end of a path tells more than its beginning."""
    return text if len(text) <= width else f"…{text[1 - width :]}"


def loss_lines(checklist: Checklist, width: int) -> list[Line]:
    """What ends, what stays, what it saves, and what is lost for good."""
    loss, means = checklist.dossier.loss, checklist.dossier.consequences
    ends = [_mount(mount) for mount in loss.mounts if not mount.stays]
    stays = [_mount(mount) for mount in loss.mounts if mount.stays]
    money = "?" if means.saves_per_hour is None else f"${show_usd(means.saves_per_hour)}/h"
    rows = [
        ("ends", ", ".join((*ends, *means.ends)) or "not known yet", Tone.BAD),
        ("stays", ", ".join((*stays, *loss.keeps)) or "nothing", Tone.PLAIN),
        ("saves", f"{money} from the moment of deletion", Tone.PLAIN),
        ("risk", _risk(checklist), Tone.WARN if checklist.is_grave else Tone.GOOD),
        *(
            ("git", f"{it.path}: {it.said}", Tone.WARN)
            for it in checklist.dossier.loss.works[:WORKS_TOLD]
        ),
        *(("beware", warning, Tone.BAD) for warning in means.warnings),
        *(("instead", text, Tone.DIM) for text in means.instead),
    ]
    return [
        row
        for name, text, tone in rows
        for row in wrap((Piece(f" {name:8}", Tone.ACCENT), Piece(text, tone)), width)
    ]


def _mount(mount: MountLoss) -> str:
    of = f" of {show_bytes(mount.size)}" if mount.used is None else ""
    return f"{mount.path} {show_bytes(mount.used)}{of} ({mount.label})"


def _risk(checklist: Checklist) -> str:
    loss = checklist.dossier.loss
    names = ", ".join(f"{it.path} {show_bytes(it.size)}" for it in loss.single[:FILES_TOLD])
    more = loss.files - FILES_TOLD
    rest = f" and {more} more" if more > 0 else ""
    return f"{loss.said}: {names}{rest}" if names else loss.said


def _approval(checklist: Checklist) -> str:
    if checklist.approval is not None:
        return f"typed: {checklist.approval.text}"
    if checklist.phase is Phase.READY:
        note = checklist.challenge.note
        return f"6 opens the field{f'; {note}' if note else ''}"
    return "opens when the lines above are ok or waived"


def _looked(checklist: Checklist, line: ItemLine) -> Line:
    exhibit = line.exhibit
    if exhibit is None:
        return EMPTY
    return (Piece(f" seen {show_age(checklist.now - exhibit.at)}", Tone.DIM),)


def headline(checklist: Checklist, width: int) -> Line:
    """What deleting does, in one line."""
    ends = [it for it in checklist.dossier.loss.mounts if not it.stays]
    what = " and ".join(f"{it.path} {show_bytes(it.size)}" for it in ends)
    said = f"Deletes {what or 'its disks'}. Nothing brings it back."
    return fit_line((Piece(said, Tone.BAD),), width)


def phase_lines(checklist: Checklist, width: int) -> list[Line]:
    """What is going on once it was approved; empty before."""
    name = checklist.dossier.names.name or checklist.pod
    left, kind = checklist.undo_left_s, checklist.dossier.binding.kind
    reads = "its files, its writers and its GPUs" if kind is Kind.POD else "its files and its Pods"
    said = {
        Phase.COUNTING: (
            f"TERMINATE {name} in {show_duration(left)}   u or Esc cancels",
            "Nothing is sent before it ends. Quitting or a lost session cancels it.",
        ),
        Phase.FENCING: (
            f"LOOKING ONCE MORE at {name}   Esc cancels",
            f"The {kind}, {reads} are read again; any change stops it.",
        ),
        Phase.PERMITTED: (f"SENDING: delete {name}", ""),
        Phase.SENT: (
            f"SENT: delete {name}; it cannot be taken back",
            "Read until it is gone from the service. Esc closes this; the reading goes on.",
        ),
        Phase.UNKNOWN: (
            f"NOT KNOWN what became of {name}",
            "It is found out by reading; the request is never sent again. The journal keeps it.",
        ),
        Phase.GONE: (f"GONE: {name} is deleted", f"404, and no longer in the list of {kind}s."),
        Phase.KEPT: (f"STILL THERE: {name} was not deleted", ""),
        Phase.CANCELLED: (f"CANCELLED: nothing was sent to {name}", ""),
        Phase.VANISHED: (f"VANISHED: {name} went away without our doing", "Nothing was sent."),
    }.get(checklist.phase)
    return going_on(said, checklist.said, width)


def going_on(said: tuple[str, str] | None, reason: str, width: int) -> list[Line]:
    """What is going on, what that means, and the last reason given; nothing for None."""
    if said is None:
        return []
    rows = [(Piece(said[0], Ink.ALARM),), *(((Piece(said[1]),),) if said[1] else ())]
    if reason:
        rows.append((Piece(reason, Tone.WARN),))
    return [line for row in rows for line in wrap(row, width)]
