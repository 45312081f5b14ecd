"""The writing side of the program: one request at a time, written down before it leaves.

The order is always the same: write mode, hold the Pod, read it again, intent on the disk, send
once, outcome on the disk. Where the outcome is unknown the Pod is read until it shows, and the
request is not sent again.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rgt_tui import places
from rgt_tui.clients import lifecycle
from rgt_tui.clients.journal import Journal, NotRecorded, new_op
from rgt_tui.clients.pod_lock import pod_lock_soon
from rgt_tui.clients.registries import why_no_login
from rgt_tui.clients.rest import Rest
from rgt_tui.clients.ssh import SshPool
from rgt_tui.clients.under_way import is_under_way
from rgt_tui.clock import Clock
from rgt_tui.domain.errors import (
    Ambiguous,
    ApiError,
    Conflict,
    GuardRefused,
    Limited,
    NotFound,
    NotSent,
    RgtError,
    Unreadable,
)
from rgt_tui.domain.journal import OUTCOME, RECOVERED, Entry
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.ran import Ran
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import (
    Create,
    CreateVolume,
    EmptyTrash,
    Ending,
    Launch,
    Patch,
    PodRequest,
    Request,
    Run,
)
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import clock_time, show_bytes
from rgt_tui.guard.record import Recorded
from rgt_tui.guard.settle import is_settled, is_told, why_not_now
from rgt_tui.guard.writemode import WriteMode
from rgt_tui.sources import shell_target

LOOKS_S: Final = (0.0, 2.0, 5.0, 10.0, 15.0)
"""Pauses before each look at a Pod whose request had no clear answer."""
WAIT_MAX_S: Final = 90.0
"""The longest a request waits for the account's rate limit."""


@dataclass(frozen=True, slots=True)
class Performed:
    """How a request ended.

    Attributes:
        ending: whether it happened.
        said: one sentence.
        exit_code: what the command line returns.
    """

    ending: Ending
    said: str
    exit_code: int = 0


