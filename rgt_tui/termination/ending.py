"""The end of a case: permit, evidence file, record, one DELETE, and then reading alone.

The order is fixed: the evidence file and the approval are on the disk, then the intent with the
permit's number, then the request leaves, once. What it came to is found out by reading: gone is only
what is neither found by its id nor listed. Nothing is ever sent again.
"""

import asyncio
import contextlib
from typing import Final

from rgt_tui import places
from rgt_tui.clients import teardown
from rgt_tui.clients.journal import NotRecorded, new_op
from rgt_tui.clock import steady
from rgt_tui.domain.errors import Ambiguous, ApiError, GuardRefused, RgtError, Unreadable
from rgt_tui.domain.journal import OUTCOME
from rgt_tui.domain.money import Balance
from rgt_tui.domain.sentences import sentences
from rgt_tui.domain.units import show_usd
from rgt_tui.guard.checklist import Checklist
from rgt_tui.guard.events import Cancelled, Resolved, Seen
from rgt_tui.guard.items import Item
from rgt_tui.guard.permit import Permit
from rgt_tui.guard.proceeding import Proceeding
from rgt_tui.guard.table import Phase
from rgt_tui.termination import Eyes, Hands
from rgt_tui.termination.evidence import plain, save_evidence, summary
from rgt_tui.termination.frozen import thaw

LOOKS_S: Final = (0.0, 2.0, 5.0, 10.0, 15.0)
"""Pauses before each look after the request."""
LONGER_S: Final = 15.0
LONGER: Final = 20
"""While nothing can be read it is tried so often more, at this distance."""


class Ending:
    """Sends for one proceeding, and reads what became of it."""

    def __init__(self, hands: Hands, looker: Eyes, proceeding: Proceeding) -> None:
        self._hands = hands
        self._looker = looker
        self._proceeding = proceeding
        self._op = new_op()

    async def carry_out(self) -> None:
        """Everything from the permit to the outcome. Whatever stops it before the request is told."""
        checklist = self._proceeding.checklist
        try:
            permit = self._proceeding.permit()
            await self._last_look(checklist)
            problem = await self._send(checklist, permit)
        except RgtError as error:
            await self._note_outcome(checklist, "not sent", error.message)
            self._proceeding.feed(Cancelled(why=f"nothing was sent: {error.message}"))
            return
        await self._find_out(checklist, problem)

    async def _last_look(self, checklist: Checklist) -> None:
        """The Pod read once more, just before the request.

        Raises:
            GuardRefused: it is not the Pod that was approved.
            ApiError: it could not be read.
        """
        if self._hands.mode.why_not is not None:
            raise GuardRefused(self._hands.mode.why_not)
        kind = checklist.dossier.binding.kind
        if not await self._looker.read_api():
            raise GuardRefused(f"the {kind} is gone or no longer visible, without our doing")
        now = self._looker.dossier(is_looking=False).of(Item.IDENTITY)
        before = checklist.dossier.of(Item.IDENTITY)
        if now is None or before is None or now.digest != before.digest:
            why = now.why if now is not None else "it could not be read"
            raise GuardRefused(f"the {kind} is not as it was approved: {why}")

    async def _send(self, checklist: Checklist, permit: Permit) -> ApiError | None:
        """Sends the one request; gives what came back instead of a yes.

        Raises:
            GuardRefused: it did not leave.
        """
        hands, what = self._hands, f"terminate {checklist.dossier.names.name}"
        about = {_about(checklist): {"id": checklist.pod, "name": checklist.dossier.names.name}}
        try:
            path, digest = await asyncio.to_thread(save_evidence, hands.state, self._op, checklist)
        except OSError as error:
            why = places.why(error)
            raise NotRecorded(f"the evidence file cannot be written: {why}") from error
        evidence = {"evidence": {"file": path.name, "sha256": digest}}
        journal = hands.wires.journal
        approved = {**about, **summary(checklist), **evidence}
        await asyncio.to_thread(journal.note, "approve", self._op, what, **approved)
        record = await asyncio.to_thread(
            journal.intend_delete, self._op, what, permit, **about, **evidence
        )
        if hands.mode.why_not is not None:
            raise GuardRefused(hands.mode.why_not)
        try:
            await teardown.delete_pod(hands.wires.rest.http, permit, record)
        except ApiError as error:
            return error
        return None

    async def _find_out(self, checklist: Checklist, problem: ApiError | None) -> None:
        """Reads until it shows what became of the Pod."""
        if problem is not None:
            self._hands.say(f"w terminate: {problem.message}; looking whether it happened")
        seen, said = await self._seen(problem)
        await self._note_outcome(checklist, _OUTCOMES[seen], said)
        self._proceeding.feed(Resolved(seen=seen, said=said))
        for _ in range(LONGER):
            if self._proceeding.checklist.phase is not Phase.UNKNOWN:
                break
            await asyncio.sleep(LONGER_S)
            if await self._is_gone():
                self._proceeding.feed(Resolved(seen=Seen.GONE, said="gone, as reading shows"))
        if self._proceeding.checklist.phase is Phase.GONE:
            thaw(self._hands.state, checklist.pod)
            await self._tell_meter()

    async def _seen(self, problem: ApiError | None) -> tuple[Seen, str]:
        is_clear_no = problem is not None and not isinstance(problem, Ambiguous | Unreadable)
        last: RgtError | None = None
        for pause_s in LOOKS_S if not is_clear_no else LOOKS_S[:1]:
            await asyncio.sleep(pause_s)
            try:
                if await self._looker.is_gone():
                    told = "" if problem is None else ", though the answer was lost or said no"
                    return Seen.GONE, f"gone: not found by its id and not listed{told}"
                last = None
            except ApiError as error:
                last = error
        if last is not None:
            return Seen.UNCLEAR, f"unknown: it cannot be read ({last.message})"
        if problem is None:
            return Seen.UNCLEAR, "the service accepted it, and it is still listed"
        return Seen.PRESENT, sentences(f"not deleted: {problem.told}", "Nothing is sent again")

    async def _is_gone(self) -> bool:
        try:
            return await self._looker.is_gone()
        except ApiError:
            return False

    async def _tell_meter(self) -> None:
        """Says whether the account's spending went down; the balance comes from a child process."""
        before = self._hands.store.state.account.evidence.value(Balance)
        try:
            after = await self._hands.wires.balance()
        except RgtError as error:
            self._hands.say(f"w the meter could not be read after the terminate: {error.message}")
            return
        was = show_usd(before.spend_per_hour) if before is not None else "?"
        spent = f"${was}/h before, ${show_usd(after.spend_per_hour)}/h now"
        self._hands.say(f"i terminate {self._proceeding.checklist.pod}: the account spends {spent}")

    async def _note_outcome(self, checklist: Checklist, outcome: str, said: str) -> None:
        with contextlib.suppress(NotRecorded):  # the intent stands and is told at the next start
            await asyncio.to_thread(
                self._hands.wires.journal.note,
                OUTCOME,
                self._op,
                f"terminate {checklist.dossier.names.name}",
                outcome=outcome,
                said=said[:300],
                steady=plain(round(steady(), 3)),
                **{_about(checklist): {"id": checklist.pod}},
            )


def _about(checklist: Checklist) -> str:
    """Under what the journal names the thing; only a Pod is settled there by reading Pods."""
    return checklist.dossier.binding.kind.value.replace(" ", "_").lower()


_OUTCOMES: Final = {Seen.GONE: "done", Seen.PRESENT: "not done", Seen.UNCLEAR: "unknown"}
