"""Answers the shims: reads their messages from one FIFO and writes what to print."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rgt_tui.simulator.shell import Reply, View, commands

_CHUNK: Final = 65_536
_MESSAGE_HEAD: Final = 4
"""Reply path, Pod id, number of arguments, name of the command."""


class Calls:
    """The reading end of the FIFO that all shims write to."""

    def __init__(self, path: Path, replies: Path, view_of: Callable[[str], View | None]) -> None:
        """Answers what comes at `path`.

        Args:
            path: of the FIFO to which the shims write.
            replies: below it lie their FIFOs for answers; others get none.
            view_of: gives what the Pod of that id looks like, None for an unknown Pod.
        """
        self.path = path
        self._view_of = view_of
        self._left = b""
        self._descriptor: int | None = None
        self._root = os.path.realpath(replies)

    def open(self) -> None:
        """Begins to answer, on the running loop."""
        os.mkfifo(self.path, 0o600)
        # Both ends, so that it neither blocks nor ends between two writers.
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)

    def close(self) -> None:
        """Stops answering."""
        if self._descriptor is not None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None

    def _read(self) -> None:
        if self._descriptor is None:
            return
        with contextlib.suppress(BlockingIOError):
            self._left += os.read(self._descriptor, _CHUNK)
        fields = self._left.split(b"\0")
        self._left = fields.pop()
        while len(fields) >= _MESSAGE_HEAD:
            count = int(fields[2]) if fields[2].isdigit() else 0
            end = _MESSAGE_HEAD + count
            if len(fields) < end:
                break
            self._answer([field.decode(errors="replace") for field in fields[:end]])
            del fields[:end]
        if fields:
            self._left = b"\0".join([*fields, self._left])

    def _answer(self, fields: list[str]) -> None:
        reply_path, pod_id, _, name, *argv = fields
        if os.path.commonpath([self._root, os.path.realpath(reply_path)]) != self._root:
            return
        view = self._view_of(pod_id)
        command = commands().get(name)
        reply = Reply("", 127)
        if view is not None and command is not None:
            reply = command.render(view, tuple(argv))
        with contextlib.suppress(OSError):
            _send(reply_path, reply)


def _send(reply_path: str, reply: Reply) -> None:
    Path(f"{reply_path}.out").write_text(reply.out)
    if reply.err:
        Path(f"{reply_path}.err").write_text(reply.err)
    descriptor = os.open(reply_path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        os.write(descriptor, b"hang\n" if reply.hangs else f"{reply.code}\n".encode())
    finally:
        os.close(descriptor)
