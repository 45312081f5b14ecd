"""How a call is made: by whom, over what, how often - against real sockets on loopback."""

import asyncio
import datetime as dt
import ipaddress
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rgt_tui import __version__
from rgt_tui.clients import http as http_module
from rgt_tui.clients.http import Ask, Http
from rgt_tui.clients.rest import Rest
from rgt_tui.clock import steady
from rgt_tui.domain.errors import (
    Ambiguous,
    BadCertificate,
    Conflict,
    GuardRefused,
    Limited,
    NotSent,
    Unauthorized,
    Unreadable,
)
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.request import Verb
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.units import PodId
from rgt_tui.guard.permit import Permit
from rgt_tui.pacing.quota import Quota
from tests.clients.raw_http import RawServer, json_answer, problem, said, serving
from tests.guard.finished import finished
from tests.records import act_pass, an_act, delete, send, stop

KEY = "rpa_CANARY0123456789abcdef"
POD = PodId("7h9k2m4n6p")
EMPTY = json_answer(b'{"pods": []}')
LOST = said(b"")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(http_module, "BACKOFF_FIRST_S", 0.01)


def a_rest(url: str, *, read_only: bool = True, deadline_s: float = 3.0) -> Rest:
    return Rest(base_url=url, key=Secret(KEY), read_only=read_only, deadline_s=deadline_s)


def a_permit(pod_id: str = POD) -> Permit:
    return finished(pod_id, steady(), clock=steady).permit()


def head_of(server: RawServer, number: int = -1) -> dict[str, str]:
    """Request line under `""`, headers by lower-case name."""
    first, *rest = server.requests[number].partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return {"": first} | {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }


async def test_a_read_says_who_asks_and_declines_compression() -> None:
    async with serving(EMPTY) as server, a_rest(server.url) as rest:
        assert await rest.pods() == PodList()
        head = head_of(server)
    assert head[""] == "GET /v2/pods?includeClusterPods=true HTTP/1.1"
    assert head["authorization"] == f"Bearer {KEY}"
    assert head["user-agent"] == f"rgt-tui/{__version__}"
    assert head["accept-encoding"] == "identity"


@pytest.mark.parametrize("ending", ["", "/", "/v2", "/v2/"])
async def test_a_base_url_may_end_as_configurations_write_it(ending: str) -> None:
    async with serving(EMPTY) as server, a_rest(server.url + ending) as rest:
        await rest.pods()
        assert head_of(server)[""].startswith("GET /v2/pods?")


async def test_the_key_appears_in_no_repr_and_no_error() -> None:
    async with serving(problem("500 Oops")) as server, a_rest(server.url) as rest:
        with pytest.raises(Ambiguous) as caught:
            await rest.pods()
        shown = repr([rest, rest.http, vars(rest), vars(rest.http), caught.value])
    assert KEY not in shown


async def test_a_redirect_takes_neither_request_nor_key_elsewhere() -> None:
    async with serving(EMPTY) as other:
        away = json_answer(b"", "307 Temporary Redirect", b"Location: " + other.url.encode())
        async with serving(away) as server, a_rest(server.url) as rest:
            with pytest.raises(Unreadable, match="redirect"):
                await rest.pods()
        assert other.requests == []


async def test_cookies_are_not_sent_back() -> None:
    baked = json_answer(b'{"pods": []}', "200 OK", b"Set-Cookie: a=b; Path=/")
    async with serving(baked) as server, a_rest(server.url) as rest:
        await rest.pods()
        await rest.pods()
        assert "cookie" not in head_of(server)


async def test_reads_share_a_connection() -> None:
    async with serving(EMPTY) as server, a_rest(server.url) as rest:
        for _ in range(5):
            await rest.pods()
        assert server.connections == 1


async def test_a_read_that_broke_is_tried_again() -> None:
    async with serving(LOST, problem("503 Busy"), EMPTY) as server, a_rest(server.url) as rest:
        assert await rest.pods() == PodList()
        assert len(server.requests) == 3


async def test_an_outage_uses_up_the_budget_of_retries() -> None:
    async with serving(problem("500 Oops")) as server, a_rest(server.url) as rest:
        for _ in range(20):
            with pytest.raises(Ambiguous):
                await rest.pods()
        assert len(server.requests) == 20 + 10


async def test_a_429_is_not_tried_again_and_its_quota_is_told() -> None:
    limits = b'RateLimit: "minute";r=0;t=12'
    told: list[Quota] = []
    async with serving(problem("429 Too Many", "", limits)) as server:
        rest = Rest(base_url=server.url, key=Secret(KEY), on_quota=told.append)
        async with rest:
            with pytest.raises(Limited):
                await rest.pods()
        assert len(server.requests) == 1
    assert [window.remaining for quota in told for window in quota.windows] == [0]


