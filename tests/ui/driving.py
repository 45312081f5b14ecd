"""Running the console in tests, without a terminal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from textual.pilot import Pilot

from rgt_tui.app import RgtApp
from rgt_tui.guard.checklist import Checklist
from rgt_tui.panes import Scene
from rgt_tui.ui.screens.confirm import Asking
from rgt_tui.ui.screens.desk import Shown
from rgt_tui.ui.screens.main import MainScreen
from rgt_tui.ui.widgets.table import Table
from tests.ui import law
from tests.ui.feeds import FixedFeed


class Console(NamedTuple):
    """A running console and the feed it looks at."""

    app: RgtApp
    pilot: Pilot[int]
    feed: FixedFeed

    @property
    def main(self) -> MainScreen:
        """The screen of the panes."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def table(self) -> Table:
        """The list of the pane in front."""
        return self.main.query_one(Table)

    async def press(self, *keys: str) -> None:
        """Presses keys, and waits until their effects are painted."""
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        """Waits until everything that is due is painted."""
        await self.pilot.pause()
        self.main.rest()
        for _ in range(100):
            await self.pilot.pause()
            screen = self.app.screen
            if self.app._exit:
                return
            if self.feed.version != self.app._version:
                self.app._tick()  # the paint clock would, a little later
            elif isinstance(screen, Shown) and screen.is_settled:
                return
        raise AssertionError("the screen does not come to rest")

    async def select(self, name: str) -> None:
        """Puts the cursor on the row of that name."""
        rows = [row.cells[0].text for row in self.main.pane.rows(self.app.now_shown)]
        await self.press("g", *["j"] * rows.index(name))

    async def awake(self) -> Asking:
        """The question in front, once it hears."""
        screen = self.app.screen
        assert isinstance(screen, Asking)
        async with asyncio.timeout(20):
            while not screen.is_awake:
                await self.pilot.pause(0.02)
        return screen

    async def put(self, scene: Scene) -> None:
        """Lets the engine have news, and waits until they are painted."""
        self.feed.put(scene)
        self.app._tick()
        await self.settle()


@asynccontextmanager
async def console(
    scene: Scene, size: tuple[int, int] = (120, 40), pane: str = "pods"
) -> AsyncIterator[Console]:
    """The console on a scene that stands still."""
    feed = FixedFeed(scene)
    app = RgtApp(feed, start_pane=pane)
    async with app.run_test(size=size) as pilot:
        running = Console(app, pilot, feed)
        await running.settle()
        yield running


@asynccontextmanager
async def examined(
    checklist: Checklist, size: tuple[int, int] = (120, 40), scene: Scene | None = None
) -> AsyncIterator[Console]:
    """The console with the terminate checklist of one Pod open, once it hears keys."""
    async with console(scene or law.scene(), size) as running:
        running.feed.ready[law.POD.id] = checklist
        await running.select(law.POD.name)
        await running.press("ctrl+d")
        await running.put(running.feed.scene())
        await running.awake()
        await running.settle()
        yield running
