"""Reads the frames of a composed script as they arrive, in chunks of any size.

Whatever bytes come, a section either holds what its run wrote, or says that it was cut, or is
missing. What does not fit the frames is noise; much noise is an error.
"""

from collections.abc import Iterable
from dataclasses import field
from functools import lru_cache
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import whole_number
from rgt_tui.probes import Section
from rgt_tui.probes._script import Script

LINE_MAX: Final = 16 * 1024
"""Bytes of one line that are waited for; frames are far shorter."""
NOISE_KEPT: Final = 2048
"""Bytes kept of what stands outside all frames, for the message when nothing else came."""
SLACK: Final = 256 * 1024
"""Bytes of noise allowed for each tick: start-up files may print a greeting."""
_OVER: Final = b"RCTEB"
"""Kinds of the frames that end a run."""
_LINGERS: Final = b"CT"
"""Those after which something of it may still live, until its E comes."""


class TooMuch(Exception):
    """The host sent far more than was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What became of one run of a section.

    Attributes:
        tick: of which tick.
        name: of the section.
        pid: its first process, when it has just begun.
        section: what it said, when it has ended.
    """

    tick: int
    name: str
    pid: int | None = None
    section: Section | None = None


@dataclass(slots=True)
class _Open:
    """A run that was asked for and has not ended.

    Attributes:
        asked_at, began_at: Unix seconds of our clock; None when nobody noted them.
        is_torn: whether a frame of it came in parts.
    """

    limit: int
    asked_at: float | None
    began_at: float | None = None
    has_begun: bool = False
    output: bytearray = field(default_factory=bytearray)
    cut: bool = False
    is_torn: bool = False


class Frames:
    """The answers so far.

    Attributes:
        sections: the newest that ended, by name.
        is_up: whether the loop has said that it reads lines.
        noise: the beginning of what the host printed outside all frames.
    """

    def __init__(self, script: Script) -> None:
        self.sections: dict[str, Section] = {}
        self.is_up = False
        self._token: Final = f"@@{script.nonce} ".encode()
        self._limits: Final = script.limits
        self._runs: dict[tuple[int, str], _Open] = {}
        self._lingering: set[tuple[int, str]] = set()
        self._rest = b""
        self._noise = bytearray()
        self._noise_left = SLACK
        if script.is_once:
            self.expect(1, script.limits)

    def expect(self, tick: int, names: Iterable[str], at: float | None = None) -> None:
        """Notes that these sections were asked for; frames of others are noise.

        Args:
            tick: number of the tick.
            names: of the sections.
            at: when they were asked for, in Unix seconds of our clock; None for unknown.
        """
        self._noise_left = SLACK
        for name in names:
            self._runs[tick, name] = _Open(self._limits[name], at)

    def give_up(self, tick: int, name: str) -> Section | None:
        """Ends a run from here: what it said so far; frames of it are noise from now on."""
        run = self._runs.pop((tick, name), None)
        if run is None:
            return None
        self._lingering.add((tick, name))
        return Section(output=bytes(run.output[: run.limit]), exit_code=None, timed_out=True)

    def feed(self, chunk: bytes, at: float | None = None) -> tuple[Run, ...]:
        """Takes in the next bytes; gives the runs that began or ended in them.

        Args:
            chunk: as it came.
            at: when, in Unix seconds of our clock; None for unknown.

        Raises:
            TooMuch: more came outside the frames than is allowed.
        """
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LINE_MAX:
            lines.append(self._rest)
            self._rest = b""
        told = [run for line in lines for run in self._line(line, at)]
        return tuple(told)

    def so_far(self, name: str) -> bytes:
        """What the runs of a section have said that have not ended."""
        return b"".join(bytes(run.output) for (_, of), run in self._runs.items() if of == name)

    def lingers(self, name: str) -> bool:
        """Whether something of a former run of that section may still live."""
        return any(of == name for _, of in self._lingering)

    @property
    def is_done(self) -> bool:
        """Whether every section that was asked for has ended."""
        return not self._runs

    @property
    def noise(self) -> bytes:
        """The beginning of what the host printed outside all frames."""
        return bytes(self._noise) + (b"" if self._token in self._rest else self._rest)

    def _line(self, line: bytes, at: float | None) -> list[Run]:
        before, *frames = line.split(self._token)
        if before or not frames:
            self._outside(before + b"\n")
        for torn in frames[:-1]:
            self._torn(torn)
        run = self._frame(frames[-1], at) if frames else None
        return [] if run is None else [run]

    def _frame(self, frame: bytes, at: float | None) -> Run | None:
        """One whole frame, without its token."""
        kind, (word, _, rest) = frame[:2], frame[2:].partition(b" ")
        place = _place(word)
        run = self._runs.get(place)
        tick, name = place
        if run is None:
            self.is_up = self.is_up or frame == b"U"
            if kind == b"E ":
                self._lingering.discard((tick, name))
            self._outside(frame, keep=False)
            return None
        match kind:
            case b"> ":
                self._content(run, rest + b"\n")
            case b"+ ":
                self._content(run, rest)
            case b"S " if not run.has_begun:
                run.began_at, run.has_begun = at, True
                return Run(tick=tick, name=name, pid=whole_number(_text(rest)))
            case _ if kind[:1] in _OVER:
                del self._runs[tick, name]
                if kind[:1] in _LINGERS:
                    self._lingering.add((tick, name))
                self.sections[name] = _section(run, kind[:1], rest, at)
                return Run(tick=tick, name=name, section=self.sections[name])
            case _:
                self._outside(frame, keep=False)
        return None

    def _content(self, run: _Open, data: bytes) -> None:
        room = run.limit + 1 - len(run.output)
        if len(data) > room:
            run.cut = True
            self._outside(data[room:], keep=False)
        run.output += data[:room]

    def _torn(self, frame: bytes) -> None:
        """The beginning of a frame into which another one was written."""
        self._outside(frame, keep=False)
        run = self._runs.get(_place(frame[2:].partition(b" ")[0]))
        if run is not None:
            run.is_torn = True

    def _outside(self, data: bytes, *, keep: bool = True) -> None:
        self._noise_left -= len(data)
        if self._noise_left < 0:
            raise TooMuch
        if keep:
            self._noise += data[: NOISE_KEPT - len(self._noise)]


@lru_cache(maxsize=256)
def _place(word: bytes) -> tuple[int, str]:
    """The tick and section that a frame names; a tick of -1 for what names none."""
    tick, _, name = _text(word).partition(".")
    number = whole_number(tick)
    return (-1 if number is None else number), name


def _text(word: bytes) -> str:
    return word.decode("ascii", "replace")


def _section(run: _Open, kind: bytes, rest: bytes, at: float | None) -> Section:
    output = bytes(run.output)
    exit_code = whole_number(_text(rest)) if kind == b"R" else None
    if kind == b"R" and output.endswith(b"\n"):
        output = output[:-1]  # the line of R begins with a line end of its own
    return Section(
        output=output[: run.limit],
        exit_code=None if run.is_torn else exit_code,
        cut=run.cut or run.is_torn or kind == b"C",
        timed_out=kind in b"TB",
        seconds=None if at is None or run.began_at is None else max(0.0, at - run.began_at),
        began_at=run.asked_at,
        ended_at=at,
    )
