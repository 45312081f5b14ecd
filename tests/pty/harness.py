"""A terminal for tests: a real pty with a program in it, and pyte for what it shows.

The program is the leader of its own session with the pty as controlling terminal, as in a
terminal window. All waiting is for events (`select` on the pty), each with a deadline.

    with Terminal([sys.executable, "-m", "rgt_tui", "--demo"], size=(120, 40)) as terminal:
        terminal.wait_for("Pods")
        terminal.send("q")
        assert terminal.wait_exit() == 0
        assert terminal.left_on() == set()
        assert terminal.termios_is_restored()
"""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

ROOT = Path(__file__).resolve().parents[2]
KEYS = {
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "backspace": "\x7f",
    "ctrl+l": "\x0c",
    "ctrl+q": "\x11",
    "ctrl+z": "\x1a",
}
PATIENCE_S = 45.0
"""How long a wait may last: a program that starts beside other tests can take 15 s."""

RESTING = {"7": True, "25": True}
"""Private modes that are on in a terminal at rest: line wrap and cursor."""

_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_QUERY = re.compile(rb"\x1b\[(?:\?(2026|2048)\$p|c|0c)")
_COLOUR = re.compile(rb"\x1b\[([0-9;]*)m")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as pyte sees it."""

    text: str
    foreground: str
    background: str
    bold: bool
    italic: bool
    underline: bool
    reverse: bool
    strike: bool


class Terminal:
    """A pty, the program in it, and what a terminal would show.

    Args:
        command: argv of the program.
        size: Columns and rows.
        env: Added to a small clean environment (PATH, HOME, LANG, TERM, COLORTERM).
        cwd: Working folder; the project's root unless given.
        synchronized: Answer "supported" when asked about synchronized output (mode 2026).
        in_band_resize: Answer "supported" when asked about in-band resize (mode 2048).
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str | None] | None = None,
        cwd: Path = ROOT,
        synchronized: bool = True,
        in_band_resize: bool = False,
    ) -> None:
        self.raw = bytearray()
        self._supported = {b"2026": synchronized, b"2048": in_band_resize}
        self._answered = 0
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._fd, self._slave = pty.openpty()
        self._set_size(*size)
        os.set_blocking(self._fd, False)
        self._termios_before = termios.tcgetattr(self._slave)
        self._is_open = True
        self._process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            cwd=cwd,
            env=_environment(env or {}),
            start_new_session=True,
            preexec_fn=_take_terminal,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.hang_up()

    # What is on the screen.

    @property
    def pid(self) -> int:
        """The program's process id."""
        return self._process.pid

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._screen.columns, self._screen.lines

    @property
    def lines(self) -> list[str]:
        """The rows as text, without trailing spaces."""
        # pyte's own `display` fails where half of a wide character was overwritten.
        columns, rows = self.size
        buffer = self._screen.buffer
        return ["".join(buffer[y][x].data for x in range(columns)).rstrip() for y in range(rows)]

    @property
    def text(self) -> str:
        """The whole screen as text."""
        return "\n".join(self.lines)

    def cells(self) -> list[list[Cell]]:
        """Every cell with its colours and attributes, top row first."""
        columns, rows = self.size
        return [[_cell(self._screen.buffer[y][x]) for x in range(columns)] for y in range(rows)]

    @property
    def is_running(self) -> bool:
        """Has the program not ended?"""
        return self._process.poll() is None

    # What the program wrote.

    @property
    def written(self) -> int:
        """Bytes read from the program so far."""
        return len(self.raw)

    def colour_codes(self) -> list[str]:
        """SGR parameters in the output that set a colour (30-38, 40-48, 90-97, 100-107)."""
        found: list[str] = []
        for sequence in _COLOUR.findall(bytes(self.raw)):
            codes = [int(code or 0) for code in sequence.split(b";")]
            if any(30 <= c <= 38 or 40 <= c <= 48 or 90 <= c <= 107 for c in codes):
                found.append(sequence.decode())
        return found

    def left_on(self) -> set[str]:
        """Private modes that differ from a terminal at rest, `-25` for a hidden cursor."""
        state = dict(RESTING)
        for modes, letter in _MODE.findall(bytes(self.raw)):
            for mode in modes.decode().split(";"):
                state[mode] = letter == b"h"
        return {
            mode if on else f"-{mode}"
            for mode, on in state.items()
            if on != RESTING.get(mode, False)
        }

    # Waiting.

    def pump(self, seconds: float) -> None:
        """Read and show what comes within `seconds`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self._read_once(left):
            pass

    def wait_until(
        self, holds: Callable[[], bool], *, timeout_s: float = PATIENCE_S, what: str = ""
    ) -> None:
        """Read until `holds()`; AssertionError with the screen after `timeout_s`."""
        end = time.monotonic() + timeout_s
        while not holds():
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"not within {timeout_s} s: {what or holds}\n{self.text}")
            if not self._read_once(min(left, 0.2)) and not holds():
                raise AssertionError(f"the program ended before: {what or holds}\n{self.text}")

    def wait_for(self, text: str, *, timeout_s: float = PATIENCE_S) -> None:
        """Read until `text` is on the screen."""
        self.wait_until(lambda: text in self.text, timeout_s=timeout_s, what=repr(text))

    def wait_seen(self, text: str) -> None:
        """Read until `text` has come, be it gone from the screen again since."""
        self.wait_until(lambda: text.encode() in self.raw, what=repr(text))

    def wait_gone(self, text: str, *, timeout_s: float = PATIENCE_S) -> None:
        """Read until `text` is no longer on the screen."""
        self.wait_until(lambda: text not in self.text, timeout_s=timeout_s, what=f"no {text!r}")

    def settle(self, *, quiet_s: float = 0.25, timeout_s: float = PATIENCE_S) -> None:
        """Read until nothing has come for `quiet_s`."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            before = self.written
            self.pump(quiet_s)
            if self.written == before:
                return
        raise AssertionError(f"still writing after {timeout_s} s\n{self.text}")

    def wait_exit(self, *, timeout_s: float = PATIENCE_S) -> int:
        """Read until the program ends; its status, negative for a signal."""
        end = time.monotonic() + timeout_s
        while (status := self._process.poll()) is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running after {timeout_s} s\n{self.text}")
            if not self._is_open or not self._read_once(0.05):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(0.05)
        if self._is_open:
            self.pump(0.05)
        return status

    def wait_exit_unread(self, *, timeout_s: float = PATIENCE_S) -> int:
        """Wait for the end of the program without reading what it writes."""
        return self._process.wait(timeout_s)

    # Acting.

    def send(self, text: str | bytes) -> None:
        """Type `text`."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            select.select([], [self._fd], [], 5)
            data = data[os.write(self._fd, data) :]
            self._read_once(0)

    def send_unread(self, text: str) -> None:
        """Type `text` without reading what the program writes."""
        os.write(self._fd, text.encode())

    def scribble(self) -> None:
        """Spoil the picture, as another program writing to the terminal would."""
        self._stream.feed(b"\x1b[5;5H\x1b[41mspoilt\x1b[2;1H\x1b[J\x1b[m")

    def press(self, *keys: str) -> None:
        """Press keys by name (`down`, `ctrl+q`) or as they are (`x`)."""
        for key in keys:
            self.send(KEYS.get(key, key))

    def resize(self, columns: int, rows: int) -> None:
        """Change the size; the program gets SIGWINCH, and a report if it asked for those."""
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)
        if "2048" in self.left_on():
            self.send_unread(f"\x1b[48;{rows};{columns};{rows * 16};{columns * 8}t")

    def signal(self, number: int) -> None:
        """Send a signal to the program alone."""
        self._process.send_signal(number)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped SSH connection does."""
        if self._is_open:
            self._is_open = False
            os.close(self._slave)
            os.close(self._fd)

    # The process and its terminal.

    def termios_is_restored(self) -> bool:
        """Are the terminal's settings those from before the program's start?"""
        return termios.tcgetattr(self._slave) == self._termios_before

    def rss_bytes(self) -> int:
        """Resident memory of the program, bytes, from /proc."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu_s(self) -> float:
        """Processor time of the program so far, seconds, from /proc."""
        text = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _read_once(self, timeout_s: float) -> bool:
        """Read what is there within the time; False once the program has ended."""
        if not self._is_open:
            return False
        ready, _, _ = select.select([self._fd], [], [], timeout_s)
        if not ready:
            return self._process.poll() is None
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        self._answer()
        return True

    def _answer(self) -> None:
        for query in _QUERY.finditer(self.raw, self._answered):
            mode = query.group(1)
            value = 2 if self._supported.get(mode, False) else 0
            answer = b"\x1b[?%s;%d$y" % (mode, value) if mode else b"\x1b[?62;22c"
            with contextlib.suppress(OSError):
                os.write(self._fd, answer)
            self._answered = query.end()

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    base: dict[str, str | None] = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/nonexistent"),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "error",
        **changes,
    }
    return {name: value for name, value in base.items() if value is not None}


def _cell(char: "pyte.screens.Char") -> Cell:
    return Cell(
        char.data, char.fg, char.bg, char.bold, char.italics, char.underscore, char.reverse,
        char.strikethrough,
    )  # fmt: skip


PYTHON = sys.executable
