"""A permit: from a finished checklist alone, once, for a short time, and void with its evidence."""

import copy
import pickle
from dataclasses import fields, replace

import pytest

from rgt_tui.domain.errors import GuardRefused
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import Cancelled, Gathered, Sent, Ticked
from rgt_tui.guard.items import Found, Item
from rgt_tui.guard.kind import Kind
from rgt_tui.guard.permit import LIFE_MAX_S, issue
from rgt_tui.guard.proceeding import Proceeding
from rgt_tui.guard.step import open_checklist
from rgt_tui.guard.table import Phase
from tests.guard.finished import POD, dossier, exhibit, finished

NOW = 1000.0


class Time:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def at_work() -> tuple[Proceeding, Time]:
    time = Time()
    return finished(POD, NOW, clock=time), time


def test_a_finished_checklist_gives_one_permit_bound_to_what_was_examined() -> None:
    proceeding, _ = at_work()
    permit = proceeding.permit()
    checklist = proceeding.checklist
    assert permit.pod_id == POD
    assert permit.grounds.digest == checklist.digest
    assert permit.grounds.manifest == "sha256:m"
    assert permit.grounds.incarnation == "1780315320"
    assert permit.expires_at == NOW + LIFE_MAX_S
    with pytest.raises(GuardRefused, match="already"):
        proceeding.permit()


def test_two_permits_have_two_numbers() -> None:
    assert at_work()[0].permit().nonce != at_work()[0].permit().nonce


@pytest.mark.parametrize("phase", [it for it in Phase if it is not Phase.PERMITTED])
def test_no_other_state_gives_one(phase: Phase) -> None:
    proceeding = Proceeding(replace(at_work()[0].checklist, phase=phase), lambda: NOW)
    with pytest.raises(GuardRefused, match="not deleted"):
        proceeding.permit()


def test_it_is_used_once_and_the_list_counts_as_sent() -> None:
    proceeding, _ = at_work()
    permit = proceeding.permit()
    permit.spend(POD, NOW)
    assert proceeding.checklist.phase is Phase.SENT
    assert permit.why_not(POD, NOW) == "the permit was used already"
    with pytest.raises(GuardRefused, match="used already"):
        permit.spend(POD, NOW)


def test_it_is_for_no_other_pod() -> None:
    permit = at_work()[0].permit()
    assert permit.why_not("other", NOW) == f"the permit is for Pod {POD}"
    with pytest.raises(GuardRefused):
        permit.spend("other", NOW)
    assert permit.why_not(POD, NOW) is None


def test_it_expires_to_the_tick() -> None:
    proceeding, time = at_work()
    permit = proceeding.permit()
    time.now = NOW + LIFE_MAX_S - 0.01
    assert permit.why_not(POD, time.now) is None
    time.now = NOW + LIFE_MAX_S
    assert permit.why_not(POD, time.now) == "the permit has expired"


@pytest.mark.hazard(37)
def test_a_clock_that_was_set_back_makes_it_too_long_lived() -> None:
    permit = at_work()[0].permit()
    assert permit.why_not(POD, NOW - 0.01) == "the permit lives longer than any permit may"


def test_newer_evidence_makes_it_void_for_good() -> None:
    proceeding, time = at_work()
    permit = proceeding.permit()
    time.now = NOW + 1
    busy = dossier(time.now, exhibit(Item.QUIET, time.now, Found.REFUTED))
    proceeding.feed(Gathered(dossier=busy, now=time.now))
    assert "void" in (permit.why_not(POD, time.now) or "")
    proceeding.feed(Gathered(dossier=dossier(time.now), now=time.now))
    with pytest.raises(GuardRefused, match="void"):
        permit.spend(POD, time.now)


def test_cancelling_makes_it_void() -> None:
    proceeding, _ = at_work()
    permit = proceeding.permit()
    proceeding.feed(Cancelled())
    assert "cancelled" in (permit.why_not(POD, NOW) or "")


def test_at_the_moment_of_sending_the_evidence_itself_is_asked() -> None:
    """Nobody ticked, but a line has expired by then."""
    proceeding, time = at_work()
    permit = proceeding.permit()
    lines = tuple(
        replace(line, exhibit=exhibit(line.item, NOW, lives_s=1.0))
        for line in proceeding.checklist.lines
    )
    proceeding._checklist = replace(proceeding.checklist, lines=lines)
    time.now = NOW + 2
    assert "expired" in (permit.why_not(POD, time.now) or "")
    with pytest.raises(GuardRefused, match="expired"):
        permit.spend(POD, time.now)


