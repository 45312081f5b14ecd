"""Answers in the API's forms: JSON, and RFC 9457 problem documents."""

import json
from collections.abc import Iterable
from typing import Final

from aiohttp import web

TITLES: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Problem(Exception):
    """A request that is answered with a problem document.

    Attributes:
        status: the HTTP status.
        detail: what is wrong, in words.
        errors: each violation, for a request that failed validation.
    """

    def __init__(self, status: int, detail: str, errors: Iterable[str] = ()) -> None:
        """Takes what the document says."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)


def invalid(errors: Iterable[str]) -> Problem:
    """The 422 that names each violation."""
    return Problem(422, "Request validation failed.", errors)


def not_found() -> Problem:
    """The 404 of a resource that is not there or not the caller's."""
    return Problem(404, "resource not found")


def answer(body: object, status: int = 200) -> web.Response:
    """A JSON answer."""
    return web.Response(
        body=json.dumps(body).encode(), status=status, content_type="application/json"
    )


def nothing() -> web.Response:
    """204: done, no body."""
    return web.Response(status=204)


def document(problem: Problem) -> web.Response:
    """The problem as `application/problem+json`."""
    title = TITLES.get(problem.status, "Error")
    body: dict[str, object] = {"title": title, "status": problem.status, "detail": problem.detail}
    if problem.errors:
        body["errors"] = list(problem.errors)
    return web.Response(
        body=json.dumps(body).encode(),
        status=problem.status,
        content_type="application/problem+json",
    )
