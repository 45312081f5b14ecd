"""What the gate lets out, judged by the bytes that would be written."""

import json
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgt_tui.clients.gate import (
    PATCHABLE,
    ActionPass,
    CreatePass,
    DeletePass,
    Gate,
    Pass,
    PatchPass,
    Sending,
    action_body,
    require_read_only,
)
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.request import Verb
from rgt_tui.domain.units import PodId
from rgt_tui.guard import permit as permits
from rgt_tui.guard.permit import Grounds, Permit
from rgt_tui.guard.record import Recorded, digest_of
from tests.guard.finished import finished
from tests.records import act_pass, burnt, delete_pass, recorded

POD = PodId("7h9k2m4n6p")
NOW = 1000.0


def a_gate(*, read_only: bool = False, now: float = NOW) -> Gate:
    return Gate(read_only=read_only, monotonic=lambda: now)


def a_permit(pod_id: str = POD, *, expires_at: float = NOW + 30) -> Permit:
    made = finished(pod_id, NOW).permit()
    if expires_at == NOW + 30:
        return made
    return Permit(permits._ISSUER, made.grounds, expires_at=expires_at, holder=made._holder)


def sending(method: str, target: str, body: bytes = b"", *headers: str) -> Sending:
    return Sending(
        method=method, target=target.encode("latin-1"), body=body, header_names=frozenset(headers)
    )


def stop() -> Sending:
    return sending("POST", f"/v2/pods/{POD}/action", action_body(Verb.STOP))


READS = [
    "/v2/pods",
    "/v2/pods?includeClusterPods=true&cursor=abc%3D%3D",
    f"/v2/pods/{POD}",
    f"/v2/pods/{POD}/logs?source=system&tail=200&since=2026-06-01T12:00:00Z",
    "/v2/network-volumes",
    "/v2/catalog/gpus?include=AVAILABILITY&product=POD",
    "/v2/billing/pods?bucketSize=day&lastN=30",
]


@pytest.mark.parametrize("target", READS)
@pytest.mark.parametrize("read_only", [True, False])
def test_reads_of_canonical_paths_pass(target: str, read_only: bool) -> None:
    a_gate(read_only=read_only).check(sending("GET", target))


TRICKS = [
    "/v2/pods/%2e%2e/account",
    "/v2/pods/..",
    "/v2/pods/./x",
    "/v2//pods",
    "//api.runpod.io/v2/pods",
    "/V2/pods",
    "/v2/pods/",
    "/v2",
    "/",
    "",
    "*",
    "/graphql",
    "/v1/pods",
    "/v2/pods;x=1",
    "/v2/pods/a%2Faction",
    "/v2/pods/a\\b",
    "/v2/pods/a b",
    "/v2/pods/a\r\nX: y",
    "/v2/pods#x",
    "/v2/pods/é",
    "/v2/pods/" + "a" * 65,
    "/v2/pods?x=a b",
    "/v2/pods?x=a\r\nHost: b",
    "/v2/pods??x",
    "http://127.0.0.1/v2/pods",
    "https://api.runpod.io/v2/pods",
]


