import functools
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.errors import NoCredentials
from rgt_tui.engine import Engine, NoSession, Setting
from rgt_tui.opening import Address, open_session
from rgt_tui.store import Store

pytestmark = pytest.mark.usefixtures("cut_connections")

SETTING = Setting(source="test", read_only=True)


def wait(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def engine(where: Address) -> Iterator[Engine]:
    opener = functools.partial(open_session, where, Config())
    running = Engine(opener, Store(), session_clock(), SETTING)
    running.start()
    yield running
    running.close()


def test_the_engine_brings_the_fleet_to_another_thread(engine: Engine) -> None:
    wait(lambda: len(engine.scene().account.pods) >= 12)
    scene = engine.scene()
    assert scene.source == "test"
    assert scene.read_only
    assert scene.as_of is None


def test_its_version_moves_with_what_it_knows(engine: Engine) -> None:
    before = engine.version
    wait(lambda: engine.version > before)


def test_its_heart_beats_while_the_fleet_is_read(engine: Engine) -> None:
    wait(lambda: engine.scene().account.pods)
    worst = 0.0
    for _ in range(40):
        time.sleep(0.05)
        worst = max(worst, engine.heartbeat_age())
    assert worst <= 0.5


def test_closing_ends_the_thread(where: Address) -> None:
    running = Engine(
        functools.partial(open_session, where, Config()), Store(), session_clock(), SETTING
    )
    running.start()
    wait(lambda: running.scene().account.pods)
    running.close()
    assert "engine" not in [thread.name for thread in threading.enumerate() if thread.is_alive()]


def test_without_a_key_it_says_so_and_lives_on() -> None:
    error = NoCredentials("no API key was found", hint="Run rgt-tui login.")
    running = Engine(functools.partial(NoSession, error), Store(), session_clock(), SETTING)
    running.start()
    wait(lambda: running.scene().trouble)
    assert "no API key was found" in running.scene().trouble
    assert "rgt-tui login" in running.scene().trouble
    running.refresh()
    running.close()


def test_a_fault_of_ours_is_told_without_its_text_and_reading_starts_again(
    where: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    def watch_or_break(*_: object) -> object:
        if broken:
            raise RuntimeError("rpa_CANARY \x1b]0;evil\x07")
        return open_session(where, Config(), *_)  # type: ignore[arg-type]  # store and clock

    running = Engine(watch_or_break, Store(), session_clock(), SETTING)  # type: ignore[arg-type]
    running.start()
    wait(lambda: "Internal error" in running.scene().trouble)
    assert "CANARY" not in running.scene().trouble
    assert "RuntimeError" in running.scene().trouble
    broken = False
    wait(lambda: running.scene().account.pods)
    assert running.scene().trouble == ""
    running.close()
