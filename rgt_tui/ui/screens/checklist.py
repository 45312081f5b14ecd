"""The terminate checklist on the screen: six lines of evidence, and the way to an approval.

It looks; it ticks nothing. Lines fill themselves from what the engine reads. A person can waive a
line, with a reason, and type the challenge; everything else is decided in `rgt_tui.guard`. Like
every question it takes all keys itself: Cancel has the focus, Enter in a field does nothing, a
paste is refused. Closing it before the request left cancels the checklist.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from rgt_tui.domain.units import PodId
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import Cancelled, Waived
from rgt_tui.guard.items import REASON_LEAST, Item
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.panes import Scene, Tone
from rgt_tui.ui.screens.approving import Approving, Focus
from rgt_tui.ui.screens.desk import Desk
from rgt_tui.ui.widgets.checklist import (
    ITEMS,
    data_lines,
    headline,
    item_lines,
    loss_lines,
    phase_lines,
)
from rgt_tui.ui.widgets.lines import EMPTY, Line, Piece


class ChecklistScreen(Approving):
    """Shows one checklist until it is left."""

    def __init__(self, desk: Desk, pod: PodId, label: str) -> None:
        super().__init__(desk)
        self._bound: Final = pod
        self._label: Final = label
        self._selected = Item.IDENTITY
        self._has_moved = False
        self._field: Item | None = None

    @property
    def pod(self) -> PodId | None:
        """The Pod, or network volume, it was opened for; it never changes."""
        return self._bound

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

    @property
    def is_open(self) -> bool:
        """Whether there is a field."""
        return self._field is not None

    @property
    def is_early(self) -> bool:
        """Whether nothing was approved yet."""
        return self._phase in (Phase.GATHERING, Phase.READY)

    @property
    def is_counting(self) -> bool:
        """Whether it was approved, and can still be taken back."""
        return self._phase.is_approved

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self._phase.is_over

    def withdraw(self, why: str) -> None:
        """Cancels it, unless its request has left."""
        phase = self._phase
        if not phase.is_over and phase not in (Phase.SENT, Phase.UNKNOWN):
            self.desk.tell_checklist(self._bound, Cancelled(why=f"{why}; nothing was sent"))

    def press_in_list(self, key: str) -> None:
        """A key outside of the field."""
        if key.isdigit() and 1 <= int(key) <= len(ITEMS):
            self._go(ITEMS[int(key) - 1])
        elif key == "w":
            self._open_waiver()
        else:
            super().press_in_list(key)

    def move(self, step: int) -> None:
        """Another line; a field that was open is left, and what was typed is forgotten."""
        at = ITEMS.index(self._selected) + step
        self._go(ITEMS[max(0, min(at, len(ITEMS) - 1))])

    def _go(self, item: Item) -> None:
        """Another line; a field that was open is left, and what was typed is forgotten."""
        self._selected, self._has_moved = item, True
        self._field, self._top = None, 0
        self.fresh_field(Focus.CANCEL)
        if item is Item.APPROVAL and self._phase is Phase.READY:
            self._open(Item.APPROVAL)

    def _open(self, item: Item) -> None:
        why = self.why_not(self.desk.now_shown)
        if why is not None:
            self._said = why
            return
        self._field, self._is_detail = item, False
        self.fresh_field(Focus.FIELD)

    def _open_waiver(self) -> None:
        checklist = self._checklist
        if checklist is None:
            return
        refusal = checklist.why_not_waivable(self._selected)
        if refusal is not None:
            self._said = refusal
            return
        self._open(self._selected)

    def confirm(self) -> None:
        """Hands on what was typed: the approval, or why a line is waived."""
        item = self._field
        if item is None:
            return
        typed = self.approval()
        self.desk.tell_checklist(
            self._bound,
            typed
            if item is Item.APPROVAL
            else Waived(item=item, reason=typed.text, can_write=typed.can_write),
        )

    def heading(self) -> str:
        """What would be deleted."""
        return f"TERMINATE {self._label}  {self._bound}"

    def note(self, scene: Scene) -> Line:
        """How far it is."""
        checklist = scene.checklists.get(self._bound)
        if checklist is None:
            return EMPTY
        done = sum(line.mark.opens for line in checklist.lines)
        return (Piece(f"{done} of {len(checklist.lines)} proven or waived", Tone.DIM),)

    def body(self, scene: Scene, width: int, room: int) -> list[Line]:
        """The lines with their facts, or all facts of one; and the approval."""
        checklist = scene.checklists.get(self._bound)
        if checklist is None:
            return [(Piece("opening: it is read"),)]
        self._follow(checklist)
        view = self._facts if self._is_detail else self._lines
        return view(checklist, scene, width, room)

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
            self._field, self._has_moved = None, False
            self.fresh_field(Focus.CANCEL)

    def hints(self) -> list[tuple[str, str]]:
        """The keys of this moment."""
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

    def _lines(self, checklist: Checklist, scene: Scene, width: int, room: int) -> list[Line]:
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
        return self.scrolled(head, facts, room)

    def _asking(self, checklist: Checklist, scene: Scene, width: int) -> list[Line]:
        """The field and the buttons, or what is going on."""
        late = phase_lines(checklist, width)
        if late:
            return late
        if self._field is None or self._field is Item.APPROVAL:
            label, word = f"type: {checklist.challenge.text}", "Terminate"
        else:
            label = f"why {self._field} is waived, {REASON_LEAST} characters or more:"
            word = "Waive"
        return self.form(label, word, checklist.said or self.why_not(scene) or "", width)


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
