"""Ten thousand random steps of people, clocks, Pods and lost answers: no DELETE without a live permit.

The machine keeps its own book of what was true, fed, approved and looked at, written apart from the
guard. The requests are counted at the simulated service, behind the real client, gate and journal.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from rgt_tui.clients import teardown
from rgt_tui.clients.journal import Journal
from rgt_tui.clients.rest import Rest
from rgt_tui.domain.errors import ApiError, GuardRefused
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.units import PodId
from rgt_tui.guard.checklist import APPROVAL_S, FENCE_S, UNDO_S, Binding, Dossier, Incarnation
from rgt_tui.guard.events import (
    Cancelled,
    Event,
    Fenced,
    FenceFailed,
    Gathered,
    TerminalLost,
    Ticked,
    Typed,
    Waived,
)
from rgt_tui.guard.items import PROVEN, Found, Item
from rgt_tui.guard.loss import LossMap, LostFile, MountLoss, Names
from rgt_tui.guard.permit import Permit
from rgt_tui.guard.proceeding import Proceeding
from rgt_tui.guard.step import open_checklist
from rgt_tui.guard.table import Phase
from rgt_tui.simulator import Simulator, build_world
from rgt_tui.simulator.placing import OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod as SimPod
from rgt_tui.simulator.pod import Spec
from rgt_tui.simulator.ratelimit import UNMETERED
from rgt_tui.simulator.world import World
from tests.guard.finished import exhibit

STEPS_LEAST = 10_000
ITEMS = st.sampled_from(PROVEN)
WAITS = st.sampled_from([0.3, 2.0, 9.9, 10.0, 11.0, 29.0, 31.0, 61.0, 125.0, 700.0])
WIRES = st.sampled_from(["fine", "fine", "lost request", "lost answer", "500", "429", "black box"])
FAULTS = st.sampled_from(
    ["change", "manifest", "restart", "file", "wait", "back", "cancel", "lose", "nothing"]
)


@dataclass(frozen=True)
class Truth:
    """How the Pod really is."""

    found: tuple[tuple[Found, int], ...] = tuple((Found.PROVED, 0) for _ in PROVEN)
    manifest: int = 0
    start: int = 1
    lost: int = 0


class Guarded(RuleBasedStateMachine):
    """One console, one Pod at a time, and a book of our own."""

    served: ClassVar[Simulator]
    pods: ClassVar[list[PodId]]
    opened: ClassVar[int] = 0
    steps: ClassVar[int] = 0
    sent_in_all: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.runner = self.stack.enter_context(asyncio.Runner())
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="rgt-guard-")))
        folder.chmod(0o700)
        self.now, self.waivers, self.salt = 1000.0, 0, 0
        self.journal = Journal(folder / "s" / "journal.jsonl", account="a", clock=lambda: self.now)
        self.rest = Rest(
            base_url=self.served.url,
            key=Secret(self.served.api_key),
            read_only=False,
            deadline_s=5.0,
        )
        self.runner.run(self.rest.__aenter__())
        gate: Any = self.rest.http._opened().writes._transport
        gate._gate._monotonic = lambda: self.now
        self.legal, self.before = 0, len(self.destroyed())
        self.permits: list[Permit] = []
        self.open()

    def open(self) -> None:
        """A new Pod and its checklist."""
        type(self).opened += 1
        self.pod = self.pods[self.opened % len(self.pods)]
        self.truth = self.fed = Truth()
        self.approved: tuple[Truth, float] | None = None
        self.fenced: tuple[Truth, float] | None = None
        self.waived: dict[Item, tuple[Found, int]] = {}
        self.loads_at = self.now
        self.proceeding = Proceeding(
            open_checklist(self.facts(), self.now, seed=self.salt), lambda: self.now
        )

    def facts(self, *items: Item) -> Dossier:
        """What a look shows now, on these lines or on all."""
        truth = self.truth
        files = tuple(LostFile(path=f"/f{n}", size=5) for n in range(truth.lost))
        return Dossier(
            binding=Binding(
                account="a",
                pod=self.pod,
                incarnation=Incarnation(start=str(truth.start)),
                manifest=f"m{truth.manifest}",
                mounts="x",
            ),
            names=Names(name="idle"),
            exhibits=tuple(
                exhibit(
                    item,
                    self.now,
                    *truth.found[PROVEN.index(item)][:1],
                    str(truth.found[PROVEN.index(item)][1]),
                )
                for item in items or PROVEN
            ),
            loss=LossMap(mounts=(MountLoss(path="/", label="disk", stays=False, single=files),)),
        )

    def destroyed(self) -> list[str]:
        return [
            it.path
            for it in self.served.requests
            if it.method == "DELETE" or b"terminate" in it.body
        ]

    def feed(self, event: Event) -> None:
        self.proceeding.feed(event)
        phase = self.proceeding.checklist.phase
        if not phase.is_approved:
            self.approved = self.fenced = None
        if phase.is_over:
            self.open()

    def learn(self) -> None:
        """What a person approved is gone as soon as something else was fed."""
        if self.approved is not None and self.truth != self.approved[0]:
            self.approved = self.fenced = None
        self.waived = {
            item: found
            for item, found in self.waived.items()
            if found == self.truth.found[PROVEN.index(item)]
        }
        if self.truth.manifest != self.fed.manifest or self.truth.start != self.fed.start:
            kept = {Item.IDENTITY} if self.truth.start == self.fed.start else set()
            self.waived = {item: found for item, found in self.waived.items() if item in kept}
        self.fed, self.loads_at = self.truth, self.now

    @rule()
    def look(self) -> None:
        self.learn()
        self.feed(Gathered(dossier=self.facts(), now=self.now))

    @rule(item=ITEMS, found=st.sampled_from(list(Found)))
    def change(self, item: Item, found: Found) -> None:
        self.salt += 1
        rows = list(self.truth.found)
        rows[PROVEN.index(item)] = (found, self.salt if found is not Found.PROVED else 0)
        self.truth = replace(self.truth, found=tuple(rows))

    @rule()
    def mend(self) -> None:
        self.truth = replace(self.truth, found=Truth().found)

    @rule()
    def manifest(self) -> None:
        self.truth = replace(self.truth, manifest=self.truth.manifest + 1)

    @rule()
    def restart(self) -> None:
        self.truth = replace(self.truth, start=self.truth.start + 1)

    @rule(count=st.integers(0, 3))
    def file(self, count: int) -> None:
        self.truth = replace(self.truth, lost=count)

    @rule(item=ITEMS, can_write=st.booleans())
    def waive(self, item: Item, can_write: bool) -> None:
        self.waivers += 1
        reason = f"my reason number {self.waivers}"
        self.proceeding.feed(Waived(item=item, reason=reason, can_write=can_write))
        if any(waiver.reason == reason for waiver in self.proceeding.checklist.waivers):
            assert can_write
            assert item is not Item.IDENTITY
            self.waived[item] = self.fed.found[PROVEN.index(item)]

    @rule(how=st.sampled_from(["right", "right", "wrong", "pasted", "locked"]))
    def type(self, how: str) -> None:
        before = self.proceeding.checklist.phase
        text = self.proceeding.checklist.challenge.text if how != "wrong" else "yes"
        keys = len(text) if how != "pasted" else 1
        self.feed(Typed(text=text, keys=keys, now=self.now, can_write=how != "locked"))
        if before is Phase.READY and self.proceeding.checklist.phase is Phase.COUNTING:
            assert how == "right"
            self.approved = (self.fed, self.now)

    @rule(seconds=WAITS)
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.feed(Ticked(now=self.now))

    @rule(seconds=st.sampled_from([0.1, 40.0]))
    def back(self, seconds: float) -> None:
        self.now -= seconds
        self.approved = self.fenced = None
        self.feed(Ticked(now=self.now))

    @rule()
    def cancel(self) -> None:
        self.feed(Cancelled())

    @rule()
    def lose(self) -> None:
        self.feed(TerminalLost())

    @rule(missing=st.none() | ITEMS)
    def fence(self, missing: Item | None) -> None:
        if self.proceeding.checklist.phase is Phase.FENCING:
            if missing is None:
                self.learn()
            self.fenced = (self.truth, self.now) if missing in (None, Item.LOADS) else None
            items = tuple(it for it in PROVEN if it is not missing)
            self.feed(Fenced(dossier=self.facts(*items), now=self.now))
        else:
            self.feed(FenceFailed(why="nobody asked"))

    @precondition(lambda self: self.proceeding.checklist.phase is Phase.PERMITTED)
    @rule(wire=WIRES)
    def send(self, wire: str) -> None:
        """Takes the permit, and sends with a fault on the wire."""
        try:
            permit = self.proceeding.permit()
        except GuardRefused:
            return
        self.permits.append(permit)
        self.check_legal()
        self.legal += 1
        type(self).sent_in_all += 1
        self.deliver(permit, wire)
        self.open()

    @precondition(lambda self: self.permits)
    @rule(wire=WIRES, number=st.integers(0, 5))
    def send_again(self, wire: str, number: int) -> None:
        """An old permit once more, whatever became of it."""
        self.deliver(self.permits[number % len(self.permits)], wire)

    def deliver(self, permit: Permit, wire: str) -> None:
        faults = self.served.faults
        faults.clear()
        faults.methods, faults.next_n = frozenset({"DELETE"}), 1
        faults.drop = wire in ("lost request", "lost answer")
        faults.after_acting = wire == "lost answer"
        faults.status = {"500": 500, "429": 429}.get(wire)
        with contextlib.suppress(ApiError, GuardRefused):
            if wire == "black box":  # the journal's folder is gone: no record, no request
                raise GuardRefused("no record")
            record = self.journal.intend_delete("op", "terminate", permit)
            self.runner.run(teardown.delete_pod(self.rest.http, permit, record))
        faults.clear()

    def check_legal(self) -> None:
        """Our own book says that this may be sent."""
        assert self.approved is not None
        assert self.fenced is not None
        (approved, approved_at), (fenced, fenced_at) = self.approved, self.fenced
        assert approved == fenced
        assert fenced_at - approved_at >= UNDO_S
        assert 0 <= self.now - fenced_at <= FENCE_S
        assert self.now - approved_at <= APPROVAL_S
        assert self.now - self.loads_at <= 600
        for item, found in zip(PROVEN, fenced.found, strict=True):
            assert found[0] is Found.PROVED or self.waived.get(item) == found, item

    @rule(gap=st.integers(0, 5), fault=FAULTS, wire=WIRES, seconds=WAITS)
    def flow_with_fault(self, gap: int, fault: str, wire: str, seconds: float) -> None:
        """The straight way with one fault at one place: undirected steps alone find too little."""
        self.open()
        steps: tuple[Callable[[], object], ...] = (
            self.look,
            lambda: self.wait(0.8 if not self.truth.lost else 10.0),
            lambda: self.type("right"),
            lambda: self.wait(UNDO_S),
            lambda: self.fence(None),
        )
        for number, one in enumerate(steps):
            if number == gap:
                self.happen(fault, seconds)
            one()
        if gap == len(steps):
            self.happen(fault, seconds)
        if self.proceeding.checklist.phase is Phase.PERMITTED:
            self.send(wire)

    def happen(self, fault: str, seconds: float) -> None:
        actions: dict[str, Callable[[], object]] = {
            "change": lambda: self.change(Item.QUIET, Found.REFUTED),
            "manifest": self.manifest,
            "restart": self.restart,
            "file": lambda: self.file(2),
            "wait": lambda: self.wait(seconds),
            "back": lambda: self.back(0.1),
            "cancel": self.cancel,
            "lose": self.lose,
            "nothing": lambda: None,
        }
        actions[fault]()

    @invariant()
    def no_more_requests_than_were_legal(self) -> None:
        type(self).steps += 1
        assert len(self.destroyed()) - self.before <= self.legal

    @invariant()
    def a_permitted_list_is_legal(self) -> None:
        if self.proceeding.checklist.phase is Phase.PERMITTED:
            self.check_legal()

    def teardown(self) -> None:
        self.runner.run(self.rest.__aexit__(None, None, None))
        assert self.journal.read().faults == ()
        self.stack.close()


def _pod(world: World) -> SimPod:
    """One more Pod, stopped: it opens no port."""
    spec = Spec(name="idle", image=OFFICIAL_IMAGE, gpu=("NVIDIA A100 80GB PCIe", 1))
    return place(world, spec, Life(created_s=9000.0, stopped_s=60.0), data_center="EU-RO-1")


@pytest.fixture(scope="module")
def served() -> Iterator[Simulator]:
    world = build_world(pods=0)
    Guarded.pods = [PodId(_pod(world).id) for _ in range(60)]
    with Simulator(world, speed=0.0, quota=UNMETERED) as simulator:
        yield simulator


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_in_ten_thousand_steps_nothing_is_deleted_without_a_live_permit(served: Simulator) -> None:
    Guarded.served, Guarded.steps, Guarded.sent_in_all = served, 0, 0
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    pace = settings(
        max_examples=60,
        stateful_step_count=50,
        deadline=None,
        database=None,
        suppress_health_check=checks,
    )
    while Guarded.steps < STEPS_LEAST:
        run_state_machine_as_test(Guarded, settings=pace)
    assert Guarded.steps >= STEPS_LEAST
    assert Guarded.sent_in_all >= 100  # the machine does reach what it is about
    assert not [it for it in served.requests if b"terminate" in it.body]
