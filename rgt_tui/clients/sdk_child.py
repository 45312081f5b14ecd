"""A short-lived process that asks GraphQL for the balance through the `runpod` SDK.

Run as `python -m rgt_tui.clients.sdk_child`: the API key comes as JSON on standard input, the
answer goes as JSON to standard output. The SDK is loaded here and nowhere else: whole, it takes two
seconds, starts processes of its own and adds a log handler on the stream the console draws on. So
even here only its GraphQL module is: none of its functions that write are ever in memory.

    stdin   {"key": "rpa_..."}
    stdout  {"fields": {"clientBalance": 41.2, ...}}
    stdout  {"fault": "unauthorized", "said": "...", "status": 401}

It sends only the documents below, and those are checked to do nothing but read.
Source: `runpod` 1.12.0, api/graphql.py; field names from runpodctl 2.7.2, internal/api/gpu.go.
"""

import contextlib
import importlib.util
import json
import os
import signal
import sys
import types
from collections.abc import Callable
from typing import Any, Final

from rgt_tui.clients.gate import require_read_only

FIELDS: Final = ("clientBalance", "currentSpendPerHr", "spendLimit")
LIFETIME_S: Final = 25
"""The parent waits less; a child that outlives it would hold the key for nobody."""
Json = Any
Ask = Callable[[str], Json]


_PARENT: Final = os.getppid()
_PR_SET_PDEATHSIG: Final = 1
"""Linux's uapi/linux/prctl.h."""


class Fault(Exception):
    """The question had no answer.

    Attributes:
        kind: `unauthorized`, `forbidden`, `limited`, `refused`, `failed`, `unreadable`,
            `certificate`, `not_sent` or `silent`.
        said: what the other side or the library said.
        status: of HTTP, 0 when there was no answer.
    """

    def __init__(self, kind: str, said: str, status: int = 0) -> None:
        super().__init__(kind)
        self.kind: Final = kind
        self.said: Final = said
        self.status: Final = status


class QueryRefused(Exception):
    """GraphQL answered with errors; one unknown field is enough."""


def document(*names: str) -> str:
    """The query for fields of the account."""
    text = f"query {{ myself {{ {' '.join(names)} }} }}"
    require_read_only(text)
    return text


def ask_balance(ask: Ask) -> dict[str, Json]:
    """The fields the service gives: all in one query or, when that is refused, one by one.

    Raises:
        Fault: none of them was given.
    """
    try:
        return _fields(ask(document(*FIELDS)))
    except QueryRefused as error:
        said = str(error)
    found: dict[str, Json] = {}
    for name in FIELDS:
        try:
            found |= _fields(ask(document(name)))
        except QueryRefused as error:
            said = str(error)
    if not found:
        raise Fault("refused", said)
    return found


def _fields(data: Json) -> dict[str, Json]:
    myself = data.get("myself") if isinstance(data, dict) else None
    if not isinstance(myself, dict):
        raise Fault("unreadable", "the answer tells nothing about the account")
    return {name: myself[name] for name in FIELDS if name in myself}


def sdk_ask(key: str) -> Ask:
    """Asks through the SDK; what it raises or returns for each failure was tried on 1.12.0."""
    _pass_over_packages()
    import requests
    from runpod.api import graphql
    from runpod.error import AuthenticationError, QueryError

    statuses: list[int] = []
    plain_post = requests.post

    def post(*args: Any, **options: Any) -> requests.Response:
        answer = plain_post(*args, allow_redirects=False, **options)
        statuses.append(answer.status_code)
        return answer

    graphql.requests.post = post

    def ask(text: str) -> Json:
        statuses.clear()
        try:
            answer = graphql.run_graphql_query(text, api_key=key)
        except AuthenticationError as error:
            raise Fault("unauthorized", str(error), 401) from error
        except QueryError as error:
            _check_status(statuses, str(error))
            raise QueryRefused(str(error)) from error
        except (requests.RequestException, ValueError, TypeError, KeyError, IndexError) as error:
            _check_status(statuses, "")
            raise _fault(error, statuses) from error
        _check_status(statuses, "")
        if not isinstance(answer, dict) or "data" not in answer:
            raise Fault("unreadable", "the answer has no data", _last(statuses))
        return answer["data"]

    return ask


def _pass_over_packages() -> None:
    """Lets modules of the SDK be imported without what its package files import: all the rest."""
    found = importlib.util.find_spec("runpod")
    if found is None:
        raise ModuleNotFoundError("No module named 'runpod'", name="runpod")
    for name, folder in (("runpod", ""), ("runpod.api", "api")):
        package = types.ModuleType(name)
        package.__path__ = [
            os.path.join(at, folder) for at in found.submodule_search_locations or ()
        ]
        sys.modules[name] = package
    setattr(sys.modules["runpod"], "api_key", None)  # noqa: B010  # asked for; ours comes with each question


def _check_status(statuses: list[int], said: str) -> None:
    """Raises for a status the SDK does not look at: it reads the body of a 403 as if it were data."""
    status = _last(statuses)
    kinds = {401: "unauthorized", 403: "forbidden", 429: "limited"}
    if status in kinds:
        raise Fault(kinds[status], said, status)
    if status >= 500:
        raise Fault("failed", said, status)
    if status >= 300 and not said:
        raise Fault("refused" if status >= 400 else "unreadable", said, status)


def _fault(error: Exception, statuses: list[int]) -> Fault:
    import requests

    if statuses:
        return Fault(
            "unreadable", "the answer is not JSON of the documented shape", _last(statuses)
        )
    if isinstance(error, requests.exceptions.SSLError):
        return Fault("certificate", "")
    if isinstance(
        error, (requests.exceptions.ReadTimeout, requests.exceptions.ChunkedEncodingError)
    ):
        return Fault("silent", "")
    return Fault("not_sent", type(error).__name__)


def _last(statuses: list[int]) -> int:
    return statuses[-1] if statuses else 0


def die_with(parent: int) -> None:
    """Ends this process with its parent, or after `LIFETIME_S`: the parent may be killed."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LIFETIME_S)
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    """Reads the question, writes the answer. What libraries print goes to standard error."""
    die_with(_PARENT)
    answer_to = os.dup(1)
    os.dup2(2, 1)
    key = json.load(sys.stdin)["key"]
    told: dict[str, Json]
    try:
        told = {"fields": ask_balance(sdk_ask(key))}
    except Fault as fault:
        told = {"fault": fault.kind, "said": fault.said, "status": fault.status}
    with os.fdopen(answer_to, "w", encoding="utf-8") as out:
        json.dump(told, out)


if __name__ == "__main__":
    main()
