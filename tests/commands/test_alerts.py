"""Alerts, sent to real programs and real HTTP servers."""

import contextlib
import functools
import json
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.clients.alert_program import AlertProgram
from rgt_tui.clients.alert_webhook import Webhook, find_url, is_clear
from rgt_tui.commands._courier import KEPT, Courier
from rgt_tui.commands._happening import Happening
from rgt_tui.commands.watch import receivers_of
from rgt_tui.config import Config
from rgt_tui.domain.errors import NotDelivered, UsageError
from rgt_tui.domain.finding import Severity
from rgt_tui.domain.secret import Secret


class Receiver:
    """An HTTP server that answers with these statuses, then with 200, and keeps what it was sent."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.bodies: list[dict[str, Any]] = []
        self.paths: list[str] = []
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = kept.statuses.pop(0) if kept.statuses else 200
                kept.paths.append(self.path)
                if status == 200:
                    kept.bodies.append(json.loads(body))
                self.send_response(status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook/s3cr3t-t0ken"
        serve = functools.partial(self.server.serve_forever, poll_interval=0.01)
        threading.Thread(target=serve, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], tuple[str, ...]]:
    """Writes a program of these lines of sh."""

    def write(lines: str) -> tuple[str, ...]:
        path = tmp_path / "page me"
        path.write_text(f"#!/bin/sh\ncd {tmp_path}\n{lines}\n")
        path.chmod(0o700)
        return (str(path),)

    return write


def event(text: str) -> Happening:
    return Happening(at=0.0, event="pod_gone", severity=Severity.WARNING, text=text, facts={})


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def test_a_program_gets_json_on_its_stdin_and_no_secret_of_ours(
    program: Callable[[str], tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNPOD_API_KEY", "rpa_CANARY")
    monkeypatch.setenv("RUNPOD_S3_SECRET_KEY", "CANARY")
    monkeypatch.setenv("PAGER_TOKEN", "the person's own")
    AlertProgram((*program('cat > got; env > env; printf %s "$1" > word'), "a; b $HOME")).send(
        b'{"schema": 1}\n'
    )
    assert (tmp_path / "got").read_text() == '{"schema": 1}\n'
    assert (tmp_path / "word").read_text() == "a; b $HOME", "no shell reads it"
    environment = (tmp_path / "env").read_text()
    assert "CANARY" not in environment
    assert "PAGER_TOKEN=the person's own" in environment


def test_a_program_that_fails_or_hangs_is_told_and_ended_with_all_it_started(
    program: Callable[[str], tuple[str, ...]], tmp_path: Path
) -> None:
    with pytest.raises(NotDelivered, match=r"alert program page me failed: exit code 3"):
        AlertProgram(program("exit 3")).send(b"{}")
    hangs = program("sleep 60 & echo $! > child; wait")
    with pytest.raises(NotDelivered, match="took longer than 1 s and was ended"):
        AlertProgram(hangs, limit_s=1.0).send(b"{}")
    child = int((tmp_path / "child").read_text())
    until(lambda: not Path(f"/proc/{child}/cmdline").exists() or not cmdline(child))
    with pytest.raises(NotDelivered, match="cannot be started: no such file"):
        AlertProgram(("/nonexistent/program",)).send(b"{}")


def cmdline(process: int) -> bytes:
    """Empty for one that has ended, also while nobody has taken note of it."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_program_that_reads_nothing_has_been_told_all_the_same(
    program: Callable[[str], tuple[str, ...]],
) -> None:
    AlertProgram(program("exec 0<&-; exit 0")).send(b"x" * 300_000)


def test_a_webhook_gets_json_and_its_url_is_in_no_message(receiver: Receiver) -> None:
    hook = Webhook(Secret(receiver.url))
    hook.send(b'{"schema": 1}')
    assert receiver.bodies == [{"schema": 1}]
    assert receiver.paths == ["/hook/s3cr3t-t0ken"]
    for status, again in ((500, True), (429, True), (403, False), (302, False)):
        receiver.statuses = [status]
        with pytest.raises(NotDelivered) as caught:
            hook.send(b"{}")
        assert caught.value.message == f"webhook: answered {status}"
        assert (caught.value.again_s is not None) is again
    assert receiver.paths[-1] == "/hook/s3cr3t-t0ken", "redirects are not followed"
    nobody = Webhook(Secret("http://127.0.0.1:1/s3cr3t"))
    with pytest.raises(NotDelivered) as caught:
        nobody.send(b"{}")
    assert "s3cr3t" not in repr(caught.value.message)


def test_a_server_that_drips_is_left_after_the_limit() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def drip() -> None:
            with contextlib.suppress(OSError), listening.accept()[0] as client:
                for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 600:
                    client.sendall(bytes((letter,)))
                    time.sleep(0.1)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        hook = Webhook(Secret(f"http://127.0.0.1:{listening.getsockname()[1]}/"), limit_s=0.5)
        began = time.monotonic()
        with pytest.raises(NotDelivered, match="no answer"):
            hook.send(b"{}")
        assert time.monotonic() - began < 5.0
        thread.join(5.0)


