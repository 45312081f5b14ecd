"""Reads the world into the store: once for a command, or for as long as the console is open.

One task feeds all sources that spend the API's rate limit, in the order the pacer says. Each
other source has its own clock, and where it asks Pods, each Pod has its own, so that a Pod that
hangs holds up nobody else. A failed read becomes a `Failed` reading; it ends nothing.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Final

from rgt_tui.browsing import Browser
from rgt_tui.clock import Clock
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.errors import Limited, RgtError, SshFault, fault_of
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import EmptyTrash, Ending, Request
from rgt_tui.domain.units import PodId
from rgt_tui.jobs._runner import Runner
from rgt_tui.pacing.pacer import Pacer
from rgt_tui.pacing.turn import Turn
from rgt_tui.sources import Ask, Source, Watched, Wires, all_sources
from rgt_tui.store import Store
from rgt_tui.triage import Examiner, Findings, Standing, all_detectors, examine, open_findings
from rgt_tui.triage._news import loud, what_shows
from rgt_tui.writer import Performed, Writer

if TYPE_CHECKING:  # loaded with the first checklist
    from rgt_tui.termination.desk import Desk

TICK_S: Final = 0.25
SETTLE_S: Final = 0.5
"""What starts processes or many connections waits so long: the Pod list is on screen first."""
CONCLUDE_S: Final = 5.0
"""Detectors are asked again at least so often: some verdicts depend on time alone."""
PATIENCE_S: Final = 3.0
"""What hangs on a Pod holds back what it answered at once by so much, while Pods are watched."""
METERED_MAX: Final = 10
"""Pods whose log one command reads: the account's limit (60 calls a minute) serves other tools too."""
AT_ONCE: Final = 8
"""Reads in flight at the same time when a command asks all Pods."""


