"""Reads the answer of a composed script as it arrives, in chunks of any size."""

from dataclasses import dataclass, field
from typing import Final

from rgt_tui.domain.units import whole_number
from rgt_tui.probes import Section
from rgt_tui.probes._script import Script

KILLED: Final = 137
"""Status of a section that was killed at its time limit: 128 + SIGKILL."""
NOISE_KEPT: Final = 2048
"""Bytes kept of what stands outside all frames, for the message when nothing else came."""
SLACK: Final = 256 * 1024
"""Bytes allowed beyond all limits: start-up files may print a greeting."""


class TooMuch(Exception):
    """The host sent far more than all sections together may hold."""


@dataclass(slots=True)
class _Open:
    """A section whose E frame has not come."""

    name: str
    limit: int
    output: bytearray = field(default_factory=bytearray)
    exit_code: int | None = None
    cut: bool = False


class Frames:
    """The answer so far.

    Attributes:
        sections: finished sections by name.
        is_done: whether the end frame came.
    """

    def __init__(self, script: Script) -> None:
        self.sections: dict[str, Section] = {}
        self._noise = bytearray()
        self.is_done = False
        self._token: Final = f"@@{script.nonce} ".encode()
        self._limits: Final = script.limits
        self._left: int = sum(script.limits.values()) + SLACK
        self._buffer = bytearray()
        self._open: _Open | None = None

    def feed(self, chunk: bytes) -> tuple[str, ...]:
        """Takes in the next bytes; gives the names of the sections that ended in them.

        Raises:
            TooMuch: more came than the limits allow.
        """
        self._left -= len(chunk)
        if self._left < 0:
            raise TooMuch
        self._buffer += chunk
        before = len(self.sections)
        while not self.is_done and self._take_one():
            pass
        return tuple(self.sections)[before:]

    @property
    def noise(self) -> bytes:
        """The beginning of what the host printed outside all frames."""
        return bytes(self._noise) + (b"" if self._open is not None else bytes(self._buffer))

    def _take_one(self) -> bool:
        """Moves content up to the next frame, and that frame; false when it is not whole yet."""
        at = self._buffer.find(self._token)
        if at < 0:
            keep = len(self._token) - 1
            if len(self._buffer) > keep:
                self._content(self._buffer[:-keep])
                del self._buffer[:-keep]
            return False
        end = self._buffer.find(b"\n", at)
        if end < 0:
            return False
        self._content(self._buffer[:at])
        words = self._buffer[at + len(self._token) : end].decode("ascii", "replace").split()
        del self._buffer[: end + 1]
        self._frame(words)
        return True

    def _content(self, data: bytes | bytearray) -> None:
        if self._open is None:
            self._noise += data[: NOISE_KEPT - len(self._noise)]
            return
        room = self._open.limit + 1 - len(self._open.output)
        self._open.cut = self._open.cut or len(data) > room
        self._open.output += data[:room]

    def _frame(self, words: list[str]) -> None:
        match words:
            case ["S", name] if name in self._limits:
                self._open = _Open(name, self._limits[name])
            case ["R", code] if self._open is not None:
                self._open.exit_code = whole_number(code)
                # The R line begins with a line end of its own.
                if self._open.output.endswith(b"\n"):
                    del self._open.output[-1]
            case ["C"] if self._open is not None:
                self._open.cut = True
            case ["E", code] if self._open is not None:
                self._end(self._open, whole_number(code))
            case ["D"]:
                self.is_done = True
            case _:
                self._noise += b" ".join(word.encode() for word in words)[:NOISE_KEPT]

    def _end(self, it: _Open, status: int | None) -> None:
        is_whole = it.exit_code is not None or it.cut
        self.sections[it.name] = Section(
            output=bytes(it.output[: it.limit]),
            exit_code=it.exit_code,
            cut=it.cut,
            timed_out=not is_whole and status == KILLED,
        )
        self._open = None
