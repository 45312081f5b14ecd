"""Proof that the journal holds the intent of one request. No record, no action.

The journal makes it after the line is on the disk, and the gate under the HTTP client asks for it
and uses it up: what is sent is what was written down, byte for byte, and once.
"""

import hashlib
from typing import Final, NoReturn

from rgt_tui.domain.errors import GuardRefused

_ISSUER: Final = object()
"""Who holds this may make records: the journal alone (a test of the sources makes sure)."""


class Recorded:
    """The intent of one request, on disk.

    Attributes:
        op: the operation it belongs to.
        method, path: of the request.
        body_digest: SHA-256 of its body, in hex.
        seq: the number of its line.
        permit: number of the permit that this line uses up; empty for what needs none.
    """

    __slots__ = ("_spent", "body_digest", "method", "op", "path", "permit", "seq")

    def __init__(
        self, issuer: object, wire: tuple[str, str, str], *, op: str, seq: int, permit: str = ""
    ) -> None:
        if issuer is not _ISSUER:
            raise GuardRefused("only the journal can say that something is recorded")
        self.op: Final = op
        self.method, self.path, self.body_digest = wire
        self.seq: Final = seq
        self.permit: Final = permit
        self._spent = False

    def spend(self, method: str, path: str, body: bytes) -> None:
        """Uses the record up for exactly this request.

        Raises:
            GuardRefused: it is of another request, or was used already.
        """
        if (method, path, digest_of(body)) != (self.method, self.path, self.body_digest):
            raise GuardRefused(f"{method} {path} is not sent: the journal holds another intent")
        if self._spent:
            raise GuardRefused(f"{method} {path} is not sent: its intent was used already")
        self._spent = True

    def __repr__(self) -> str:
        return f"Recorded({self.seq}: {self.method} {self.path}, spent={self._spent})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a record is neither copied nor pickled: it would be used twice")


def digest_of(body: bytes) -> str:
    """SHA-256 of a request's body, in hex."""
    return hashlib.sha256(body).hexdigest()
