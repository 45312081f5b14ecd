"""All open checklists of one session, by Pod."""

import asyncio
from collections.abc import Callable
from dataclasses import field

from rgt_tui.clients import holds
from rgt_tui.clock import steady
from rgt_tui.domain.errors import RgtError, fault_of
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import Act, Verb
from rgt_tui.domain.units import PodId
from rgt_tui.dossier import View, compose
from rgt_tui.guard.batch import Batch, why_no_batch
from rgt_tui.guard.checklist import Checklist, Dossier
from rgt_tui.guard.events import Event
from rgt_tui.termination import TOLD_S, Hands
from rgt_tui.termination.batching import Round
from rgt_tui.termination.case import Case
from rgt_tui.termination.frozen import freeze, thaw


@dataclass(slots=True)
class Desk:
    """Opens cases, hands them what a person does, and publishes every change.

    Attributes:
        hands: what cases work with.
        publish: takes in a new value of a checklist, on the engine's loop.
        publish_batch: the same of several that go together.
    """

    hands: Hands
    publish: Callable[[Checklist], None]
    publish_batch: Callable[[Batch], None] = lambda batch: None
    _cases: dict[PodId, Case] = field(default_factory=dict)
    _told: dict[PodId, Checklist] = field(default_factory=dict)
    _round: Round | None = None

    def open(self, pod: PodId, tasks: asyncio.TaskGroup) -> None:
        """Opens the checklist of a Pod; one that is under way goes on."""
        known = self._cases.get(pod)
        if known is not None and not known.proceeding.checklist.phase.is_over:
            self.publish(known.proceeding.checklist)
            return
        loop = asyncio.get_running_loop()

        def told(checklist: Checklist) -> None:
            loop.call_soon_threadsafe(self._keep, checklist)

        try:
            case = Case(self.hands, pod, told)
        except RgtError as error:
            self.hands.say(f"! terminate: {error.message}")
            return
        self._cases[pod] = case
        self._keep(case.proceeding.checklist)
        tasks.create_task(self._run(case))

    def open_batch(self, pods: tuple[PodId, ...], tasks: asyncio.TaskGroup) -> None:
        """Opens the checklists of several Pods, which may share one approval."""
        reason = why_no_batch(pods)
        if self._round is not None and not self._round.batch.stage.is_over:
            reason = "another batch is under way"
        if reason is None:
            for pod in pods:
                self.open(pod, tasks)
            cases = {pod: self._cases[pod] for pod in pods if pod in self._cases}
            reason = None if len(cases) == len(pods) else "one of the Pods could not be opened"
        if reason is not None:
            self.hands.say(f"! terminate: {reason}")
            return
        loop = asyncio.get_running_loop()

        def told(batch: Batch) -> None:
            loop.call_soon_threadsafe(self.publish_batch, batch)

        self._round = Round(cases, told)
        self.publish_batch(self._round.batch)
        tasks.create_task(self._run_round(self._round))

    def tell_batch(self, event: Event) -> None:
        """Hands over what a person did with several at once. Safe from any thread."""
        if self._round is not None:
            self._round.tell(event)

    def tell(self, pod: PodId, event: Event) -> None:
        """Hands over what a person did. Safe from any thread."""
        case = self._cases.get(pod)
        if case is not None:
            case.tell(event)

    def watch(self) -> None:
        """Says that a screen shows the checklists just now. Safe from any thread."""
        for case in tuple(self._cases.values()):
            case.watch()
        if self._round is not None:
            self._round.watch()

    def _keep(self, checklist: Checklist) -> None:
        """Publishes what changed; that time went by alone is told once a second."""
        last = self._told.get(checklist.pod)
        if last is None or _shape(last) != _shape(checklist) or checklist.now - last.now >= TOLD_S:
            self._told[checklist.pod] = checklist
            self.publish(checklist)

    async def before(self, request: object) -> Dossier | None:
        """What is known of a Pod just before it is stopped; None for other requests."""
        if not isinstance(request, Act) or request.verb is not Verb.STOP:
            return None
        account, now = self.hands.store.state.account, self.hands.clock()
        pod = account.pod(request.pod)
        if pod is None:
            return None
        held = holds.renew(await asyncio.to_thread(holds.look))
        view = View(
            account=account, pod=pod, tag=self.hands.tag, now=now, steady=steady(), holds=held
        )
        return compose(view)

    async def after(self, request: object, dossier: Dossier | None) -> None:
        """Keeps what was proven before a stop of ours that was carried out; a start ends it."""
        if isinstance(request, Act) and request.verb is not Verb.STOP:
            await asyncio.to_thread(thaw, self.hands.state, request.pod)
        elif dossier is not None and await asyncio.to_thread(freeze, self.hands.state, dossier):
            self.hands.say(
                f"i {dossier.names.name}: what was proven of it holds while it is stopped"
            )

    async def _run_round(self, batch: Round) -> None:
        try:
            await batch.run()
        except Exception as error:  # noqa: BLE001  # a fault of ours must not end the reading
            self.hands.say(f"! terminate several: internal error {fault_of(error)}")
        last = batch.batch
        self.hands.say(f"i terminate {len(last.pods)} Pods: {last.stage}, {last.said}")

    async def _run(self, case: Case) -> None:
        checklist = case.proceeding.checklist
        try:
            await case.run()
        except Exception as error:  # noqa: BLE001  # a fault of ours must not end the reading
            self.hands.say(f"! terminate {checklist.pod}: internal error {fault_of(error)}")
        last = case.proceeding.checklist
        self.hands.say(f"i terminate {last.dossier.names.name}: {last.phase}, {last.said}")


def _shape(checklist: Checklist) -> tuple[object, ...]:
    """What a person would see of it, but for ages."""
    marks = tuple((line.mark, line.why) for line in checklist.lines)
    return (checklist.phase, checklist.said, marks, checklist.digest, checklist.approval)
