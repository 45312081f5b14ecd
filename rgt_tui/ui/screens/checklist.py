"""The terminate checklist on the screen: six lines of evidence, and the way to an approval.

It looks; it ticks nothing. Lines fill themselves from what the engine reads. A person can waive a
line, with a reason, and type the challenge; everything else is decided in `rgt_tui.guard`. Like
every question it takes all keys itself: Cancel has the focus, Enter in a field does nothing, a
paste is refused. Closing it before the request left cancels the checklist.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size

from rgt_tui.clock import steady
from rgt_tui.domain.units import PodId
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import Cancelled, Typed, Waived
from rgt_tui.guard.items import REASON_LEAST, Item
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.panes import Scene, Tone
from rgt_tui.ui import keys
from rgt_tui.ui.screens.confirm import Asking, button
from rgt_tui.ui.screens.desk import Desk
from rgt_tui.ui.screens.typed import TypedText
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets.boxes import Space, framed
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.checklist import (
    ITEMS,
    data_lines,
    headline,
    item_lines,
    loss_lines,
    phase_lines,
)
from rgt_tui.ui.widgets.lines import BLANK, EMPTY, Line, Piece, fit_line, wrap
from rgt_tui.ui.widgets.status import hint_line

SMALLEST: Final = (60, 18)
"""Columns and rows below which nothing is approved: what is lost would not be seen."""


def is_small(size: Size) -> bool:
    """Whether a terminal of that size cannot show what is lost."""
    return size.width < SMALLEST[0] or size.height < SMALLEST[1]


class Focus(StrEnum):
    """Where Enter goes."""

    FIELD = "field"
    CANCEL = "cancel"
    BUTTON = "button"


_ORDER: Final = (Focus.FIELD, Focus.CANCEL, Focus.BUTTON)


class ChecklistScreen(Asking):
    """Shows one checklist until it is left."""

    def __init__(self, desk: Desk, pod: PodId, label: str) -> None:
        super().__init__(desk)
        self._bound: Final = pod
        self._label: Final = label
        self._selected = Item.IDENTITY
        self._has_moved = False
        self._field: Item | None = None
        self._typed = TypedText()
        self._focus_on = Focus.CANCEL
        self._is_detail = False
        self._top = 0
        self._said = ""
        self._page, self._hints = Canvas("page"), Canvas("hints")

    @property
    def pod(self) -> PodId | None:
        """The Pod, or network volume, it was opened for; it never changes."""
        return self._bound

    @property
    def keys(self) -> tuple[keys.Key, ...]:
        """It has no help of its own: everything is on the screen."""
        return ()

    @property
    def subject(self) -> str:
        """What the help calls this."""
        return "the terminate checklist"

    @property
    def _checklist(self) -> Checklist | None:
        """As it is on the screen; None until the engine has opened it."""
        return self.desk.now_shown.checklists.get(self._bound)

    @property
    def _phase(self) -> Phase:
        checklist = self._checklist
        return Phase.GATHERING if checklist is None else checklist.phase

    def compose(self) -> ComposeResult:
        """The page over its hints."""
        yield self._page
        yield self._hints

    def on_unmount(self) -> None:
        """Whoever leaves, by whatever way, has not approved."""
        self._withdraw("the console was left; nothing was sent")

    def _withdraw(self, why: str) -> None:
        phase = self._phase
        if not phase.is_over and phase not in (Phase.SENT, Phase.UNKNOWN):
            self.desk.tell_checklist(self._bound, Cancelled(why=why))

    def takes(self, event: events.Key | events.Paste) -> bool:
        """Whether the event ends here; a console that is suspended shows no count."""
        is_suspend = isinstance(event, events.Key) and event.key == "ctrl+z"
        if is_suspend and self._phase.is_approved:
            self._withdraw("the console was suspended; nothing was sent")
        return super().takes(event)

    def cancel(self) -> None:
        """One step back: out of the facts, out of the count, or out of the checklist."""
        if self._is_detail:
            self._is_detail, self._top = False, 0
            self.show_soon()
            return
        if self._phase.is_approved:
            self._withdraw("taken back; nothing was sent")
            self.show_soon()
            return
        self._withdraw("left; nothing was sent")
        super().cancel()

    def press(self, event: events.Key) -> None:
        """Moves, opens facts, types, waives or approves."""
        self._said = ""
        phase = self._phase
        if phase not in (Phase.GATHERING, Phase.READY):
            self._press_late(event.key, phase)
        elif self._field is not None and self._focus_on is Focus.FIELD:
            self._press_in_field(event)
        else:
            self._press_in_list(event.key)
        self.show_soon()

    def pasted(self) -> None:
        """A paste is refused: what is approved is typed."""
        self._said = "a paste is not taken: type it"
        self.show_soon()

    def _press_late(self, key: str, phase: Phase) -> None:
        """Once approved, a key can only take it back, or close what is over."""
        if key in ("u", "q") or (key == "enter" and phase.is_over):
            self.cancel()

    def _press_in_list(self, key: str) -> None:
        if key in ("tab", "shift+tab"):
            self._turn(back=key != "tab")
        elif key == "enter":
            self._enter()
        elif key in ("j", "down", "k", "up"):
            self._move(1 if key in ("j", "down") else -1)
        elif key in ("d", "space"):
            self._is_detail, self._top = not self._is_detail, 0
        elif key.isdigit() and 1 <= int(key) <= len(ITEMS):
            self._go(ITEMS[int(key) - 1])
        elif key == "w":
            self._open_waiver()
        elif key == "r":
            self.desk.action_act("refresh")
        elif key == "E":
            self.desk.action_write_mode()
        elif key == "q":
            self.cancel()

    def _press_in_field(self, event: events.Key) -> None:
        if event.key in ("tab", "shift+tab"):
            self._turn(back=event.key != "tab")
        elif event.key == "enter":
            self._said = "Enter does nothing here: Tab goes on"
        elif event.key in ("up", "down"):
            self._move(1 if event.key == "down" else -1)
        else:
            self._typed.press(event)

    def _move(self, step: int) -> None:
        if self._is_detail:
            self._top = max(0, self._top + step)
            return
        at = ITEMS.index(self._selected) + step
        self._go(ITEMS[max(0, min(at, len(ITEMS) - 1))])

    def _go(self, item: Item) -> None:
        """Another line; a field that was open is left, and what was typed is forgotten."""
        self._selected, self._has_moved = item, True
        self._field, self._typed = None, TypedText()
        self._focus_on, self._top = Focus.CANCEL, 0
        if item is Item.APPROVAL and self._phase is Phase.READY:
            self._open(Item.APPROVAL)

    def _open(self, item: Item) -> None:
        why = self._why_not(self.desk.now_shown)
        if why is not None:
            self._said = why
            return
        self._field, self._typed = item, TypedText()
        self._focus_on, self._is_detail = Focus.FIELD, False

    def _open_waiver(self) -> None:
        checklist = self._checklist
        if checklist is None:
            return
        refusal = checklist.why_not_waivable(self._selected)
        if refusal is not None:
            self._said = refusal
            return
        self._open(self._selected)

    def _turn(self, *, back: bool) -> None:
        if self._field is None:
            return
        step = -1 if back else 1
        self._focus_on = _ORDER[(_ORDER.index(self._focus_on) + step) % len(_ORDER)]

    def _enter(self) -> None:
        if self._focus_on is Focus.BUTTON and self._field is not None:
            self._confirm(self._field)
        else:
            self.cancel()

    def _confirm(self, item: Item) -> None:
        why = self._why_not(self.desk.now_shown)
        if why is not None:
            self._said = f"nothing was sent: {why}"
            return
        typed = self._typed
        self.desk.tell_checklist(
            self._bound,
            Typed(text=typed.text, keys=typed.keys, now=steady(), can_write=True)
            if item is Item.APPROVAL
            else Waived(item=item, reason=typed.text, can_write=True),
        )
        self._focus_on = Focus.CANCEL

    def _why_not(self, scene: Scene) -> str | None:
        if is_small(self.size):
            return f"the terminal is smaller than {SMALLEST[0]} x {SMALLEST[1]}"
        return scene.why_no_write

    def show(self, scene: Scene) -> None:
        """Paints the checklist."""
        checklist = scene.checklists.get(self._bound)
        size = self._page.size
        width, room = max(1, size.width - 4), max(0, size.height - 2)
        note: Line = EMPTY
        if checklist is None:
            body: list[Line] = [(Piece("opening: it is read"),)]
        else:
            if checklist.phase.is_approved and is_small(self.size):
                self._withdraw("the terminal became too small to show it; nothing was sent")
            self._follow(checklist)
            view = self._facts if self._is_detail else self._body
            body = view(checklist, scene, width, room)
            done = sum(line.mark.opens for line in checklist.lines)
            note = (Piece(f"{done} of {len(checklist.lines)} proven or waived", Tone.DIM),)
        title = (Piece(f"TERMINATE {self._label}  {self._bound}", Ink.ALARM),)
        space = Space(width=size.width, height=size.height, glyphs=self.desk.glyphs)
        self._page.paint(framed(body, title, note, space))
        self._hints.paint([hint_line(self._hints_now(), self._hints.size.width)])

    def _follow(self, checklist: Checklist) -> None:
        """The cursor on what is in the way, until a person moves it; a field that is done closes."""
        if not self._has_moved:
            self._selected = _first_in_the_way(checklist)
        item = self._field
        if item is None:
            return
        if item is Item.APPROVAL:
            is_done = checklist.phase is not Phase.READY
        else:
            is_done = checklist.line(item).mark is Mark.WAIVED
        if is_done:
            self._field, self._typed = None, TypedText()
            self._focus_on, self._has_moved = Focus.CANCEL, False

    def _hints_now(self) -> list[tuple[str, str]]:
        phase = self._phase
        if phase.is_over or phase in (Phase.SENT, Phase.UNKNOWN):
            return [("Esc", "close")]
        if phase.is_approved:
            return [("u Esc", "take it back: nothing is sent")]
        if self._is_detail:
            return [("j k", "scroll"), ("d Esc", "back")]
        if self._field is not None:
            return [("Tab", "next"), ("up down", "leave the field"), ("Esc", "nothing is sent")]
        return [
            ("Esc", "leave: nothing is sent"),
            ("j k", "line"),
            ("d", "facts"),
            ("w", "waive"),
            ("r", "look again"),
            ("6", "approve"),
            ("E", "write mode"),
        ]

    def _body(self, checklist: Checklist, scene: Scene, width: int, room: int) -> list[Line]:
        loss, asking = loss_lines(checklist, width), self._asking(checklist, scene, width)
        items = {
            item: item_lines(checklist, item, selected=item is self._selected, width=width)
            for item in ITEMS
        }
        facts = {
            item: data_lines(checklist.line(item).data, now=scene.now, width=width)
            for item in ITEMS
        }
        spare = room - 2 - sum(map(len, items.values())) - len(loss) - len(asking)
        kept = _shared(facts, self._selected, max(0, spare))
        rows: list[Line] = [headline(checklist, width)]
        for item, lines in items.items():
            rows.extend((*lines, *kept[item]))
        rows.extend([EMPTY] * min(1, max(0, room - len(rows) - len(loss) - len(asking))))
        rows.extend(loss)
        rows.extend([EMPTY] * max(0, room - len(rows) - len(asking)))
        return [*rows[: max(0, room - len(asking))], *asking]

    def _facts(self, checklist: Checklist, scene: Scene, width: int, room: int) -> list[Line]:
        """All raw facts of the selected line, on the whole page."""
        head = item_lines(checklist, self._selected, selected=True, width=width)
        facts = data_lines(checklist.line(self._selected).data, now=scene.now, width=width)
        facts = facts or [(Piece("     no facts yet", Tone.DIM),)]
        left = max(1, room - len(head))
        self._top = max(0, min(self._top, len(facts) - left))
        return [*head, *facts[self._top : self._top + left]]

    def _asking(self, checklist: Checklist, scene: Scene, width: int) -> list[Line]:
        """The field and the buttons, or what is going on."""
        late = phase_lines(checklist, width)
        if late:
            return late
        rows: list[Line] = []
        word = "Terminate"
        if self._field is not None:
            if self._field is Item.APPROVAL:
                label = f"type: {checklist.challenge.text}"
            else:
                label = f"why {self._field} is waived, {REASON_LEAST} characters or more:"
                word = "Waive"
            rows.extend(wrap((Piece(label),), width))
            rows.append(self._typed.line(is_focused=self._focus_on is Focus.FIELD))
        cancel = button("Cancel", self._focus_on is Focus.CANCEL)
        other = button(word, self._focus_on is Focus.BUTTON)
        buttons = (cancel, BLANK, BLANK, other) if self._field is not None else (cancel,)
        said = self._said or checklist.said or self._why_not(scene) or ""
        rows.append((*buttons, BLANK, BLANK, Piece(said, Tone.WARN)))
        return [fit_line(row, width, self.desk.glyphs.cut) for row in rows]


def _first_in_the_way(checklist: Checklist) -> Item:
    """The line a person should look at: the first that is not ok, else the approval."""
    return next((it.item for it in checklist.lines if not it.mark.opens), Item.APPROVAL)


def _shared(
    facts: Mapping[Item, Sequence[Line]], selected: Item, room: int
) -> dict[Item, Sequence[Line]]:
    """Facts for the room there is: one of each line, where they fit, the rest for the selected one."""
    first = {item: lines[:1] for item, lines in facts.items() if item is not selected}
    spent = sum(map(len, first.values()))
    wanted = len(facts[selected])
    if wanted + spent > room:
        first = dict.fromkeys(first, ())
        spent = 0
    left = max(0, room - spent)
    shown = facts[selected] if wanted <= left else facts[selected][: max(0, left - 1)]
    if len(shown) < wanted and left:
        more = f"     {wanted - len(shown)} more: d shows them all"
        shown = [*shown, (Piece(more, Tone.DIM),)]
    return {**first, selected: shown}
