"""A Pod's log to its end, or without one: opened again where it breaks off, no line lost, none twice.

A stream that is opened again begins a few seconds before the newest line, since the service resumes
by whole seconds and two lines may share a time and an id; what was given already is counted off.
A stream that fell silent is opened again, too: the service keeps some last lines for a fresh request
(simulated as `log_withheld`; seen by others, not documented).
Source: RunPod REST v2 document of 2026-08-18, `GET /v2/pods/{id}/logs`, `since`, `LogTail`.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

from rgt_tui.clients.logs import QUIET_S, Hearing, LogAsk, opened
from rgt_tui.domain.errors import ApiError, BadCertificate, Limited, NotFound, Refused
from rgt_tui.domain.log import LogLine
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId

if TYPE_CHECKING:
    from rgt_tui.clients.http import Http

Give = Callable[[Sequence[LogLine]], None]
"""Takes lines as they come. It runs within the stream: an OSError of its own must not leave it."""

FIRST_S: Final = 5.0
"""How long the first line of a log is waited for."""
GAP_S: Final = 0.1
"""The silence that ends a log read once, when `FIRST_S` are over."""
LONGEST_S: Final = 120.0
MARGIN_S: Final = 5
"""How far before the newest line a stream is opened again; the two sources are not in step."""
RENEW_S: Final = 5.0
"""Silence after a line, before a fresh request is made for lines held back."""
SILENT_S: Final = 60.0
"""Silence after which the Pod is looked at and the stream opened again."""
TRIES: Final = 8
"""Openings in a row that may fail."""


async def read_log(http: "Http", pod_id: PodId, ask: LogAsk, give: Give) -> None:
    """Gives the lines that are there, all of them, and ends.

    Raises:
        ApiError: the log could not be read, or not to its end.
    """
    loop = asyncio.get_running_loop()
    hearing = Hearing()
    async with opened(http, pod_id, ask) as chunks:
        began = loop.time()
        while hearing.heard < ask.tail or ask.since is not None:
            now = loop.time()
            quiet_s = QUIET_S if now - began < FIRST_S else GAP_S
            until = hearing.at + quiet_s if hearing.heard else began + FIRST_S
            lines = await hearing.listen(chunks, min(until, began + LONGEST_S))
            if lines is None or (not lines and loop.time() >= until):
                return
            give(lines)


@dataclass(slots=True, kw_only=True)
class Following:
    """A log that is followed until its Pod ends.

    Attributes:
        ask: where it begins.
        give: takes the lines.
        say: takes a word about what happens beside them.
        ended: why nothing more will come, None while the Pod runs; raises `ApiError`.
        began: Unix seconds when it began.
    """

    http: "Http"
    pod_id: PodId
    ask: LogAsk
    give: Give
    say: Callable[[str], None]
    ended: Callable[[], Awaitable[str | None]]
    began: float
    _given: Counter[LogLine] = field(default_factory=Counter)
    _newest: float | None = None
    _is_open: bool = False
    _failed: int = 0

    async def run(self) -> str:
        """Gives lines until there will be none any more, and says why.

        Raises:
            ApiError: it cannot be read, or not any more.
        """
        while True:
            try:
                why = None if await self._hear() else await self.ended()
            except (Refused, BadCertificate) as error:
                raise self._gone(error) from error
            except ApiError as error:
                await self._pause(error)
                continue
            if why is not None:
                return why
            if self._failed:
                await self._pause(None)

    def _gone(self, error: ApiError) -> ApiError:
        if isinstance(error, NotFound) and self._is_open:
            said = f"Pod {self.pod_id} is no longer there: its log has ended"
            return NotFound(said, hint="rgt-tui pods lists the Pods of this account.", status=404)
        return error

    async def _pause(self, error: ApiError | None) -> None:
        """Waits before the next opening, longer each time."""
        if error is not None:
            self._failed += 1
            if not self._is_open or self._failed > TRIES:
                raise error
            if self._failed == 1:
                self.say(f"the log broke off, connecting again: {error.message}")
        wait_s = random.uniform(0.3, 1.0) * min(15.0, 0.5 * 2.0**self._failed)  # noqa: S311  # spreads load only
        if isinstance(error, Limited):
            wait_s = max(wait_s, error.retry_after_s)
        await asyncio.sleep(wait_s)

    async def _hear(self) -> bool:
        """Gives the lines of one stream until it ends or falls silent; whether it is sure to go on."""
        loop = asyncio.get_running_loop()
        owed = Counter(self._given)
        hearing = Hearing(at=loop.time())
        new = 0
        async with opened(self.http, self.pod_id, self._resumed()) as chunks:
            self._is_open = True
            while True:
                until = hearing.at + (RENEW_S if new else SILENT_S)
                lines = await hearing.listen(chunks, until)
                if lines:
                    fresh = self._unseen(lines, owed)
                    new += len(fresh)
                    self._remember(fresh)
                    self.give(fresh)
                if hearing.is_over or loop.time() >= until:
                    break
        self._failed = self._failed + 1 if hearing.is_over and not new else 0
        return bool(new) and not hearing.is_over

    def _resumed(self) -> LogAsk:
        """What to ask for: what comes after the lines that were given."""
        if self._newest is not None:
            return replace(self.ask, since=float(int(self._newest) - MARGIN_S - 1))
        if self._is_open and not self.ask.tail:
            return replace(self.ask, since=self.began)
        return self.ask

    @staticmethod
    def _unseen(lines: list[LogLine], owed: Counter[LogLine]) -> list[LogLine]:
        """The lines without those that were given on an earlier stream, each as often as it was."""
        fresh = []
        for line in lines:
            if owed[line] > 0:
                owed[line] -= 1
            else:
                fresh.append(line)
        return fresh

    def _remember(self, lines: list[LogLine]) -> None:
        """Keeps what may be sent again: the lines of the last seconds."""
        self._given.update(lines)
        newest = max((line.at for line in lines), default=None)
        if newest is not None and (self._newest is None or newest > self._newest):
            self._newest = newest
            oldest = int(newest) - MARGIN_S - 2
            for line in [line for line in self._given if line.at < oldest]:
                del self._given[line]
