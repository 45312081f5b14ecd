"""The engine: a session on its own thread and event loop.

A terminal that nobody reads blocks Textual's writer and with it the loop of the screen. HTTP,
SSH and their keep-alives must go on meanwhile, so they run here. The frozen, versioned state of
the store is the only border: the screen reads the newest one, and sends requests as calls on
this loop.
"""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rgt_tui.clients.state import save_account
from rgt_tui.clock import Clock
from rgt_tui.domain.errors import RgtError, fault_of
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import Request
from rgt_tui.domain.shelf import Glance
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Scene
from rgt_tui.session import Session
from rgt_tui.sources import periods
from rgt_tui.store import State, Store

if TYPE_CHECKING:  # the first frame can spare them
    from rgt_tui.domain.job import Order
    from rgt_tui.guard.events import Event

HEARTBEAT_S: Final = 0.1
SAVE_S: Final = 60.0
REOPEN_S: Final = (1.0, 5.0, 30.0)
"""Pauses before a session that broke by a fault of ours is opened again."""
CLOSE_S: Final = 3.0
"""How long leaving may take: a hung SSH connection must not keep the person waiting."""

Opener = Callable[[Store, Clock], AbstractAsyncContextManager[Session]]
"""Opens the connections and gives the session that reads into the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the screen shows of how the program was started.

    Attributes:
        source: where the key came from, or `demo`.
        read_only: whether no write can be sent.
        state: file in which what is known is kept for the next start; None keeps nothing.
        high_performance: configured USD per GB and month of that tier of network volumes.
        auto_pay: configured USD that one automatic payment brings.
        jump_host: configured hosts on the way to each Pod; empty for none.
    """

    source: str
    read_only: bool
    state: Path | None = None
    high_performance: Decimal | None = None
    auto_pay: Decimal | None = None
    jump_host: str = ""


