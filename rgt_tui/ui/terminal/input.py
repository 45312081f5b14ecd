"""Keys from the terminal: any bytes are survived, the end of input is noticed at once.

Textual 8.2.8 decodes stdin strictly, so one Latin-1 byte ends the app (Textualize/textual#6456),
and at the end of input its loop spins at full speed. `run_input_thread` is written again here,
over the same parser, with a lenient decoder, a wake-up pipe in place of ten polls a second, and
a call when input ends.
"""

import contextlib
import os
import re
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import Final

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key

ESCAPE_POLL_S: Final = 0.05
"""Between looks at a half-read escape sequence, which a lone Esc key resembles."""
ESCAPE_POLLS: Final = 8
"""Looks after the last byte; Textual waits 0.1 s (ESCDELAY) before it calls it the Esc key."""
IDLE_POLL_S: Final = 5.0
_CHUNK: Final = 4096
ESCAPE: Final = "\x1b"
_PASTES: Final = f"{ESCAPE}[200~"
_ESCAPES: Final = re.compile(
    "\x1b\\[20[01]~|\x1b(?=\x1b*[^\\x00-\\x0c\\x0e-\\x1f\\x7f\\[\\]\\\\OPX^_bf])"
)
"""Begin and end of a paste, and an Esc key with something typed behind it.

What goes on with a sequence is not typed: ECMA-48, 5.3 and 8.3; `b` and `f` are words back and forth.
"""


class EscapeKeys:
    """Finds the Esc keys that came in one burst with what was typed after them.

    The parser would take both for a key with Alt, or drop the Esc.
    """

    def __init__(self) -> None:
        self._is_pasting = False

    def parts(self, text: str) -> Iterator[str]:
        """The text in its order, with each such Esc key by itself; some parts may be empty."""
        begin = 0
        for found in _ESCAPES.finditer(text):
            if found[0] != ESCAPE:
                self._is_pasting = found[0] == _PASTES
            elif not self._is_pasting:
                yield text[begin : found.start()]
                yield ESCAPE
                begin = found.end()
        yield text[begin:]


class LenientInput(LinuxDriver):
    """A driver whose input thread survives every byte sequence."""

    _wake: tuple[int, int] | None = None

    def input_ended(self) -> None:
        """Called in the input thread when the terminal gives no more."""

    def start_application_mode(self) -> None:
        """Start, with a pipe that ends the input thread's wait."""
        self._close_wake()
        self._wake = os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def disable_input(self) -> None:
        """Stop the input thread without waiting for its poll to end."""
        if self._wake is not None and not self.exit_event.is_set():
            # The thread looks at the event only after the wake-up, and Textual sets the event
            # itself; one that wakes before finds the pipe readable again at its next look.
            os.write(self._wake[1], b"x")
        super().disable_input()

    def close(self) -> None:
        """Release the pipe with the rest."""
        super().close()
        self._close_wake()

    def run_input_thread(self) -> None:
        """Read, decode and dispatch until told to stop or until there is no terminal."""
        parser, self._escapes = XTermParser(self._debug), EscapeKeys()
        decoder = getincrementaldecoder("utf-8")(errors="replace")
        wake = self._wake[0] if self._wake else self.fileno
        polls_left = ESCAPE_POLLS
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            if wake != self.fileno:
                selector.register(wake, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                ready = selector.select(ESCAPE_POLL_S if polls_left else IDLE_POLL_S)
                if any(key.fd == self.fileno for key, _ in ready):
                    data = self._read()
                    if not data:
                        self.input_ended()
                        break
                    self._feed(parser, decoder.decode(data))
                    polls_left = ESCAPE_POLLS
                else:
                    polls_left = max(0, polls_left - 1)
                for event in parser.tick():
                    self.process_message(event)
        with contextlib.suppress(EOFError, ParseError):
            tuple(parser.feed(""))

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _CHUNK)
        except OSError:
            return b""

    def _feed(self, parser: XTermParser, text: str) -> None:
        for part in self._escapes.parts(text):
            if part == ESCAPE:
                self.process_message(Key("escape", ESCAPE))
            elif part:  # an empty string would tell the parser that input has ended
                for event in parser.feed(part):
                    self.process_message(event)

    def _close_wake(self) -> None:
        for end in self._wake or ():
            os.close(end)
        self._wake = None
