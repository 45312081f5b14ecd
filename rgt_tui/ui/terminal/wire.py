"""The wire: what reaches the terminal is the difference between two frames.

Textual 8.2.8 does not compare frames: it sends every refreshed region again, each segment in its
own full SGR. `WireApp._display` takes the composed update and sends the changed cells only. While
the writer's queue is backed up nothing is sent; the difference is paid once it is drained. Until
`mark_ready` nothing is sent either, so that the first picture is one picture.

All this stands on private names. `why_stock` looks for each of them; with one missing, outside
the tested versions, or with `RGT_NO_DIFF=1`, the app takes Textual's own way and says so.
"""

# ruff: noqa: SLF001  # private names of the pinned Textual: `wire.why_stock` and tests watch them

import inspect
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, RenderableType
from textual import _compositor, messages
from textual.app import App
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Offset
from textual.screen import Screen
from textual.strip import Strip

from rgt_tui.ui.terminal.differ import Differ
from rgt_tui.ui.terminal.driver import ConsoleDriver
from rgt_tui.ui.terminal.grid import Row

type_wire = Literal["diff", "stock"]

FIRST_TESTED: Final = (8, 2, 8)
FIRST_UNTESTED: Final = (8, 3)
BACKLOG: Final = 2
"""Writes waiting beyond which a frame is withheld; Textual's queue blocks at 30."""
SYNC_FROM: Final = 200
"""Characters from which a frame is shown at one stroke; a shorter one arrives in one piece."""
SYNC_START: Final = "\x1b[?2026h"
SYNC_END: Final = "\x1b[?2026l"
REPAY_S: Final = 0.05
GATE_S: Final = 2.0
"""The first frame goes out by then, also if nobody has called it ready."""

_NAMES: Final[tuple[tuple[object, str, tuple[str, ...] | None], ...]] = (
    (App, "_display", ("self", "screen", "renderable")),
    (App, "_fatal_error", ("self",)),
    (App, "get_line_filters", ("self",)),
    (_compositor.LayoutUpdate, "__init__", ("self", "strips", "region")),
    (_compositor.ChopsUpdate, "__init__", ("self", "chops", "spans", "chop_ends")),
    (Strip, "render_ansi", ("style", "color_system")),
    (WriterThread, "__init__", ("self", "file")),
    (LinuxDriver, "run_input_thread", ("self",)),
)
"""Private names in use: owner, name, and the parameters it must have if it is called."""


_ATTRIBUTES: Final = (
    "_batch_count", "_closed", "_driver", "_exception", "_exit_renderables", "_running"
)  # fmt: skip
"""Private attributes of an `App` in use."""