class Engine:
    """Runs a session on a thread of its own, and gives the screen what it knows."""

    def __init__(self, opener: Opener, store: Store, clock: Clock, setting: Setting) -> None:
        self._opener = opener
        self._store = store
        self._clock = clock
        self._setting = setting
        self._as_of = _age_of(store.state)
        self._periods = periods()
        self._session: Session | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._attended: frozenset[type] = frozenset()
        self._trouble = ""
        self._bumps = 0
        self._beat = clock()
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    @property
    def version(self) -> int:
        """Changes whenever something the screen shows may have changed."""
        return self._store.state.version + self._bumps

    def scene(self) -> Scene:
        """The newest state, as panes want it. Safe from any thread."""
        state = self._store.state
        session = self._session
        now = self._clock()
        if session is not None and state.checklists:
            session.desk.watch()  # who asks for a scene paints it: a stalled terminal does not
        return Scene(
            account=state.account,
            findings=state.findings,
            now=now,
            source=self._setting.source,
            read_only=self._setting.read_only,
            quota=session.pacer.summary(now) if session is not None else "",
            notices=state.notices,
            periods=self._periods,
            trouble=self._trouble or _trouble_of(state),
            write_left_s=session.writer.mode.left_s if session is not None else None,
            as_of=self._as_of if not self._is_live(state) else None,
            high_performance=self._setting.high_performance,
            auto_pay=self._setting.auto_pay,
            jump_host=self._setting.jump_host,
            jobs=state.jobs,
            checklists=state.checklists,
            batch=state.batch,
        )

    def refresh(self, pod: str | None = None) -> None:
        """Asks for a new reading; returns at once. Safe from any thread."""
        session, loop = self._session, self._loop
        if session is not None and loop is not None:
            whom = PodId(pod) if pod is not None else None
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(session.refresh, whom)

    def attend(self, kinds: frozenset[type]) -> None:
        """Tells which report types are on the screen. Safe from any thread."""
        self._attended = kinds
        session, loop = self._session, self._loop
        if session is not None and loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(session.attend, kinds)

    def rest(self, *, idle: bool) -> None:
        """Reads the API less often while nobody is looking. Safe from any thread."""
        session = self._session
        if session is not None:
            session.pacer.idle = idle

    def unlock(self) -> None:
        """Lets writes be asked for, for ten minutes; not in a read-only session."""
        session = self._session
        if session is not None and session.writer.mode.possible:
            session.writer.mode.unlock()
            self._bumps += 1

    def lock(self) -> None:
        """Ends that at once."""
        session = self._session
        if session is not None:
            session.writer.mode.lock()
            self._bumps += 1

    def perform(self, request: Request, approval: str) -> None:
        """Asks for a request to be carried out; returns at once. Safe from any thread."""
        session, loop = self._session, self._loop
        if session is None or loop is None:
            self._store.say(self._clock(), f"! {request.what}: not sent, there is no connection")
            return
        with contextlib.suppress(RuntimeError):  # the loop has just been closed
            loop.call_soon_threadsafe(session.request, request, approval)

    def open_checklist(self, *pods: PodId) -> None:
        """Opens the terminate checklists of Pods; returns at once. Safe from any thread."""
        session, loop = self._session, self._loop
        if session is None or loop is None:
            self._store.say(self._clock(), "! terminate: not opened, there is no connection")
            return
        with contextlib.suppress(RuntimeError):  # the loop has just been closed
            loop.call_soon_threadsafe(session.open_checklist, pods)

    def tell_checklist(self, pod: PodId, event: "Event") -> None:
        """Hands over what a person did with a checklist. Safe from any thread."""
        session = self._session
        if session is not None:
            session.desk.tell(pod, event)

    def tell_batch(self, event: "Event") -> None:
        """Hands over what a person did with several checklists at once. Safe from any thread."""
        session = self._session
        if session is not None:
            session.desk.tell_batch(event)

    def begin(self, order: "Order") -> None:
        """Has long work done; returns at once. Safe from any thread."""
        session, loop = self._session, self._loop
        if session is None or loop is None:
            self._store.say(self._clock(), f"! {order.what}: not begun, there is no connection")
            return
        with contextlib.suppress(RuntimeError):  # the loop has just been closed
            loop.call_soon_threadsafe(session.jobs.order, order)

    def cancel(self, job: int) -> None:
        """Ends a job. Safe from any thread."""
        session, loop = self._session, self._loop
        if session is not None and loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(session.jobs.cancel, job)

    def dismiss(self, job: int) -> None:
        """Forgets a job that has ended. Safe from any thread."""
        session, loop = self._session, self._loop
        if session is not None and loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(session.jobs.dismiss, job)

    def browse(self, glance: Glance) -> None:
        """Asks about a network volume; returns at once. Safe from any thread."""
        session, loop = self._session, self._loop
        if session is None or loop is None:
            self._store.say(self._clock(), "! nothing was asked of S3: there is no connection yet")
            return
        with contextlib.suppress(RuntimeError):  # the loop has just been closed
            loop.call_soon_threadsafe(session.browser.ask, glance)

    def heartbeat_age(self) -> float:
        """Seconds since the engine's loop last turned: its lag."""
        return self._clock() - self._beat

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def close(self) -> None:
        """Ends the session and waits for it, up to `CLOSE_S`."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    def _is_live(self, state: State) -> bool:
        seen = state.account.evidence.latest(PodList)
        return seen is not None and seen.source != "cache"

    def _main(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            work = [tasks.create_task(self._read()), tasks.create_task(self._tick())]
            await self._stop.wait()
            for task in work:
                task.cancel()
        self._save()

    async def _read(self) -> None:
        """Reads until it is ended. A fault of ours is told, and the session opened anew."""
        for pause_s in itertools.chain(REOPEN_S, itertools.repeat(REOPEN_S[-1])):
            try:
                await self._read_session()
            except RgtError as error:
                self._tell(_sentences(error.message, error.hint))
                return
            except Exception as error:  # noqa: BLE001  # the screen must not go on without an engine
                again = f"Reading starts again in {pause_s:.0f} s."
                self._tell(_sentences(f"Internal error: {fault_of(error)}", again))
            await asyncio.sleep(pause_s)
            self._tell("")

    async def _read_session(self) -> None:
        try:
            async with self._opener(self._store, self._clock) as session:
                self._session = session
                await session.watch(self._attended)
        finally:
            self._session = None

    async def _tick(self) -> None:
        """The heartbeat, and the state on disk every minute."""
        saved = self._clock()
        while True:
            self._beat = self._clock()
            if self._beat - saved >= SAVE_S:
                saved = self._beat
                await asyncio.to_thread(self._save)
            await asyncio.sleep(HEARTBEAT_S)

    def _save(self) -> None:
        path = self._setting.state
        if path is None or not self._is_live(self._store.state):
            return
        try:
            problem = save_account(path, self._store.state.account, self._clock())
        except Exception as error:  # noqa: BLE001  # keeping a copy must not end the reading
            problem = f"The last known state is not kept: {fault_of(error)}"
        if problem:
            self._store.say(self._clock(), f"w {problem}")

    def _tell(self, trouble: str) -> None:
        self._trouble = trouble
        self._bumps += 1


class NoSession(AbstractAsyncContextManager[Session]):
    """An opener for when there is nothing to open, for instance no API key: it raises `error`."""

    def __init__(self, error: RgtError, store: Store, clock: Clock) -> None:
        self._error = error

    async def __aenter__(self) -> Session:
        raise self._error

    async def __aexit__(self, *_: object) -> None:
        """Nothing was opened."""


def _age_of(state: State) -> float | None:
    seen = state.account.evidence.latest(PodList)
    return seen.at if seen is not None else None


def _trouble_of(state: State) -> str:
    failure: Failed | None = state.account.evidence.reading(PodList).failure
    return _sentences(failure.error, failure.hint) if failure is not None else ""


def _sentences(*parts: str) -> str:
    """What was tried and what to do, a line each."""
    return "\n".join(part for part in parts if part)
