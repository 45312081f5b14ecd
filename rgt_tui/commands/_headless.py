"""The console's engine without a screen, for commands that go on until they are ended."""

import contextlib
import functools
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import field, replace
from pathlib import Path
from types import FrameType
from typing import Final

from rgt_tui.clock import Clock, session_clock
from rgt_tui.config import Config
from rgt_tui.domain.errors import RgtError, Unauthorized
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.records import dataclass
from rgt_tui.engine import Engine, Setting
from rgt_tui.facts import find_pods
from rgt_tui.invocation import Options
from rgt_tui.opening import Address, address, open_session, with_identities
from rgt_tui.panes import Scene
from rgt_tui.session import Session
from rgt_tui.sources import Watched
from rgt_tui.store import Store

INTERVAL_S: Final = 15
"""A third of the console's pace: nobody looks, and the quota is shared."""
SHORTEST_S: Final = 5
LONGEST_S: Final = 120
"""Evidence older than three minutes tells nothing to most detectors."""


class Ended(Exception):
    """SIGTERM: whoever started this wants it to end, and well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a command wants watched.

    Attributes:
        watched: whom to ask, and how often.
        kinds: report types that are read on demand.
        identities: private keys to try before the configured ones.
    """

    watched: Watched
    kinds: frozenset[type] = frozenset()
    identities: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """An engine that reads.

    Attributes:
        engine: gives the newest scene.
        failures: reads of each source that failed so far.
    """

    engine: Engine
    failures: Counter[str] = field(default_factory=Counter)


@contextlib.contextmanager
def running(options: Options, config: Config, wish: Wish) -> Iterator[Running]:
    """The engine of the console, read-only and without a state on disk to begin from.

    Raises:
        NoCredentials: no API key was found.
    """
    with address(options, config) as told:
        where = replace(with_identities(told, wish.identities), read_only=True)
        setting = Setting(
            source=where.source,
            read_only=True,
            high_performance=config.high_performance,
            auto_pay=config.auto_pay,
        )
        failures: Counter[str] = Counter()
        opener = functools.partial(_opened, where, config, wish.watched, failures)
        engine = Engine(opener, Store(), session_clock(), setting)
        engine.attend(wish.kinds)
        engine.start()
        try:
            yield Running(engine, failures)
        finally:
            engine.close()


@contextlib.asynccontextmanager
async def _opened(
    where: Address,
    config: Config,
    watched: Watched,
    failures: Counter[str],
    store: Store,
    clock: Clock,
) -> AsyncIterator[Session]:
    async with open_session(where, config, store, clock) as session:
        session.watched = watched
        session.failures = failures
        session.pacer.at_most_every(watched.least_s)
        yield session


@contextlib.contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Raises `Ended` in the main thread when SIGTERM comes; to be used there alone."""

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Ended

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def require_sense(scene: Scene, words: tuple[str, ...]) -> None:
    """Ends what can come to nothing, at the first answer or refusal; later, nothing does.

    Raises:
        UsageError: the account has no Pod of one of these names.
        RgtError: the API does not accept the key.
    """
    listed = scene.account.evidence.reading(PodList)
    if listed.good is not None:
        find_pods(scene.account.pods, words)
    elif listed.failure is not None and listed.failure.code in ("unauthorized", "forbidden"):
        refused: RgtError = Unauthorized(listed.failure.error, hint=listed.failure.hint)
        raise refused
