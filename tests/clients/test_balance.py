"""The balance by way of a child process and the real SDK, against the simulator and raw bytes."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from rgt_tui.clients.balance import child_environment, read_balance
from rgt_tui.clients.sdk_child import FIELDS, Fault, QueryRefused, ask_balance, document
from rgt_tui.domain.errors import (
    Ambiguous,
    ApiError,
    Forbidden,
    Limited,
    NotSent,
    Refused,
    Unauthorized,
    Unreadable,
)
from rgt_tui.domain.money import Balance
from rgt_tui.domain.secret import Secret
from rgt_tui.simulator import Simulator, build_world
from tests.clients.raw_http import Answer, json_answer, serving

KEY = "rpa_CANARY0123456789abcdef"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world()) as running:
        yield running


async def read_from(*answers: Answer) -> Balance:
    async with serving(*answers) as server:
        return await read_balance(base_url=server.url, key=Secret(KEY))


async def test_balance_spend_and_limit_come_in_one_reading_query(simulator: Simulator) -> None:
    seen = await read_balance(base_url=simulator.url + "/v2", key=Secret(simulator.api_key))
    assert seen.balance is not None
    assert Decimal(100) < seen.balance < Decimal(130)
    assert seen.spend_per_hour is not None
    assert seen.spend_limit == Decimal(80)
    assert simulator.mutations_refused == 0
    asked = [request for request in simulator.requests if request.path == "/graphql"]
    assert len(asked) == 1


async def test_a_field_the_service_does_not_know_is_unknown_and_the_others_are_read() -> None:
    refused = json_answer(
        b'{"errors":[{"message":"Cannot query field \\"spendLimit\\" on type \\"User\\"."}]}'
    )
    seen = await read_from(
        refused,
        json_answer(b'{"data":{"myself":{"clientBalance":41.25}}}'),
        json_answer(b'{"data":{"myself":{"currentSpendPerHr":0}}}'),
        refused,
    )
    assert seen == Balance(balance=Decimal("41.25"), spend_per_hour=Decimal(0), spend_limit=None)


@pytest.mark.parametrize("value", [b"null", b'"41"', b"true", b"[]", b"1e999"])
async def test_a_balance_that_is_no_number_is_unknown_never_zero(value: bytes) -> None:
    try:
        seen = await read_from(json_answer(b'{"data":{"myself":{"clientBalance":%s}}}' % value))
    except Unreadable:
        return
    assert seen == Balance(balance=None, spend_per_hour=None)


ANSWERS: dict[str, tuple[Answer, type[ApiError]]] = {
    "401": (json_answer(b"{}", "401 Unauthorized"), Unauthorized),
    "403": (json_answer(b'{"title":"Forbidden","status":403}', "403 Forbidden"), Forbidden),
    "403 with errors": (json_answer(b'{"errors":[{"message":"no"}]}', "403 Forbidden"), Forbidden),
    "429": (json_answer(b'{"title":"Too Many"}', "429 Too Many Requests"), Limited),
    "500": (json_answer(b"{}", "500 Internal Server Error"), Ambiguous),
    "502 with a page": (json_answer(b"<html>", "502 Bad Gateway", kind=b"text/html"), Ambiguous),
    "a page": (json_answer(b"<html>", kind=b"text/html"), Unreadable),
    "a redirect": (json_answer(b"{}", "302 Found", b"Location: http://127.0.0.1:1/"), Unreadable),
    "errors": (json_answer(b'{"errors":[{"message":"Not \\u001b[2J allowed"}]}'), Refused),
    "errors of another shape": (json_answer(b'{"errors":[]}'), Unreadable),
    "no data": (json_answer(b"{}"), Unreadable),
    "a list": (json_answer(b"[]"), Unreadable),
    "no myself": (json_answer(b'{"data":{"myself":null}}'), Unreadable),
    "the key": (json_answer(b'{"errors":[{"message":"bad %s"}]}' % KEY.encode()), Refused),
}


@pytest.mark.parametrize(("answer", "kind"), ANSWERS.values(), ids=ANSWERS)
async def test_each_failure_has_its_kind_and_none_shows_the_key(
    answer: Answer, kind: type[ApiError]
) -> None:
    with pytest.raises(ApiError) as caught:
        await read_from(answer)
    assert type(caught.value) is kind
    assert KEY not in caught.value.message
    assert caught.value.message.startswith("could not read the balance")
    assert caught.value.message.isprintable()


async def test_a_closed_port_is_not_sent() -> None:
    async with serving(json_answer(b"{}")) as server:
        url = server.url
    with pytest.raises(NotSent):
        await read_balance(base_url=url, key=Secret(KEY))


async def hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


def children() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


async def test_a_service_that_says_nothing_is_given_up_and_the_child_is_dead() -> None:
    before = children()
    async with serving(hang) as server:
        began = time.monotonic()
        with pytest.raises(Ambiguous, match="no answer within 2 s"):
            await read_balance(base_url=server.url, key=Secret(KEY), timeout_s=2)
    assert time.monotonic() - began < 4
    assert children() <= before


async def test_a_cancelled_read_takes_the_child_with_it() -> None:
    before = children()
    arrived = asyncio.Event()

    async def notice(writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.sleep(60)

    async with serving(notice) as server:
        reading = asyncio.create_task(read_balance(base_url=server.url, key=Secret(KEY)))
        async with asyncio.timeout(15):
            await arrived.wait()
        [pid] = children() - before
        seen = psutil.Process(pid)
        assert KEY not in " ".join(seen.cmdline())
        assert KEY not in repr(seen.environ())
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert children() <= before


@pytest.mark.parametrize("turns", [1, 2, 5])
async def test_a_read_cancelled_while_its_child_starts_leaves_nothing(turns: int) -> None:
    before = children()
    reading = asyncio.create_task(read_balance(base_url="http://127.0.0.1:1", key=Secret(KEY)))
    for _ in range(turns):
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert children() <= before


async def test_the_key_goes_to_the_service_and_the_home_of_the_person_has_no_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".runpod").mkdir()
    (tmp_path / ".runpod" / "config.toml").write_text(
        "[default]\n"
    )  # the SDK fails to import with it
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("RUNPOD_API_KEY", "rpa_OTHER")
    async with serving(json_answer(b'{"data":{"myself":{"clientBalance":1}}}')) as server:
        seen = await read_balance(base_url=server.url, key=Secret(KEY))
        assert f"authorization: Bearer {KEY}".encode() in server.requests[0].replace(
            b"Authorization", b"authorization"
        )
    assert seen.balance == Decimal(1)


def test_the_child_sees_nothing_of_the_environment_but_the_way() -> None:
    outer = {
        "RUNPOD_API_KEY": "rpa_x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "https_proxy": "http://p:1",
        "NO_PROXY": "a",
        "SSL_CERT_FILE": "/ca.pem",
        "PYTHONSTARTUP": "/x",
    }
    inner = child_environment("https://api.runpod.io", "/empty", outer)
    assert set(inner) == {
        "HOME", "LANG", "PATH", "PYTHONPATH", "RUNPOD_API_BASE_URL", "HTTPS_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE",
    }  # fmt: skip
    assert "HTTPS_PROXY" not in child_environment("http://127.0.0.1:5", "/empty", outer)
    assert inner["HOME"] == "/empty"
    assert Path(inner["PYTHONPATH"], "rgt_tui").is_dir()
    assert os.environ.get("RUNPOD_API_BASE_URL") != inner["RUNPOD_API_BASE_URL"]


def test_only_documents_that_read_are_made() -> None:
    assert document(*FIELDS) == "query { myself { clientBalance currentSpendPerHr spendLimit } }"


def test_when_every_field_is_refused_the_refusal_is_told() -> None:
    asked: list[str] = []

    def refuse(text: str) -> object:
        asked.append(text)
        raise QueryRefused("no")

    with pytest.raises(Fault, match="refused"):
        ask_balance(refuse)
    assert len(asked) == 1 + len(FIELDS)


def test_nothing_of_the_sdk_that_writes_is_in_memory() -> None:
    code = (
        "import sys; from rgt_tui.clients.sdk_child import sdk_ask; sdk_ask('key');"
        "print(*(name for name in sys.modules if name.split('.')[0] == 'runpod'))"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(ran.stdout.split())
    assert "runpod.api.graphql" in loaded
    assert not {name for name in loaded if "ctl_commands" in name or "serverless" in name}
