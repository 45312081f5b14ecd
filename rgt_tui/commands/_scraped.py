"""Serves metrics over HTTP to whoever scrapes: `/metrics`, in few threads, nothing else."""

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.core import Metric

from rgt_tui.commands._metrics import Moment
from rgt_tui.domain.errors import RgtError, UsageError
from rgt_tui.domain.text import clean
from rgt_tui.invocation import narrate
from rgt_tui.places import why

AT_ONCE: Final = 8
SILENCE_S: Final = 10.0
"""Who says nothing for so long is hung up on."""
_PLACE: Final = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]]+)):(?P<port>\d{1,5})")
_LAST_PORT: Final = 65535


def place(text: str, *, is_remote_allowed: bool) -> tuple[str, int]:
    """The address and port of `HOST:PORT`; the host is an address of this machine.

    Raises:
        UsageError: it is no such thing, or others could reach it and that was not allowed.
    """
    found = _PLACE.fullmatch(text)
    host = "" if found is None else found["six"] or found["host"]
    port = -1 if found is None else int(found["port"])
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not 0 <= port <= _LAST_PORT:
        raise UsageError(
            f"{clean(text, 60)!r} is not HOST:PORT of this machine.",
            hint="For instance 127.0.0.1:9400, [::1]:9400, or 127.0.0.1:0 for a free port.",
        )
    if not address.is_loopback:
        if not is_remote_allowed:
            raise UsageError(
                f"{address} is reached from other machines: whoever comes there reads the metrics.",
                hint="--allow-remote permits that; there is no password and no TLS.",
            )
        narrate(f"{address} is reached from other machines: whoever comes there reads the metrics")
    return str(address), port


class Scraped:
    """An HTTP server that gives the metrics of the moment."""

    def __init__(self, host: str, port: int) -> None:
        """Listens; answers from `start` on.

        Raises:
            RgtError: the port is taken, or the address is none of this machine.
        """
        family, shown = (_ServerOfSix, f"[{host}]") if ":" in host else (_Server, host)
        try:
            self._server = family((host, port), _Handler)
        except OSError as error:
            raise RgtError(
                f"cannot listen on {shown}:{port}: {why(error)}",
                hint="Take another port, or 0 for a free one.",
            ) from error
        self.port: int = self._server.server_address[1]
        self.url: Final = f"http://{shown}:{self.port}/metrics"
        self._thread: threading.Thread | None = None

    def start(self, collect: Callable[[], Iterable[Metric]]) -> None:
        """Answers with what `collect` gives at each scrape."""
        registry = CollectorRegistry()
        registry.register(Moment(collect))
        self._server.set_app(_only_metrics(make_wsgi_app(registry)))
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Closes the port."""
        if self._thread is not None:
            self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingMixIn, WSGIServer):
    """Some threads at most: who opens connections without end gets no more of them."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 16

    def __init__(self, *given: Any) -> None:
        self._free = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(*given)

    def server_bind(self) -> None:
        """Binds without asking the name service who we are, as the standard one does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "metrics", self.server_address[1]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own, once one is free."""
        if self._free.acquire(timeout=SILENCE_S):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Gives the thread back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up or says nothing is nobody's concern."""


class _ServerOfSix(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = SILENCE_S
    server_version = "rgt-tui"
    sys_version = ""

    def address_string(self) -> str:
        """The address itself: its name would have to be asked for."""
        return str(self.client_address[0])

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _only_metrics(metrics: WSGIApplication) -> WSGIApplication:
    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == "/metrics":
            return metrics(environ, start)
        is_root = environ.get("PATH_INFO") == "/"
        start("200 OK" if is_root else "404 Not Found", [("Content-Type", "text/plain")])
        return [b"rgt-tui: the metrics are at /metrics\n"]

    return answer
