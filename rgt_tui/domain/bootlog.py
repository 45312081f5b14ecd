"""What a Pod's system log says of its start: pulling, started, started again, or failed.

The system source of `GET /v2/pods/{id}/logs` carries the image pull layer by layer, then
`create container ...`, `start container for IMAGE: begin`, and errors of the container runtime.
Real lines (public paste of 2026-10)::

    38e4c3f3c358 Pulling fs layer
    Status: Downloaded newer image for runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404
    start container for runpod/pytorch:1.0.2-cu1281-torch280-ubuntu2404: begin
"""

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass

LOOP_STARTS: Final = 3
LOOP_WINDOW_S: Final = 300.0
"""Three starts within five minutes are a loop (seen: 11 starts at 17 s intervals)."""

_BEGIN = re.compile(r"^start container for .+: begin$")
_PULLING = re.compile(
    r"^(?:[0-9a-f]{12} (?:Pulling fs layer|Waiting|Downloading|Verifying Checksum|Download complete"
    r"|Extracting|Pull complete|Already exists)\b|\S+ Pulling from \S+|create container \S+$)"
)
_PULLED = re.compile(r"^Status: (?:Downloaded newer image|Image is up to date) for ")
_TROUBLE = re.compile(
    r"error starting container|error creating container|error pulling image"
    r"|OCI runtime (?:create|exec) failed|requirement error|no such file or directory\b.*start",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BootLog:
    """The start of a Pod, read from its system log.

    Attributes:
        begins: when a container start began, Unix seconds, oldest first.
        is_pulling: whether the newest step is a pull that has not ended.
        pull_line: the newest line of the pull; empty when there is none.
        trouble: the newest line that reports a failed start; empty when there is none.
        trouble_at: when that line was written, Unix seconds.
        last_line: the newest line of all; empty when the log is.
        last_at: when that was written.
    """

    called: ClassVar[str] = "the system log"

    begins: tuple[float, ...] = ()
    is_pulling: bool = False
    pull_line: str = ""
    trouble: str = ""
    trouble_at: float | None = None
    last_line: str = ""
    last_at: float | None = None

    def starts_within(self, seconds: float, now: float) -> int:
        """How many container starts began in the last `seconds`."""
        return sum(1 for at in self.begins if now - at <= seconds)

    def is_looping(self, now: float) -> bool:
        """Whether the container keeps starting again."""
        return self.starts_within(LOOP_WINDOW_S, now) >= LOOP_STARTS


def read_boot_log(lines: Sequence[tuple[float, str]]) -> BootLog:
    """The start told by cleaned system log lines.

    Args:
        lines: pairs of Unix time and text, oldest first.
    """
    begins: list[float] = []
    pulling, pull_line, trouble, trouble_at = False, "", "", None
    for at, text in lines:
        if _BEGIN.match(text):
            begins.append(at)
            pulling = False
        elif _PULLED.match(text):
            pulling = False
        elif _PULLING.match(text):
            pulling, pull_line = True, text
        if _TROUBLE.search(text):
            trouble, trouble_at = text, at
    last_at, last_line = lines[-1] if lines else (None, "")
    return BootLog(
        begins=tuple(begins),
        is_pulling=pulling,
        pull_line=pull_line,
        trouble=trouble,
        trouble_at=trouble_at,
        last_line=last_line,
        last_at=last_at,
    )