@dataclass(slots=True, kw_only=True)
class Writer:
    """Carries out requests.

    Attributes:
        rest: the open connection.
        journal: where everything is written down.
        mode: whether writes may be asked for.
        clock: Unix seconds.
        locks: folder of the lock files, one a Pod.
        say: tells a person what happens meanwhile.
        shells: connections to the Pods, for scripts that mend something there.
    """

    rest: Rest
    journal: Journal
    mode: WriteMode
    clock: Clock
    locks: Path
    say: Callable[[str], None]
    shells: SshPool

    async def perform(self, request: Request, approval: str) -> Performed:
        """Carries out one request to its end.

        Args:
            request: what is asked.
            approval: how a person approved it, for the journal.
        """
        try:
            if isinstance(request, EmptyTrash):
                return await self._empty(request, approval)
            if isinstance(request, Launch | CreateVolume):
                return await self._make(request, approval)
            async with pod_lock_soon(self.locks, request.pod):
                self._require_writable()
                pod = await self._look(request)
                if isinstance(request, Run):
                    return await self._run(request, pod, approval)
                return await self._carry_out(request, pod, approval)
        except RgtError as error:
            return Performed(Ending.NOT_DONE, error.told, error.exit_code)

    async def recover(self) -> tuple[str, ...]:
        """One sentence on each intent of an earlier run whose outcome is not known.

        The Pod is read and what it shows is written down. Nothing is ever sent.
        """
        try:
            report = await asyncio.to_thread(self.journal.read)
        except OSError as error:
            return (f"the journal cannot be read: {places.why(error)}; nothing can be changed",)
        said = [f"the journal is broken: {fault}" for fault in report.faults[:1]]
        for entry in report.unsettled:
            if is_under_way(entry):
                continue
            at = clock_time(entry.at) if entry.at is not None else "?"
            shown = await self._shown_of(entry)
            said.append(f"{entry.what} of {at} had no known outcome: {shown}")
            with contextlib.suppress(NotRecorded):
                await asyncio.to_thread(
                    self.journal.note,
                    RECOVERED,
                    entry.op,
                    entry.what,
                    pod={"id": entry.pod},
                    said=shown,
                )
        return tuple(said)

    async def _shown_of(self, entry: Entry) -> str:
        from rgt_tui.clients.creating import MARK  # httpx is loaded by whoever opened `rest`

        pod, mark = entry.pod, str(entry.raw.get("mark", ""))
        try:
            if mark.startswith(MARK):
                return await self._marked(mark)
            if not pod:
                return "it may have been carried out in part; look, nothing is sent again"
            return f"the Pod is now {clean((await self.rest.pod(pod)).status, 40)}"
        except NotFound:
            return "the Pod is gone or no longer visible"
        except ApiError as error:
            return f"the Pod cannot be read ({error.message})"

    async def _marked(self, mark: str) -> str:
        """What became of a launch: the Pod that was made carries its mark."""
        made = [pod for pod in (await self.rest.pods()).pods if mark in pod.env_names]
        if not made:
            return (
                "no Pod carries its mark: it was not made, or is gone again; nothing is sent again"
            )
        names = ", ".join(f"{clean(pod.label, 40)} ({pod.id})" for pod in made)
        return f"it was made: {names} carries its mark and bills"

    def _require_writable(self) -> None:
        if self.mode.why_not is not None:
            raise GuardRefused(f"nothing was sent: {self.mode.why_not}")

    async def _empty(self, request: EmptyTrash, approval: str) -> Performed:
        """Empties the trash of a network volume, over S3.

        Raises:
            RgtError: nothing was deleted.
        """
        from rgt_tui.clients.s3_open import s3_of  # httpx and botocore, only where S3 is used
        from rgt_tui.clients.trash import Bin

        self._require_writable()
        volume = (await self.rest.network_volumes()).by_id(request.volume)
        if volume is None:
            raise GuardRefused("nothing was deleted: this account has no such network volume now")
        async with s3_of(volume, read_only=False) as s3:
            done = await Bin(
                s3=s3,
                journal=self.journal,
                require_writable=self._require_writable,
                approval=approval,
            ).empty(request)
        kept = f"; {done.kept} changed since they were seen and stay" if done.kept else ""
        said = f"{done.files} files deleted, {show_bytes(done.size)}{kept}"
        if done.trouble:
            return Performed(Ending.NOT_DONE, f"{said}; then: {done.trouble}", 4)
        return Performed(Ending.DONE, said)

    async def _make(self, request: Create, approval: str) -> Performed:
        """Makes a Pod or a network volume.

        Raises:
            RgtError: nothing was sent.
        """
        from rgt_tui.clients.creating import Maker  # httpx is loaded by whoever opened `rest`

        maker = Maker(
            rest=self.rest,
            journal=self.journal,
            require_writable=self._require_writable,
            say=self.say,
            approval=approval,
        )
        ending, said = await maker.make(request)
        return Performed(ending, said, 0 if ending is Ending.DONE else 4)

    async def _run(self, request: Run, pod: Pod, approval: str) -> Performed:
        """Runs a script on the Pod, once; what came of it is what it printed and its status.

        Raises:
            RgtError: it was not run.
        """
        if pod.ssh_direct is None:
            raise GuardRefused(
                f"nothing was run on {request.name}: it has no direct SSH now",
                hint="Expose 22/tcp; the gateway runs no commands (RP6).",
            )
        op, script = new_op(), request.script
        record = await asyncio.to_thread(
            self.journal.intend,
            op,
            request.what,
            ("SSH", f"/{pod.id}", script.encode()),
            pod=_about(pod),
            approval=approval,
            script=script,
        )
        self._require_writable()
        self.say(f"i {request.what}: running")
        try:
            ran = await self._run_there(request, pod, record)
        except RgtError as error:
            performed = Performed(Ending.NOT_DONE, f"{error.message}", error.exit_code)
        else:
            performed = _ended(ran)
        await self._write_down(op, request.what, pod, performed)
        return performed

    async def _run_there(self, request: Run, pod: Pod, record: Recorded) -> Ran:
        async with self.shells.connection(shell_target(pod)) as connection:
            from rgt_tui.clients.command import run  # asyncssh is loaded by now

            return await run(connection, pod.id, request.script, record, request.limit_s)

    async def _look(self, request: PodRequest | Run) -> Pod:
        """The Pod just before anything is sent.

        Raises:
            GuardRefused: it is not what was seen when this was approved.
            ApiError: it could not be read.
        """
        pod = await self.rest.pod(request.pod)
        reason = why_not_now(request, pod)
        if reason is None and isinstance(request, Patch):
            reason = await why_no_login(self.rest, request.changes)
        if reason is not None:
            raise GuardRefused(f"nothing was sent to {request.name}: {reason}")
        return pod

    async def _carry_out(self, request: PodRequest, pod: Pod, approval: str) -> Performed:
        op = new_op()
        asked_at = self.clock()
        try:
            if isinstance(request, Patch) and request.env is not None:
                request = await self._with_env(request, request.env)
            await self._send(op, request, pod, approval)
        except (Ambiguous, Unreadable, Conflict) as error:
            performed = await self._resolve(request, asked_at, error)
        except ApiError as error:
            told = f"{error.told}{await asyncio.to_thread(_remedy, error.told, pod)}"
            performed = Performed(Ending.NOT_DONE, told, error.exit_code)
        else:
            performed = Performed(Ending.DONE, "accepted by the service")
        await self._write_down(op, request.what, pod, performed)
        return performed

    async def _with_env(self, request: Patch, env: Mapping[str, str | None]) -> Patch:
        """The request with all variables of the Pod: the service takes them as a whole.

        Raises:
            ApiError: they could not be read; nothing was sent.
        """
        named = (await self.rest.container(request.pod)).get("env")
        known = dict(named) if isinstance(named, dict) else {}
        whole = {name: value for name, value in {**known, **env}.items() if value is not None}
        return replace(request, changes=MappingProxyType({**request.changes, "env": whole}))

    async def _write_down(self, op: str, what: str, pod: Pod, performed: Performed) -> None:
        """The outcome; where it cannot be written the intent stands, and is settled at the next start."""
        with contextlib.suppress(NotRecorded):
            await asyncio.to_thread(
                self.journal.note,
                OUTCOME,
                op,
                what,
                pod={"id": pod.id},
                outcome=performed.ending.value,
                said=performed.said[:300],
            )

    async def _send(self, op: str, request: PodRequest, pod: Pod, approval: str) -> None:
        """Sends it; once more only when nothing reached the service, each time with a record."""
        for attempt in (1, 2):
            record = await asyncio.to_thread(
                self.journal.intend,
                op,
                request.what,
                lifecycle.wire_of(request),
                pod=_about(pod),
                approval=approval,
            )
            self._require_writable()
            try:
                await lifecycle.send(self.rest.http, request, record)
            except Limited as error:
                if attempt == 2 or error.retry_after_s > WAIT_MAX_S:
                    raise
                self.say(
                    f"w {request.what}: waiting {error.retry_after_s:.0f} s for the rate limit"
                )
                await asyncio.sleep(error.retry_after_s)
            except NotSent:
                if attempt == 2:
                    raise
            else:
                return

    async def _resolve(self, request: PodRequest, asked_at: float, error: ApiError) -> Performed:
        """Reads until the Pod shows how it ended."""
        if not isinstance(error, Conflict):
            self.say(f"w {request.what}: {error.message}; looking whether it happened")
        last: ApiError = error
        for pause_s in LOOKS_S if not isinstance(error, Conflict) else LOOKS_S[:1]:
            await asyncio.sleep(pause_s)
            try:
                pod = await self.rest.pod(request.pod)
            except NotFound:
                return Performed(Ending.UNKNOWN, "the Pod is gone or no longer visible", 4)
            except ApiError as failure:
                last = failure
                continue
            if is_settled(request, pod, self.clock() - asked_at):
                return Performed(Ending.DONE, "seen by reading the Pod")
            last = error
        if isinstance(error, Conflict):
            return Performed(Ending.NOT_DONE, error.told, 4)
        if last is error and not is_told(request):
            said = "unknown: a Pod does not tell this setting; look at it before you ask again"
            return Performed(Ending.UNKNOWN, said, 4)
        if last is error:
            return Performed(
                Ending.NOT_DONE, "not carried out, as the Pod shows; nothing was sent again", 4
            )
        return Performed(Ending.UNKNOWN, f"unknown: the Pod cannot be read ({last.message})", 4)


def _remedy(refusal: str, pod: Pod) -> str:
    from rgt_tui.triage import remedy_of  # every detector: only a refusal needs them

    return remedy_of(refusal, pod.id)


def _ended(ran: Ran) -> Performed:
    said = ran.said or "it printed nothing"
    if ran.status == 0:
        return Performed(Ending.DONE, said)
    if ran.status is None:
        return Performed(Ending.UNKNOWN, f"its end was not seen, look at the Pod: {said}", 4)
    return Performed(Ending.NOT_DONE, f"it ended with status {ran.status}: {said}", 4)


def _about(pod: Pod) -> dict[str, object]:
    """What the journal keeps of a Pod; never its environment or arguments."""
    disk = pod.volume_disk
    return {
        "id": pod.id,
        "name": pod.name,
        "start": pod.start,
        "status": pod.status,
        "locked": pod.locked,
        "cost": None if pod.cost_per_hour is None else str(pod.cost_per_hour),
        "volume_disk": None if disk is None else {"size": disk.size_gb, "path": disk.path},
        "network": [{"id": m.volume_id, "path": m.path} for m in pod.network_mounts],
    }
