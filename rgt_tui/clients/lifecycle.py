"""Changes that can be undone, asked for through the gate: start, stop, restart, other settings.

A write is sent once. Where its outcome is unknown, `Ambiguous` says so and the Pod is read
before anything is sent again. 409 also comes when the Pod is already in the wanted state.
"""

import json
from typing import TYPE_CHECKING

from rgt_tui.clients.gate import ActionPass, Pass, PatchPass, action_body
from rgt_tui.domain.errors import NotSent
from rgt_tui.domain.request import Act, Patch, PodRequest
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import is_pod_id
from rgt_tui.guard.record import Recorded

if TYPE_CHECKING:
    from rgt_tui.clients.http import Http

Wire = tuple[str, str, bytes]
"""Method, path and body of a request."""


def wire_of(request: PodRequest) -> Wire:
    """What a request looks like on the wire: for the journal, and for a person to see.

    Raises:
        NotSent: it names no Pod that could be put into a path.
    """
    if not is_pod_id(request.pod):
        raise NotSent(f"could not {clean(request.what, 80)}: that is no Pod id")
    match request:
        case Act(pod=pod, verb=verb):
            return "POST", f"/v2/pods/{pod}/action", action_body(verb)
        case Patch(pod=pod, changes=changes):
            body = json.dumps(dict(changes), ensure_ascii=True, allow_nan=False)
            return "PATCH", f"/v2/pods/{pod}", body.encode("ascii")


async def send(http: "Http", request: PodRequest, record: Recorded) -> None:
    """Sends one request, once.

    Args:
        http: the open connection.
        request: what is asked.
        record: the journal's proof that it is written down.

    Raises:
        GuardRefused: the gate does not let it out.
        ApiError: as drawn in `rgt_tui.domain.errors`.
    """
    from rgt_tui.clients.http import Ask  # httpx is loaded by whoever opened `http`

    method, path, body = wire_of(request)
    leave: Pass
    match request:
        case Act(pod=pod, verb=verb):
            leave = ActionPass(pod, verb, record)
        case Patch(pod=pod):
            leave = PatchPass(pod, body, record)
    await http.write(method, Ask(path=path, doing=clean(request.what, 120)), leave, body)
