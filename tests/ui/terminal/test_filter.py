from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.color import Color
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, DataTable, Input, Label, Log, OptionList, RichLog, Static

from rgt_tui.ui.terminal.app import TerminalApp
from rgt_tui.ui.terminal.filter import PrintableLines, printable

BLACK = Color(0, 0, 0)
HOSTILE = {
    "title by OSC": "a\x1b]0;owned\x07b",
    "clipboard by OSC 52": "a\x1b]52;c;b3duZWQ=\x1b\\b",
    "clear by CSI": "a\x1b[2Jb",
    "C1 CSI": "a\x9b2Jb",
    "DCS": "a\x1bP$q\x1b\\b",
    "NUL, SO, DEL": "a\x00\x0e\x7fb",
    "right-to-left override": "a\u202eb\u2066c",
    "zero width": "a\u200b\u2060\ufeffb",
    "tag characters": "a\U000e0041\U000e007fb",
    "lone surrogate": "a\ud800b",
    "line separators": "a\u2028b\u2029c\x85d",
    "carriage return": "a\rb\nc\td\x08e",
}


class Hostile(TerminalApp):
    """Every kind of widget with a hostile text in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        content = Content(self._text)
        box = Static(content)
        box.border_title = content
        box.styles.border = ("solid", "red")
        yield box
        yield Static(self._text, markup=False)
        yield Label(content)
        yield Button(content)
        yield Input(value=self._text)
        yield OptionList(content)
        yield from self._logs()

    def _logs(self) -> Iterator[Widget]:
        table: DataTable[Text] = DataTable()
        table.add_columns("name")
        table.add_row(Text(self._text))
        yield table
        log = Log()
        log.write_line(self._text)
        yield log
        rich_log = RichLog(markup=False)
        rich_log.write(Text(self._text))
        yield rich_log


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_no_widget_lets_a_control_character_out(text: str) -> None:
    app = Hostile(text)
    async with app.run_test(size=(60, 60)) as pilot:
        app.notify(text, markup=False)
        await pilot.pause()
        for strip in app.screen._compositor.render_strips():
            assert strip.text.isprintable(), repr(strip.text)
            assert strip.cell_length == 60


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_cleaned_text_is_printable_and_as_wide_as_before(text: str) -> None:
    assert printable(text).isprintable()
    assert cell_len(printable(text)) == cell_len(text)


def test_a_broken_up_emoji_family_keeps_its_cells() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467!"

    assert cell_len(printable(family)) == cell_len(family)


def test_ordinary_lines_pass_untouched() -> None:
    segments = [Segment("pod │ 80 % 表", Style(color="red", bold=True))]

    assert PrintableLines().apply(segments, BLACK) is segments


def test_without_colour_only_the_attributes_remain() -> None:
    segments = [Segment("x", Style(color="red", bgcolor="blue", bold=True, reverse=True))]

    [(_, style, _)] = PrintableLines(colourless=True).apply(segments, BLACK)

    assert style is not None
    assert (style.color, style.bgcolor, style.bold, style.reverse) == (None, None, True, True)


def test_a_link_with_an_escape_in_it_is_no_link() -> None:
    segments = [Segment("x", Style(link="https://a/\x1b]52;c;eA==\x07"))]

    [(_, style, _)] = PrintableLines().apply(segments, BLACK)

    assert style is not None
    assert style.link is None


def test_under_no_color_textuals_own_filters_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert [type(f) for f in TerminalApp().get_line_filters()] == [PrintableLines]