@dataclass(slots=True)
class Session:
    """The reading side of the program, and the way by which requests reach its writing side.

    Attributes:
        wires: the open connections.
        store: where everything read goes.
        clock: Unix seconds.
        pacer: decides when the API may be asked.
        writer: carries out requests.
        jobs: carries out long work.
        tag: tells accounts apart.
        browser: looks into network volumes while somebody does.
        waivable: lines of the terminate checklist that may be waived; None is the default.
        watched: whom `watch` asks, and how often at most.
        failures: reads of each source that failed so far.
    """

    wires: Wires
    store: Store
    clock: Clock
    pacer: Pacer
    writer: Writer
    browser: Browser
    jobs: Runner = field(init=False)
    tag: str = ""
    waivable: tuple[str, ...] | None = None
    watched: Watched = field(default_factory=Watched)
    failures: Counter[str] = field(default_factory=Counter)
    _turns: dict[tuple[str, PodId | None], Turn] = field(default_factory=dict)
    _attended: frozenset[type] = frozenset()
    _is_limited: bool = False
    _patience_s: float | None = None
    _failing: dict[tuple[str, PodId | None], str] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _examiner: Examiner = field(default_factory=lambda: Examiner(all_detectors()))
    _standing: Standing = field(default_factory=Standing)
    _requests: asyncio.Queue[tuple[Request, str]] = field(default_factory=asyncio.Queue)
    _to_open: asyncio.Queue[tuple[PodId, ...]] = field(default_factory=asyncio.Queue)
    _desk: "Desk | None" = None

    def __post_init__(self) -> None:
        self.jobs = Runner(self.wires, self.store, self.clock)

    async def watch(self, kinds: frozenset[type] = frozenset()) -> None:
        """Reads all sources, for ever; those on demand for these report types, until `attend`."""
        self.attend(kinds)
        self._patience_s = PATIENCE_S
        self.pacer.request_now("pods")  # first: everything else hangs on the Pod list
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_metered(tasks))
            for source in all_sources():
                if not source.metered:
                    tasks.create_task(self._watch_unmetered(source, tasks))
            tasks.create_task(self._conclude())
            tasks.create_task(self._serve_requests(tasks))
            tasks.create_task(self.jobs.serve(tasks))
            tasks.create_task(self._serve_checklists(tasks))
            tasks.create_task(self.browser.serve(tasks))

    async def look(
        self,
        *,
        only: Sequence[str] = (),
        shells: bool = True,
        slow: bool = False,
        absent: bool = False,
        kinds: frozenset[type] = frozenset(),
        patience_s: float | None = None,
    ) -> None:
        """Reads everything once, for a command.

        Args:
            only: ids or names of the Pods to ask; all of them when empty.
            shells: whether Pods are examined over SSH.
            slow: whether the questions that take minutes are asked too.
            absent: whether findings of absent symptoms are kept too.
            kinds: report types about the account that are wanted beside the Pods and volumes.
            patience_s: how long those that are neither metered nor usual are waited for, together;
                what has not come then stays unknown. None waits for all.

        Raises:
            RgtError: the Pod list itself could not be read.
        """
        account_wide = {source.name: source for source in all_sources() if source.pods is None}
        self.store.apply(await account_wide.pop("pods").read(self._ask(None)))
        memory = account_wide.pop("history")
        wanted = [
            source
            for source in account_wide.values()
            if (source.metered and not source.on_demand) or not kinds.isdisjoint(source.kinds)
        ]
        late = [it for it in wanted if it.on_demand and not it.metered]
        await self._read_all(it for it in wanted if it not in late)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._read_all(late)  # they build on the others
        if not kinds.isdisjoint(memory.kinds):  # last: it writes down what the others have seen
            await self._read(memory, None)
        asked = [s for s in all_sources() if _is_wanted(s, shells, slow, kinds)]
        await self._ask_pods(only, asked)
        found = examine(self.store.state.account, self.clock())
        self.store.conclude(found if absent else open_findings(found))

    async def _read_all(self, sources: Iterable[Source]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for source in sources:
                tasks.create_task(self._read(source, None))

    def attend(self, kinds: frozenset[type]) -> None:
        """Reads what is read on demand only for these report types, from now on."""
        self._attended = kinds
        self.pacer.paused = frozenset(
            source.name
            for source in all_sources()
            if source.on_demand and kinds.isdisjoint(source.kinds)
        )

    def refresh(self, pod: PodId | None = None) -> None:
        """Makes what is watched due now: everything, or what concerns one Pod."""
        for (_, whom), turn in self._turns.items():
            if pod is None or whom in (pod, None):
                turn.due, turn.failures = 0.0, 0
        for source in all_sources():
            if source.metered:
                self.pacer.request_now(source.name)

    def request(self, request: Request, approval: str) -> None:
        """Has a request carried out while `watch` runs; what becomes of it is said."""
        self._requests.put_nowait((request, approval))

    def open_checklist(self, pods: tuple[PodId, ...]) -> None:
        """Opens the checklists of Pods while `watch` runs; how far they are stands in the store."""
        self._to_open.put_nowait(pods)

    @property
    def desk(self) -> "Desk":
        """Where checklists are opened; its machinery is loaded with the first one."""
        if self._desk is None:
            from rgt_tui.guard.waivable import policy_of
            from rgt_tui.termination import Hands
            from rgt_tui.termination.desk import Desk

            hands = Hands(
                wires=self.wires,
                store=self.store,
                clock=self.clock,
                writer=self.writer,
                read=self._read,
                tag=self.tag,
                policy=policy_of(self.waivable),
            )
            self._desk = Desk(hands, self.store.keep_checklist, self.store.keep_batch)
        return self._desk

    async def _serve_checklists(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            pods = await self._to_open.get()
            if len(pods) == 1:
                self.desk.open(pods[0], tasks)
            else:
                self.desk.open_batch(pods, tasks)

    async def perform(self, request: Request, approval: str) -> Performed:
        """Carries out a request, says how it ended, and has what it concerns read again.

        Args:
            request: what is asked.
            approval: how a person approved it, for the journal.
        """
        self.store.say(self.clock(), f"i {request.what}: asked")
        try:
            before = await self.desk.before(request)
            performed = await self.writer.perform(request, approval)
            if performed.ending is Ending.DONE:
                await self.desk.after(request, before)
        except Exception as error:  # noqa: BLE001  # a fault of ours must not end the reading
            performed = Performed(Ending.UNKNOWN, f"internal error {fault_of(error)}", 4)
        mark = "i" if performed.ending is Ending.DONE else "!"
        self.store.say(self.clock(), f"{mark} {request.what}: {performed.ending}, {performed.said}")
        self.refresh(request.pod)
        if isinstance(request, EmptyTrash):
            self.browser.forget(request.volume)
        return performed

    async def _serve_requests(self, tasks: asyncio.TaskGroup) -> None:
        for said in await self.writer.recover():
            self.store.say(self.clock(), f"! {said}")
        while True:
            request, approval = await self._requests.get()
            tasks.create_task(self.perform(request, approval))

    async def _ask_pods(self, only: Sequence[str], sources: Sequence[Source]) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def ask(source: Source, pod: Pod) -> None:
            async with gate:
                if not (source.metered and self._is_limited):
                    await self._read(source, pod)

        async with asyncio.TaskGroup() as tasks:
            for source in sources:
                assert source.pods is not None  # noqa: S101  # chosen by `_is_wanted`
                pods = source.pods(self.store.state.account, self.clock())
                wanted = [pod for pod in pods if not only or pod.id in only or pod.name in only]
                for pod in wanted[:METERED_MAX] if source.metered else wanted:
                    tasks.create_task(ask(source, pod))

    async def _watch_metered(self, tasks: asyncio.TaskGroup) -> None:
        sources = {source.name: source for source in all_sources() if source.metered}
        while True:
            now = self.clock()
            name = self.pacer.due(now)
            if name is None:
                await asyncio.sleep(min(TICK_S, max(0.02, self.pacer.wait(now))))
                continue
            tasks.create_task(self._read_metered(sources[name]))

    async def _read_metered(self, source: Source) -> None:
        """One read that the pacer granted; of the Pods a source may ask, the first in its order."""
        for pod in self.watched.whom(source, self._known(), self.clock())[:1]:
            await self._read(source, pod)
        self.pacer.done(source.name, self.clock())

    async def _watch_unmetered(self, source: Source, tasks: asyncio.TaskGroup) -> None:
        await asyncio.sleep(SETTLE_S)
        while True:
            if source.on_demand and self._attended.isdisjoint(source.kinds):
                await asyncio.sleep(TICK_S)
                continue
            now = self.clock()
            pods = self.watched.whom(source, self._known(), now)
            for pod in pods:
                turn = self._turns.setdefault((source.name, pod.id if pod else None), Turn())
                road = () if pod is None else (pod.ssh_direct, pod.ssh_proxy, pod.start)
                if turn.take(road, now):
                    tasks.create_task(self._take_turn(source, pod, turn))
            self._forget_turns(source, pods)
            await asyncio.sleep(TICK_S)

    async def _take_turn(self, source: Source, pod: Pod | None, turn: Turn) -> None:
        road = turn.road
        try:
            turn.failures = 0 if await self._read(source, pod) else turn.failures + 1
            if pod is not None and turn.failures == 1:
                # It may have stopped or moved to another port: the list knows.
                self.pacer.request_now("pods")
        finally:
            turn.end(road, self.watched.every_s(source), self.clock())

    def _forget_turns(self, source: Source, pods: Sequence[Pod | None]) -> None:
        known = {pod.id if pod else None for pod in pods}
        for name, whom in tuple(self._turns):
            if name == source.name and whom not in known and not self._turns[name, whom].busy:
                del self._turns[name, whom]

    async def _read(self, source: Source, pod: Pod | None) -> bool:
        """One read into the store; whether it succeeded."""
        ask = self._ask(pod)
        changes: tuple[Change, ...]
        try:
            changes = await source.read(ask)
            succeeded = True
        except RgtError as error:
            if isinstance(error, Limited):
                self._is_limited = True
                self.pacer.limited(error.retry_after_s, self.clock())
            changes = tuple(ask.failed(kind, error) for kind in source.kinds)
            succeeded = False
        except Exception as error:  # noqa: BLE001  # a fault of ours in one source must not blind the others
            fault = RgtError(f"{source.name}: internal error {fault_of(error)}")
            self.store.say(self.clock(), f"! {fault.message}")
            changes = tuple(ask.failed(kind, fault) for kind in source.kinds)
            succeeded = False
        self.failures[source.name] += not succeeded
        self.store.apply(changes)
        self._tell_outcome(source, pod, changes)
        self._news.set()
        return succeeded

    def _tell_outcome(self, source: Source, pod: Pod | None, changes: Sequence[Change]) -> None:
        """Says when a source begins to fail, once for each kind of failure, and when it is back."""
        failure = next((c.event for c in changes if isinstance(c.event, Failed)), None)
        whom = (source.name, None if pod is None else pod.id)
        if failure is None:
            if self._failing.pop(whom, None) is not None and pod is None:
                self.store.say(self.clock(), f"i {source.name}: back again")
        elif failure.code == f"ssh_{SshFault.STARTING}":
            self._failing.pop(whom, None)  # what is not up yet has not failed
        elif self._failing.get(whom) != failure.code:
            is_new = pod is None or failure.code not in self._failing.values()
            self._failing[whom] = failure.code
            if is_new:
                self.store.say(self.clock(), f"w {failure.told}")

    def _ask(self, pod: Pod | None) -> Ask:
        return Ask(
            wires=self.wires,
            account=self._known(),
            clock=self.clock,
            pod=pod,
            known_now=self._known,
            patience_s=self._patience_s,
        )

    def _known(self) -> Account:
        return self.store.state.account

    async def _conclude(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CONCLUDE_S):
                    await self._news.wait()
            self._news.clear()
            before = self.store.state.findings
            now = self.clock()
            everything = self._standing.after(
                self._examiner.examine(self.store.state.account, now), now
            )
            found = self._standing.open
            self.store.conclude(found)
            self._tell_changes(before, found, now)
            if self._is_live():
                await self.wires.history.conclude(everything, now)
            await asyncio.sleep(TICK_S)

    def _is_live(self) -> bool:
        """Whether the Pods on screen were read by this session."""
        seen = self.store.state.account.evidence.latest(PodList)
        return seen is not None and seen.source != "cache"

    def _tell_changes(self, before: Findings, found: Findings, now: float) -> None:
        old, new = loud(before), loud(found)
        for pod_id, code in sorted(new - old, key=str):
            self.store.say(
                now, f"! {self._name(pod_id)} {code} raised: {what_shows(found, pod_id, code)}"
            )
        for pod_id, code in sorted(old - new, key=str):
            self.store.say(now, f"i {self._name(pod_id)} {code} cleared")

    def _name(self, pod_id: PodId | None) -> str:
        pod = self.store.state.account.pod(pod_id) if pod_id else None
        return pod.name if pod is not None else "account"


def _is_wanted(source: Source, shells: bool, slow: bool, kinds: frozenset[type]) -> bool:
    """Whether a command's one look asks Pods by this source."""
    if source.pods is None or not (source.metered or shells):
        return False
    if source.is_deep and kinds.isdisjoint(source.kinds):
        return False
    return slow or not source.is_slow
