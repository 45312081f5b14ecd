"""What the history cannot keep is told, and costs nothing of what is known."""

from pathlib import Path

from rgt_tui.clock import session_clock
from rgt_tui.config import Config
from rgt_tui.domain.history import History
from rgt_tui.domain.money import Balance
from rgt_tui.domain.secret import Secret
from rgt_tui.opening import Address, open_session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.store import Store

KINDS = frozenset({Balance, History})


async def looked(simulator: Simulator, history: Path, folder: Path) -> Store:
    store = Store()
    where = Address(
        base_url=simulator.url,
        key=Secret(simulator.api_key),
        source="test",
        host_keys=folder / "keys",
        history=history,
    )
    async with open_session(where, Config(), store, session_clock()) as session:
        await session.look(shells=False, kinds=KINDS)
    return store


async def test_a_look_writes_down_what_it_has_seen_for_the_next_one(tmp_path: Path) -> None:
    file = tmp_path / "state" / "history.sqlite"
    with Simulator(build_world(scenarios=["stopped"])) as simulator:
        await looked(simulator, file, tmp_path)
        store = await looked(simulator, file, tmp_path)
    account = store.state.account
    known = account.evidence.value(History)
    assert known is not None
    assert known.exited_since(account.pods[0].id) is not None
    assert len([point for point in known.points if point.balance is not None]) == 2
    assert account.evidence.reading(History).failure is None


async def test_a_history_that_cannot_be_kept_is_said_and_still_known(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Simulator(build_world(scenarios=["stopped"])) as simulator:
        store = await looked(simulator, tmp_path / "file" / "h" / "x.sqlite", tmp_path)
    reading = store.state.account.evidence.reading(History)
    assert reading.good is not None
    assert reading.failure is not None
    assert "history is not kept" in reading.failure.error
    assert any("history is not kept" in text for _, text in store.state.notices)
