"""Random keys, pastes and resizes on the real console in write mode: `python -m tests.soak.monkey N`.

The engine is real and the account is a simulated one, which counts what arrives. Keys that act
come more often than letters; pastes hold the very words that questions ask for. Questions hear at
once, which is harder than it is: else keys that never pause are never heard. Nothing of it may
stop, restart or delete a Pod. The seed is printed, so that a run can be had again.
"""

import asyncio
import contextlib
import functools
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from textual import events
from textual.geometry import Size
from textual.pilot import Pilot, WaitForScreenTimeout

from rgt_tui.app import RgtApp
from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.secret import Secret
from rgt_tui.engine import Engine, Setting
from rgt_tui.opening import Address, open_session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.store import Store
from rgt_tui.ui.screens import confirm

LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_/!?:.,"
ACTING: Final = (
    *["ctrl+d", "ctrl+x", "ctrl+r", "ctrl+s", "ctrl+k"],
    *["tab", "tab", "shift+tab", "enter", "enter", "escape", "space", "backspace"],
    *["up", "down", "j", "k", "pageup", "pagedown", "home", "end", "E", "y", "w", "u", "d", "6"],
)
SIZES: Final = ((80, 24), (120, 40), (200, 60), (59, 17), (40, 10))
TOGETHER: Final = 40
"""Events between two pauses in which the screen and the engine do their work."""
LOSING: Final = ("stop", "restart", "terminate")


class Caged(RgtApp):
    """A console that cannot be left."""

    def leave(self) -> None:
        """Stays."""

    def exit(self, *_: object, **__: object) -> None:
        """Stays."""


def events_of(chance: random.Random, names: list[str]) -> events.Event:
    """One thing that a terminal can send."""
    draw = chance.random()
    if draw < 0.02:
        return events.Paste(chance.choice([f"stop {name}" for name in names] + names))
    if draw < 0.03:
        size = Size(*chance.choice(SIZES))
        return events.Resize(size, size)
    if draw < 0.6:
        return events.Key(chance.choice(ACTING), None)
    letter = chance.choice(LETTERS)
    return events.Key("space" if letter == " " else letter, letter)


async def run(count: int, seed: int) -> Counter[str]:
    """Sends `count` events; what the service was asked to do to Pods, by verb."""
    confirm.DEAF_S = 0.001  # type: ignore[misc]  # a constant elsewhere
    chance = random.Random(seed)  # keys, not secrets
    with tempfile.TemporaryDirectory() as folder, Simulator(build_world()) as simulator:
        where = Address(
            base_url=simulator.url,
            key=Secret(simulator.api_key),
            source="test",
            identities=(Path(simulator.ssh_identity),),
            host_keys=Path(folder) / "hostkeys.json",
            journal=Path(folder) / "state" / "journal.jsonl",
            read_only=False,
        )
        setting = Setting(source="test", read_only=False)
        opener = functools.partial(open_session, where, Config())
        engine = Engine(opener, Store(), session_clock(), setting)
        engine.start()
        try:
            await _press(Caged(engine), count, chance)
        finally:
            engine.close()
        return Counter(
            request.method if request.method == "DELETE" else _verb(request.body)
            for request in simulator.requests
            if request.method in ("POST", "PATCH", "DELETE") and "/v2/" in request.path
        )


def _verb(body: bytes) -> str:
    return next((verb for verb in (*LOSING, "start") if verb.encode() in body), "patch")


async def _press(app: Caged, count: int, chance: random.Random) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        async with asyncio.timeout(60):
            while not app.now_shown.account.pods or app.now_shown.as_of is not None:
                await pilot.pause(0.05)
        names = [pod.name for pod in app.now_shown.account.pods]
        for at in range(0, count, TOGETHER):
            if app.now_shown.write_left_s is None:
                app._feed.unlock()
            for _ in range(min(TOGETHER, count - at)):
                await app.on_event(events_of(chance, names))
            await _settle(pilot)
            if at % (count // 10 // TOGETHER * TOGETHER or count) == 0:
                print(f"{at} of {count}", file=sys.stderr, flush=True)


async def _settle(pilot: Pilot[int]) -> None:
    """Lets the screen do its work; on a loaded machine that may take longer than Textual waits."""
    for _ in range(9):
        with contextlib.suppress(WaitForScreenTimeout):
            await pilot.pause()
            return
    await pilot.pause()


def main() -> int:
    """One run; 1 when anything was stopped, restarted or deleted."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**6)
    asked = asyncio.run(run(count, seed))
    print(f"{count} random events, seed {seed}: {dict(asked) or 'nothing'} was asked of Pods")
    return 1 if asked["DELETE"] or any(asked[verb] for verb in LOSING) else 0


if __name__ == "__main__":
    raise SystemExit(main())
