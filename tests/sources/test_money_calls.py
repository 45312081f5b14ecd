"""What the Billing and Volumes panes cost of the account's rate limit, counted at the simulator."""

import random
from pathlib import Path

from rgt_tui.browsing import Browser
from rgt_tui.clients.history import HistoryBook
from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.journal import Journal
from rgt_tui.clients.rest import Rest
from rgt_tui.clients.ssh import SshPool
from rgt_tui.clients.verdicts import VerdictBook
from rgt_tui.domain.billing import Billing
from rgt_tui.domain.catalog import DataCenterList, GpuTypeList
from rgt_tui.domain.money import Balance
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.volume import VolumeList
from rgt_tui.guard.writemode import WriteMode
from rgt_tui.pacing.pacer import Pacer
from rgt_tui.session import Session
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.ratelimit import UNMETERED
from rgt_tui.sources import Wires, all_sources
from rgt_tui.store import Store
from rgt_tui.writer import Writer

HOUR = 3600.0
MONEY = ("/v2/billing", "/v2/catalog", "/v2/network-volumes")
PANES = frozenset({Billing, VolumeList, GpuTypeList, DataCenterList})
"""What the two panes show."""
LIMIT = 2.0
"""Calls a minute."""


class Hour:
    """An hour of reading in a few seconds: the pacer's time is ours, the calls are real."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.now = 1_000.0
        self._simulator = simulator
        self._folder = folder

    async def run(self, kinds: frozenset[type]) -> dict[str, int]:
        """Calls by path after an hour with these report types on the screen."""
        metered = {source.name: source for source in all_sources() if source.metered}
        pacer = Pacer({name: s.every_s for name, s in metered.items()}, random.Random(1))
        rest = Rest(
            base_url=self._simulator.url,
            key=Secret(self._simulator.api_key),
            on_quota=lambda quota: pacer.answered(quota, self.now),
        )
        shells = SshPool(identities=(), host_keys=HostKeys(self._folder / "keys"))
        async with rest, shells, HistoryBook(None) as book:
            journal = Journal(self._folder / "journal", account="", clock=lambda: self.now)
            wires = Wires(
                rest=rest,
                shells=shells,
                balance=no_balance,
                history=book,
                journal=journal,
                verdicts=VerdictBook(None),
                holds=str(self._folder / "holds"),
            )
            writer = Writer(
                rest=rest,
                journal=journal,
                mode=WriteMode(possible=False, monotonic=lambda: self.now),
                clock=lambda: self.now,
                locks=self._folder,
                say=print,
                shells=shells,
            )
            store = Store()
            session = Session(
                wires=wires,
                store=store,
                clock=lambda: self.now,
                pacer=pacer,
                writer=writer,
                browser=Browser(store, lambda: self.now),
            )
            session.attend(kinds)
            until = self.now + HOUR
            while self.now < until:
                name = pacer.due(self.now)
                if name is None:
                    self.now += max(0.05, pacer.wait(self.now))
                elif metered[name].pods is not None or (
                    name == "pods" and session.store.state.account.pods
                ):
                    pacer.done(name, self.now)  # other sources' calls are not what is counted
                else:
                    await session._read_metered(metered[name])
        return self.counted()

    def counted(self) -> dict[str, int]:
        calls: dict[str, int] = {}
        for request in self._simulator.requests:
            path = next((p for p in MONEY if request.path.startswith(p)), "other")
            calls[path] = calls.get(path, 0) + 1
        return calls


async def no_balance() -> Balance:
    return Balance(balance=None, spend_per_hour=None)


async def test_both_panes_together_cost_two_calls_a_minute_at_most(tmp_path: Path) -> None:
    with Simulator(build_world(), 0.0, quota=UNMETERED) as simulator:
        calls = await Hour(simulator, tmp_path).run(PANES)
    assert set(calls) >= set(MONEY)
    assert sum(calls[path] for path in MONEY) / 60 <= LIMIT, calls


async def test_what_nobody_looks_at_is_not_asked_for(tmp_path: Path) -> None:
    with Simulator(build_world(), 0.0, quota=UNMETERED) as simulator:
        calls = await Hour(simulator, tmp_path).run(frozenset())
    assert calls.keys() == {"/v2/network-volumes", "other"}
