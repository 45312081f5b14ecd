"""One step at a time: what each event does to a checklist, and what it can never do."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from rgt_tui.guard.checklist import (
    APPROVAL_S,
    FENCE_S,
    FRESH_S,
    GRAVE_VIEW_S,
    UNDO_S,
    VIEW_S,
    Approval,
    Checklist,
    Dossier,
    Incarnation,
    Policy,
)
from rgt_tui.guard.events import (
    Cancelled,
    Event,
    Fenced,
    FenceFailed,
    Gathered,
    Looking,
    PodVanished,
    Resolved,
    Seen,
    Sent,
    TerminalLost,
    Ticked,
    Typed,
    Waived,
)
from rgt_tui.guard.items import PROVEN, Datum, Exhibit, Found, Item, Waiver, digest_of
from rgt_tui.guard.loss import LossMap, LostFile, MountLoss
from rgt_tui.guard.step import open_checklist, step
from rgt_tui.guard.table import Mark, Phase
from tests.guard.finished import KEPT, approve, binding, dossier, exhibit

T = 1000.0
REASON = "the dataloader is dead, I killed it"
LOSING = LossMap(
    mounts=(
        MountLoss(
            path="/",
            label="container disk",
            stays=False,
            single=(LostFile(path="/root/a", size=5),),
        ),
    )
)


def ready(*exhibits: Exhibit, policy: Policy | None = None, loss: LossMap = KEPT) -> Checklist:
    return open_checklist(dossier(T, *exhibits, loss=loss), T, seed=0, policy=policy)


def counting(at: float = T + 20) -> Checklist:
    return approve(ready(), at)


def fencing() -> Checklist:
    return step(counting(), Ticked(now=T + 20 + UNDO_S))


def permitted() -> Checklist:
    now = T + 20 + UNDO_S
    return step(fencing(), Fenced(dossier=dossier(now), now=now))


def typed(text: str, now: float, *, keys: int | None = None, can_write: bool = True) -> Typed:
    return Typed(text=text, keys=len(text) if keys is None else keys, now=now, can_write=can_write)


def failing(item: Item = Item.QUIET, found: Found = Found.REFUTED, *names: str) -> Checklist:
    return ready(exhibit(item, T, found, *names))


def waive(checklist: Checklist, item: Item = Item.QUIET, reason: str = REASON) -> Checklist:
    return step(checklist, Waived(item=item, reason=reason, can_write=True))


def test_the_straight_way_leads_from_evidence_to_the_permitted_state() -> None:
    assert ready().phase is Phase.READY
    assert counting().phase is Phase.COUNTING
    assert fencing().phase is Phase.FENCING
    assert permitted().phase is Phase.PERMITTED
    assert permitted().why_not_permitted(T + 20 + UNDO_S) is None
    assert permitted().fenced_at == T + 20 + UNDO_S
    assert permitted().approval is not None
    sent = step(permitted(), Sent())
    assert sent.phase is Phase.SENT
    for seen, phase in (
        (Seen.GONE, Phase.GONE),
        (Seen.PRESENT, Phase.KEPT),
        (Seen.UNCLEAR, Phase.UNKNOWN),
    ):
        assert step(sent, Resolved(seen=seen, said="x")).phase is phase
        assert step(sent, Resolved(seen=seen, said="x")).said == "x"


@pytest.mark.parametrize("item", PROVEN)
@pytest.mark.parametrize(
    ("found", "mark"), [(Found.REFUTED, Mark.FAILED), (Found.UNSEEN, Mark.UNSEEN)], ids=str
)
def test_one_line_that_is_not_proven_holds_the_gate_shut(
    item: Item, found: Found, mark: Mark
) -> None:
    checklist = failing(item, found)
    assert checklist.line(item).mark is mark
    assert checklist.phase is Phase.GATHERING
    assert not checklist.is_complete
    assert approve(checklist, T + 20).phase is Phase.GATHERING
    assert approve(checklist, T + 20).approval is None
    assert approve(checklist, T + 20).said == "a line is still in the way"


def test_a_line_without_evidence_holds_it_shut_and_looking_shows_it() -> None:
    facts = replace(dossier(T), exhibits=tuple(exhibit(it, T) for it in PROVEN[:-1]))
    checklist = open_checklist(facts, T, seed=0)
    assert checklist.phase is Phase.GATHERING
    assert checklist.line(Item.QUIET).mark is Mark.OPEN
    assert checklist.line(Item.QUIET).why == "not looked at yet"
    assert step(checklist, Looking(item=Item.QUIET)).line(Item.QUIET).mark is Mark.RUNNING
    assert checklist.expires_at is None
    assert ready().expires_at == T + 600


def test_what_a_person_types_is_no_evidence() -> None:
    facts = replace(dossier(T), exhibits=(exhibit(Item.APPROVAL, T),))
    checklist = open_checklist(facts, T, seed=0)
    assert all(line.mark is Mark.OPEN for line in checklist.lines)
    assert checklist.approval is None


TYPED: dict[str, tuple[Typed, str]] = {
    "other text": (typed("yes", T + 20), "not what has to be typed"),
    "another case": (typed("LLAMA-SFT", T + 20), "not what has to be typed"),
    "nothing": (typed("", T + 20), "not what has to be typed"),
    "pasted": (typed("llama-sft", T + 20, keys=8), "pasted"),
    "locked": (typed("llama-sft", T + 20, can_write=False), "write mode"),
    "typed ahead": (typed("llama-sft", T + VIEW_S - 0.01), "look at it"),
}


@pytest.mark.parametrize("name", TYPED)
def test_only_the_challenge_typed_key_by_key_in_write_mode_approves(name: str) -> None:
    event, said = TYPED[name]
    after = step(ready(), event)
    assert after.phase is Phase.READY
    assert after.approval is None
    assert said in after.said


def test_it_can_be_approved_from_the_moment_it_was_seen_long_enough() -> None:
    assert approve(ready(), T + VIEW_S).phase is Phase.COUNTING
    grave = ready(loss=LOSING)
    assert grave.is_grave
    assert not ready().is_grave
    assert approve(grave, T + GRAVE_VIEW_S - 0.01).phase is Phase.READY
    assert approve(grave, T + GRAVE_VIEW_S).phase is Phase.COUNTING


def test_blanks_around_the_typed_text_do_not_matter() -> None:
    assert step(ready(), typed(" llama-sft ", T + 20)).phase is Phase.COUNTING


WAIVERS: dict[str, tuple[Checklist, Waived, str]] = {
    "identity": (
        failing(Item.IDENTITY),
        Waived(item=Item.IDENTITY, reason=REASON, can_write=True),
        "never",
    ),
    "approval": (failing(), Waived(item=Item.APPROVAL, reason=REASON, can_write=True), "never"),
    "not configured": (
        ready(
            exhibit(Item.QUIET, T, Found.REFUTED), policy=Policy(waivable=frozenset({Item.LOADS}))
        ),
        Waived(item=Item.QUIET, reason=REASON, can_write=True),
        "configuration",
    ),
    "what is ok": (ready(), Waived(item=Item.QUIET, reason=REASON, can_write=True), "not ok"),
    "short reason": (
        failing(),
        Waived(item=Item.QUIET, reason="x" * 14, can_write=True),
        "15 characters",
    ),
    "blank reason": (
        failing(),
        Waived(item=Item.QUIET, reason=" " * 40, can_write=True),
        "15 characters",
    ),
    "locked": (failing(), Waived(item=Item.QUIET, reason=REASON, can_write=False), "write mode"),
}


@pytest.mark.parametrize("name", WAIVERS)
def test_what_may_not_be_waived_is_not(name: str) -> None:
    checklist, event, said = WAIVERS[name]
    after = step(checklist, event)
    assert after.waivers == ()
    assert said in after.said
    assert [line.mark for line in after.lines] == [line.mark for line in checklist.lines]


@pytest.mark.parametrize("found", [Found.REFUTED, Found.UNSEEN])
@pytest.mark.parametrize("item", [it for it in PROVEN if it is not Item.IDENTITY])
def test_a_waiver_with_a_reason_opens_its_line_and_is_kept_word_for_word(
    item: Item, found: Found
) -> None:
    checklist = waive(failing(item, found), item, "x" * 15)
    assert checklist.phase is Phase.READY
    waiver = checklist.waivers[0]
    assert (waiver.item, waiver.reason, waiver.is_blind) == (item, "x" * 15, found is Found.UNSEEN)
    assert checklist.line(item).why == f"waived: {'x' * 15}"
    assert checklist.is_grave
    assert checklist.view_s == GRAVE_VIEW_S


@pytest.mark.hazard(64)
def test_the_same_reason_does_not_do_for_two_lines() -> None:
    both = ready(exhibit(Item.QUIET, T, Found.REFUTED), exhibit(Item.LOADS, T, Found.REFUTED))
    once = waive(both)
    twice = waive(once, Item.LOADS, REASON.upper())
    assert len(twice.waivers) == 1
    assert "already" in twice.said
    assert len(waive(once, Item.LOADS, "another reason, my own").waivers) == 2


@pytest.mark.hazard(64)
def test_a_waiver_falls_with_the_evidence_it_was_given_on() -> None:
    checklist = waive(failing(Item.QUIET, Found.REFUTED, "pid 812"))
    same = step(
        checklist,
        Gathered(
            dossier=dossier(T + 5, exhibit(Item.QUIET, T + 5, Found.REFUTED, "pid 812")), now=T + 5
        ),
    )
    assert same.line(Item.QUIET).mark is Mark.WAIVED
    other = step(
        checklist,
        Gathered(
            dossier=dossier(T + 5, exhibit(Item.QUIET, T + 5, Found.REFUTED, "pid 9")), now=T + 5
        ),
    )
    assert other.line(Item.QUIET).mark is Mark.FAILED
    assert other.waivers == ()
    proven = step(checklist, Gathered(dossier=dossier(T + 5), now=T + 5))
    assert proven.line(Item.QUIET).mark is Mark.OK
    assert proven.waivers == ()


NEWER: dict[str, Dossier] = {
    "another manifest": replace(dossier(T + 21), binding=binding(manifest="sha256:n")),
    "other mounts": replace(dossier(T + 21), binding=binding(mounts="sha256:n")),
    "another start": replace(dossier(T + 21), binding=binding(incarnation=Incarnation(start="2"))),
    "a line refuted": dossier(T + 21, exhibit(Item.QUIET, T + 21, Found.REFUTED)),
    "a line unseen": dossier(T + 21, exhibit(Item.LOADS, T + 21, Found.UNSEEN)),
    "another proof": dossier(T + 21, exhibit(Item.DURABLE, T + 21, Found.PROVED, "nv")),
    "more is lost": dossier(T + 21, loss=LOSING),
    "another name": dossier(T + 21, name="renamed"),
}


@pytest.mark.hazard(40)
@pytest.mark.parametrize(
    "stage", [counting, fencing, permitted], ids=["counting", "fencing", "permitted"]
)
@pytest.mark.parametrize("name", NEWER)
def test_anything_newer_takes_the_approval_away(stage: Callable[[], Checklist], name: str) -> None:
    before, now = stage(), T + 20 + UNDO_S
    facts = replace(NEWER[name], exhibits=tuple(replace(it, at=now) for it in NEWER[name].exhibits))
    after = step(before, Gathered(dossier=facts, now=now))
    assert after.phase in (Phase.GATHERING, Phase.READY)
    assert after.approval is None
    assert after.fenced_at is None
    assert after.said or after.phase is Phase.GATHERING
    assert after.why_not_permitted(now) is not None


def test_another_boot_of_the_container_is_another_start() -> None:
    known = Incarnation(start="1", boot="a")
    assert not known.is_same(Incarnation(start="1", boot="b"))
    assert known.is_same(Incarnation(start="1", boot=""))
    assert Incarnation(start="1").is_same(known)
    assert not known.is_same(Incarnation(start="2", boot="a"))
    assert not known.is_same(Incarnation(start="1", created=2.0, boot="a"))


def test_the_same_facts_once_more_change_nothing_but_their_age() -> None:
    after = step(counting(), Gathered(dossier=dossier(T + 25), now=T + 25))
    assert after.phase is Phase.COUNTING
    assert after.line(Item.QUIET).exhibit == exhibit(Item.QUIET, T + 25)


def test_a_newer_manifest_reopens_what_rests_on_files_before_new_evidence_comes() -> None:
    facts = replace(dossier(T + 1), binding=binding(manifest="sha256:n"), exhibits=())
    marks = {it.item: it.mark for it in step(ready(), Gathered(dossier=facts, now=T + 1)).lines}
    assert marks == {
        Item.IDENTITY: Mark.OK,
        Item.BLAST: Mark.OPEN,
        Item.DURABLE: Mark.OPEN,
        Item.LOADS: Mark.OPEN,
        Item.QUIET: Mark.OPEN,
    }
    facts = replace(facts, binding=binding(mounts="sha256:n"))
    marks = {it.item: it.mark for it in step(ready(), Gathered(dossier=facts, now=T + 1)).lines}
    assert [it for it, mark in marks.items() if mark is Mark.OPEN] == [Item.BLAST, Item.DURABLE]
    facts = replace(facts, binding=binding(incarnation=Incarnation(start="2")))
    after = step(ready(), Gathered(dossier=facts, now=T + 1))
    assert {it.mark for it in after.lines} == {Mark.OPEN}
    assert {it.exhibit for it in after.lines} == {None}


def test_evidence_that_is_older_than_what_is_known_changes_nothing() -> None:
    now = T + 5
    fresh = step(ready(), Gathered(dossier=dossier(now), now=now))
    old = dossier(now, exhibit(Item.QUIET, now - 1, Found.REFUTED))
    assert step(fresh, Gathered(dossier=old, now=now)).line(Item.QUIET).mark is Mark.OK
    same_time = dossier(now, exhibit(Item.QUIET, now, Found.REFUTED))
    assert step(fresh, Gathered(dossier=same_time, now=now)).line(Item.QUIET).mark is Mark.FAILED


def test_evidence_that_is_over_or_from_the_future_is_not_taken() -> None:
    for at in (T - 601, T + 1):
        facts = replace(dossier(T), exhibits=(exhibit(Item.QUIET, at),))
        assert open_checklist(facts, T, seed=0).line(Item.QUIET).mark is Mark.OPEN
    facts = replace(dossier(T), exhibits=(exhibit(Item.QUIET, T - 600),))
    assert open_checklist(facts, T, seed=0).line(Item.QUIET).mark is Mark.OK


@pytest.mark.hazard(39)
@pytest.mark.parametrize("item", PROVEN)
def test_each_line_expires_by_itself_at_its_time_and_not_before(item: Item) -> None:
    checklist = ready(exhibit(item, T, lives_s=30.0))
    assert step(checklist, Ticked(now=T + 30)).phase is Phase.READY
    after = step(checklist, Ticked(now=T + 30.01))
    assert after.line(item).mark is Mark.OPEN
    assert "look again" in after.line(item).why
    assert after.phase is Phase.GATHERING


def test_a_waived_line_expires_and_its_waiver_with_it() -> None:
    checklist = waive(ready(exhibit(Item.QUIET, T, Found.REFUTED, lives_s=30.0)))
    after = step(checklist, Ticked(now=T + 31))
    assert after.waivers == ()
    assert after.phase is Phase.GATHERING


@pytest.mark.hazard(37)
def test_a_clock_that_was_set_back_takes_everything_away() -> None:
    after = step(permitted(), Ticked(now=T + 1))
    assert after.phase is Phase.GATHERING
    assert after.approval is None
    assert {line.mark for line in after.lines} == {Mark.OPEN}


def test_the_undo_window_lasts_to_its_last_tick() -> None:
    at = T + 20
    assert counting().undo_left_s == UNDO_S
    before = step(counting(), Ticked(now=at + UNDO_S - 0.01))
    assert before.phase is Phase.COUNTING
    assert before.undo_left_s == pytest.approx(0.01)
    assert step(counting(), Ticked(now=at + UNDO_S)).phase is Phase.FENCING
    assert fencing().undo_left_s is None


def test_an_approval_stands_for_its_time_and_not_longer() -> None:
    at = T + 20
    assert step(fencing(), Ticked(now=at + APPROVAL_S)).phase is Phase.FENCING
    after = step(fencing(), Ticked(now=at + APPROVAL_S + 0.01))
    assert after.phase is Phase.READY
    assert "expired" in after.said
    assert after.approval is None


def test_a_permitted_list_falls_when_its_last_look_is_too_old() -> None:
    now = T + 20 + UNDO_S
    assert step(permitted(), Ticked(now=now + FENCE_S)).phase is Phase.PERMITTED
    after = step(permitted(), Ticked(now=now + FENCE_S + 0.01))
    assert after.phase is Phase.READY
    assert "too old" in after.said


STAGES = {
    "gathering": lambda: failing(),
    "ready": ready,
    "counting": counting,
    "fencing": fencing,
    "permitted": permitted,
}
LEAVING: dict[str, tuple[Event, Phase]] = {
    "cancelled": (Cancelled(), Phase.CANCELLED),
    "terminal lost": (TerminalLost(), Phase.CANCELLED),
    "vanished": (PodVanished(), Phase.VANISHED),
    "another Pod's facts": (
        Gathered(dossier=dossier(T + 30, pod_id="other"), now=T + 30),
        Phase.CANCELLED,
    ),
    "another account": (
        Gathered(dossier=replace(dossier(T + 30), binding=binding(account="b")), now=T + 30),
        Phase.CANCELLED,
    ),
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", LEAVING)
def test_it_can_be_left_at_any_time_before_the_request(stage: str, name: str) -> None:
    event, phase = LEAVING[name]
    after = step(STAGES[stage](), event)
    assert after.phase is phase
    assert after.phase.is_over
    assert after.said
    assert step(after, Gathered(dossier=dossier(T + 30), now=T + 30)) is after


def test_once_it_was_sent_nothing_takes_it_back_and_nothing_is_gathered() -> None:
    sent = step(permitted(), Sent())
    for event in (
        Cancelled(),
        TerminalLost(),
        PodVanished(),
        Gathered(dossier=dossier(T + 40, exhibit(Item.QUIET, T + 40, Found.REFUTED)), now=T + 40),
        Sent(),
    ):
        after = step(sent, event)
        assert (after.phase, after.lines, after.dossier) == (Phase.SENT, sent.lines, sent.dossier)


@pytest.mark.parametrize("stage", ["gathering", "ready", "counting", "fencing"])
def test_only_a_permitted_list_can_be_sent(stage: str) -> None:
    before = STAGES[stage]()
    assert step(before, Sent()).phase is before.phase


def fence(*, at: float | None = None, without: Item | None = None, **times: float) -> Checklist:
    now = T + 20 + UNDO_S + 5
    taken = now if at is None else at
    exhibits = tuple(
        exhibit(it, times.get(it.name.lower(), taken)) for it in PROVEN if it is not without
    )
    return step(fencing(), Fenced(dossier=replace(dossier(now), exhibits=exhibits), now=now))


@pytest.mark.parametrize("item", [Item.IDENTITY, Item.BLAST, Item.DURABLE, Item.QUIET])
def test_the_fence_wants_each_of_its_lines_looked_at_anew(item: Item) -> None:
    after = fence(without=item)
    assert after.phase in (Phase.GATHERING, Phase.READY)
    assert item in after.said
    assert after.approval is None


def test_the_fence_takes_no_look_from_before_the_window_was_over() -> None:
    assert fence(at=T + 20 + UNDO_S).phase is Phase.PERMITTED
    assert fence(at=T + 20 + UNDO_S - 0.01).phase is Phase.READY
    assert fence(without=Item.LOADS).phase is Phase.PERMITTED


def test_the_fence_wants_the_services_word_of_just_now() -> None:
    late = T + 20 + UNDO_S + FENCE_S
    facts = dossier(late, exhibit(Item.IDENTITY, late - FRESH_S))
    assert step(fencing(), Fenced(dossier=facts, now=late)).phase is Phase.PERMITTED
    facts = dossier(late, exhibit(Item.IDENTITY, late - FRESH_S - 0.01))
    assert step(fencing(), Fenced(dossier=facts, now=late)).phase is Phase.READY
    facts = dossier(late, exhibit(Item.QUIET, late - FENCE_S))
    assert step(fencing(), Fenced(dossier=facts, now=late)).phase is Phase.PERMITTED
    later = late + 1
    facts = dossier(later, exhibit(Item.QUIET, later - FENCE_S - 0.5))
    assert step(fencing(), Fenced(dossier=facts, now=later)).phase is Phase.READY


@pytest.mark.parametrize("name", NEWER)
def test_the_fence_fails_when_it_shows_something_else(name: str) -> None:
    now = T + 20 + UNDO_S
    facts = replace(NEWER[name], exhibits=tuple(replace(it, at=now) for it in NEWER[name].exhibits))
    after = step(fencing(), Fenced(dossier=facts, now=now))
    assert after.phase in (Phase.GATHERING, Phase.READY)
    assert "the last look shows something else" in after.said


def test_a_fence_nobody_asked_for_permits_nothing() -> None:
    for before in (ready(), counting(T + 20)):
        after = step(before, Fenced(dossier=dossier(T + 21), now=T + 21))
        assert after.phase is before.phase
        assert "nobody asked" in after.said


def test_a_fence_that_failed_wants_a_new_approval() -> None:
    after = step(fencing(), FenceFailed(why="SSH broke"))
    assert (after.phase, after.approval, after.said) == (Phase.READY, None, "SSH broke")


def test_the_approval_line_shows_the_persons_part() -> None:
    assert failing().line(Item.APPROVAL).mark is Mark.OPEN
    assert ready().line(Item.APPROVAL).mark is Mark.RUNNING
    assert counting().line(Item.APPROVAL).mark is Mark.OK


def forged(**changed: object) -> Checklist:
    return replace(permitted(), **changed)  # type: ignore[arg-type]  # fields by name


def with_line(item: Item, **changed: object) -> Checklist:
    lines = tuple(
        replace(line, **changed) if line.item is item else line  # type: ignore[arg-type]
        for line in permitted().lines
    )
    return forged(lines=lines)


NOW = T + 20 + UNDO_S
WAIVER = Waiver(
    item=Item.QUIET, reason=REASON, exhibit=exhibit(Item.QUIET, NOW).digest, is_blind=False
)
FORGED: dict[str, tuple[Checklist, str]] = {
    "phase": (forged(phase=Phase.FENCING), "fencing"),
    "open line": (with_line(Item.QUIET, mark=Mark.OPEN), "quiet: it is open"),
    "no evidence": (with_line(Item.QUIET, exhibit=None), "quiet"),
    "evidence of another line": (with_line(Item.QUIET, exhibit=exhibit(Item.LOADS, NOW)), "quiet"),
    "ok by refuting evidence": (
        with_line(Item.QUIET, exhibit=exhibit(Item.QUIET, NOW, Found.REFUTED)),
        "does not prove",
    ),
    "ok by no look": (
        with_line(Item.QUIET, exhibit=exhibit(Item.QUIET, NOW, Found.UNSEEN)),
        "does not prove",
    ),
    "expired": (with_line(Item.QUIET, exhibit=exhibit(Item.QUIET, NOW - 601)), "expired"),
    "from the future": (with_line(Item.QUIET, exhibit=exhibit(Item.QUIET, NOW + 1)), "expired"),
    "waived without a waiver": (with_line(Item.QUIET, mark=Mark.WAIVED), "not waived"),
    "waived by another line's": (
        with_line(Item.QUIET, mark=Mark.WAIVED, waiver=replace(WAIVER, item=Item.LOADS)),
        "not waived",
    ),
    "waived other evidence": (
        with_line(Item.QUIET, mark=Mark.WAIVED, waiver=replace(WAIVER, exhibit="x")),
        "something else",
    ),
    "waived identity": (
        with_line(
            Item.IDENTITY,
            mark=Mark.WAIVED,
            waiver=replace(WAIVER, item=Item.IDENTITY, exhibit=exhibit(Item.IDENTITY, NOW).digest),
        ),
        "cannot be waived",
    ),
    "waived against the configuration": (
        replace(
            with_line(Item.QUIET, mark=Mark.WAIVED, waiver=WAIVER),
            policy=Policy(waivable=frozenset()),
        ),
        "cannot be waived",
    ),
    "a line missing": (forged(lines=permitted().lines[1:]), "missing"),
    "not approved": (forged(approval=None), "not approved"),
    "approved with other words": (
        forged(approval=replace(permitted().approval, text="yes")),  # type: ignore[type-var]
        "not approved",
    ),
    "approved on other evidence": (
        forged(approval=replace(permitted().approval, digest="x")),  # type: ignore[type-var]
        "changed after",
    ),
    "not fenced": (forged(fenced_at=None), "nobody looked"),
    "fenced before the window was over": (forged(fenced_at=NOW - 0.01), "nobody looked"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_list_that_was_put_together_otherwise_is_not_permitted(name: str) -> None:
    checklist, why = FORGED[name]
    said = checklist.why_not_permitted(NOW)
    assert said is not None
    assert why in said


@pytest.mark.hazard(39)
def test_the_values_alone_expire_to_the_tick() -> None:
    assert permitted().why_not_permitted(NOW + FENCE_S) is None
    assert permitted().why_not_permitted(NOW + FENCE_S + 0.01) == "the last look is too old"
    assert permitted().why_not_permitted(NOW - 0.01) is not None
    late = forged(
        fenced_at=T + 20 + APPROVAL_S,
        lines=tuple(
            replace(it, exhibit=exhibit(it.item, NOW, lives_s=9e9)) for it in permitted().lines
        ),
    )
    assert late.why_not_permitted(T + 20 + APPROVAL_S) is None
    assert late.why_not_permitted(T + 20 + APPROVAL_S + 0.01) == "the approval has expired"


def test_the_window_to_think_again_is_told_only_while_it_is_open() -> None:
    assert counting().undo_left_s == UNDO_S
    assert ready().undo_left_s is None
    assert fencing().undo_left_s is None
    assert permitted().undo_left_s is None


def test_an_approval_opens_the_gate_until_its_last_second() -> None:
    checklist = permitted()
    approval = checklist.approval
    assert approval is not None
    end = approval.at + APPROVAL_S
    late = replace(checklist, fenced_at=end - 1)
    assert late.why_not_permitted(end) is None
    assert late.why_not_permitted(end + 0.001) == "the approval has expired"


def test_a_line_shows_the_facts_of_its_exhibit_and_none_without_one() -> None:
    fact = Datum(what="/workspace/a")
    seen = replace(exhibit(Item.BLAST, T), data=(fact,))
    assert ready(seen).line(Item.BLAST).data == (fact,)
    assert ready(seen).line(Item.APPROVAL).data == ()


def test_a_last_look_that_differs_names_the_line_and_what_it_shows() -> None:
    now = T + 20 + UNDO_S
    changed = dossier(now, exhibit(Item.QUIET, now, Found.REFUTED))
    after = step(fencing(), Fenced(dossier=changed, now=now))
    assert after.phase is Phase.GATHERING
    assert f"{Item.QUIET}, " in after.said
    assert f"{Item.IDENTITY}, " not in after.said


def test_the_window_of_nobodys_approval_is_not_told() -> None:
    assert replace(counting(), approval=None).undo_left_s is None


def test_what_is_not_permitted_says_the_true_reason_to_the_tick() -> None:
    """Half a second after the approval nobody can have looked again after the window."""
    approval = permitted().approval
    assert approval is not None
    early = permitted().why_not_permitted(approval.at + 0.5)
    fresh = tuple(replace(it, exhibit=exhibit(it.item, approval.at)) for it in permitted().lines)
    assert "expired" in str(early)
    for later in (0.0, 0.5):
        looked = forged(lines=fresh).why_not_permitted(approval.at + later)
        assert looked == "the last look is too old"


def test_a_failed_line_without_evidence_cannot_be_waived() -> None:
    failed = exhibit(Item.QUIET, T, Found.REFUTED)
    lines = tuple(
        replace(it, exhibit=None) if it.item is Item.QUIET else it for it in ready(failed).lines
    )
    after = waive(replace(ready(failed), lines=lines))
    assert after.waivers == ()
    assert after.said == "there is nothing to waive yet"


def test_no_digest_is_made_of_what_json_does_not_know() -> None:
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            digest_of(value)


def test_a_digest_does_not_depend_on_the_order_of_names() -> None:
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})


def test_why_nothing_came_of_it_stands_until_somebody_acts_again() -> None:
    refused = step(ready(), Typed(text="yes", keys=3, now=T + 20, can_write=True))
    assert refused.said
    later = step(step(refused, Ticked(now=T + 21)), Gathered(dossier=dossier(T + 22), now=T + 22))
    assert later.said == refused.said
    assert approve(later, T + 25).said == ""
    fallen = step(counting(), Gathered(dossier=NEWER["another start"], now=T + 25))
    assert step(fallen, Ticked(now=T + 26)).said == fallen.said != ""


def test_what_was_not_said_of_a_start_or_an_approval_is_zero() -> None:
    assert Incarnation(start="1").created == 0.0
    assert Approval(text="a", at=T, digest="d").turn == 0.0


def test_an_approval_that_is_typed_once_more_does_not_begin_anew() -> None:
    again = approve(counting(T + 20), T + 25)
    assert again.phase is Phase.COUNTING
    assert again.approval == counting(T + 20).approval


def test_a_fence_takes_no_evidence_that_has_expired_by_itself() -> None:
    now = T + 20 + UNDO_S + 5
    short = exhibit(Item.QUIET, now - 4, lives_s=3.0)
    after = step(fencing(), Fenced(dossier=dossier(now, short), now=now))
    assert after.phase is Phase.READY
    assert after.said == f"{Item.QUIET}: it could not be looked at once more"


def test_no_fence_permits_what_nobody_approved() -> None:
    now = T + 20 + UNDO_S
    before = replace(fencing(), approval=None)
    after = step(before, Fenced(dossier=dossier(now), now=now))
    assert after.phase is Phase.READY
    assert after.approval is None


def test_an_answer_to_a_key_stands_while_the_window_ends() -> None:
    refused = waive(counting())
    assert refused.said == "only what was looked at and is not ok can be waived"
    after = step(refused, Ticked(now=T + 20 + UNDO_S))
    assert (after.phase, after.said) == (Phase.FENCING, refused.said)


MARKED: dict[Mark, Checklist] = {
    Mark.RUNNING: step(
        open_checklist(replace(dossier(T), exhibits=()), T, seed=0), Looking(item=Item.QUIET)
    ),
    Mark.OK: ready(),
    Mark.FAILED: failing(),
    Mark.UNSEEN: failing(Item.QUIET, Found.UNSEEN),
}
BECOMES = {Found.PROVED: Mark.OK, Found.REFUTED: Mark.FAILED, Found.UNSEEN: Mark.UNSEEN}


@pytest.mark.parametrize("found", list(Found))
@pytest.mark.parametrize("mark", MARKED)
def test_newer_evidence_decides_a_line_whatever_it_was(mark: Mark, found: Found) -> None:
    assert MARKED[mark].line(Item.QUIET).mark is mark
    seen = exhibit(Item.QUIET, T + 5, found)
    facts = replace(dossier(T + 5), exhibits=(seen,))
    line = step(MARKED[mark], Gathered(dossier=facts, now=T + 5)).line(Item.QUIET)
    assert (line.mark, line.exhibit) == (BECOMES[found], seen)


@pytest.mark.parametrize("found", [Found.REFUTED, Found.UNSEEN])
def test_a_waived_line_stays_so_while_a_look_shows_the_same(found: Found) -> None:
    checklist = step(waive(failing(Item.QUIET, found)), Looking(item=Item.QUIET))
    assert checklist.line(Item.QUIET).mark is Mark.WAIVED
    facts = dossier(T + 5, exhibit(Item.QUIET, T + 5, found))
    line = step(checklist, Gathered(dossier=facts, now=T + 5)).line(Item.QUIET)
    assert (line.mark, line.exhibit) == (Mark.WAIVED, exhibit(Item.QUIET, T + 5, found))


@pytest.mark.parametrize("mark", [Mark.OK, Mark.FAILED, Mark.UNSEEN])
def test_a_look_that_begins_takes_nothing_from_what_is_known(mark: Mark) -> None:
    after = step(MARKED[mark], Looking(item=Item.QUIET))
    assert after.lines == MARKED[mark].lines


@pytest.mark.parametrize("mark", MARKED)
def test_every_line_is_open_again_when_its_files_are_others(mark: Mark) -> None:
    facts = replace(dossier(T + 1), binding=binding(manifest="sha256:n"), exhibits=())
    line = step(MARKED[mark], Gathered(dossier=facts, now=T + 1)).line(Item.QUIET)
    assert line.mark is Mark.OPEN


def test_the_limits_are_those_that_the_documents_state() -> None:
    assert (UNDO_S, APPROVAL_S, FENCE_S, FRESH_S) == (10.0, 120.0, 30.0, 10.0)
    assert (VIEW_S, GRAVE_VIEW_S) == (0.7, 10.0)


def test_it_is_grave_where_something_is_lost_unknown_or_waived() -> None:
    unknown = LossMap(mounts=(replace(LOSING.mounts[0], single=(), is_complete=False),))
    assert not ready().is_grave
    for checklist in (ready(loss=LOSING), ready(loss=unknown), waive(failing())):
        assert checklist.is_grave
        assert checklist.view_s == GRAVE_VIEW_S


def test_an_unknown_end_is_looked_at_until_it_is_known_and_says_the_last_answer() -> None:
    unknown = step(step(permitted(), Sent()), Resolved(seen=Seen.UNCLEAR, said="no answer"))
    again = step(unknown, Resolved(seen=Seen.UNCLEAR, said="a black hole"))
    assert (again.phase, again.said) == (Phase.UNKNOWN, "a black hole")
    for seen, phase in ((Seen.GONE, Phase.GONE), (Seen.PRESENT, Phase.KEPT)):
        assert step(again, Resolved(seen=seen, said="x")).phase is phase
