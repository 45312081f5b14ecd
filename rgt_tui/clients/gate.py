"""The one door to the network: everything that is not known to be harmless stays inside.

The gate lies under the HTTP client, where no caller can step around it. It sees what is about to
be written to the socket - method, raw request target, body - and not what somebody meant:

- GET of a canonical path under /v2 passes.
- Every write needs a `Recorded`: the journal's proof that exactly this request is written down.
- POST /v2/pods/{id}/action passes for start, stop and restart with a pass for exactly that.
  Terminating through it never passes, with or without a pass.
- PATCH of a Pod passes with a pass for exactly that body, whose fields are on a closed list.
- POST /v2/pods and /v2/network-volumes pass with a pass for exactly that body, as PATCH does.
- DELETE /v2/pods/{id} and /v2/network-volumes/{id} pass with a live `Permit` for exactly that Pod
  or that network volume, which it uses up; the one kind is never deleted by a permit for the other.
- Everything else is refused: clusters, account keys, GraphQL, other methods,
  and every path that is spelled in an unusual way (`%2e`, `//`, a full URL), because a proxy or
  the service could read it differently than this file does.

A read-only gate passes GET alone.
"""

import re
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote_plus

from rgt_tui.clients.strict_json import BadJson, parse
from rgt_tui.clock import steady
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.request import Verb
from rgt_tui.domain.units import PodId
from rgt_tui.guard.kind import Kind
from rgt_tui.guard.permit import Permit
from rgt_tui.guard.record import Recorded

_CANONICAL: Final = re.compile(r"/v2(?:/[A-Za-z0-9_-]{1,64}){1,5}\Z", re.ASCII)
_QUERY: Final = re.compile(r"[A-Za-z0-9_.~%:+,&=-]*\Z", re.ASCII)
_ACTION: Final = re.compile(r"/v2/pods/([A-Za-z0-9_-]{1,64})/action\Z", re.ASCII)
_VOLUME: Final = re.compile(r"/v2/network-volumes/([A-Za-z0-9_-]{1,64})\Z", re.ASCII)
_POD: Final = re.compile(r"/v2/pods/([A-Za-z0-9_-]{1,64})\Z", re.ASCII)
_DELETABLE: Final = ((Kind.POD, _POD), (Kind.VOLUME, _VOLUME))


@dataclass(frozen=True, slots=True)
class ActionPass:
    """Leave to send one verb to one Pod."""

    pod_id: PodId
    verb: Verb
    record: Recorded


@dataclass(frozen=True, slots=True)
class PatchPass:
    """Leave to give one Pod other settings: exactly these bytes."""

    pod_id: PodId
    body: bytes
    record: Recorded


@dataclass(frozen=True, slots=True)
class DeletePass:
    """Leave to delete one Pod or network volume, resting on a permit."""

    permit: Permit
    record: Recorded


@dataclass(frozen=True, slots=True)
class CreatePass:
    """Leave to make one Pod or network volume: exactly these bytes."""

    path: str
    body: bytes
    record: Recorded


Pass = ActionPass | PatchPass | CreatePass | DeletePass
CREATABLE: Final = MappingProxyType(
    {
        "/v2/pods": frozenset(
            {
                *("name", "cloud", "gpu", "cpu", "image", "args", "disk", "ports", "env"),
                *("registry", "mounts", "dataCenterIds", "startSsh"),
            }
        ),
        "/v2/network-volumes": frozenset({"name", "size", "dataCenter", "type"}),
    }
)
"""Where something is made, and the fields of `CreatePodRequest` and `CreateNetworkVolumeRequest`
(REST v2) that this program sends."""
PATCHABLE: Final = frozenset(
    {
        "name",
        "locked",
        "image",
        "args",
        "disk",
        "ports",
        "env",
        "registry",
        "mounts",
        "globalNetworking",
    }
)
"""Fields of `UpdatePodRequest` (REST v2) that this program sends; `templateId` is not among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is about to be written to the socket.

    Attributes:
        method: as it will be sent.
        target: the raw request target, with its query.
        body: the whole body.
        header_names: in any case.
    """

    method: str
    target: bytes
    body: bytes = b""
    header_names: frozenset[str] = frozenset()


def action_body(verb: Verb) -> bytes:
    """The only spelling of an action's body that the gate lets through."""
    return b'{"action":"%s"}' % verb.value.encode("ascii")