def test_another_checklist_in_its_place_makes_it_void() -> None:
    proceeding, time = at_work()
    permit = proceeding.permit()
    other = finished(POD, NOW, clock=time)
    facts = replace(other.checklist.dossier.binding, manifest="sha256:n")
    changed = replace(other.checklist.dossier, binding=facts)
    proceeding._checklist = replace(proceeding.checklist, dossier=changed)
    assert permit.why_not(POD, NOW) is not None


def test_the_proceeding_keeps_its_own_time() -> None:
    """Two threads that read the clock and then wait for each other set nothing back."""
    proceeding, time = at_work()
    time.now = NOW + 1
    proceeding.feed(Ticked(now=NOW + 1))
    after = proceeding.feed(Ticked(now=NOW + 0.5))
    assert after.phase is Phase.PERMITTED
    assert after.now == NOW + 1


def test_whoever_listens_is_told_each_change_once() -> None:
    told: list[Phase] = []
    proceeding = Proceeding(at_work()[0].checklist, lambda: NOW, lambda it: told.append(it.phase))
    proceeding.feed(Ticked(now=NOW))
    assert told == []
    proceeding.permit().spend(POD, NOW)
    assert told == [Phase.SENT]
    proceeding.feed(Cancelled())
    assert told == [Phase.SENT]
    left = Proceeding(at_work()[0].checklist, lambda: NOW, lambda it: told.append(it.phase))
    left.feed(Cancelled())
    assert told == [Phase.SENT, Phase.CANCELLED]


def test_it_is_neither_copied_nor_pickled_nor_printed_with_its_number() -> None:
    permit = at_work()[0].permit()
    for copying in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            copying(permit)
    assert permit.nonce not in repr(permit)
    assert "live" in repr(permit)


def test_events_before_there_is_a_permit_revoke_none() -> None:
    opened = open_checklist(dossier(NOW), NOW, seed=0)
    proceeding = Proceeding(opened, lambda: NOW + 1)
    assert proceeding.feed(Ticked(now=NOW + 1)).phase is Phase.READY
    assert proceeding.feed(Cancelled()).phase is Phase.CANCELLED


def test_a_void_permit_says_what_voided_it() -> None:
    proceeding, time = at_work()
    permit = proceeding.permit()
    proceeding.feed(Cancelled(why="she pressed u"))
    assert "she pressed u" in str(permit.why_not(POD, time.now))


def test_no_permit_is_issued_of_a_finished_checklist_whose_last_look_is_old() -> None:
    proceeding, time = at_work()
    time.now = NOW + LIFE_MAX_S + 1
    assert proceeding.checklist.fenced_at is not None
    with pytest.raises(GuardRefused, match=r"last look is too old"):
        issue(proceeding.checklist, time.now, proceeding)


class Lying(Checklist):
    """A checklist that says it is finished."""

    def why_not_permitted(self, now: float) -> None:
        """Nothing, ever."""


def test_no_permit_is_issued_where_nobody_took_a_last_look_whatever_the_list_says() -> None:
    proceeding, _ = at_work()
    fields_of = {it.name: getattr(proceeding.checklist, it.name) for it in fields(Checklist)}
    with pytest.raises(GuardRefused, match="not deleted"):
        issue(Lying(**{**fields_of, "fenced_at": None}), NOW, proceeding)


def test_time_that_goes_by_makes_no_permit_void() -> None:
    proceeding, time = at_work()
    permit = proceeding.permit()
    time.now = NOW + 1
    proceeding.feed(Ticked(now=time.now))
    proceeding.feed(Gathered(dossier=dossier(time.now), now=time.now))
    assert permit.why_not(POD, time.now) is None


def test_a_permit_whose_list_was_sent_without_it_says_so() -> None:
    proceeding, time = at_work()
    permit = proceeding.permit()
    proceeding.feed(Sent())
    assert permit.why_not(POD, time.now) == "the permit is void: the checklist is sent"


def test_a_permit_holds_on_the_evidence_it_was_given_on_and_on_no_other() -> None:
    proceeding, _ = at_work()
    assert proceeding.why_not(proceeding.checklist.digest) is None
    for asked in (proceeding.why_not, proceeding.take):
        assert asked("sha256:other") == "the evidence is another one"
    assert proceeding.checklist.phase is Phase.PERMITTED


def test_a_permit_for_a_pod_is_none_for_a_volume_of_the_same_id() -> None:
    permit = at_work()[0].permit()
    said = permit.why_not(POD, NOW, Kind.VOLUME)
    assert said == "the permit is for a Pod and not for a network volume"


def test_the_number_of_a_permit_is_too_long_to_be_guessed() -> None:
    nonce = at_work()[0].permit().nonce
    assert len(bytes.fromhex(nonce)) == 16
