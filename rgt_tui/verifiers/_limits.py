"""Work in a child process that may use only so much time and memory, and say only so much."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import time
from typing import Any, Callable, Iterator

MEMORY = 2 << 30
_LINE_MAX = 4 << 20

Send = Callable[[Any], None]


class Exceeded(Exception):
    """The child was ended, or died; the message says why."""


def limited(work: Callable[[Send], None], seconds: float, memory: int = MEMORY) -> Iterator[Any]:
    """What `work` sends, one JSON value at a time.

    Raises:
        Exceeded: it used more than it may, or died.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        _child(work, reading, writing, seconds, memory)
    os.close(writing)
    try:
        yield from _lines(reading, seconds)
    except GeneratorExit:
        os.kill(pid, signal.SIGKILL)
        raise
    except Exceeded:
        os.kill(pid, signal.SIGKILL)
        # A process that hangs on a dead mount cannot be killed and is not waited for.
        os.waitpid(pid, os.WNOHANG)
        raise
    finally:
        os.close(reading)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        raise Exceeded(_cause(os.WTERMSIG(status)))
    if status:
        raise Exceeded("it needed more memory than a verifier may have")


def _child(
    work: Callable[[Send], None], reading: int, writing: int, seconds: float, memory: int
) -> None:
    code = 1
    try:
        os.close(reading)
        # Its standard output belongs to the parent; nothing it calls may print there.
        os.dup2(2, 1)
        for kind, limit in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, int(seconds) + 5)):
            try:
                resource.setrlimit(kind, (limit, limit))
            except (ValueError, OSError):
                pass
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        sys.setrecursionlimit(5000)

        def send(value: Any) -> None:
            data = json.dumps(value).encode("ascii") + b"\n"
            while data:
                data = data[os.write(writing, data) :]

        work(send)
        code = 0
    except BaseException:  # noqa: BLE001  # whatever it is, the parent says that it ended
        code = 1
    finally:
        os._exit(code)


def _lines(reading: int, seconds: float) -> Iterator[Any]:
    ends = time.monotonic() + seconds
    buffer = b""
    while True:
        left = ends - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            raise Exceeded(
                f"it did not end within {seconds:.0f} s: the disk is slow or hangs, or its tables have no end"
            )
        piece = os.read(reading, 65536)
        if not piece:
            return
        buffer += piece
        if len(buffer) > _LINE_MAX:
            raise Exceeded("it said more than a verifier may")
        *lines, buffer = buffer.split(b"\n")
        for line in lines:
            yield json.loads(line.decode("ascii"))


def _cause(number: int) -> str:
    if number == signal.SIGXCPU:
        return "it needed more time than a verifier may have"
    return f"it was killed (signal {number}): perhaps the machine is out of memory"
