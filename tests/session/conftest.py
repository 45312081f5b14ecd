"""A simulated account for a test, and a session that reads it."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.secret import Secret
from rgt_tui.opening import Address, open_session
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.store import Store

PATIENT = Config(connect_timeout_s=60.0)
"""A busy machine takes long to log in; no test here is about that."""
Opened = Callable[[], contextlib.AbstractAsyncContextManager[tuple[Session, Store]]]


@pytest.fixture
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """The mixed demo fleet, or the scenarios the test's `fleet` mark names, served on loopback."""
    mark = request.node.get_closest_marker("fleet")
    with Simulator(build_world(scenarios=mark.args if mark else ())) as served:
        yield served


@pytest.fixture
def where(simulator: Simulator, tmp_path: Path) -> Address:
    """The simulated account's address."""
    return Address(
        base_url=simulator.url,
        key=Secret(simulator.api_key),
        source="test",
        identities=(Path(simulator.ssh_identity),),
        host_keys=tmp_path / "hostkeys.json",
        journal=tmp_path / "state" / "journal.jsonl",
    )


@pytest.fixture
def opened(where: Address) -> Opened:
    """Opens a session on the simulated account."""

    @contextlib.asynccontextmanager
    async def open_it() -> AsyncIterator[tuple[Session, Store]]:
        store, clock = Store(), session_clock()
        async with open_session(where, PATIENT, store, clock) as session:
            yield session, store

    return open_it
