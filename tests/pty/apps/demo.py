"""A small app on `TerminalApp` with something of everything that is hard on a terminal."""

import asyncio
import signal
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, Label, Static

from rgt_tui.ui.terminal.app import TerminalApp
from rgt_tui.ui.terminal.wire import type_wire

NAMES = ("ada-train", "turing-8x", "日本語ポッド", "lovelace", "emoji🚀pod", "hopper", "é̂tude")


class Table(ScrollView, can_focus=True):
    """Eighty rows painted line by line, a cursor bar, wide characters in some."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)"),
        Binding("up", "move(-1)"),
        Binding("pagedown", "move(10)"),
        Binding("pageup", "move(-10)"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.cursor = 0
        self.values = [0] * 80
        self.virtual_size = Size(70, 80)

    def action_move(self, rows: int) -> None:
        self.cursor = max(0, min(79, self.cursor + rows))
        self.scroll_to(y=max(0, self.cursor - 5), animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        row = y + int(self.scroll_y)
        if row >= 80:
            return Strip.blank(self.size.width)
        name = NAMES[row % len(NAMES)]
        text = (
            f"{'>' if row == self.cursor else ' '} {row:03d} {name:<20} {self.values[row]:>6} GPU"
        )
        style = Style(
            color="white", bgcolor="blue" if row == self.cursor else None, bold=row % 9 == 0
        )
        mark = Style(color="green" if row % 2 else "red")
        strip = Strip([Segment(text, style), Segment(" ●", mark)])
        return strip.adjust_cell_length(self.size.width, Style())


class Question(ModalScreen[None]):
    """A dialogue over half of the screen."""

    CSS = (
        "Question { align: center middle; } #box { width: 50%; height: 50%; border: solid green; }"
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss")]

    def compose(self) -> ComposeResult:
        yield Static(Content("日本 question?\n" * 20), id="box")


class Demo(TerminalApp):
    """Keys: c values, e equal values, t toast, m modal, x crash, w crash in a worker, q quit."""

    ENABLE_COMMAND_PALETTE = False  # Textual 8.2.8: two Enters at once end the app in it
    CSS = "Table { height: 1fr; } #two { height: 3; border: round red; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit"),
        Binding("c", "change"),
        Binding("e", "equal"),
        Binding("t", "toast"),
        Binding("m", "modal"),
        Binding("x", "crash"),
        Binding("w", "crash_worker"),
        Binding("f", "flood"),
        Binding("i", "focus_input"),
        Binding("h", "hang"),
        Binding("s", "shell"),
        Binding("b", "break_differ"),
    ]

    def compose(self) -> ComposeResult:
        yield Label("demo", id="head")
        yield Table()
        yield Static(Content("two │ boxes ┼ 表"), id="two")
        yield Input(id="field")

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.query_one(Table).focus()
        self.call_after_refresh(self.mark_ready)

    def action_change(self) -> None:
        table = self.query_one(Table)
        for row in range(table.cursor % 5, 80, 5):
            table.values[row] += row + 1
        table.refresh()

    def action_equal(self) -> None:
        self.query_one(Table).refresh()
        self.query_one("#two", Static).update(Content("two │ boxes ┼ 表"))

    def action_toast(self) -> None:
        self.notify("a toast 表", title="hello", timeout=60, markup=False)

    def action_modal(self) -> None:
        self.push_screen(Question())

    def action_focus_input(self) -> None:
        self.query_one(Input).focus()

    def action_crash(self) -> None:
        api_key = "rpa_" + "S3CR3T" * 4
        raise RuntimeError(f"cannot reach https://user:{api_key}@host with {api_key}")

    def action_crash_worker(self) -> None:
        async def work() -> None:
            token = "hf_" + "W0RKER" * 4
            raise ValueError(f"token={token}")

        self.run_worker(work())

    async def action_shell(self) -> None:
        try:
            with self.suspend():
                await asyncio.sleep(0.5)
                raise LookupError("no such program")
        except LookupError as error:
            self.notify(f"back: {error}", markup=False)

    def action_break_differ(self) -> None:
        self._differ._shown = []

    def action_hang(self) -> None:
        while "--hangs" in sys.argv:
            time.sleep(0.1)

    def action_flood(self) -> None:
        self.set_interval(0.05, self._flood)

    def _flood(self) -> None:
        table = self.query_one(Table)
        table.values = [value + 7 for value in table.values]
        table.refresh()


class Unkillable(Demo):
    """The demo without a key that ends it."""

    def action_quit(self) -> None:  # type: ignore[override]
        """Stay."""

    def action_crash(self) -> None:
        """Stay."""

    async def action_shell(self) -> None:
        """Stay."""

    def action_break_differ(self) -> None:
        """Leave it."""

    def action_crash_worker(self) -> None:
        """Stay."""

    def action_suspend_process(self) -> None:
        """Stay."""


class Heartbeat:
    """Writes the worst gap between beats of a thread and of the app's loop to a file."""

    def __init__(self, path: Path, app: Demo) -> None:
        self._path = path
        self._app = app
        self._worst = {"thread": 0.0, "loop": 0.0}
        self._last = {"thread": time.monotonic(), "loop": time.monotonic()}

    def start(self) -> None:
        self._app.set_interval(0.05, lambda: self._beat("loop"))
        threading.Thread(target=self._run, daemon=True).start()

    def _beat(self, name: str) -> None:
        now = time.monotonic()
        self._worst[name] = max(self._worst[name], now - self._last[name])
        self._last[name] = now

    def _run(self) -> None:
        while True:
            time.sleep(0.05)
            self._beat("thread")
            now = time.monotonic()
            loop = max(self._worst["loop"], now - self._last["loop"])
            fresh = self._path.with_suffix(".new")
            fresh.write_text(f"{self._worst['thread']} {loop} {self._app.stalled}")
            fresh.replace(self._path)


class BeatingDemo(Demo):
    """The demo with a heartbeat file."""

    def __init__(self, path: Path, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self._heartbeat = Heartbeat(path, self)

    def on_ready(self) -> None:
        self._heartbeat.start()


def main() -> int:
    wire: type_wire = "stock" if "--stock" in sys.argv else "diff"
    reports = Path(sys.argv[sys.argv.index("--reports") + 1]) if "--reports" in sys.argv else None
    if "--heartbeat" in sys.argv:
        path = Path(sys.argv[sys.argv.index("--heartbeat") + 1])
        app: Demo = BeatingDemo(path, wire=wire, report_folder=reports)
    else:
        app = Demo(wire=wire, report_folder=reports)
    if "--unkillable" in sys.argv:
        app = Unkillable(report_folder=reports)
    if "--nohup" in sys.argv:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    app.run(mouse="--mouse" in sys.argv)
    if "--lingers" in sys.argv:
        time.sleep(30)
    if "--bytes" in sys.argv:
        print(f"bytes {app.wire_bytes} {app.wire} {app.stock_reason}")
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