async def test_a_lost_answer_to_a_write_is_ambiguous_and_sent_once() -> None:
    async with serving(LOST) as server, a_rest(server.url, read_only=False) as rest:
        with pytest.raises(Ambiguous):
            await stop(rest.http, POD)
        assert len(server.requests) == 1


async def test_a_write_never_reuses_a_connection() -> None:
    async with serving(json_answer(b"{}")) as server, a_rest(server.url, read_only=False) as rest:
        for _ in range(3):
            await stop(rest.http, POD)
        assert server.connections == 3


@pytest.mark.parametrize("word", list(Verb))
async def test_a_verb_is_one_post_with_its_word(word: Verb) -> None:
    async with serving(json_answer(b"{}")) as server, a_rest(server.url, read_only=False) as rest:
        await send(rest.http, an_act(POD, word))
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v2/pods/7h9k2m4n6p/action HTTP/1.1\r\n")
    assert body == b'{"action":"%s"}' % word.encode()


async def test_a_409_to_a_write_is_a_conflict() -> None:
    async with (
        serving(problem("409 Conflict")) as server,
        a_rest(server.url, read_only=False) as rest,
    ):
        with pytest.raises(Conflict, match="could not stop"):
            await stop(rest.http, POD)


async def test_a_read_only_session_sends_no_write() -> None:
    async with serving(json_answer(b"{}")) as server, a_rest(server.url) as rest:
        with pytest.raises(GuardRefused, match="read-only"):
            await stop(rest.http, POD)
        with pytest.raises(GuardRefused, match="read-only"):
            await delete(rest.http, a_permit())
        assert server.requests == []


async def test_a_delete_goes_out_once_for_its_permit() -> None:
    gone = said(b"HTTP/1.1 204 No Content\r\n\r\n")
    async with serving(gone) as server, a_rest(server.url, read_only=False) as rest:
        permit = a_permit()
        await delete(rest.http, permit)
        with pytest.raises(GuardRefused):
            await delete(rest.http, permit)
        assert [request[:26] for request in server.requests] == [b"DELETE /v2/pods/7h9k2m4n6p"]


async def test_a_delete_whose_answer_was_lost_needs_a_new_permit() -> None:
    async with serving(LOST) as server, a_rest(server.url, read_only=False) as rest:
        permit = a_permit()
        with pytest.raises(Ambiguous):
            await delete(rest.http, permit)
        with pytest.raises(GuardRefused):
            await delete(rest.http, permit)
        assert len(server.requests) == 1


async def test_the_gate_lies_under_the_client_itself() -> None:
    """Whoever gets hold of the HTTP client still cannot delete."""
    async with serving(EMPTY) as server, a_rest(server.url, read_only=False) as rest:
        clients = rest.http._opened()
        for client in (clients.reads, clients.writes):
            for method, path in [
                ("DELETE", "/v2/pods/x"),
                ("POST", "/v2/pods"),
                ("POST", "/graphql"),
                ("GET", "/"),
            ]:
                with pytest.raises(GuardRefused):
                    await client.request(method, server.url + path)
            with pytest.raises(GuardRefused):
                await client.get(server.url + "/v2/pods", extensions={"target": b"/v2/pods/../x"})
            with pytest.raises(GuardRefused):
                await client.get(server.url + "/v2/pods", headers={"Host": "api.runpod.io"})
            with pytest.raises(GuardRefused):
                await client.get("http://127.0.0.1:1/v2/pods")
        assert server.requests == []


async def test_a_write_through_the_reading_client_is_refused_even_with_a_pass() -> None:
    async with serving(EMPTY) as server, a_rest(server.url, read_only=False) as rest:
        client = rest.http._opened().reads
        request = client.build_request(
            "POST", f"{server.url}/v2/pods/{POD}/action", content=b'{"action":"stop"}'
        )
        request.extensions["rgt_tui.pass"] = act_pass(POD, Verb.STOP)
        with pytest.raises(GuardRefused):
            await client.send(request)
        assert server.requests == []


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "tab\t", "schlüssel", "nul\x00"])
async def test_a_key_that_cannot_be_a_header_is_refused_without_quoting_it(key: str) -> None:
    async with serving(EMPTY) as server, Rest(base_url=server.url, key=Secret(key)) as rest:
        with pytest.raises(Unauthorized) as caught:
            await rest.pods()
        assert server.requests == []
    assert not key or key not in str(caught.value)


