"""Gives an alert to a program: an argument list, no shell; the alert is JSON on its stdin."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import PurePath
from typing import Final

from rgt_tui.clients.handed_down import handed_down
from rgt_tui.domain.errors import NotDelivered
from rgt_tui.domain.text import clean
from rgt_tui.places import why

LIMIT_S: Final = 30.0


class AlertProgram:
    """A program that is started once an alert."""

    def __init__(self, argv: tuple[str, ...], limit_s: float = LIMIT_S) -> None:
        self.name: Final = f"alert program {clean(PurePath(argv[0]).name, 40)}"
        self._argv = argv
        self._limit_s = limit_s

    def send(self, document: bytes) -> None:
        """Runs it to its end; what it prints goes to standard error.

        Raises:
            NotDelivered: it cannot be started, fails, or takes too long and was ended.
        """
        try:
            process = subprocess.Popen(
                self._argv,
                stdin=subprocess.PIPE,
                stdout=sys.__stderr__,
                env=handed_down(),
                start_new_session=True,
            )
        except OSError as error:
            said = f"{self.name} cannot be started: {why(error)}"
            raise NotDelivered(said, again_s=None) from error
        with process:
            try:
                process.communicate(document, timeout=self._limit_s)
            except subprocess.TimeoutExpired as error:
                said = f"{self.name} took longer than {self._limit_s:.0f} s and was ended"
                raise NotDelivered(said, again_s=None) from error
            finally:
                _end(process)
        if process.returncode:
            raise NotDelivered(f"{self.name} failed: {_how(process.returncode)}", again_s=None)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends it, and what it started and left in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _how(code: int) -> str:
    return f"exit code {code}" if code > 0 else f"ended by signal {-code}"
