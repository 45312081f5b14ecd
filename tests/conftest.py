"""What all tests share: still pictures, and the fixture that keeps them.

Textual reads its settings once, at import, so they are set before anything imports it.
"""

import gc
import os
import re
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

os.environ.update(
    COLORTERM="truecolor",
    TERM="xterm-256color",
    TEXTUAL_ANIMATIONS="none",
    TEXTUAL_COLOR_SYSTEM="truecolor",
    TZ="UTC",
)
os.environ.pop("NO_COLOR", None)
time.tzset()

import pytest  # noqa: E402
from syrupy.assertion import SnapshotAssertion  # noqa: E402
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode  # noqa: E402
from syrupy.location import PyTestLocation  # noqa: E402
from textual import _wait  # noqa: E402
from textual.app import App  # noqa: E402

ROOT: Final = Path(__file__).resolve().parent.parent
SNAPSHOTS: Final = ROOT / "snapshots"
_RANDOM_ID: Final = re.compile(r"terminal-\d+-")


_wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = 1 / 200, 1 / 4000
"""A pilot's pause ends with the first so long a while in which this process does next to nothing.

Textual's own while is 20 ms, which is waited out after every key of a test. The share of work that
counts as nothing, a twentieth, is its own.
"""


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Takes what was collected and imported out of the collector's sight: it lives to the end.

    Eight thousand tests and what they import are half a million objects, which each full
    collection would look through. `cut_connections` asks for one after every test that uses it.
    """
    gc.collect()
    gc.freeze()


class _Picture(SingleFileSnapshotExtension):
    """One file a picture, under `snapshots/`, at the path of its test."""

    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        test_file = Path(test_location.filepath).relative_to(ROOT / "tests").with_suffix("")
        return str(SNAPSHOTS / test_file)


class TextPicture(_Picture):
    """The characters on the screen."""

    file_extension = "txt"


class ColourPicture(_Picture):
    """The characters and their colours."""

    file_extension = "svg"


class Gallery:
    """Compares what an app shows with the kept picture."""

    def __init__(self, snapshot: SnapshotAssertion) -> None:
        self._text = snapshot.use_extension(TextPicture)
        self._colours = snapshot.use_extension(ColourPicture)

    def holds(self, app: App[int]) -> None:
        """Fails when characters or colours differ from the kept picture of this test."""
        assert screen_text(app) == self._text
        assert _RANDOM_ID.sub("terminal-", app.export_screenshot(title="")) == self._colours


@pytest.fixture
def gallery(snapshot: SnapshotAssertion) -> Gallery:
    """The kept pictures of this test's file."""
    return Gallery(snapshot)


def screen_text(app: App[int]) -> str:
    """The characters on an app's screen, a line for each row."""
    rows = app.screen._compositor.render_strips()
    return "".join("".join(s.text for s in row).rstrip() + "\n" for row in rows)


@pytest.fixture
def cut_connections() -> Iterator[None]:
    """For tests that cut connections off half-way: what is left of them is collected in silence.

    asyncio closes the socket of a connection aborted by a cancelled task on a later turn of its
    loop; where the test's loop ends first, the collector closes it, and CPython warns.
    """
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
