"""The differ against Textual's own output: two pyte screens, cell by cell, after each frame."""

import random
from collections.abc import Callable

import pyte
import pytest
from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, RenderableType
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.pilot import Pilot
from textual.screen import Screen

from rgt_tui.ui.terminal.differ import Differ
from tests.pty.apps.demo import Demo, Table

SIZES = [(80, 24), (120, 40), (200, 60)]
KEYS = ["down", "up", "pagedown", "pageup", "tab", "c", "e", "t", "m", "escape", "down", "down"]


class Emulators:
    """What a terminal shows from Textual's text, and what it shows from ours."""

    def __init__(
        self, size: tuple[int, int], *, erases: bool, withhold: Callable[[], bool]
    ) -> None:
        self.stock = pyte.Screen(*size)
        self.diff = pyte.Screen(*size)
        self.stock_bytes = self.diff_bytes = 0
        self._streams = pyte.Stream(self.stock), pyte.Stream(self.diff)
        self.differ = Differ(ColorSystem.TRUECOLOR, erases=erases)
        self._withhold = withhold

    def show(self, app: Demo, update: LayoutUpdate | ChopsUpdate) -> None:
        if isinstance(update, LayoutUpdate):
            width, height = update.region.size
            for screen in (self.stock, self.diff):
                screen.resize(height, width)
        stock = update.render_segments(app.console).replace("\n", "\r\n")
        self._streams[0].feed(stock)
        self.stock_bytes += len(stock.encode())
        self.differ.take(update)
        if not self._withhold():
            self.pay()

    def pay(self) -> None:
        frame = self.differ.frame()
        self.diff_bytes += len(frame.encode())
        self._streams[1].feed(frame)

    def differences(self) -> list[str]:
        return [
            f"({x},{y}) stock {self.stock.buffer[y][x]} ours {self.diff.buffer[y][x]}"
            for y in range(self.stock.lines)
            for x in range(self.stock.columns)
            if self.stock.buffer[y][x] != self.diff.buffer[y][x]
        ]


class WatchedDemo(Demo):
    """The demo, showing each of its frames to both emulators."""

    def __init__(self, emulators: Emulators) -> None:
        super().__init__()
        self.emulators = emulators
        emulators.differ._color_system = COLOR_SYSTEMS[self.console.color_system or "truecolor"]

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        if isinstance(renderable, LayoutUpdate | ChopsUpdate) and not self._batch_count:
            self.emulators.show(self, renderable)
        super()._display(screen, renderable)


async def _random_step(pilot: Pilot[int], dice: random.Random, size: tuple[int, int]) -> str:
    choice = dice.random()
    if choice < 0.08:
        columns, rows = dice.randint(60, size[0]), dice.randint(18, size[1])
        await pilot.resize_terminal(columns, rows)
        await pilot.pause()
        return f"resize {columns}x{rows}"
    key = dice.choice(KEYS)
    if key == "m" and len(pilot.app.screen_stack) > 1:
        key = "escape"
    await pilot.press(key)
    return key


@pytest.mark.parametrize(
    ("size", "erases"),
    [*((size, True) for size in SIZES), (SIZES[0], False)],
    ids=["80x24", "120x40", "200x60", "80x24 without erasing"],
)
async def test_sixty_random_steps_look_the_same_as_textuals_own(
    size: tuple[int, int], erases: bool
) -> None:
    dice = random.Random(size[0] + erases)
    emulators = Emulators(size, erases=erases, withhold=lambda: dice.random() < 0.3)
    async with WatchedDemo(emulators).run_test(size=size) as pilot:
        for number in range(60):
            step = await _random_step(pilot, dice, size)
            await pilot.pause()
            emulators.pay()
            differences = emulators.differences()
            assert not differences, f"step {number} ({step}): {differences[:5]}"

    assert emulators.diff_bytes * 2 < emulators.stock_bytes


async def test_a_refresh_with_equal_values_is_no_bytes() -> None:
    emulators = Emulators((120, 40), erases=True, withhold=lambda: False)
    async with WatchedDemo(emulators).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        stock_before, diff_before = emulators.stock_bytes, emulators.diff_bytes
        for _ in range(5):
            await pilot.press("e")
            await pilot.pause()

    assert emulators.stock_bytes > stock_before
    assert emulators.diff_bytes == diff_before


async def test_withheld_frames_that_cancel_out_are_no_bytes() -> None:
    emulators = Emulators((120, 40), erases=True, withhold=lambda: True)
    async with WatchedDemo(emulators).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        emulators.pay()
        paid = emulators.diff_bytes
        await pilot.press("down")
        await pilot.press("up")
        await pilot.pause()
        emulators.pay()

    assert emulators.diff_bytes == paid


async def test_a_forgotten_screen_is_written_whole_and_a_distrusted_one_with_its_modes() -> None:
    emulators = Emulators((80, 24), erases=True, withhold=lambda: False)
    async with WatchedDemo(emulators).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        emulators.diff.reset()
        emulators.differ.forget()
        emulators.pay()
        assert not emulators.differences()
        emulators.differ.distrust()
        assert "\x1b[?7l" in emulators.differ.frame()


async def test_one_changed_cell_is_a_few_bytes() -> None:
    emulators = Emulators((120, 40), erases=True, withhold=lambda: False)
    async with WatchedDemo(emulators).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        before = emulators.diff_bytes
        table = pilot.app.query_one(Table)
        table.values[1] = 5
        table.refresh()
        await pilot.pause()

    assert 0 < emulators.diff_bytes - before <= 50
