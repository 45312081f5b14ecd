"""A window on a network volume from outside: folders, files, how they begin, what they prove."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType

from rgt_tui.domain.shelf import Answer, Glance, Wish
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import PodId, show_age
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.panes import Block, Scene, Tone
from rgt_tui.ui import keys
from rgt_tui.ui.layout import shape_of
from rgt_tui.ui.screens.confirm import ConfirmScreen
from rgt_tui.ui.screens.desk import Desk, Shown
from rgt_tui.ui.screens.reader import Reader
from rgt_tui.ui.styles import Ink
from rgt_tui.ui.widgets import shelf
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.lines import BLANK, EMPTY, Line, Piece, wrap
from rgt_tui.ui.widgets.status import hint_line, message_line, status_line
from rgt_tui.ui.widgets.table import Listed, Table

FRESH_S: Final = 60.0
"""How old a folder may be before going into it asks again."""
_HINTS: Final = (
    ("Enter", "open"), ("h", "up"), ("v", "verify"), ("t", "trash"), ("Z", "empty trash"),
    ("Space", "read again"), ("q", "panes"), ("?", "help"),
)  # fmt: skip


class BrowserScreen(Shown):
    """Shows one folder of a network volume at a time, or its trash."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.BROWSER)]

    def __init__(self, desk: Desk, volume: NetworkVolume) -> None:
        super().__init__(desk)
        self._volume = volume
        self._glance = Glance(volume.id, "")
        self._cursors: dict[Glance, str] = {}
        self._status, self._table = Canvas("status"), Table("list")
        self._message, self._hints = Canvas("message"), Canvas("hints")

    @property
    def pod(self) -> PodId | None:
        """It is about no Pod."""
        return None

    @property
    def keys(self) -> tuple[keys.Key, ...]:
        """The keys for looking round."""
        return keys.BROWSER

    @property
    def subject(self) -> str:
        """What the help calls this."""
        return "a network volume"

    @property
    def glance(self) -> Glance:
        """What is shown."""
        return self._glance

    def compose(self) -> ComposeResult:
        """Status, the list, message, hints."""
        yield self._status
        yield self._table
        yield self._message
        yield self._hints

    def on_mount(self) -> None:
        """Asks for the top."""
        self._ask()

    def show(self, scene: Scene) -> None:
        """Paints what changed."""
        width, height = self.size
        has_box = shape_of(width, height).has_boxes
        answer = shelf.answers_of(scene).get(self._glance)
        rows = shelf.rows(self._glance, scene)
        room = self._table.size.width - (4 if has_box else 2)
        listed = Listed(
            columns=shelf.COLUMNS,
            rows=rows,
            title=self._title(answer),
            note=_age(answer, scene.now),
            alarm=_indented((answer.trouble,), room) if rows and answer and answer.trouble else (),
            instead=_indented(shelf.instead(self._glance, answer), room),
            has_box=has_box,
            glyphs=self.desk.glyphs,
        )
        self._table.show(listed, self._cursors.get(self._glance))
        self._status.paint([status_line(scene, width)])
        self._message.paint([message_line(self.desk.news(), width)])
        self._hints.paint([hint_line(_HINTS, width)])

    def _title(self, answer: Answer | None) -> Line:
        name = self._volume.name or self._volume.id
        place = "trash" if self._glance.wish is Wish.TRASH else f"/{clean(self._glance.path)}"
        said = shelf.summary(self._glance, answer)
        return (Piece(f"{name}: {place}", Ink.TITLE), BLANK, BLANK, Piece(said, Tone.DIM))

    def action_move(self, steps: int) -> None:
        """Moves the cursor by rows."""
        cursor = self._table.move(steps)
        if cursor is not None:
            self._cursors[self._glance] = cursor

    def action_page(self, pages: int) -> None:
        """Moves the cursor by pages."""
        self.action_move(pages * self._table.page)

    def action_edge(self, direction: int) -> None:
        """Moves the cursor to the first or the last row."""
        self.action_move(direction * 1_000_000)

    def action_open(self) -> None:
        """Goes into a folder, or shows how a file begins."""
        row = self._table.selected
        if row is None:
            return
        self._cursors[self._glance] = row.key
        if row.key.endswith("/"):
            self._go(Glance(self._volume.id, row.key))
            return
        asked = Glance(self._volume.id, row.key, Wish.HEAD)
        self.desk.browse(asked)

        def blocks(scene: Scene) -> tuple[Block, ...]:
            return shelf.head_blocks(asked, scene)

        self.app.push_screen(Reader(self.desk, clean(row.key, 200), blocks))

    def action_up(self) -> None:
        """Goes to the folder above; from the top back to the panes."""
        if self._glance.wish is Wish.TRASH:
            self._go(Glance(self._volume.id, ""))
        elif self._glance.path:
            above = self._glance.path.rstrip("/").rpartition("/")[0]
            self._go(Glance(self._volume.id, f"{above}/" if above else ""))
        else:
            self.action_close()

    def action_close(self) -> None:
        """Back to the panes."""
        if self.is_current:
            self.dismiss(None)

    def action_verify(self) -> None:
        """Reads the tables of the selected file, or of each file in the selected folder."""
        row = self._table.selected
        if row is not None:
            self.desk.browse(Glance(self._volume.id, row.key, Wish.VERIFY))
            self.desk.say(f"reading the tables of {clean(row.key, 80)}")

    def action_trash(self) -> None:
        """Lists what lies in trash folders, on the whole volume."""
        self._go(Glance(self._volume.id, "", Wish.TRASH))

    def action_again(self) -> None:
        """Reads again what is shown."""
        self.desk.browse(self._glance)

    def action_empty_trash(self) -> None:
        """Asks before the listed trash is deleted, or says why it cannot be."""
        scene = self.desk.now_shown
        answer = shelf.answers_of(scene).get(self._glance)
        listing = answer.listing if answer is not None else None
        why = scene.why_no_write
        if self._glance.wish is not Wish.TRASH:
            why = "t lists the trash first: what you have seen is what is deleted"
        elif answer is None or answer.is_waiting or listing is None:
            why = "wait until the trash is listed"
        elif not listing.objects:
            why = "there is none"
        if why is not None or listing is None:
            self.desk.say(f"empty trash: {why}")
            return
        question = shelf.emptying(self._volume, listing, scene)
        self.app.push_screen(ConfirmScreen(self.desk, question, None))

    def _go(self, glance: Glance) -> None:
        self._glance = glance
        self._ask()
        self.show_soon()

    def _ask(self) -> None:
        """Asks for what is shown, unless it was read just now."""
        scene = self.desk.now_shown
        answer = shelf.answers_of(scene).get(self._glance)
        if answer is None or answer.trouble or scene.now - answer.at > FRESH_S:
            self.desk.browse(self._glance)


def _age(answer: Answer | None, now: float) -> Line:
    if answer is None or answer.is_waiting:
        return (Piece("s3 reading ..", Tone.DIM),)
    tone = Tone.DIM if not answer.trouble else Tone.WARN
    return (Piece(f"s3 {show_age(now - answer.at)}", tone),)


def _indented(texts: tuple[str, ...], width: int) -> tuple[Line, ...]:
    lines: list[Line] = []
    for text in texts:
        lines.extend((BLANK, BLANK, *row) for row in wrap((Piece(text),), max(1, width - 2)))
    return tuple(lines) or (EMPTY,)
