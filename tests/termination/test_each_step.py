"""The straight way, with each fault at each step of it: a named end, and never a request too many."""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from rgt_tui import clock
from rgt_tui.domain.journal import INTENT
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import TerminalLost
from rgt_tui.guard.table import Phase
from rgt_tui.simulator import Simulator
from tests.termination.conftest import Person, person_of
from tests.termination.test_faults import fault, lock, restart

Harm = Callable[[Person], None]
SLEPT_S = 3600.0


class Sleepy:
    """The machine's clocks, which a test sets forward as a sleep of the machine does."""

    slept = 0.0

    def clock_gettime(self, kind: int) -> float:
        """Seconds of one of them."""
        return time.clock_gettime(kind) + self.slept

    def time(self) -> float:
        """Unix seconds."""
        return time.time() + self.slept  # what the program would read


@pytest.fixture(autouse=True)
def sleepy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that can fall asleep."""
    monkeypatch.setattr(clock, "time", Sleepy())


def sleep(person: Person) -> None:
    """The machine here sleeps for an hour."""
    clock.time.slept += SLEPT_S  # type: ignore[attr-defined]


def cut_ssh(person: Person) -> None:
    """No SSH leads into the Pod any more."""
    person.simulator.refuse_ssh("idle")
    person.simulator.drop_ssh("idle")


def knobs(**wanted: object) -> Harm:
    """Every answer of the service is harmed so."""
    return lambda person: fault(person.simulator, **wanted)


HARMS: dict[str, Harm] = {
    "no connection": knobs(drop=True),
    "500": knobs(status=500),
    "409": knobs(status=409),
    "429": knobs(status=429, headers={"Retry-After": "1"}),
    "lost answers": knobs(drop=True, after_acting=True),
    "SSH gone": cut_ssh,
    "restarted": lambda person: restart(person.simulator),
    "locked": lambda person: lock(person.simulator),
    "the clock jumps": sleep,
    "the terminal is gone": lambda person: person.do(TerminalLost()),
}


def is_after(*phases: Phase) -> Callable[[Checklist], bool]:
    """Whether the list has come so far."""
    return lambda it: it.phase in phases or it.phase.is_over


WINDOW = (Phase.COUNTING, Phase.FENCING, Phase.PERMITTED, Phase.SENT)
STEPS: dict[str, Callable[[Checklist], bool] | None] = {
    "as it opens": lambda it: True,
    "when it is ready": is_after(Phase.READY),
    "in the window": is_after(*WINDOW),
    "at the fence": is_after(*WINDOW[1:]),
    "as it is sent": is_after(*WINDOW[2:]),
    "when it was sent": None,
}
APPROVED = tuple(STEPS)[2:]
"""The steps after the challenge was typed."""


def is_at_rest(it: Checklist) -> bool:
    """Whether nothing more comes by itself: an end, or no approval stands."""
    rests = it.phase in (Phase.GATHERING, Phase.READY) and it.approval is None
    return it.phase.is_over or it.phase is Phase.UNKNOWN or rests


async def come_to(person: Person, step: str) -> None:
    """Goes the straight way up to a step."""
    reached = STEPS[step]
    await person.until(Phase.READY) if step != "as it opens" else None
    if step in APPROVED:
        if step == "when it was sent":
            fault(person.simulator, delay_s=0.2, methods=frozenset({"DELETE"}), next_n=1)
        person.type()
    if reached is not None:
        await person.when(reached)
        return
    async with asyncio.timeout(30):
        while not person.destroyed:
            person.session.desk.watch()
            await asyncio.sleep(0.005)


CASES: Final = [
    (harm, step)
    for row, harm in enumerate(HARMS)
    for column, step in enumerate(STEPS)
    if "RGT_EVERY_STEP" in os.environ or (row + column) % 6 == 0
]
"""One in six in the suite, each row and column among them; `make steps` takes all."""


@pytest.mark.slow
@pytest.mark.hazard(38, 53, 57, 58, 61)
@pytest.mark.parametrize(("harm", "step"), CASES)
async def test_one_fault_at_one_step_ends_in_a_named_state_with_no_request_too_many(
    simulator: Simulator, tmp_path: Path, harm: str, step: str
) -> None:
    async with person_of(simulator, tmp_path / "state") as person:
        await come_to(person, step)
        with contextlib.suppress(KeyError):  # the Pod may be gone already
            HARMS[harm](person)
        if step in APPROVED:
            await person.when(is_at_rest)
        else:
            await asyncio.sleep(0.3)
            if not person.checklist.phase.is_over:
                person.type()
                await person.when(is_at_rest)
        simulator.faults.clear()
        with contextlib.suppress(KeyError):
            simulator.allow_ssh("idle")
        await person.when(lambda it: is_at_rest(it) and it.phase is not Phase.UNKNOWN)
        judge(person, harm)


def judge(person: Person, harm: str) -> None:
    """What the list says, what the service did, and what was written down fit together."""
    over, sent = person.checklist, person.destroyed
    assert len(sent) <= 1
    assert sent in ([], [("DELETE", f"/v2/pods/{person.pod.id}")])
    is_there = any(it.spec.name == "idle" for it in person.simulator.world.newest_first())
    assert is_there is (over.phase is not Phase.GONE), over.said
    if not sent:
        assert over.phase in (Phase.GATHERING, Phase.READY, Phase.CANCELLED)
    else:
        assert over.phase in (Phase.GONE, Phase.KEPT)
    if harm in ("the clock jumps", "the terminal is gone", "restarted", "locked"):
        assert over.phase is not Phase.KEPT
    report = person.session.writer.journal.read()
    intents = [it for it in report.entries if it.event == INTENT]
    assert len(sent) <= len(intents) <= 1
    assert report.faults == ()
    assert [it.said for it in report.unsettled] == []
    assert replace(over, said="").why_not_permitted(clock.steady()) is not None
