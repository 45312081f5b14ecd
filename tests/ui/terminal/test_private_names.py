"""Each override stands on private names of the pinned Textual: these tests fail when one moves."""

import hashlib
import importlib.metadata
import inspect
from collections.abc import Callable
from importlib.metadata import version

import pytest
from textual.app import App
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver

from rgt_tui.ui.terminal import wire
from rgt_tui.ui.terminal.app import TerminalApp

SOURCES: list[tuple[Callable[..., object], str]] = [
    (App._display, "App._display"),
    (App._fatal_error, "App._fatal_error"),
    (App._print_error_renderables, "App._print_error_renderables"),
    (App.get_line_filters, "App.get_line_filters"),
    (App.suspend, "App.suspend"),
    (App._on_resize, "App._on_resize"),
    (LinuxDriver.__init__, "LinuxDriver.__init__"),
    (LinuxDriver.start_application_mode, "LinuxDriver.start_application_mode"),
    (LinuxDriver.stop_application_mode, "LinuxDriver.stop_application_mode"),
    (LinuxDriver.disable_input, "LinuxDriver.disable_input"),
    (LinuxDriver.run_input_thread, "LinuxDriver.run_input_thread"),
    (LinuxDriver.process_message, "LinuxDriver.process_message"),
    (LinuxDriver._sigtstp_application, "LinuxDriver._sigtstp_application"),
    (LinuxDriver._sigcont_application, "LinuxDriver._sigcont_application"),
    (LinuxDriver.write, "LinuxDriver.write"),
    (LinuxDriver.close, "LinuxDriver.close"),
    (WriterThread.__init__, "WriterThread.__init__"),
    (WriterThread.run, "WriterThread.run"),
]
DIGESTS: dict[str, str] = {
    "App._display": "4b78dff6669a",
    "App._fatal_error": "2474616cec7f",
    "App._print_error_renderables": "6e6be4034677",
    "App.get_line_filters": "8f245224fb57",
    "App.suspend": "66d2c24066e3",
    "App._on_resize": "62d14429be32",
    "LinuxDriver.__init__": "671887bbf938",
    "LinuxDriver.start_application_mode": "7c41f5ba11a8",
    "LinuxDriver.stop_application_mode": "9a7e99c8d4bd",
    "LinuxDriver.disable_input": "6154c5a7c174",
    "LinuxDriver.run_input_thread": "d796af6d69db",
    "LinuxDriver.process_message": "685f4c56ecfc",
    "LinuxDriver._sigtstp_application": "26c3c19ce181",
    "LinuxDriver._sigcont_application": "1d7463a74df1",
    "LinuxDriver.write": "b78a34033db5",
    "LinuxDriver.close": "c32293a24c1a",
    "WriterThread.__init__": "77d80cc491d7",
    "WriterThread.run": "314021aab4f5",
}
"""SHA-256, first 12 digits, of each overridden method's source in textual 8.2.8.

When one differs: read the new source, adapt the override, then put the new digest here.
"""


def _digest(method: Callable[..., object]) -> str:
    return hashlib.sha256(inspect.getsource(inspect.unwrap(method)).encode()).hexdigest()[:12]


@pytest.mark.parametrize(("method", "name"), SOURCES, ids=[name for _, name in SOURCES])
def test_the_overridden_method_is_the_one_that_was_read(
    method: Callable[..., object], name: str
) -> None:
    assert _digest(method) == DIGESTS[name]


def test_the_installed_textual_is_the_one_the_digests_are_of() -> None:
    assert version("textual") == "8.2.8"


def test_the_differ_is_on_by_default() -> None:
    app = TerminalApp()

    assert (app.wire, app.stock_reason) == ("diff", None)


def test_the_stock_wire_can_be_asked_for() -> None:
    assert TerminalApp(wire="stock").wire == "stock"


def test_an_environment_variable_turns_the_differ_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RGT_NO_DIFF", "1")
    app = TerminalApp()

    assert (app.wire, app.stock_reason) == ("stock", "RGT_NO_DIFF=1")


@pytest.mark.parametrize("found", ["8.2.7", "8.3.0", "9.0", "8.2.8rc1x"])
def test_an_untested_textual_gets_the_stock_wire(
    found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "textual_version", lambda: found)
    app = TerminalApp()

    assert app.wire == "stock"
    assert app.stock_reason == f"textual {found} is outside the tested versions"


def test_a_missing_private_name_gives_the_stock_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("textual.strip.Strip.render_ansi")
    app = TerminalApp()

    assert app.wire == "stock"
    assert app.stock_reason is not None
    assert "Strip.render_ansi is missing" in app.stock_reason


def test_the_version_read_off_the_folder_is_the_installed_one() -> None:
    assert wire.textual_version() == importlib.metadata.version("textual")