class WireApp(App[int]):
    """An app that sends the terminal only what changed.

    Attributes:
        wire: The way taken, "diff" or "stock".
        stock_reason: Why it is "stock"; None while it is "diff".
    """

    def __init__(self, *, wire: type_wire = "diff", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]  # handed on as it came
        reason = "asked for" if wire == "stock" else why_stock(os.environ, self)
        self.wire: type_wire = "diff" if reason is None else "stock"
        self.stock_reason = reason
        self._color_system = COLOR_SYSTEMS.get(
            self.console.color_system or "", ColorSystem.TRUECOLOR
        )
        self._differ = Differ(self._color_system, erases=erases_with_background(os.environ))
        self._is_ready = False
        self._is_owing = False
        self._is_synchronized = False
        self._cursor = Offset(0, 0)

    def on_mount(self) -> None:
        """Let the first frame out after a while, whatever happens."""
        driver = self._console_driver
        if driver is not None:
            driver.drops_when_full = self.wire == "diff"
        self.set_timer(GATE_S, self.mark_ready, name="first frame")

    def on_terminal_supports_synchronized_output(
        self, _: messages.TerminalSupportsSynchronizedOutput
    ) -> None:
        """Note that frames can be shown at one stroke (DEC mode 2026)."""
        self._is_synchronized = True

    def mark_ready(self) -> None:
        """The screen is worth showing: the first frame may go out."""
        if not self._is_ready:
            self._is_ready = True
            self._pay()

    def repaint_all(self) -> None:
        """Write every cell again, and the terminal's modes with them."""
        self._differ.distrust()
        if self.wire == "diff":
            self._pay()
        else:
            self.refresh(layout=True)

    def frame_rows(self) -> tuple[Row, ...]:
        """The screen as last composed, cell by cell; empty before the first frame."""
        if self.wire == "diff":
            return self._differ.rows
        picture = Differ(self._color_system)
        picture.take(self.screen._compositor.render_full_update())
        return picture.rows

    @property
    def wire_bytes(self) -> int:
        """Bytes the terminal has taken from this app; 0 without a terminal."""
        driver = self._console_driver
        return driver.output.written if driver else 0

    @property
    def pending_output(self) -> int:
        """Writes the terminal has not taken; above 2, frames are withheld."""
        driver = self._console_driver
        return driver.pending_output if driver else 0

    @property
    def stalled(self) -> bool:
        """Has the terminal taken nothing for two seconds while there was something to show?"""
        driver = self._console_driver
        return driver.output.is_stalled if driver else False

    @property
    def discarded_input(self) -> int:
        """Keys, clicks and pastes dropped because they were typed at a stalled picture."""
        driver = self._console_driver
        return driver.discarded_input if driver else 0

    @property
    def _console_driver(self) -> ConsoleDriver | None:
        return self._driver if isinstance(self._driver, ConsoleDriver) else None

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        is_ours = isinstance(renderable, _compositor.LayoutUpdate | _compositor.ChopsUpdate)
        if self.wire == "stock" or self._console_driver is None or not is_ours:
            if renderable is not None:
                self._differ.forget()
            super()._display(screen, renderable)
            return
        try:
            if self._running and not self._closed and not self._batch_count:
                self._differ.take(renderable)  # type: ignore[arg-type]  # `is_ours` above
                self._pay()
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            self._give_up(f"the differ failed: {type(error).__name__}")
        finally:
            self.post_display_hook()

    def _pay(self) -> None:
        driver = self._console_driver
        if driver is None or not self._is_ready or not driver.is_entered:
            return
        if driver.pending_output > BACKLOG:
            self._owe()
            return
        if driver.take_damage():
            self._differ.distrust()
        frame = self._differ.frame()
        frame += self._cursor_move(is_astray=bool(frame))
        if self._is_synchronized and len(frame) >= SYNC_FROM:
            frame = f"{SYNC_START}{frame}{SYNC_END}"
        if frame:
            driver.write(frame)

    def _owe(self) -> None:
        if not self._is_owing:
            self._is_owing = True
            self.set_timer(REPAY_S, self._repay, name="owed frame")

    def _repay(self) -> None:
        self._is_owing = False
        self._pay()

    def _cursor_move(self, *, is_astray: bool) -> str:
        # The cursor is hidden; its place matters to input methods, which draw at it. At the
        # origin, where it is while no field has the focus, nobody looks for it.
        wanted = self.screen.outer_size.clamp_offset(self.cursor_position)
        if wanted == self._cursor and (not is_astray or wanted == (0, 0)):
            return ""
        self._cursor = wanted
        return f"\x1b[{wanted.y + 1};{wanted.x + 1}H"

    def _give_up(self, reason: str) -> None:
        self.wire, self.stock_reason = "stock", reason
        driver = self._console_driver
        if driver is not None:
            driver.drops_when_full = False
        self.refresh(layout=True)


def why_stock(environment: Mapping[str, str], app: App[int]) -> str | None:
    """Why the differ must not be used with this app; None if it may."""
    if environment.get("RGT_NO_DIFF") == "1":
        return "RGT_NO_DIFF=1"
    found = textual_version()
    if not FIRST_TESTED <= _numbers(found) < FIRST_UNTESTED:
        return f"textual {found} is outside the tested versions"
    for owner, name, parameters in _NAMES:
        problem = _problem(owner, name, parameters)
        if problem:
            return f"textual {found}: {problem}"
    missing = [name for name in _ATTRIBUTES if not hasattr(app, name)]
    return f"textual {found}: App.{missing[0]} is missing" if missing else None


def textual_version() -> str:
    """Of the Textual in use, by the name of its metadata folder, which costs no import of a parser."""
    library = Path(inspect.getfile(App)).parents[1]
    names = [path.name for path in library.glob("textual-*.dist-info")]
    if len(names) == 1:
        return names[0].removeprefix("textual-").removesuffix(".dist-info")
    from importlib.metadata import version  # 30 ms: only where the folder is not as usual

    return version("textual")


def erases_with_background(environment: Mapping[str, str]) -> bool:
    """Does this terminal erase with the pen's background? GNU screen does not unless told to."""
    return bool(environment.get("TMUX")) or not environment.get("TERM", "").startswith("screen")


def _problem(owner: object, name: str, parameters: tuple[str, ...] | None) -> str | None:
    member = getattr(owner, name, None)
    label = f"{getattr(owner, '__name__', owner)}.{name}"
    if member is None:
        return f"{label} is missing"
    if parameters is not None and tuple(inspect.signature(member).parameters) != parameters:
        return f"{label} takes other arguments"
    return None


def _numbers(text: str) -> tuple[int, ...]:
    numbers: list[int] = []
    with suppress(ValueError):
        numbers.extend(int(part) for part in text.split("."))
    return tuple(numbers)
