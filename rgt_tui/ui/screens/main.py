"""The main screen: one pane's list, the details of its selected row, and the lines around them."""

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.timer import Timer

from rgt_tui.actions import Aim
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Block, Pane, Row, Scene, all_panes
from rgt_tui.ui import keys
from rgt_tui.ui.layout import Shape, shape_of
from rgt_tui.ui.marks import Marks
from rgt_tui.ui.screens import words
from rgt_tui.ui.screens.desk import Desk, Shown
from rgt_tui.ui.screens.reader import Reader
from rgt_tui.ui.widgets.about import about_row, faulty_pods
from rgt_tui.ui.widgets.ages import old_cells, pane_ages
from rgt_tui.ui.widgets.boxes import Space, arranged
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.lines import Line
from rgt_tui.ui.widgets.listing import View, next_sort, shown
from rgt_tui.ui.widgets.status import hint_line, message_line, status_line, tab_line
from rgt_tui.ui.widgets.table import Listed, Table

if TYPE_CHECKING:
    from textual.widgets import Input

    from rgt_tui.ui.widgets.prompt import Prompt

REST_S: Final = 0.2
"""How long the cursor must rest before the details follow it: walking a list stays cheap."""


class MainScreen(Shown):
    """Shows one pane at a time; remembers for each how it is looked at, and where its cursor is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings((*keys.LIST, *keys.of_panes(all_panes()), *keys.of_no_panes(all_panes())))
    ]

    def __init__(self, desk: Desk, start_pane: str, size: tuple[int, int]) -> None:
        super().__init__(desk)
        self.panes = all_panes()
        self._pane = next((p for p in self.panes if p.name == start_pane), self.panes[0])
        self._start_pane = self._pane
        self._views: dict[str, View] = {}
        self._cursors: dict[str, str] = {}
        """Of each pane whose cursor somebody has placed; until then it is on the first row."""
        self._marks = Marks()
        self._shape = shape_of(*size)
        self.add_class(self._shape)
        self._resting: Timer | None = None
        self._status, self._tabs = Canvas("status"), Canvas("tabs")
        self._table, self._detail = Table("list"), Canvas("detail")
        self._message, self._hints = Canvas("message"), Canvas("hints")
        self._prompt: Prompt | None = None

    @property
    def keys(self) -> tuple[keys.Key, ...]:
        """The keys of the list and of the panes."""
        return (*keys.LIST, *keys.of_panes(self.panes))

    @property
    def subject(self) -> str:
        """What the help calls this."""
        return f"the {self._pane.title} pane"

    @property
    def pod(self) -> PodId | None:
        """The Pod of the selected row."""
        row = self._table.selected
        return row.pod if row is not None else None

    @property
    def aim(self) -> Aim | None:
        """The selected row."""
        row = self._table.selected
        return Aim(self._pane.name, row.key) if row is not None else None

    @property
    def marked(self) -> tuple[PodId, ...]:
        """The marked Pods that are still what they were, in the order of the list."""
        return self._marks.of(self.desk.now_shown.account)

    @property
    def kinds(self) -> frozenset[type]:
        """Those of the pane in front."""
        return frozenset((*self._pane.kinds, *self._pane.wants))

    @property
    def pane(self) -> Pane:
        """The pane in front."""
        return self._pane

    @property
    def view(self) -> View:
        """How the pane in front is looked at."""
        return self._views.get(self._pane.name, View())

    @property
    def is_as_at_start(self) -> bool:
        """Whether what is shown is chosen as at a start, so that the next one may begin with it."""
        is_plain = self.view == View() and self._prompt is None and not self.has_class("full")
        return is_plain and self._pane is self._start_pane

    def compose(self) -> ComposeResult:
        """Status, tabs, list and details, message, hints; a field comes when it is wanted."""
        yield self._status
        yield self._tabs
        with Container(id="body"):
            yield self._table
            yield self._detail
        yield self._message
        yield self._hints

    def takes_new_places(self) -> bool:
        """Takes the layout for the new size; whether it is another one."""
        before, self._shape = self._shape, shape_of(self.size.width, self.size.height)
        if self._shape is not before:
            self.remove_class(before)
            self.add_class(self._shape)
        return self._shape is not before

    def show(self, scene: Scene) -> None:
        """Paints what changed."""
        self._show_list(scene)
        if self._resting is None:
            self._show_detail(scene)
        self._show_lines(scene)

    def _show_list(self, scene: Scene) -> None:
        pane, view = self._pane, self.view
        everything = pane.rows(scene)
        rows = shown(everything, view, faulty_pods(scene, self.panes) if view.faults_only else ())
        has_box = self._shape.has_boxes
        width = self._table.size.width - (4 if has_box else 2)
        alarm = words.alarm(scene, width) if everything else ()
        if not has_box:
            chips = words.chips(pane, view, scene, len(rows), len(everything))
            alarm = (*chips, *alarm)[: max(0, self._table.size.height - 2)]
        listed = Listed(
            columns=pane.columns,
            rows=rows,
            old=lambda row: old_cells(row, pane.columns, pane, scene),
            sort=view.sort,
            is_inverted=view.is_inverted,
            title=words.title(pane, view, scene, len(rows), len(everything), len(self.marked)),
            note=pane_ages(pane, scene),
            alarm=alarm,
            instead=words.instead(pane, view, scene, width, has_rows=bool(everything)),
            has_box=has_box,
            is_open=self._shape is Shape.STRIP and bool(rows) and not self.has_class("full"),
            glyphs=self.desk.glyphs,
            marked=frozenset(self.marked),
        )
        self.set_class(not rows, "alone")
        self._table.show(listed, self._cursors.get(pane.name))
        if pane.name in self._cursors and self._table.cursor is not None:
            self._cursors[pane.name] = self._table.cursor

    def _show_detail(self, scene: Scene) -> None:
        row, size = self._table.selected, self._detail.size
        if not size.height or not self._shape.has_boxes:
            return
        blocks = self._about(row, scene) if row is not None else ()
        space = Space(width=size.width, height=size.height, glyphs=self.desk.glyphs)
        self._detail.paint(arranged(blocks, self._shape, space))

    def _about(self, row: Row, scene: Scene) -> tuple[Block, ...]:
        """What this pane says of a row; where there is room, also what the others say of its Pod."""
        if self._shape not in (Shape.SIDES, Shape.COLUMN):
            return self._pane.detail(scene, row.key)
        return about_row(self._pane, row, scene, self.panes)

    def _show_lines(self, scene: Scene) -> None:
        width = self.size.width
        self._status.paint([status_line(scene, width)])
        self._tabs.paint([tab_line(self.panes, scene, self._pane.name, width)])
        self._message.paint([message_line(self.desk.news(), width)])
        self._hints.paint([self._hint(width)])

    def _hint(self, width: int) -> Line:
        if self._prompt is not None:
            return words.prompt_hint(self._prompt.kind, self._prompt.text, self.panes, width)
        return hint_line(words.hints(self._shape, self._pane.name), width)

    def look(self, **changes: object) -> None:
        """Looks at the pane in another way."""
        self._stop_waiting()
        self._views[self._pane.name] = replace(self.view, **changes)  # type: ignore[arg-type]  # its own fields
        self.show(self.desk.now_shown)

    def action_move(self, steps: int) -> None:
        """Moves the cursor by rows."""
        cursor = self._table.move(steps)
        if cursor is not None:
            self._cursors[self._pane.name] = cursor
        self._stop_waiting()
        self._resting = self.set_timer(REST_S, self.rest)

    def rest(self) -> None:
        """The cursor has come to rest: shows the details of its row."""
        if self._stop_waiting():
            self._show_detail(self.desk.now_shown)

    def _stop_waiting(self) -> bool:
        """Ends the wait for the cursor to rest; whether there was one."""
        timer, self._resting = self._resting, None
        if timer is not None:
            timer.stop()
        return timer is not None

    def action_page(self, pages: int) -> None:
        """Moves the cursor by pages."""
        self.action_move(pages * self._table.page)

    def action_edge(self, direction: int) -> None:
        """Moves the cursor to the first or the last row."""
        self.action_move(direction * 1_000_000)

    def action_pane(self, steps: int) -> None:
        """Goes to a neighbouring pane, round the ends."""
        where = self.panes.index(self._pane)
        self.action_show_pane(self.panes[(where + steps) % len(self.panes)].name)

    def action_show_pane(self, name: str) -> None:
        """Goes to a pane by its name."""
        self._stop_waiting()
        self._pane = next(pane for pane in self.panes if pane.name == name)
        self.show(self.desk.now_shown)

    def go(self, name: str, text: str) -> None:
        """Goes to a pane and shows the rows with these words, the first of them selected."""
        self._stop_waiting()
        self._pane = next(pane for pane in self.panes if pane.name == name)
        self._cursors.pop(name, None)
        self.look(text=" ".join(word.lstrip("!") for word in text.split()))

    def action_no_pane(self, digit: str) -> None:
        """Says which panes there are."""
        tabs = [pane for pane in self.panes if pane.order < keys.DIGITS]
        there = "  ".join(f"{pane.order} {pane.title}" for pane in tabs)
        self.desk.say(f"no pane {digit} in this version: {there}")

    def action_open(self) -> None:
        """Opens all there is to say of the selected row on the whole screen."""
        pane, row = self._pane, self._table.selected
        if row is None:
            return
        self._cursors[pane.name] = row.key  # one comes back to the row that one has read about
        title = f"{pane.title}: {row.called or row.cells[0].text}"

        def blocks(scene: Scene) -> tuple[Block, ...]:
            return about_row(pane, row, scene, self.panes)

        self.app.push_screen(Reader(self.desk, title, blocks, row.pod, aim=self.aim))

    def action_browse(self, name: str = "") -> None:
        """Opens the files of a network volume, over S3."""
        found = words.volume_of(name, self._table.selected, self.desk.now_shown)
        if isinstance(found, str):
            self.desk.say(f"browse: {found}")
            return
        from rgt_tui.ui.screens.browser import BrowserScreen  # the first frame can spare it

        self.app.push_screen(BrowserScreen(self.desk, found))

    def action_mark(self) -> None:
        """Marks the Pod of the row, or takes its mark away."""
        self._tell_marks(self._marks.turn(self.pod, self.desk.now_shown.account))

    def action_mark_range(self) -> None:
        """Marks every Pod from the last mark to this row."""
        rows = [row.pod for row in self._table.rows]
        self._tell_marks(self._marks.reach(self.pod, rows, self.desk.now_shown.account))

    def _tell_marks(self, refusal: str | None) -> None:
        if refusal is not None:
            self.desk.say(f"mark: {refusal}")
        self.show(self.desk.now_shown)

    def action_faults(self) -> None:
        """Shows only rows with an open symptom, or all again."""
        self.look(faults_only=not self.view.faults_only)

    def action_sort(self) -> None:
        """Sorts by the next column."""
        self.look(sort=next_sort(self._pane.columns, self._table.visible_columns, self.view))

    def action_invert(self) -> None:
        """Reverses the order."""
        self.look(is_inverted=not self.view.is_inverted)

    def action_full(self) -> None:
        """The list alone, and back."""
        self.toggle_class("full")
        self.show_soon()

    def action_back(self) -> None:
        """Leaves the full list, else takes all marks away, else clears the filter."""
        if self.has_class("full"):
            self.action_full()
        elif self._marks:
            self._marks.clear()
            self.show(self.desk.now_shown)
        elif self.view.text or self.view.faults_only:
            self.look(text="", faults_only=False)

    def action_leave(self) -> None:
        """Leaves the full list, else quits."""
        if self.has_class("full"):
            self.action_full()
        else:
            self.desk.leave()

    async def takes_at_once(self, event: events.Key | events.Paste) -> bool:
        """Whether this key opened or closed the field."""
        if not isinstance(event, events.Key):
            return False
        kind = keys.FIELDS.get(event.key)
        if self._prompt is None and kind is not None:
            await self.action_field(kind)
            return True
        if self._prompt is None or event.key not in keys.FIELD_ENDS:
            return False
        await self._prompt.settled()
        await (self._submit() if event.key == "enter" else self.action_close_prompt())
        return True

    async def action_field(self, kind: str) -> None:
        """Opens the field for a filter (`/`) or a command (`:`)."""
        is_leaving = self.app._exit  # noqa: SLF001  # its public face tells of the result only
        if self._prompt is None and self.is_attached and not is_leaving:
            from rgt_tui.ui.widgets.prompt import Prompt  # a field costs the start 5 percent

            self.add_class("prompting")
            self._prompt = Prompt(kind, self.view.text if kind == "/" else "")
            await self.mount(self._prompt, before=self._hints)
            self.set_focus(self._prompt)  # now: what is typed next is for it
            self.show_soon()

    async def action_close_prompt(self) -> None:
        """Closes the field; a filter that was being typed is dropped."""
        if self._prompt is not None and self._prompt.kind == "/":
            self.look(text="")
        await self._close_prompt()

    def action_complete(self) -> None:
        """Takes the best match for what was typed of a command."""
        if self._prompt is not None and self._prompt.kind == ":":
            found = words.matches(self._prompt.text, self.panes)
            self._prompt.put(found[0] if found else self._prompt.text)

    async def on_input_changed(self, event: "Input.Changed") -> None:
        """Filters while typing."""
        event.stop()
        if self._prompt is None:
            return
        if self._prompt.kind == "/":
            self.look(text=self._prompt.text)
        else:
            self._show_lines(self.desk.now_shown)

    async def on_input_submitted(self, event: "Input.Submitted") -> None:
        """Keeps the filter, or carries out the command."""
        event.stop()
        await self._submit()

    async def _submit(self) -> None:
        if self._prompt is None:
            return
        kind, text = self._prompt.kind, self._prompt.text
        await self._close_prompt()
        if kind == "/" and text != self.view.text:
            self.look(text=text)
        elif kind == ":" and text.strip():
            from rgt_tui.ui.screens.commanding import carry_out  # typed later than the start

            carry_out(self, text)

    async def _close_prompt(self) -> None:
        prompt, self._prompt = self._prompt, None
        if prompt is not None:
            self.remove_class("prompting")
            self.set_focus(None)  # now: what is typed next is for the list
            await prompt.remove()
            self.show_soon()
