"""A hand of several processes: the same calls, carried out beside this process."""

import contextlib
import errno
import fcntl
import marshal
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rgt_tui.clients.handed_down import handed_down
from rgt_tui.clients.pull_hand import ANSWER, REQUEST, read_from, write_to

if TYPE_CHECKING:
    from rgt_tui.clients.pull_hand import Row, Small

PIPE: Final = 1 << 20
"""Bytes that a pipe holds: a whole frame of small files."""
ENDS_S: Final = 5.0
HANDS: Final = 2
_HOME: Final = str(Path(__file__).parents[2])
_BOOT: Final = """
import sys
sys.path.insert(0, sys.argv[1])
from rgt_tui.clients.pull_hand import serve
serve(*map(int, sys.argv[2:]))
"""


class HandProcesses:
    """As `Hand`, by processes that share what they are given.

    Of several threads one may ask while another waits for the answers to what it has asked, so that
    the next request lies ready where one is done. They end with this process, however that ends.
    """

    def __init__(self, parts: int, root: int, staging: int, *, lock: int) -> None:
        """Starts them; the target's `lock` is held for as long as they run.

        Raises:
            OSError: they cannot be started.
        """
        given = (parts, root, staging)
        self._all: Final = [_Process(given, lock) for _ in range(HANDS)]
        self._asking: Final = threading.Lock()
        self._hearing: Final = threading.Lock()

    def stage(self, files: Sequence["Small"], content: memoryview, *, grows: bool) -> list[bool]:
        """As `Hand.stage`."""
        asked = []
        for some in self._shares(files):
            count = sum(size for _, size, _, _ in some)
            asked.append((("stage", some, grows), content[:count]))
            content = content[count:]
        return self._answers(asked)

    def place(self, files: Sequence[tuple[str, str]], *, replace: bool) -> list[str]:
        """As `Hand.place`."""
        nothing = memoryview(b"")
        return self._answers([(("place", some, replace), nothing) for some in self._shares(files)])

    def close(self) -> None:
        """Ends them, once they have done what they were asked."""
        for one in self._all:
            one.end()
        for one in self._all:
            one.wait()

    def _shares(self, files: "Sequence[Row]") -> "Iterator[list[Row]]":
        each = -(-len(files) // HANDS)
        for number in range(HANDS):
            yield list(files[number * each : (number + 1) * each])

    def _answers(self, asked: Sequence[tuple[tuple[Any, ...], memoryview]]) -> list[Any]:
        """Asks all, then hears all: an error of one does not leave another's answer in its pipe."""
        with self._asking:
            for one, request in zip(self._all, asked, strict=True):
                one.ask(*request)
            self._hearing.acquire()  # before the next asks: answers come in the order of requests
        try:
            answers = [one.answer() for one in self._all]
        finally:
            self._hearing.release()
        for answer in answers:
            if isinstance(answer, tuple):
                raise OSError(*answer)
        return [row for answer in answers for row in answer]


class _Process:
    def __init__(self, given: tuple[int, ...], lock: int) -> None:
        self._process: Final = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _BOOT, _HOME, *map(str, (*given, os.getpid()))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            pass_fds=(*given, lock),
            env=handed_down(),
            start_new_session=True,  # Ctrl-C is for this process: it ends the other in order
        )
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018
        self._in: Final = self._process.stdin.fileno()
        self._out: Final = self._process.stdout.fileno()
        with contextlib.suppress(AttributeError, OSError):
            fcntl.fcntl(self._in, fcntl.F_SETPIPE_SZ, PIPE)

    def ask(self, request: tuple[Any, ...], content: memoryview) -> None:
        packed = marshal.dumps(request)
        try:
            write_to(self._in, memoryview(REQUEST.pack(len(packed), len(content)) + packed))
            write_to(self._in, content)
        except BrokenPipeError:
            raise _ended() from None

    def answer(self) -> Any:
        (size,) = ANSWER.unpack(self._read(ANSWER.size))
        return marshal.loads(self._read(size))  # noqa: S302  # of our own process

    def end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def wait(self) -> None:
        try:
            self._process.wait(ENDS_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self, count: int) -> bytes:
        found = read_from(self._out, count)
        if len(found) < count:
            raise _ended()
        return found


def _ended() -> OSError:
    return OSError(errno.EPIPE, "the process that writes small files ended before its time")
