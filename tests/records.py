"""Records and passes made by hand, for tests of what lies below the journal."""

from typing import TYPE_CHECKING

from rgt_tui.clients import lifecycle, teardown
from rgt_tui.clients.gate import ActionPass, DeletePass
from rgt_tui.domain.request import Act, PodRequest, Verb
from rgt_tui.domain.units import PodId
from rgt_tui.guard import record as records
from rgt_tui.guard.permit import Permit
from rgt_tui.guard.record import Recorded, digest_of

if TYPE_CHECKING:
    from rgt_tui.clients.http import Http


def recorded(method: str, path: str, body: bytes = b"") -> Recorded:
    """What the journal would give for this request."""
    return Recorded(records._ISSUER, (method, path, digest_of(body)), op="op", seq=1)


def burnt(permit: Permit) -> Recorded:
    """What the journal would give for the use of a permit."""
    wire = ("DELETE", f"/v2/pods/{permit.pod_id}", digest_of(b""))
    return Recorded(records._ISSUER, wire, op="op", seq=1, permit=permit.nonce)


def act_pass(pod: PodId, verb: Verb) -> ActionPass:
    """A pass for one verb, with its record."""
    word = getattr(verb, "value", str(verb)).encode()
    body = b'{"action":"%s"}' % word
    return ActionPass(pod, verb, recorded("POST", f"/v2/pods/{pod}/action", body))


def delete_pass(permit: Permit) -> DeletePass:
    """A pass for one deletion, with its record."""
    return DeletePass(permit, burnt(permit))


def an_act(pod: PodId, verb: Verb) -> Act:
    """A request for one verb."""
    return Act(verb=verb, pod=pod, name=f"Pod {pod}", start="")


async def send(http: "Http", request: PodRequest) -> None:
    """Sends a request with its record."""
    method, path, body = lifecycle.wire_of(request)
    await lifecycle.send(http, request, recorded(method, path, body))


async def stop(http: "Http", pod: PodId) -> None:
    """Sends a stop with its record."""
    await send(http, an_act(pod, Verb.STOP))


async def delete(http: "Http", permit: Permit) -> None:
    """Sends a deletion with its record."""
    await teardown.delete_pod(http, permit, burnt(permit))