SETTINGS: dict[str, dict[str, str]] = {
    "a proxy of an unknown kind": {"HTTPS_PROXY": "ftp://127.0.0.1:1"},
    "a proxy without a host": {"HTTPS_PROXY": "http://:bad:"},
    "a proxy with a port out of range": {"ALL_PROXY": "http://127.0.0.1:99999999"},
    "a CA file that is not there": {"SSL_CERT_FILE": "/nonexistent/ca.pem"},
    "a CA file that is none": {"SSL_CERT_FILE": __file__},
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
async def test_a_setting_that_makes_no_sense_is_one_clear_sentence_for_every_call(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    async with a_rest("https://api.invalid") as rest:
        for _ in range(2):
            with pytest.raises(NotSent, match="no call can be made") as caught:
                await rest.pods()
    assert next(iter(settings)) in caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.runpod.io",
        "ftp://127.0.0.1",
        "http://",
        "http://[::",
        "http://127.0.0.1/x",
        "http://u:p@127.0.0.1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
    ],
)
async def test_a_base_url_that_is_no_origin_is_not_used(url: str) -> None:
    async with a_rest(url) as rest:
        with pytest.raises(NotSent, match="no call can be made"):
            await rest.pods()


async def test_a_loopback_service_is_never_asked_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(problem("500 Oops")) as proxy, serving(EMPTY) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        async with a_rest(server.url) as rest:
            await rest.pods()
        assert proxy.requests == []


async def test_any_other_service_is_asked_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(EMPTY) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with a_rest("http://api.invalid") as rest:
            await rest.pods()
        assert head_of(proxy)[""].startswith("GET http://api.invalid/v2/pods?")


async def test_a_proxy_that_refuses_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(said(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", "http://me:hush@"))
        async with a_rest("https://api.invalid") as rest:
            with pytest.raises(NotSent, match="the proxy") as caught:
                await rest.pods()
        assert f"127.0.0.1:{proxy.port}" in caught.value.message
        assert "hush" not in caught.value.message


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context and the file with the self-signed certificate it shows."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = tmp_path / "ca.pem", tmp_path / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


async def test_a_certificate_nobody_vouches_for_is_named_and_not_tried_again(
    authority: tuple[ssl.SSLContext, Path],
) -> None:
    async with serving(EMPTY, tls=authority[0]) as server, a_rest(server.url) as rest:
        with pytest.raises(BadCertificate, match="not trusted here") as caught:
            await rest.pods()
        assert server.requests == []
    assert "SSL_CERT_FILE" in caught.value.hint


async def test_a_certificate_that_ssl_cert_file_vouches_for_is_trusted(
    authority: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority[1]))
    async with serving(EMPTY, tls=authority[0]) as server, a_rest(server.url) as rest:
        assert await rest.pods() == PodList()


async def test_a_server_without_tls_is_not_called_a_certificate_problem() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with a_rest(f"https://127.0.0.1:{port}") as rest:
            with pytest.raises(NotSent, match="does not speak TLS") as caught:
                await rest.pods()
    assert not isinstance(caught.value, BadCertificate)


async def test_a_long_answer_is_decoded_without_stopping_the_loop() -> None:
    row = b'{"id":"p%06d","name":"n","status":"RUNNING","gpu":{"id":"g","count":1},"cost":0.44}'
    body = b'{"pods":[' + b",".join(row % number for number in range(5000)) + b"]}"
    late: list[float] = []

    async def heartbeat() -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.01)
            late.append(loop.time() - before - 0.01)

    async with serving(json_answer(body)) as server, a_rest(server.url, deadline_s=20) as rest:
        beating = asyncio.create_task(heartbeat())
        assert len((await rest.pods()).pods) == 5000
        beating.cancel()
    assert max(late) < 0.4


async def test_a_closed_connection_is_said_to_be_closed() -> None:
    http = Http(base_url="http://127.0.0.1:1", key=Secret(KEY), read_only=True)
    with pytest.raises(NotSent, match="closed"):
        await http.read(Ask(path="/v2/pods", doing="list the Pods"), lambda value: value)
    with pytest.raises(NotSent, match="not open"):
        _ = a_rest("http://127.0.0.1:1").http


def test_naming_the_client_loads_neither_httpx_nor_the_sdk() -> None:
    code = (
        "import sys, rgt_tui.clients.rest, rgt_tui.clients.balance, rgt_tui.clients.teardown;"
        "sys.exit(str([m for m in ('httpx', 'runpod', 'requests', 'ssl') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "httpx" not in done.stderr
    assert "runpod" not in done.stderr
    assert "requests" not in done.stderr