@pytest.mark.hazard(67)
@pytest.mark.parametrize("target", TRICKS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_path_spelled_in_an_unusual_way_is_refused(method: str, target: str) -> None:
    with pytest.raises(GuardRefused):
        a_gate().check(sending(method, target), delete_pass(a_permit()))


@pytest.mark.parametrize("verb", list(Verb))
def test_a_verb_passes_with_a_pass_for_it(verb: Verb) -> None:
    a_gate().check(
        sending("POST", f"/v2/pods/{POD}/action", action_body(verb)), act_pass(POD, verb)
    )


def test_a_verb_passes_once_with_its_record() -> None:
    leave = act_pass(POD, Verb.STOP)
    a_gate().check(stop(), leave)
    with pytest.raises(GuardRefused, match="used already"):
        a_gate().check(stop(), leave)


class NoRecord:
    """Says yes to everything, and is on no disk."""

    def spend(self, method: str, path: str, body: bytes) -> None:
        """Lets it go."""


def test_what_only_looks_like_a_record_lets_nothing_out() -> None:
    forged: Any = NoRecord()
    with pytest.raises(GuardRefused, match="nothing allows it"):
        a_gate().check(stop(), ActionPass(POD, Verb.STOP, forged))


WRITES_WITHOUT_LEAVE: list[tuple[Sending, Pass | None]] = [
    (stop(), None),
    (stop(), act_pass(POD, Verb.START)),
    (stop(), act_pass(PodId("other"), Verb.STOP)),
    (
        sending("POST", f"/v2/pods/{POD}/action?x=1", action_body(Verb.STOP)),
        act_pass(POD, Verb.STOP),
    ),
    (sending("POST", f"/v2/pods/{POD}/action", b'{"action": "stop"}'), act_pass(POD, Verb.STOP)),
    (
        sending("POST", f"/v2/pods/{POD}/action", b'{"action":"stop","action":"terminate"}'),
        act_pass(POD, Verb.STOP),
    ),
    (sending("POST", f"/v2/pods/{POD}/action", b""), act_pass(POD, Verb.STOP)),
    (sending("PUT", f"/v2/pods/{POD}/action", action_body(Verb.STOP)), act_pass(POD, Verb.STOP)),
    (sending("POST", "/v2/pods", b"{}"), act_pass(POD, Verb.START)),
    (sending("POST", "/graphql", b'{"query":"{myself{id}}"}'), act_pass(POD, Verb.START)),
    (sending("PATCH", f"/v2/pods/{POD}", b"{}"), act_pass(POD, Verb.STOP)),
    (sending("PUT", "/v2/account/ssh-keys", b"{}"), None),
    (sending("HEAD", "/v2/pods"), None),
    (sending("OPTIONS", "/v2/pods"), None),
    (sending("CONNECT", "/v2/pods"), None),
    (sending("get", "/v2/pods"), None),
    (sending("GET", "/v2/pods", b"body"), None),
    (sending("DELETE", f"/v2/pods/{POD}"), None),
    (sending("DELETE", f"/v2/pods/{POD}"), act_pass(POD, Verb.STOP)),
    (sending("DELETE", f"/v2/pods/{POD}", b"{}"), delete_pass(a_permit())),
    (sending("DELETE", "/v2/pods/other"), delete_pass(a_permit())),
    (sending("DELETE", f"/v2/pods/{POD}?x=1"), delete_pass(a_permit())),
    (sending("DELETE", "/v2/pods"), delete_pass(a_permit())),
    (sending("DELETE", "/v2/network-volumes/2q9m7x4c"), delete_pass(a_permit("2q9m7x4c"))),
    (sending("DELETE", "/v2/clusters/abc"), delete_pass(a_permit("abc"))),
    (sending("DELETE", "/v2/templates/abc"), delete_pass(a_permit("abc"))),
    (sending("delete", f"/v2/pods/{POD}"), delete_pass(a_permit())),
    (sending("DELETE", f"/v2/pods/{POD.upper()}"), delete_pass(a_permit())),
]


@pytest.mark.parametrize(("what", "leave"), WRITES_WITHOUT_LEAVE, ids=str)
def test_a_write_without_leave_for_exactly_it_is_refused(what: Sending, leave: Pass | None) -> None:
    with pytest.raises(GuardRefused):
        a_gate().check(what, leave)


@pytest.mark.hazard(67)
@pytest.mark.parametrize(
    "body",
    [
        b'{"action":"terminate"}',
        b'{"action":"TERMINATE"}',
        b'{"action":"stop"} ',
        b'["stop"]',
        b"stop",
    ],
)
@pytest.mark.parametrize("verb", list(Verb))
def test_terminate_never_passes_as_an_action(verb: Verb, body: bytes) -> None:
    with pytest.raises(GuardRefused):
        a_gate().check(sending("POST", f"/v2/pods/{POD}/action", body), act_pass(POD, verb))


def test_a_forged_verb_does_not_pass() -> None:
    forged: Verb = "terminate"  # type: ignore[assignment]  # what a careless caller could hand over
    with pytest.raises(GuardRefused):
        a_gate().check(
            sending("POST", f"/v2/pods/{POD}/action", b'{"action":"terminate"}'),
            act_pass(POD, forged),
        )


def test_a_delete_with_its_permit_passes_exactly_once() -> None:
    gate, leave = a_gate(), delete_pass(a_permit())
    gate.check(sending("DELETE", f"/v2/pods/{POD}"), leave)
    with pytest.raises(GuardRefused, match="used already"):
        gate.check(sending("DELETE", f"/v2/pods/{POD}"), leave)


@pytest.mark.parametrize("expires_at", [NOW, NOW - 1, NOW + 61, float("nan"), float("inf")])
def test_a_permit_that_is_over_or_too_long_lived_does_not_pass(expires_at: float) -> None:
    with pytest.raises(GuardRefused):
        a_gate().check(
            sending("DELETE", f"/v2/pods/{POD}"), delete_pass(a_permit(expires_at=expires_at))
        )


@pytest.mark.parametrize(
    ("what", "leave"),
    [
        (stop(), act_pass(POD, Verb.STOP)),
        (sending("DELETE", f"/v2/pods/{POD}"), delete_pass(a_permit())),
    ],
    ids=["stop", "delete"],
)
def test_a_read_only_gate_refuses_what_has_leave(what: Sending, leave: Pass) -> None:
    with pytest.raises(GuardRefused, match="read-only"):
        a_gate(read_only=True).check(what, leave)


def test_a_refused_delete_does_not_use_up_the_permit() -> None:
    leave = delete_pass(a_permit())
    with pytest.raises(GuardRefused):
        a_gate(read_only=True).check(sending("DELETE", f"/v2/pods/{POD}"), leave)
    a_gate().check(sending("DELETE", f"/v2/pods/{POD}"), leave)


@pytest.mark.hazard(67)
@pytest.mark.parametrize(
    "name",
    [
        "x-http-method-override",
        "x-method-override",
        "x-http-method",
        "x-original-url",
        "x-rewrite-url",
        "X-HTTP-Method-Override",
        "X_Original_URL",
    ],
)
def test_headers_that_change_what_is_asked_are_refused(name: str) -> None:
    with pytest.raises(GuardRefused):
        a_gate().check(sending("GET", "/v2/pods", b"", "accept", name))


@given(
    method=st.sampled_from(["POST", "PUT", "PATCH", "DELETE", "HEAD", "TRACE"])
    | st.text(max_size=8),
    target=st.from_regex(r"/v2(/[a-zA-Z0-9_%.~-]{0,12}){0,4}(\?[a-z=&]{0,8})?", fullmatch=True),
    body=st.binary(max_size=40),
)
def test_no_write_passes_without_a_pass(method: str, target: str, body: bytes) -> None:
    if method == "GET":
        return
    with pytest.raises(GuardRefused):
        a_gate().check(Sending(method=method, target=target.encode(), body=body))


@pytest.mark.parametrize("query", ["_method=DELETE", "a=b&_METHOD=x", "%5fmetho%64=DELETE"])
def test_a_query_that_changes_what_is_asked_is_refused(query: str) -> None:
    with pytest.raises(GuardRefused):
        a_gate().check(sending("GET", f"/v2/pods/{POD}?{query}"))


READING = [
    "{ myself { id } }",
    "query { myself { clientBalance currentSpendPerHr } }",
    'query Named($id: String = "mutation { x }") { pod(input: {podId: $id}) { id } }',
    "# mutation\nquery{myself{id}}",
    r'query { a(x: "\" } mutation { b") }',
    ", { a },",
]
WRITING = [
    'mutation { podTerminate(input: {podId: "x"}) }',
    'query { myself { id } } mutation { podStop(input: {podId: "x"}) { id } }',
    "{ myself { id } } mutation M { a }",
    "# query\nmutation { a }",
    ",mutation { a }",
    "\ufeffmutation { a }",
    "subscription { a }",
    "fragment F on User { id } query { myself { ...F } }",
    r'query { a(x: "\\") } mutation { b }',
    "query Q mutation { a }",
    "query { a",
    "query { a } }",
    "",
    "query",
    '"""doc""" mutation { a }',
    "query { a } query { b }",
    "query { a } # \rmutation { b }",
    "query { a } # \u2028mutation { b }",
    "query { a\x00 }",
    'query { a(x: "\r") }',
    "schema { query: a }",
    "query ) ( { a }",
]


@pytest.mark.parametrize("document", READING)
def test_a_graphql_document_that_reads_passes(document: str) -> None:
    require_read_only(document)


@pytest.mark.hazard(67)
@pytest.mark.parametrize("document", WRITING)
def test_a_graphql_document_that_could_do_more_is_refused(document: str) -> None:
    with pytest.raises(GuardRefused):
        require_read_only(document)


GROUNDS = Grounds(pod_id=POD, incarnation="1", manifest="m", digest="d")
FORGERIES: dict[str, Callable[[], object]] = {
    "no token": lambda: Permit(None, GROUNDS, expires_at=NOW, holder=finished(POD, NOW)),
    "a token of one's own": lambda: Permit(
        object(), GROUNDS, expires_at=NOW, holder=finished(POD, NOW)
    ),
    "no Pod": lambda: a_permit(""),
    "two Pods": lambda: a_permit("a/b"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_permit_is_not_made_by_anybody(forge: Callable[[], object]) -> None:
    with pytest.raises(GuardRefused):
        forge()


def test_a_delete_whose_record_names_another_permit_does_not_pass() -> None:
    first, second = a_permit(), a_permit()
    with pytest.raises(GuardRefused, match="another permit"):
        a_gate().check(sending("DELETE", f"/v2/pods/{POD}"), DeletePass(first, burnt(second)))


def test_a_permit_is_neither_copied_nor_pickled() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(a_permit())


POD_BODY = b'{"name":"a","image":"i","disk":5}'


def create(body: bytes, *, path: str = "/v2/pods", method: str = "POST") -> Sending:
    return Sending(method=method, target=path.encode(), body=body)


def test_a_create_passes_with_a_pass_for_exactly_that_body() -> None:
    leave = CreatePass("/v2/pods", POD_BODY, recorded("POST", "/v2/pods", POD_BODY))
    Gate(read_only=False).check(create(POD_BODY), leave)
    with pytest.raises(GuardRefused):  # its record is used up
        Gate(read_only=False).check(create(POD_BODY), leave)


@pytest.mark.parametrize(
    ("body", "path", "method"),
    [
        (b'{"name":"b"}', "/v2/pods", "POST"),
        (POD_BODY, "/v2/network-volumes", "POST"),
        (POD_BODY, "/v2/clusters", "POST"),
        (POD_BODY, "/v2/pods", "PUT"),
    ],
)
def test_a_create_pass_lets_nothing_else_out(body: bytes, path: str, method: str) -> None:
    leave = CreatePass("/v2/pods", POD_BODY, recorded("POST", "/v2/pods", POD_BODY))
    with pytest.raises(GuardRefused):
        Gate(read_only=False).check(create(body, path=path, method=method), leave)


@pytest.mark.parametrize("body", [b'{"templateId":"x"}', b"[]", b"{}", b'{"name":"a","name":"b"}'])
def test_a_create_with_other_fields_is_refused(body: bytes) -> None:
    leave = CreatePass("/v2/pods", body, recorded("POST", "/v2/pods", body))
    with pytest.raises(GuardRefused):
        Gate(read_only=False).check(create(body), leave)


def test_a_network_volume_is_made_with_a_pass_for_exactly_that() -> None:
    path, body = "/v2/network-volumes", b'{"name":"a","size":10,"dataCenter":"EU-RO-1"}'
    Gate(read_only=False).check(
        create(body, path=path), CreatePass(path, body, recorded("POST", path, body))
    )


PATCH_BODY = b'{"name":"b"}'


def a_patch(body: bytes = PATCH_BODY) -> PatchPass:
    return PatchPass(POD, body, recorded("PATCH", f"/v2/pods/{POD}", body))


def test_a_patch_passes_once_with_a_pass_for_exactly_that_body() -> None:
    leave = a_patch()
    a_gate().check(sending("PATCH", f"/v2/pods/{POD}", PATCH_BODY), leave)
    with pytest.raises(GuardRefused, match="used already"):
        a_gate().check(sending("PATCH", f"/v2/pods/{POD}", PATCH_BODY), leave)


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("PATCH", f"/v2/pods/{POD}", b'{"name":"c"}'),
        ("PATCH", "/v2/pods/other", PATCH_BODY),
        ("PATCH", f"/v2/network-volumes/{POD}", PATCH_BODY),
        ("PUT", f"/v2/pods/{POD}", PATCH_BODY),
        ("POST", f"/v2/pods/{POD}", PATCH_BODY),
    ],
)
def test_a_patch_pass_lets_nothing_else_out(method: str, target: str, body: bytes) -> None:
    # The record fits what is sent: it is the pass that has to refuse.
    leave = PatchPass(POD, PATCH_BODY, recorded(method, target, body))
    with pytest.raises(GuardRefused, match="nothing allows it"):
        a_gate().check(sending(method, target, body), leave)


@pytest.mark.parametrize("body", [b'{"templateId":"x"}', b"[]", b"{}", b"", b'{"name":1,"name":2}'])
def test_a_patch_with_other_fields_is_refused(body: bytes) -> None:
    with pytest.raises(GuardRefused, match="nothing allows it"):
        a_gate().check(sending("PATCH", f"/v2/pods/{POD}", body), a_patch(body))


@pytest.mark.parametrize("body", [POD_BODY, b'{"name":"other"}'])
@pytest.mark.parametrize("path", ["/v2/pods", "/v2/network-volumes"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_create_pass_refuses_by_itself(method: str, path: str, body: bytes) -> None:
    leave = CreatePass("/v2/pods", POD_BODY, recorded(method, path, body))
    if (method, path, body) == ("POST", "/v2/pods", POD_BODY):
        Gate(read_only=False).check(create(body, path=path, method=method), leave)
        return
    with pytest.raises(GuardRefused, match="nothing allows it"):
        Gate(read_only=False).check(create(body, path=path, method=method), leave)


def test_a_delete_uses_its_record_up_and_a_refused_one_does_not() -> None:
    path, late = f"/v2/pods/{POD}", delete_pass(a_permit(expires_at=NOW))
    with pytest.raises(GuardRefused, match="expired"):
        a_gate().check(sending("DELETE", path), late)
    late.record.spend("DELETE", path, b"")
    leave = delete_pass(a_permit())
    a_gate().check(sending("DELETE", path), leave)
    with pytest.raises(GuardRefused, match="used already"):
        leave.record.spend("DELETE", path, b"")


def test_ordinary_headers_pass() -> None:
    a_gate().check(sending("GET", "/v2/pods", b"", "accept", "User-Agent", "authorization"))


def test_an_action_goes_out_in_its_own_words_alone() -> None:
    path, body = f"/v2/pods/{POD}/action", b'{"action":"terminate"}'
    leave = ActionPass(POD, Verb.STOP, recorded("POST", path, body))
    with pytest.raises(GuardRefused, match="nothing allows it"):
        a_gate().check(sending("POST", path, body), leave)


def test_a_patch_may_change_every_field_on_the_list_at_once() -> None:
    body = json.dumps(dict.fromkeys(PATCHABLE, 1)).encode()
    a_gate().check(sending("PATCH", f"/v2/pods/{POD}", body), a_patch(body))


def test_a_refusal_names_the_request_and_cuts_what_is_long() -> None:
    long = f"/v2/{'a' * 90}"
    with pytest.raises(GuardRefused) as refused:
        a_gate().check(sending("PROPPATCHING", long))
    shown = f"'PROPPATCHI' '{long[:80]}' is not sent: its address is not one this program asks for"
    assert refused.value.message == shown


def test_a_record_is_made_by_the_journal_alone_and_for_one_request() -> None:
    wire = ("POST", "/v2/pods", digest_of(b"{}"))
    with pytest.raises(GuardRefused, match="only the journal"):
        Recorded(object(), wire, op="op", seq=1)
    record = recorded("POST", "/v2/pods", b"{}")
    for other in (
        ("PUT", "/v2/pods", b"{}"),
        ("POST", "/v2/x", b"{}"),
        ("POST", "/v2/pods", b"[]"),
    ):
        with pytest.raises(GuardRefused, match="another intent"):
            record.spend(*other)
    record.spend("POST", "/v2/pods", b"{}")
