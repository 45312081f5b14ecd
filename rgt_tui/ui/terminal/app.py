"""`TerminalApp`: the app class with all of the terminal hygiene in it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType

from rgt_tui.ui.terminal.driver import ConsoleDriver
from rgt_tui.ui.terminal.fatal import FatalApp
from rgt_tui.ui.terminal.filter import FilteredApp
from rgt_tui.ui.terminal.wire import WireApp, type_wire

if TYPE_CHECKING:
    from textual.types import CSSPathType  # its module imports trees: a tenth of the start


class TerminalApp(WireApp, FilteredApp, FatalApp):
    """A Textual app that behaves well in every terminal it may meet.

    Args:
        wire: "diff" sends changed cells only, "stock" is Textual's own output.
        css_path: Style sheets, as `textual.app.App` takes them.
        report_folder: Where crash reports go; None for the user's state folder.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "repaint_all", "Repaint", show=False, tooltip="Draw the screen again"),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, tooltip="Back to the shell"),
    ]

    def __init__(
        self,
        *,
        wire: type_wire = "diff",
        css_path: "CSSPathType | None" = None,
        report_folder: Path | None = None,
    ) -> None:
        super().__init__(wire=wire, driver_class=ConsoleDriver, css_path=css_path)
        self.report_folder = report_folder

    def on_resize(self, event: events.Resize) -> None:
        """Repaint what a shrinking and growing terminal lost; a new size is painted anyway."""
        if event.size == self._differ.size and self.wire == "diff":
            self._pay()

    def action_repaint_all(self) -> None:
        """Draw everything again."""
        self.repaint_all()

    def action_suspend_process(self) -> None:
        """Stop the job, as the shell's user expects of Ctrl-Z; `fg` brings it back."""
        driver = self._console_driver
        if driver is None or not driver.is_entered:
            return
        with self.suspend():
            # The whole group stops (a wrapper such as make too). Without a shell that could
            # continue us, the group is orphaned and the system ignores the signal.
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(0, signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, handler)

    def action_enter_again(self) -> None:
        """Set the terminal up again after the process was stopped behind our back."""
        with self.suspend():
            pass

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Give the terminal away for the block; an exception in it is raised after the return.

        Textual 8.2.8 does not come back from a block that raises (Textualize/textual#6692).
        """
        failure: BaseException | None = None
        with super().suspend():
            try:
                yield
            except BaseException as error:  # noqa: BLE001  # raised again below, none is lost
                failure = error
        if failure is not None:
            raise failure
