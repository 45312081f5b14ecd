"""Looks into network volumes while a person does: one question at a time is asked, answers are kept."""

import asyncio
from dataclasses import replace

from rgt_tui.clock import Clock
from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import fault_of
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.shelf import Answer, Glance, Shelves
from rgt_tui.store import Store


class Browser:
    """Takes questions about network volumes; the answers are `Shelves` of the account."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._glances: asyncio.Queue[Glance] = asyncio.Queue()

    def ask(self, glance: Glance) -> None:
        """Asks a question; the same one that is still being asked is not asked twice."""
        known = self._known.answers.get(glance)
        if known is None or not known.is_waiting:
            before = known or Answer(at=self._clock())
            self._keep(self._known.after(glance, replace(before, is_waiting=True)))
            self._glances.put_nowait(glance)

    def forget(self, volume: str) -> None:
        """Drops what is known of a volume, which has just been changed."""
        self._keep(self._known.without(volume))

    async def serve(self, tasks: asyncio.TaskGroup) -> None:
        """Answers questions, for ever."""
        while True:
            tasks.create_task(self._answer(await self._glances.get()))

    async def _answer(self, glance: Glance) -> None:
        """Asks one question to its end; whatever happens there is an answer."""
        from rgt_tui.clients.shelf import answers  # loads httpx, only where S3 is used

        volumes = self._store.state.account.volumes
        volume = next((v for v in volumes if v.id == glance.volume), None)
        if volume is None:
            self._take(glance, Answer(at=self._clock(), trouble="no such network volume any more"))
            return
        try:
            async for asked, answer in answers(volume, glance, self._clock):
                self._take(asked, answer)
        except Exception as error:  # noqa: BLE001  # a fault of ours must not end the reading
            self._take(glance, Answer(at=self._clock(), trouble=f"internal: {fault_of(error)}"))

    @property
    def _known(self) -> Shelves:
        return self._store.state.account.evidence.value(Shelves) or Shelves()

    def _take(self, glance: Glance, answer: Answer) -> None:
        self._keep(self._known.after(glance, answer))

    def _keep(self, shelves: Shelves) -> None:
        seen: Observed[object] = Observed(shelves, self._clock(), "s3")
        self._store.apply((Change(Shelves, seen),))