class Gate:
    """Decides what may be sent.

    Attributes:
        read_only: whether everything but GET is refused.
    """

    __slots__ = ("_monotonic", "read_only")

    def __init__(self, *, read_only: bool, monotonic: Callable[[], float] = steady) -> None:
        self.read_only: Final = read_only
        self._monotonic = monotonic

    def check(self, sending: Sending, leave: object = None) -> None:
        """Returns when `sending` may go out.

        Args:
            sending: what is about to be written.
            leave: the pass attached to the request, if any.

        Raises:
            GuardRefused: it may not.
        """
        path = _path(sending)
        _refuse_overrides(sending.header_names)
        if sending.method == "GET" and not sending.body:
            return
        if self.read_only:
            raise _refusal(sending, "this session is read-only")
        if not isinstance(leave, Pass) or not isinstance(leave.record, Recorded):
            raise _refusal(sending, "nothing allows it")
        if isinstance(leave, ActionPass) and _is_this_action(sending, path, leave):
            leave.record.spend(sending.method, path, sending.body)
            return
        if isinstance(leave, PatchPass) and _is_this_patch(sending, path, leave):
            leave.record.spend(sending.method, path, sending.body)
            return
        if isinstance(leave, CreatePass) and _is_this_create(sending, path, leave):
            leave.record.spend(sending.method, path, sending.body)
            return
        if isinstance(leave, DeletePass) and sending.method == "DELETE" and not sending.body:
            for kind, pattern in _DELETABLE:
                if (thing := pattern.match(path)) is not None:
                    self._use_up(leave, kind, thing[1], path)
                    return
        raise _refusal(sending, "nothing allows it")

    def _use_up(self, leave: DeletePass, kind: Kind, thing: str, path: str) -> None:
        reason = leave.permit.why_not(thing, self._monotonic(), kind)
        if reason is None and leave.record.permit != leave.permit.nonce:
            raise GuardRefused(f"{kind} {thing} is not deleted: the journal names another permit")
        if reason is None:
            leave.record.spend("DELETE", path, b"")
        leave.permit.spend(thing, self._monotonic(), kind)


def _path(sending: Sending) -> str:
    """The canonical path of the request; an unusual spelling is refused."""
    try:
        target = sending.target.decode("ascii")
    except UnicodeDecodeError as error:
        raise _refusal(sending, "its address is not plain ASCII") from error
    path, mark, query = target.partition("?")
    if not _CANONICAL.match(path):
        raise _refusal(sending, "its address is not one this program asks for")
    if mark and (sending.method != "GET" or not _QUERY.match(query)):
        raise _refusal(sending, "its query is not one this program sends")
    if any("method" in unquote_plus(part.partition("=")[0]).lower() for part in query.split("&")):
        raise _refusal(sending, "its query could change what is asked")
    return path


def _refuse_overrides(names: Iterable[str]) -> None:
    for spelled in names:
        name = spelled.lower().replace("_", "-")  # some servers take both for one
        if "method" in name or name in ("x-original-url", "x-rewrite-url"):
            raise GuardRefused(
                f"a request with the header {name} is not sent: it could change what is asked"
            )


def _is_this_action(sending: Sending, path: str, leave: ActionPass) -> bool:
    pod = _ACTION.match(path)
    return (
        sending.method == "POST"
        and pod is not None
        and pod[1] == leave.pod_id
        and isinstance(leave.verb, Verb)
        and sending.body == action_body(leave.verb)
    )


def _is_this_patch(sending: Sending, path: str, leave: PatchPass) -> bool:
    pod = _POD.match(path)
    if sending.method != "PATCH" or pod is None or pod[1] != leave.pod_id:
        return False
    return _has_fields(sending.body, PATCHABLE) and sending.body == leave.body


def _is_this_create(sending: Sending, path: str, leave: CreatePass) -> bool:
    known = CREATABLE.get(path, frozenset())
    is_asked = sending.method == "POST" and path == leave.path and sending.body == leave.body
    return is_asked and _has_fields(sending.body, known)


def _has_fields(body: bytes, known: frozenset[str]) -> bool:
    """Whether a body is an object with some of these fields and no others."""
    try:
        fields = parse(body)
    except BadJson:
        return False
    return isinstance(fields, dict) and bool(fields) and set(fields) <= known


def _refusal(sending: Sending, reason: str) -> GuardRefused:
    shown = repr(sending.target[:80])[1:]
    return GuardRefused(f"{sending.method[:10]!r} {shown} is not sent: {reason}")


_TOKENS: Final = re.compile(
    r'#[^\r\n]*|"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\r\n])*"|[{}()]|[A-Za-z_][A-Za-z0-9_]*|\S'
)
_OPEN: Final = ("{", "(")
_READING: Final = ("query", "{")
_WRITING: Final = ("mutation", "subscription", "fragment")


def require_read_only(document: str) -> None:
    """Returns when a GraphQL document can only read.

    Only anonymous selections and operations that start with `query` are known to read; anything
    else at the top level - `mutation`, `subscription`, `fragment`, a word yet unknown - is refused.

    Raises:
        GuardRefused: the document holds something else, or characters that do not print and that
            two readers could take for different things (a lone CR ends a comment).
    """
    if not all(character.isprintable() or character in "\n\t" for character in document):
        raise GuardRefused("a GraphQL document with control characters is not sent")
    depth, at_start, operations = 0, True, 0
    for word in _TOKENS.findall(document):
        if word.startswith("#") or word == ",":
            continue
        if depth == 0 and (word in _WRITING or (at_start and word not in _READING)):
            raise GuardRefused("a GraphQL document that does more than read is not sent")
        if depth == 0 and at_start:
            at_start, operations = False, operations + 1
        if word in _OPEN:
            depth += 1
        elif word in ("}", ")"):
            depth -= 1
            at_start = depth == 0 and word == "}"
        if depth < 0:
            break
    if depth != 0 or not at_start or operations != 1:
        raise GuardRefused("a GraphQL document that is not one whole query is not sent")
