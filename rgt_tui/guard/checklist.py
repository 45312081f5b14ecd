"""The terminate checklist of one Pod: one frozen value that says how far its deletion has come."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId
from rgt_tui.guard.challenge import Challenge, challenge_of
from rgt_tui.guard.items import PROVEN, WAIVABLE, Exhibit, Item, Line, Waiver, digest_of
from rgt_tui.guard.joint import Joint, Member
from rgt_tui.guard.kind import Kind
from rgt_tui.guard.loss import Consequences, LossMap, Names
from rgt_tui.guard.table import Mark, Phase

UNDO_S: Final = 10.0
"""Seconds between the approval and the first request, in which a key takes it back."""
APPROVAL_S: Final = 120.0
"""How long an approval stands."""
FENCE_S: Final = 30.0
"""How long the last look can be relied on; a permit lives no longer."""
FRESH_S: Final = 10.0
"""How old the service's word on the Pod may be at the fence."""
VIEW_S: Final = 0.7
"""Keys are no approval before the list was on screen so long: they were meant for another one."""
GRAVE_VIEW_S: Final = 10.0
"""The same where something is lost or waived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incarnation:
    """Which start of a Pod. A restart, an edit or a migration makes another one.

    Attributes:
        start: `Pod.start`.
        created: Unix seconds; 0 when the service did not say.
        boot: what the Pod says of itself: boot id and start of its first process; empty where it
            cannot be asked.
    """

    start: str
    created: float = 0.0
    boot: str = ""

    def is_same(self, other: "Incarnation") -> bool:
        """Whether both can be the same start; what one side could not see is not compared."""
        boots = self.boot == other.boot or not self.boot or not other.boot
        return self.start == other.start and self.created == other.created and boots


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What all evidence is about; any other value is another question.

    Attributes:
        account: which account, without betraying the key.
        pod: the Pod; where it is about something else, the id of that.
        incarnation: its start.
        manifest: digest of all files listed; empty when they could not be listed.
        mounts: digest of the mounts by API and mount table.
        kind: what it is about.
    """

    account: str
    pod: PodId
    incarnation: Incarnation
    manifest: str
    mounts: str
    kind: Kind = Kind.POD


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything known about one Pod that bears on its deletion, at one moment.

    Attributes:
        binding: what it is about.
        names: its name among the account's names.
        exhibits: at most one a line; a line without one is still being looked at.
        loss: what ends and what stays.
        consequences: money and what else ends.
    """

    binding: Binding
    names: Names
    exhibits: tuple[Exhibit, ...] = ()
    loss: LossMap = field(default_factory=LossMap)
    consequences: Consequences = field(default_factory=Consequences)

    def of(self, item: Item) -> Exhibit | None:
        """The exhibit of one line."""
        return next((it for it in self.exhibits if it.item is item), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the configuration says about the guard.

    Attributes:
        waivable: lines a person may waive; identity and approval are never among them.
    """

    waivable: frozenset[Item] = WAIVABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's approval.

    Attributes:
        text: as typed.
        at: when, on the guard's clock.
        digest: of the evidence that was on the screen.
        turn: when its turn came, for one of several; the last look comes after it.
    """

    text: str
    at: float
    digest: str
    turn: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """One Pod's checklist. Only `rgt_tui.guard.step` makes one from another.

    Attributes:
        dossier: the newest facts.
        lines: the five that evidence decides.
        phase: how far the list has come.
        opened_at, now: on the guard's clock, which never jumps.
        seed: of the challenge.
        policy: what may be waived.
        approval: None until the challenge was typed, and again when anything changed.
        joint: what the approval covers beside this Pod; None where it is for this Pod alone.
        fenced_at: when the last look was complete; None before.
        said: why the last event changed nothing, or what became of the list; for the screen.
    """

    dossier: Dossier
    opened_at: float
    now: float
    seed: int
    lines: tuple[Line, ...] = tuple(Line(item=item) for item in PROVEN)
    phase: Phase = Phase.GATHERING
    policy: Policy = field(default_factory=Policy)
    approval: Approval | None = None
    joint: Joint | None = None
    fenced_at: float | None = None
    said: str = ""

    @property
    def pod(self) -> PodId:
        """The Pod it is about."""
        return self.dossier.binding.pod

    @property
    def by_item(self) -> Mapping[Item, Line]:
        """The lines by what they ask."""
        return MappingProxyType({line.item: line for line in self.lines})

    def line(self, item: Item) -> Line:
        """One line; the approval's is made from the phase."""
        if item is not Item.APPROVAL:
            return self.by_item[item]
        return Line(item=Item.APPROVAL, mark=self._approval_mark)

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """What was waived."""
        return tuple(line.waiver for line in self.lines if line.waiver is not None)

    @property
    def is_complete(self) -> bool:
        """Whether every line is ok or waived."""
        return all(line.mark.opens for line in self.lines)

    @property
    def is_grave(self) -> bool:
        """Whether something is lost, unknown or waived: the friction is greater then."""
        loss = self.dossier.loss
        return bool(self.waivers) or loss.is_something or not loss.is_complete

    @property
    def challenge(self) -> Challenge:
        """What has to be typed."""
        if self.joint is not None:
            return self.joint.challenge
        return challenge_of(
            self.pod,
            self.dossier.names,
            self.dossier.loss,
            is_grave=bool(self.waivers),
            seed=self.seed,
        )

    @property
    def digest(self) -> str:
        """Names everything an approval rests on: the binding, each verdict, each waiver, the loss."""
        return digest_of([*self._evidence, self.challenge.text])

    @property
    def member(self) -> Member:
        """This Pod as one of several that are approved together."""
        loss = self.dossier.loss
        return Member(
            pod=self.pod,
            evidence=digest_of(self._evidence),
            files=loss.files,
            bytes=loss.bytes,
            works=len(loss.works),
            is_complete=loss.is_complete,
        )

    @property
    def _evidence(self) -> list[object]:
        binding, start = self.dossier.binding, self.dossier.binding.incarnation
        return [
            [binding.account, binding.kind, binding.pod, start.start, start.created],
            [binding.manifest, binding.mounts],
            [[line.item, line.mark, _digest(line.exhibit)] for line in self.lines],
            [[it.item, it.reason, it.exhibit, it.is_blind] for it in self.waivers],
            sorted(file.path for file in self.dossier.loss.single),
            sorted(f"{work.path}: {work.said}" for work in self.dossier.loss.works),
        ]

    @property
    def view_s(self) -> float:
        """How long it has to be on screen before it can be approved."""
        return GRAVE_VIEW_S if self.is_grave else VIEW_S

    @property
    def undo_left_s(self) -> float | None:
        """Seconds in which it can still be taken back; None outside the window."""
        if self.phase is not Phase.COUNTING or self.approval is None:
            return None
        return max(0.0, self.approval.at + UNDO_S - self.now)

    @property
    def expires_at(self) -> float | None:
        """When the first of its evidence expires, on the guard's clock; None while some is missing."""
        ends = [line.exhibit.at + line.exhibit.lives_s for line in self.lines if line.exhibit]
        return min(ends) if len(ends) == len(self.lines) else None

    def why_not_waivable(self, item: Item) -> str | None:
        """Why a person cannot waive a line now; None when they can."""
        if item not in PROVEN or item is Item.IDENTITY:
            return "this line can never be waived"
        if item not in self.policy.waivable:
            return "the configuration does not let this line be waived"
        if self.by_item[item].mark not in (Mark.FAILED, Mark.UNSEEN):
            return "only what was looked at and is not ok can be waived"
        return None

    def why_not_in(self, joint: Joint) -> str | None:
        """Why an approval for several does not cover this Pod; None when it does."""
        if self.waivers:
            return "what was waived is approved alone"
        if self.member not in joint.members:
            return "it is not as it was when several were approved together"
        return joint.why_not

    def why_not_permitted(self, now: float) -> str | None:
        """Why no permit may be made of it at `now`; None when one may.

        It goes by the values alone and not by how they came about, so that a mistake in the steps
        does not open the gate by itself.
        """
        if self.phase is not Phase.PERMITTED:
            return f"the checklist is {self.phase}"
        for line in self.lines:
            reason = self._why_not_line(line, now)
            if reason is not None:
                return f"{line.item}: {reason}"
        if tuple(line.item for line in self.lines) != PROVEN:
            return "a line is missing"
        return self._why_not_approved(now)

    def _why_not_approved(self, now: float) -> str | None:
        approval, fenced_at = self.approval, self.fenced_at
        if approval is None or not self.challenge.is_met_by(approval.text):
            return "it is not approved"
        if approval.digest != self.digest:
            return "it changed after it was approved"
        if self.joint is not None and (reason := self.why_not_in(self.joint)) is not None:
            return reason
        if not 0 <= now - approval.at <= APPROVAL_S:
            return "the approval has expired"
        if fenced_at is None or fenced_at < max(approval.at + UNDO_S, approval.turn):
            return "nobody looked again after the approval"
        if not 0 <= now - fenced_at <= FENCE_S:
            return "the last look is too old"
        return None

    def _why_not_line(self, line: Line, now: float) -> str | None:
        if not line.mark.opens or line.exhibit is None or line.exhibit.item is not line.item:
            return f"it is {line.mark}"
        if not line.exhibit.is_live(now):
            return "the evidence has expired"
        if line.mark is Mark.OK:
            return (
                None if line.exhibit.found.value == "proved" else "the evidence does not prove it"
            )
        waiver = line.waiver
        if waiver is None or waiver.item is not line.item:
            return "it was not waived"
        if waiver.exhibit != line.exhibit.digest:
            return "something else was waived"
        if line.item is Item.IDENTITY or line.item not in self.policy.waivable:
            return "it cannot be waived"
        return None

    @property
    def _approval_mark(self) -> Mark:
        if self.approval is not None:
            return Mark.OK
        return Mark.RUNNING if self.phase is Phase.READY else Mark.OPEN


def _digest(exhibit: Exhibit | None) -> str:
    return exhibit.digest if exhibit is not None else ""
