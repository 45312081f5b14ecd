"""Several Pods and one approval: whose turn it is, what stops it, and that nobody joins late."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.units import PodId
from rgt_tui.guard.batch import Batch, Stage, after, begin_turn, why_apart, why_no_batch
from rgt_tui.guard.checklist import APPROVAL_S, UNDO_S, Checklist, Dossier
from rgt_tui.guard.events import (
    Cancelled,
    Event,
    Fenced,
    Gathered,
    Joined,
    PodVanished,
    Resolved,
    Seen,
    TerminalLost,
    Ticked,
    Typed,
    Waived,
)
from rgt_tui.guard.items import Found, Item
from rgt_tui.guard.joint import MOST, Joint, Member
from rgt_tui.guard.loss import LossMap, LostFile, MountLoss
from rgt_tui.guard.proceeding import Proceeding
from rgt_tui.guard.step import open_checklist, step
from rgt_tui.guard.table import Phase
from tests.guard.finished import approve, dossier, exhibit

AT = 1000.0
PODS = tuple(PodId(f"pod{number:07d}") for number in range(4))
LOST = LossMap(
    mounts=(
        MountLoss(
            path="/", label="container disk", stays=False, single=(LostFile(path="/a", size=1024),)
        ),
    )
)


@dataclass
class Rounds:
    """What the engine does with a batch, by hand: it looks, carries out and counts."""

    pods: tuple[PodId, ...] = PODS[:3]
    loss: LossMap = field(default_factory=LossMap)
    now: float = AT
    sent: list[PodId] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.versions = dict.fromkeys(self.pods, 0)
        self.cases = {
            pod: Proceeding(open_checklist(self.facts(pod), self.now, seed=1), lambda: self.now)
            for pod in self.pods
        }
        self.batch = Batch(pods=self.pods, seed=0, opened_at=self.now, now=self.now)

    def facts(self, pod: PodId) -> Dossier:
        changed = exhibit(Item.BLAST, self.now, Found.PROVED, str(self.versions[pod]))
        return dossier(self.now, changed, pod_id=pod, loss=self.loss, name=f"name-{pod}")

    @property
    def checklists(self) -> dict[PodId, Checklist]:
        return {pod: case.checklist for pod, case in self.cases.items()}

    def is_at(self, stage: Stage) -> bool:
        return self.batch.stage is stage

    def tell(self, event: Event) -> None:
        if isinstance(event, Ticked | Typed):
            event = replace(event, now=self.now)
        self.batch = after(self.batch, event, self.checklists)
        due = self.batch.due(self.checklists)
        self.batch = begin_turn(self.batch)
        for pod, follows in due:
            self.cases[pod].feed(follows)

    def type(self, text: str = "", *, can_write: bool = True, keys: int | None = None) -> None:
        text = text or self.batch.joint_of(self.checklists).challenge.text
        count = len(text) if keys is None else keys
        self.tell(Typed(text=text, keys=count, now=self.now, can_write=can_write))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        for pod, case in self.cases.items():
            case.feed(Gathered(dossier=self.facts(pod), now=self.now))
        self.tell(Ticked(now=self.now))

    def work(self, seen: Seen | None = Seen.GONE) -> None:
        """Carries out what the checklists ask for: the last look, and the one request."""
        for pod, case in self.cases.items():
            case.feed(Ticked(now=self.now))
            if case.checklist.phase is Phase.FENCING:
                case.feed(Fenced(dossier=self.facts(pod), now=self.now))
            if case.checklist.phase is Phase.PERMITTED:
                case.permit().spend(pod, self.now)
                self.sent.append(pod)
            if case.checklist.phase is Phase.SENT and seen is not None:
                case.feed(Resolved(seen=seen, said=f"seen {seen}"))
        self.tell(Ticked(now=self.now))


def test_all_that_are_ready_go_one_after_the_other() -> None:
    rounds = Rounds()
    rounds.wait(1)
    rounds.type()
    assert rounds.is_at(Stage.COUNTING)
    rounds.wait(UNDO_S - 1)
    rounds.work()
    assert rounds.sent == []
    rounds.wait(1)
    assert rounds.is_at(Stage.WORKING)
    for number in range(1, 4):
        rounds.work()
        assert rounds.sent == list(PODS[:number])
        rounds.wait(1)
    assert rounds.is_at(Stage.DONE)
    assert {it.phase for it in rounds.checklists.values()} == {Phase.GONE}


def test_no_second_one_is_permitted_before_the_first_is_seen_to_be_gone() -> None:
    rounds = Rounds()
    rounds.wait(1)
    rounds.type()
    rounds.wait(UNDO_S)
    rounds.work(None)
    for _ in range(5):
        rounds.wait(1)
        rounds.work(None)
    assert rounds.sent == [PODS[0]]
    assert rounds.is_at(Stage.WORKING)
    assert [it.approval for it in rounds.checklists.values()][1:] == [None, None]


@pytest.mark.parametrize("seen", [Seen.PRESENT, Seen.UNCLEAR])
def test_it_stops_when_one_is_kept_or_unknown(seen: Seen) -> None:
    rounds = Rounds()
    rounds.wait(1)
    rounds.type()
    rounds.wait(UNDO_S)
    rounds.work(seen)
    rounds.wait(1)
    rounds.work()
    assert rounds.batch.stage is Stage.STOPPED
    assert "2 not begun are kept" in rounds.batch.said
    assert rounds.sent == [PODS[0]]
    assert [rounds.checklists[pod].phase for pod in PODS[1:3]] == [Phase.CANCELLED] * 2


ANOMALIES: dict[str, Callable[[Rounds], object]] = {
    "newer evidence on one that waits": lambda it: it.versions.update({PODS[2]: 1}),
    "newer evidence on the one whose turn it is": lambda it: it.versions.update({PODS[0]: 1}),
    "one that waits vanished": lambda it: it.cases[PODS[2]].feed(PodVanished()),
    "taken back": lambda it: it.tell(Cancelled()),
    "the terminal is lost": lambda it: it.tell(TerminalLost()),
    "the approval expired": lambda it: it.wait(APPROVAL_S + 1),
    "the clock was set back": lambda it: setattr(it, "now", it.now - 300),
}


@pytest.mark.parametrize("name", ANOMALIES)
def test_it_stops_in_the_middle_and_sends_nothing_more(name: str) -> None:
    rounds = Rounds()
    rounds.wait(1)
    rounds.type()
    rounds.wait(UNDO_S)
    ANOMALIES[name](rounds)
    rounds.wait(0)
    for _ in range(4):
        rounds.work()
        rounds.wait(1)
    assert rounds.batch.stage in (Stage.STOPPED, Stage.CANCELLED)
    assert rounds.sent == []
    assert not any(it.phase.is_approved for it in rounds.checklists.values())
    assert not any(it.phase is Phase.GONE for it in rounds.checklists.values())


def test_a_change_in_the_undo_window_takes_the_approval_back() -> None:
    rounds = Rounds()
    rounds.wait(1)
    rounds.type()
    rounds.versions[PODS[1]] = 1
    rounds.wait(1)
    assert rounds.batch.stage is Stage.GATHERING
    assert "something changed" in rounds.batch.said
    rounds.wait(UNDO_S)
    rounds.work()
    assert rounds.sent == []


@pytest.mark.hazard(63)
def test_a_waived_one_stays_outside_and_one_that_becomes_ready_later_does_not_join() -> None:
    rounds = Rounds()
    late, waived = PODS[1], PODS[2]
    rounds.pods = (*PODS[:3], PODS[3])
    rounds.__post_init__()
    for pod in (late, waived):
        refuted = dossier(rounds.now, exhibit(Item.LOADS, rounds.now, Found.REFUTED), pod_id=pod)
        rounds.cases[pod] = Proceeding(
            open_checklist(refuted, rounds.now, seed=1), lambda: rounds.now
        )
    rounds.cases[waived].feed(
        Waived(item=Item.LOADS, reason="a smoke test, not wanted", can_write=True)
    )
    assert rounds.checklists[waived].phase is Phase.READY
    rounds.tell(Ticked(now=rounds.now))
    rounds.now += 1
    rounds.type()
    assert [it.pod for it in rounds.batch.joint_of(rounds.checklists).members] == [PODS[0], PODS[3]]
    rounds.cases[late].feed(Gathered(dossier=rounds.facts(late), now=rounds.now))
    assert rounds.checklists[late].phase is Phase.READY
    rounds.now += UNDO_S
    for _ in range(4):
        rounds.tell(Ticked(now=rounds.now))
        rounds.work()
    assert rounds.sent == [PODS[0], PODS[3]]
    assert rounds.batch.stage is Stage.DONE


@pytest.mark.parametrize("fault", ["text", "paste", "locked", "too soon", "one Pod's own text"])
def test_it_is_not_approved_by(fault: str) -> None:
    rounds = Rounds(loss=LOST if fault == "too soon" else LossMap())
    rounds.wait(1)
    match fault:
        case "text":
            rounds.type("3 Pods lose 1 file 0B")
        case "paste":
            rounds.type(keys=1)
        case "locked":
            rounds.type(can_write=False)
        case "too soon":
            rounds.type()
        case _:
            rounds.type(rounds.checklists[PODS[0]].challenge.text)
    assert rounds.batch.stage is Stage.GATHERING
    assert rounds.batch.said
    assert rounds.batch.typed is None


def test_the_text_names_pods_files_and_bytes() -> None:
    rounds = Rounds(loss=LOST)
    assert rounds.batch.joint_of(rounds.checklists).challenge.text == "3 Pods lose 3 files 3.0K"


@pytest.mark.parametrize(
    ("pods", "said"),
    [
        ((), "needs 2"),
        (PODS[:1], "needs 2"),
        ((PODS[0], PODS[0]), "different"),
        (tuple(PodId(f"p{n}") for n in range(MOST + 1)), "at most 5"),
    ],
)
def test_no_batch_is_opened_of(pods: tuple[PodId, ...], said: str) -> None:
    assert said in (why_no_batch(pods) or "")


def test_a_checklist_takes_no_joint_approval_that_does_not_name_it_as_it_is() -> None:
    """A set made up by somebody, or one from before a change, opens nothing."""
    rounds = Rounds()
    joint = rounds.batch.joint_of(rounds.checklists)
    text = joint.challenge.text
    other = replace(joint.members[1], files=7)
    for bad in (
        Joint(members=joint.members[1:], seed=0),
        Joint(members=joint.members[:1], seed=0),
        Joint(members=(replace(joint.members[0], evidence="sha256:x"), other), seed=0),
        Joint(members=(joint.members[0], joint.members[0]), seed=0),
    ):
        typed = bad.challenge.text
        event = Joined(
            joint=bad, text=typed, keys=len(typed), at=AT + 5, now=AT + 20, can_write=True
        )
        assert step(rounds.checklists[PODS[0]], event).phase is Phase.READY
    late = Joined(
        joint=joint,
        text=text,
        keys=len(text),
        at=AT + 5,
        now=AT + 6 + APPROVAL_S,
        can_write=True,
    )
    assert step(rounds.checklists[PODS[0]], late).phase is Phase.READY
    early = replace(late, at=AT + 50, now=AT + 40)
    assert step(rounds.checklists[PODS[0]], early).phase is Phase.READY
    for good in (replace(late, now=AT + 10), replace(late, now=late.at)):
        assert step(rounds.checklists[PODS[0]], good).phase is Phase.COUNTING


def test_the_last_look_at_one_of_several_comes_after_its_turn_has_come() -> None:
    """What was seen in the undo window, or while another was deleted, is no last look at it."""
    rounds = Rounds()
    joint = rounds.batch.joint_of(rounds.checklists)
    text, turn = joint.challenge.text, AT + 30
    joined = Joined(joint=joint, text=text, keys=len(text), at=AT + 5, now=turn, can_write=True)
    fencing = step(step(rounds.checklists[PODS[0]], joined), Ticked(now=turn))
    assert fencing.phase is Phase.FENCING
    for at, phase in ((turn - 1, Phase.READY), (turn, Phase.PERMITTED)):
        rounds.now = at
        fenced = Fenced(dossier=rounds.facts(PODS[0]), now=turn + 1)
        assert step(fencing, fenced).phase is phase


def test_a_batch_can_be_opened_of_two_to_five_pods() -> None:
    assert why_no_batch(PODS[:2]) is None
    assert why_no_batch(tuple(PodId(f"p{n}") for n in range(MOST))) is None


def working(*, turn: int = 0, begun: int = 0) -> tuple[Batch, dict[PodId, Checklist]]:
    """A batch of three that was approved and whose window is over, with their checklists."""
    rounds = Rounds()
    joint = rounds.batch.joint_of(rounds.checklists)
    text = joint.challenge.text
    typed = Typed(text=text, keys=len(text), now=AT, can_write=True)
    batch = replace(
        rounds.batch, stage=Stage.WORKING, joint=joint, typed=typed, turn=turn, begun=begun
    )
    return batch, rounds.checklists


def test_the_approval_of_a_batch_lasts_to_its_last_second() -> None:
    batch, checklists = working()
    for ends, stage in ((APPROVAL_S, Stage.WORKING), (APPROVAL_S + 0.01, Stage.STOPPED)):
        ticked = after(batch, Ticked(now=AT + ends), checklists)
        assert ticked.stage is stage
        assert ("has expired" in ticked.said) is (stage is Stage.STOPPED)


def test_a_batch_whose_clock_was_set_back_stops() -> None:
    batch, checklists = working()
    ticked = after(batch, Ticked(now=AT - 0.01), checklists)
    assert ticked.stage is Stage.STOPPED
    assert ticked.said == "stopped after 0: the approval has expired; 3 not begun are kept"


def test_a_checklist_is_told_once_that_its_turn_has_come() -> None:
    batch, checklists = working()
    assert [pod for pod, _ in batch.due(checklists)] == [PODS[0]]
    begun = begin_turn(batch)
    assert begun.begun == 1
    assert begun.due(checklists) == ()
    assert begin_turn(begun) is begun


def test_one_whose_turn_has_come_but_was_not_told_yet_is_no_anomaly() -> None:
    batch, checklists = working()
    assert after(batch, Ticked(now=AT + 1), checklists).stage is Stage.WORKING


@pytest.mark.parametrize("missing", ["joint", "typed"])
@pytest.mark.parametrize("stage", [Stage.GATHERING, Stage.COUNTING, Stage.WORKING])
def test_half_an_approval_tells_no_checklist_anything(missing: str, stage: Stage) -> None:
    batch, checklists = working()
    half = replace(batch, stage=stage, **{missing: None})  # type: ignore[arg-type]  # by name
    assert half.due(checklists) == ()
    ticked = after(half, Ticked(now=AT + UNDO_S), checklists)
    assert ticked == replace(half, now=AT + UNDO_S)


def test_what_was_approved_together_stays_what_it_was() -> None:
    rounds = Rounds()
    rounds.wait(1)
    rounds.type()
    joint = rounds.batch.joint
    rounds.cases[PODS[0]].feed(PodVanished())
    assert joint is not None
    assert rounds.batch.joint_of(rounds.checklists) == joint


def test_a_batch_that_is_over_stays_as_it_ended() -> None:
    batch, checklists = working()
    ended = after(batch, Cancelled(why="left"), checklists)
    for event in (Cancelled(why="again"), TerminalLost(), Ticked(now=AT + 500)):
        assert after(ended, event, checklists) is ended


def test_why_a_pod_cannot_share_an_approval() -> None:
    rounds = Rounds()
    whole = rounds.checklists[PODS[0]]
    assert why_apart(whole) is None
    assert why_apart(approve(whole, AT + 20)) == "it is counting"
    unlisted = replace(LOST.mounts[0], is_complete=False)
    part = dossier(AT, pod_id=PODS[0], loss=LossMap(mounts=(unlisted,)))
    said = why_apart(open_checklist(part, AT, seed=1))
    assert said == "what it loses was not listed whole"


def test_when_a_batch_ends_only_what_can_still_be_cancelled_is() -> None:
    batch, checklists = working()
    ready = checklists[PODS[1]]
    ended = replace(batch, stage=Stage.STOPPED, said="stopped", pods=(*batch.pods, PODS[3]))
    for phase in Phase:
        told = ended.due({PODS[0]: replace(checklists[PODS[0]], phase=phase), PODS[1]: ready})
        can_be = not (phase.is_over or phase in (Phase.SENT, Phase.UNKNOWN))
        assert [pod for pod, _ in told] == ([PODS[0], PODS[1]] if can_be else [PODS[1]])
        assert told[-1][1] == Cancelled(why="stopped; nothing was sent")


@pytest.mark.parametrize(("name", "said"), [("llama", "llama"), ("", PODS[0])])
def test_a_batch_names_the_pod_at_which_it_stopped(name: str, said: str) -> None:
    batch, checklists = working(begun=1)
    one = checklists[PODS[0]]
    names = replace(one.dossier.names, name=name)
    kept = replace(one, dossier=replace(one.dossier, names=names), phase=Phase.KEPT, said="no.")
    ticked = after(batch, Ticked(now=AT + 1), {**checklists, PODS[0]: kept})
    assert ticked.said == f"stopped after 0: {said} is kept: no; 2 not begun are kept"


def joined_of(rounds: Rounds, at: float) -> Joined:
    joint = rounds.batch.joint_of(rounds.checklists)
    text = joint.challenge.text
    return Joined(joint=joint, text=text, keys=len(text), at=at, now=at, can_write=True)


def test_a_pod_that_was_approved_alone_takes_no_joint_approval() -> None:
    rounds = Rounds()
    joined = joined_of(rounds, AT + 25)
    alone = approve(rounds.checklists[PODS[0]], AT + 20)
    after_it = step(alone, joined)
    assert after_it.phase is Phase.COUNTING
    assert (after_it.approval, after_it.joint) == (alone.approval, None)
    assert after_it.said == "it was approved already"


def test_a_permit_wants_the_pod_among_those_approved_as_it_is() -> None:
    rounds = Rounds()
    joined = joined_of(rounds, AT + 5)
    now = AT + 5 + UNDO_S
    fencing = step(step(rounds.checklists[PODS[0]], joined), Ticked(now=now))
    rounds.now = now
    permitted = step(fencing, Fenced(dossier=rounds.facts(PODS[0]), now=now))
    assert permitted.why_not_permitted(now) is None
    first, *rest = joined.joint.members
    others = replace(joined.joint, members=(replace(first, evidence="sha256:x"), *rest))
    said = replace(permitted, joint=others).why_not_permitted(now)
    assert said == "it is not as it was when several were approved together"


def test_a_pod_of_which_something_is_waived_is_in_no_joint_approval() -> None:
    rounds = Rounds()
    joint = rounds.batch.joint_of(rounds.checklists)
    _waive(rounds)
    waived = rounds.checklists[PODS[2]]
    assert waived.why_not_in(joint) == "what was waived is approved alone"
    assert waived.why_not_in(replace(joint, members=(waived.member,))) is not None


def members(count: int, **changed: object) -> tuple[Member, ...]:
    one = Member(pod=PodId("p"), evidence="e", files=0, bytes=0, is_complete=True)
    named = [replace(one, pod=PodId(f"p{number}")) for number in range(count)]
    return (*named[:-1], replace(named[-1], **changed))  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (members(2), None),
        (members(MOST), None),
        (members(1), "needs 2 Pods"),
        (members(MOST + 1), "5 Pods at most"),
        (members(3, pod=PodId("p0")), "twice"),
        (members(2, is_complete=False), "not listed whole"),
    ],
)
def test_which_pods_can_share_an_approval(given: tuple[Member, ...], said: str | None) -> None:
    why = Joint(members=given, seed=0).why_not
    assert why is None if said is None else said in str(why)


def test_the_joint_text_counts_one_file_as_one() -> None:
    texts = [Joint(members=members(2, files=n, bytes=n), seed=0).challenge.text for n in (0, 1, 2)]
    assert texts == ["2 Pods lose 0 files 0B", "2 Pods lose 1 file 1B", "2 Pods lose 2 files 2B"]
    varied = {Joint(members=members(2), seed=seed).challenge.text for seed in range(6)}
    assert len(varied) == 3


def _waive(rounds: Rounds) -> None:
    bad = dossier(rounds.now, exhibit(Item.QUIET, rounds.now, Found.REFUTED))
    facts = replace(bad, binding=rounds.checklists[PODS[2]].dossier.binding)
    rounds.cases[PODS[2]].feed(Gathered(dossier=facts, now=rounds.now))
    waived = Waived(item=Item.QUIET, reason="I know what writes", can_write=True)
    rounds.cases[PODS[2]].feed(waived)


def _change(rounds: Rounds) -> None:
    rounds.versions[PODS[1]] += 1
    rounds.wait(0)


def _recover(rounds: Rounds) -> None:
    for case in rounds.cases.values():
        case.feed(Resolved(seen=Seen.GONE))


EVENTS: dict[str, Callable[[Rounds], object]] = {
    "type": Rounds.type,
    "tick": lambda it: it.wait(1),
    "window": lambda it: it.wait(UNDO_S),
    "work": Rounds.work,
    "lose the answer": lambda it: it.work(Seen.UNCLEAR),
    "keep": lambda it: it.work(Seen.PRESENT),
    "change": _change,
    "cancel": lambda it: it.tell(Cancelled()),
    "lose the terminal": lambda it: it.tell(TerminalLost()),
    "waive": _waive,
    "expire": lambda it: it.wait(APPROVAL_S + 1),
    "vanish": lambda it: it.cases[PODS[1]].feed(PodVanished()),
    "recover": _recover,
}
WAYS = st.lists(st.sampled_from((*EVENTS, "work", "work")), max_size=25)


@settings(max_examples=300, deadline=None)
@given(st.one_of(WAYS, WAYS.map(lambda way: ["tick", "type", "window", "work", *way])))
def test_whatever_happens_only_approved_pods_go_one_at_a_time_and_none_after_an_anomaly(
    way: list[str],
) -> None:
    rounds = Rounds()
    approved: dict[PodId, int] = {}
    for event in way:
        was_over, before = rounds.batch.stage.is_over, list(rounds.sent)
        was_approved = rounds.batch.joint is not None
        EVENTS[event](rounds)
        joint = rounds.batch.joint
        if joint is not None and not was_approved:
            approved = {it.pod: rounds.versions[it.pod] for it in joint.members}
        news = rounds.sent[len(before) :]
        assert not (was_over and news), "sent after the end"
        assert len(news) <= 1
        assert all(rounds.versions[pod] == approved.get(pod) for pod in news)
        assert all(rounds.checklists[pod].phase is Phase.GONE for pod in before if news)
        assert sum(it.phase.is_approved for it in rounds.checklists.values()) <= 1
        assert len(rounds.sent) == len(set(rounds.sent))
        assert not any(it.waivers and it.approval for it in rounds.checklists.values())
    for pod in rounds.sent:
        with pytest.raises(GuardRefused):
            rounds.cases[pod].permit()
