"""Makes Pods and network volumes: one request, written down before, and found again after a lost answer.

What is being made has no id yet. A Pod carries its mark as the name of one of its variables, which
the list shows; a network volume is told from those that were there before. Nothing is sent twice:
two Pods cost twice as much.
"""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from rgt_tui.clients.gate import CreatePass
from rgt_tui.clients.http import Ask
from rgt_tui.clients.journal import Journal, new_op
from rgt_tui.clients.rest import Rest
from rgt_tui.clients.strict_json import BadJson, parse
from rgt_tui.domain.errors import (
    Ambiguous,
    ApiError,
    Conflict,
    GuardRefused,
    RgtError,
    Unreadable,
)
from rgt_tui.domain.journal import OUTCOME
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import Create, CreateVolume, Ending, Launch
from rgt_tui.domain.text import clean

MARK: Final = "RGT_TUI_LAUNCH_"
"""How the name of the variable begins that marks a Pod of ours."""
LOOKS_S: Final = (0.0, 2.0, 5.0, 10.0, 15.0)
_LEFT_OUT: Final = ("RUNPOD_", MARK)
"""Variables that RunPod sets for each Pod anew, and the mark of an earlier launch."""

Ended = tuple[Ending, str]
Find = Callable[[], Awaitable[str | None]]
"""Looks for what was made: its id, or None when it is not there."""


@dataclass(slots=True, kw_only=True)
class Maker:
    """Carries out one request that makes something.

    Attributes:
        rest, journal: the open connection, and where everything is written down.
        require_writable: raises `GuardRefused` once writes may not be asked for any more.
        say: tells a person what happens meanwhile.
        approval: how a person approved it.
    """

    rest: Rest
    journal: Journal
    require_writable: Callable[[], None]
    say: Callable[[str], None]
    approval: str

    async def make(self, request: Create) -> Ended:
        """Sends it once, and says how it ended.

        Raises:
            RgtError: nothing was sent.
        """
        self.require_writable()
        match request:
            case Launch():
                mark = f"{MARK}{secrets.token_hex(8).upper()}"
                body = await self._body(request, mark)
                return await self._carry_out(
                    request, "/v2/pods", body, lambda: self._marked(mark), mark=mark
                )
            case CreateVolume():
                before = {v.id for v in (await self.rest.network_volumes()).volumes}
                return await self._carry_out(
                    request,
                    "/v2/network-volumes",
                    dict(request.body),
                    lambda: self._new_volume(request, before),
                    mark=request.name,
                )

    async def _body(self, request: Launch, mark: str) -> dict[str, object]:
        """The whole body: what only the Pod itself knows is read now."""
        pod = await self.rest.pod(request.pod)
        if pod.start != request.start:
            raise GuardRefused(f"nothing was sent: {request.name} was started anew meanwhile")
        known = dict(await self.rest.container(request.pod))
        env = known.pop("env", None)
        named = env.items() if isinstance(env, dict) else ()
        kept = {name: value for name, value in named if not name.startswith(_LEFT_OUT)}
        return {**known, **request.body, "env": {**kept, **request.env, mark: "1"}}

    async def _carry_out(
        self,
        request: Create,
        path: str,
        body: Mapping[str, object],
        find: Find,
        *,
        mark: str,
    ) -> Ended:
        op = new_op()
        sent = json.dumps(body, ensure_ascii=True, allow_nan=False).encode("ascii")
        about = request.pod
        record = await asyncio.to_thread(
            self.journal.intend,
            op,
            request.what,
            ("POST", path, sent),
            mark=mark,
            source={"id": about} if about is not None else {},
            approval=self.approval,
        )
        try:
            ended = await self._send(request, path, sent, CreatePass(path, sent, record), find)
        except RgtError as error:
            ended = Ending.NOT_DONE, error.told
        await asyncio.to_thread(
            self.journal.note,
            OUTCOME,
            op,
            request.what,
            outcome=ended[0].value,
            said=ended[1][:300],
        )
        return ended

    async def _send(
        self, request: Create, path: str, body: bytes, leave: CreatePass, find: Find
    ) -> Ended:
        self.require_writable()
        ask = Ask(path=path, doing=clean(request.what, 120))
        try:
            answer = await self.rest.http.write("POST", ask, leave, body)
            return Ending.DONE, f"made: {_id_of(answer)}"
        except (Ambiguous, Unreadable, Conflict) as error:
            self.say(f"w {request.what}: {error.message}; looking whether it happened")
            return await self._resolve(error, find)

    async def _resolve(self, error: ApiError, find: Find) -> Ended:
        last: ApiError = error
        for pause_s in LOOKS_S:
            await asyncio.sleep(pause_s)
            try:
                found = await find()
            except ApiError as failure:
                last = failure
                continue
            last = error
            if found is not None:
                return Ending.DONE, f"made: {found}, seen by reading"
        if last is error:
            return Ending.NOT_DONE, "not made, as the list shows; nothing was sent again"
        return Ending.UNKNOWN, f"unknown: the list cannot be read ({last.message})"

    async def _marked(self, mark: str) -> str | None:
        pods = (await self.rest.pods()).pods
        return next((pod.id for pod in pods if mark in pod.env_names), None)

    async def _new_volume(self, request: CreateVolume, before: set[str]) -> str | None:
        wanted = (request.name, request.size_gb, request.data_center)
        for volume in (await self.rest.network_volumes()).volumes:
            seen = (volume.name, volume.size_gb, volume.data_center)
            if volume.id not in before and seen == wanted:
                return volume.id
        return None


def _id_of(answer: bytes) -> str:
    """The id of what was made.

    Raises:
        Unreadable: the answer names none.
    """
    try:
        found = parse(answer)
    except BadJson as error:
        raise Unreadable("the answer cannot be read") from error
    made = found.get("id") if isinstance(found, dict) else None
    if not isinstance(made, str) or not made:
        raise Unreadable("the answer names no id")
    return clean(made, 64)