def test_the_url_comes_from_a_private_file_or_a_variable_that_no_child_inherits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hook"
    file.write_text("https://hooks.example.com/a\n")
    file.chmod(0o600)
    monkeypatch.delenv("RGT_TUI_WEBHOOK_URL", raising=False)
    assert find_url(None, None) is None
    assert find_url(None, file) == Secret("https://hooks.example.com/a")
    monkeypatch.setenv("RGT_TUI_WEBHOOK_URL", "https://hooks.example.com/b")
    assert find_url(None, file) == Secret("https://hooks.example.com/b")
    assert "RGT_TUI_WEBHOOK_URL" not in os.environ
    monkeypatch.setenv("RGT_TUI_WEBHOOK_URL", "https://hooks.example.com/b")
    assert find_url(file, None) == Secret("https://hooks.example.com/a"), "what is named wins"
    file.chmod(0o644)
    with pytest.raises(UsageError, match="others can read"):
        find_url(file, None)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644, "it is the person's own file"
    with pytest.raises(UsageError, match="cannot be read"):
        find_url(tmp_path / "nothing", None)


@pytest.mark.parametrize(
    "text", ["ftp://CANARY/", "CANARY", "http://", "https://a b/", "http://[", ""]
)
def test_what_is_no_url_is_refused_and_not_repeated(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RGT_TUI_WEBHOOK_URL", raising=False)
    file = tmp_path / "hook"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(UsageError, match="holds no URL") as caught:
        find_url(file, None)
    assert "CANARY" not in caught.value.message


def test_a_demo_alerts_nobody_but_whom_the_command_line_names(
    program: Callable[[str], tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hook"
    file.write_text("https://hooks.example.com/a")
    file.chmod(0o600)
    argv = program("exit 0")
    config = Config(alert_exec=argv, alert_webhook_file=file)
    nothing = {"program": None, "webhook_file": None}
    assert [it.name for it in receivers_of(config, nothing, False)] == [
        "alert program page me",
        "webhook",
    ]
    monkeypatch.setenv("RGT_TUI_WEBHOOK_URL", "https://hooks.example.com/b")
    assert list(receivers_of(Config(), nothing, True)) == []
    named = {"program": f"'{argv[0]}'", "webhook_file": file}
    assert len(list(receivers_of(Config(), named, True))) == 2


def test_a_clear_text_url_to_another_machine_is_noticed() -> None:
    assert is_clear(Secret("http://hooks.example.com/a"))
    assert not is_clear(Secret("https://hooks.example.com/a"))
    assert not is_clear(Secret("http://127.0.0.1:9000/a"))


def test_what_happens_together_goes_together_and_a_failure_is_said_once(
    receiver: Receiver,
) -> None:
    receiver.statuses = [500]
    said: list[str] = []
    courier = Courier(Webhook(Secret(receiver.url)), said.append)
    for name in ("one", "two", "three"):
        courier.put(event(name))
    until(lambda: receiver.bodies)
    (body,) = receiver.bodies
    assert [it["text"] for it in body["events"]] == ["one", "two", "three"]
    assert body["text"] == "one\ntwo\nthree"
    assert (body["schema"], body["given_up"]) == (1, 0)
    courier.close(5.0)
    assert said == ["webhook: answered 500; it is tried again", "webhook: works again"]


def test_what_is_refused_is_given_up_and_the_next_alert_says_how_many(receiver: Receiver) -> None:
    receiver.statuses = [403]
    said: list[str] = []
    courier = Courier(Webhook(Secret(receiver.url)), said.append)
    courier.put(event("lost"))
    until(lambda: said)
    courier.put(event("next"))
    courier.close(5.0)
    (body,) = receiver.bodies
    assert [it["text"] for it in body["events"]] == ["next"]
    assert body["given_up"] == 1
    assert said == ["webhook: answered 403", "webhook: works again"]


def test_what_was_given_up_while_an_alert_was_on_its_way_is_told_by_the_next() -> None:
    class Slow:
        name = "slow"

        def __init__(self) -> None:
            self.documents: list[dict[str, Any]] = []
            self.may_go = threading.Event()

        def send(self, document: bytes) -> None:
            self.documents.append(json.loads(document))
            self.may_go.wait(20)

    said: list[str] = []
    slow = Slow()
    courier = Courier(slow, said.append)
    courier.put(event("first"))
    until(lambda: slow.documents)
    for number in range(KEPT + 5):
        courier.put(event(str(number)))
    slow.may_go.set()
    courier.close(20.0)
    first, second, *rest = slow.documents
    assert (first["text"], first["given_up"]) == ("first", 0)
    assert (second["events"][0]["text"], second["given_up"]) == ("5", 5)
    assert sum(len(it["events"]) for it in (second, *rest)) == KEPT
    assert {it["given_up"] for it in rest} == {0}
    assert said == []


def test_the_end_waits_for_the_last_alert_but_not_for_ever(receiver: Receiver) -> None:
    courier = Courier(Webhook(Secret(receiver.url)), lambda text: None)
    courier.put(event("last"))
    courier.close(5.0)
    assert [body["text"] for body in receiver.bodies] == ["last"]
    said: list[str] = []
    nobody = Courier(Webhook(Secret("http://127.0.0.1:1/")), said.append)
    nobody.put(event("in vain"))
    began = time.monotonic()
    nobody.close(1.0)
    assert time.monotonic() - began < 3.0
    assert said[-1] == "webhook: 1 alerts were not delivered"
