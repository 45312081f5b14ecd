"""Everything that can go wrong, as one tree.

::

    RgtError
    ├── UsageError             the request makes no sense; exit 2
    │   └── BadConfig          the configuration file says something we cannot follow
    ├── NoCredentials          no API key was found; exit 3
    ├── ApiError               REST v2 or GraphQL did not do what was asked; exit 4
    │   ├── NotSent            nothing reached the service: safe to try again
    │   │   └── BadCertificate the TLS certificate is not trusted: never tried again
    │   ├── Ambiguous          it may have been carried out; read before sending again
    │   ├── Refused            a 4xx answer: the service said no
    │   │   ├── Unauthorized   401: the key is wrong; exit 3
    │   │   ├── Forbidden      403: the key lacks this right; exit 3
    │   │   ├── NotFound       404: not there, or not visible to this key
    │   │   └── Conflict       409: not possible in the Pod's present state
    │   ├── Limited            429: the account's quota is used up for now
    │   └── Unreadable         an answer that is not what the API documents
    ├── SshError               a Pod could not be examined; `kind` says where it broke
    ├── Interrupted            a person ended it; exit 130
    ├── NotDelivered           an alert did not reach whom it was for
    └── GuardRefused           something irreversible lacked its permit; exit 5

Messages say what was tried, on what, what came back, and what to do. None holds a secret.
"""

from enum import StrEnum
from typing import Final

from rgt_tui.domain.sentences import sentences


class RgtError(Exception):
    """Base of all errors this program raises on purpose.

    Attributes:
        code: a stable word for scripts.
        hint: what to do about it; may be empty.
        exit_code: what the command line returns.
    """

    code: str = "error"
    exit_code: int = 4

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message: Final = message
        self.hint: Final = hint

    @property
    def told(self) -> str:
        """What happened and what to do about it, on one line."""
        return sentences(self.message, self.hint)


def fault_of(error: BaseException) -> str:
    """The kind and place of a fault of ours, without its message, which may hold anything."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    trace, place = error.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if "rgt_tui" in name:
            place = f" in rgt_tui{name.rpartition('rgt_tui')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}{place}"


class UsageError(RgtError):
    """The command line asks for something that makes no sense."""

    code = "usage"
    exit_code = 2


class BadConfig(UsageError):
    """The configuration file cannot be followed: file, line, what was expected."""

    code = "bad_config"


class NoCredentials(RgtError):
    """No API key was found anywhere."""

    code = "no_api_key"
    exit_code = 3


class ApiError(RgtError):
    """A call to RunPod's API did not succeed.

    Attributes:
        status: the HTTP status, None when there was no answer.
    """

    code = "api"

    def __init__(self, message: str, *, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status: Final = status


class NotSent(ApiError):
    """Nothing reached the service; the call can be made again without harm."""

    code = "not_sent"


class BadCertificate(NotSent):
    """The service's TLS certificate is not trusted here. Never retried, never 'offline'."""

    code = "certificate"


class Ambiguous(ApiError):
    """The call may or may not have been carried out. Read the state before sending again."""

    code = "ambiguous"


class Refused(ApiError):
    """The service understood and said no."""

    code = "refused"


class Unauthorized(Refused):
    """401: this key is not valid."""

    code = "unauthorized"
    exit_code = 3


class Forbidden(Refused):
    """403: the key is valid but lacks the right for this call."""

    code = "forbidden"
    exit_code = 3


class NotFound(Refused):
    """404: it does not exist, or this key may not see it."""

    code = "not_found"


class Conflict(Refused):
    """409: not possible in the present state."""

    code = "conflict"


class Limited(ApiError):
    """429: the account's rate limit is used up.

    Attributes:
        retry_after_s: seconds until the service accepts calls again.
    """

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after_s: float, hint: str = "") -> None:
        super().__init__(message, hint=hint, status=429)
        self.retry_after_s: Final = retry_after_s


class Unreadable(ApiError):
    """The answer is not what the API documents: not JSON, too large, or of another shape."""

    code = "unreadable"


class SshFault(StrEnum):
    """Where an examination over SSH broke."""

    NO_ADDRESS = "no_address"
    NO_KEY = "no_key"
    KEY_LOCKED = "key_locked"
    KEY_MODE = "key_mode"
    DNS = "dns"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    RESET = "reset"
    NOT_SSH = "not_ssh"
    AUTH = "auth"
    HOST_KEY_CHANGED = "host_key_changed"
    STARTING = "starting"
    NO_SHELL = "no_shell"
    LOST = "lost"
    BAD_ANSWER = "bad_answer"
    NO_PYTHON = "no_python"


class SshError(RgtError):
    """A host could not be examined over SSH.

    Attributes:
        kind: where it broke.
    """

    code = "ssh"

    def __init__(self, kind: SshFault, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind: Final = kind
        self.code = f"ssh_{kind}"


class Interrupted(RgtError):
    """A person ended the command before its end."""

    code = "interrupted"
    exit_code = 130


class NotDelivered(RgtError):
    """An alert did not reach whom it was for.

    Attributes:
        again_s: seconds after which it is worth another try; None when no try helps.
    """

    code = "not_delivered"

    def __init__(self, message: str, *, again_s: float | None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.again_s: Final = again_s


class GuardRefused(RgtError):
    """Something irreversible was asked for without the permit it needs."""

    code = "guard_refused"
    exit_code = 5
