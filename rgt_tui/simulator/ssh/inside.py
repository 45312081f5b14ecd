"""A Python whose file system begins at `RGT_FILES`: what a Pod's `python3` is here.

Run as a script in place of the interpreter, with the interpreter's own arguments.
"""

import builtins
import ctypes
import json
import os
import stat
import sys
from collections.abc import Callable, Sequence
from typing import Any


def redirect(root: str) -> None:
    """Makes absolute paths of `os` and `open` begin at `root`."""

    def moved(path: Any) -> Any:
        if isinstance(path, str) and path.startswith("/") and not path.startswith(root):
            return root + path
        return path

    def wrapped(call: Callable[..., Any]) -> Callable[..., Any]:
        def inner(path: Any = ".", *args: Any, **options: Any) -> Any:
            return call(
                path if options.get("dir_fd") is not None else moved(path), *args, **options
            )

        return inner

    for name in ("open", "stat", "lstat", "readlink", "listdir", "scandir", "access"):
        setattr(os, name, wrapped(getattr(os, name)))
    builtins.open = wrapped(builtins.open)


class Drawn:
    """Large files whose bytes after a head are random numbers, drawn when they are read.

    Of such a file only the head lies on this machine's disk. Programs that map it see zeros.
    """

    PERIOD = 1_000_004
    """Bytes after which they begin again: a multiple of a number's size, and of no block's."""

    def __init__(self, notes: str) -> None:
        """Reads `notes`: JSON, from inode to the bytes of the head and the size of the file."""
        with open(notes) as file:
            self.files: dict[str, list[int]] = json.load(file)
        self.numbers = b""
        self.pread, self.read = os.pread, os.read

    def serve(self) -> None:
        """Takes the place of the calls that read from a descriptor."""

        def pread(fd: int, count: int, at: int) -> bytes:
            content = self.part(fd, count, at)
            return self.pread(fd, count, at) if content is None else content

        def read(fd: int, count: int) -> bytes:
            content = self.part(fd, count, None)
            if content is None:
                return self.read(fd, count)
            os.lseek(fd, len(content), os.SEEK_CUR)
            return content

        def preadv(fd: int, buffers: Sequence[memoryview], at: int, flags: int = 0) -> int:
            del flags
            return _spread(pread(fd, sum(map(len, buffers)), at), buffers)

        def readv(fd: int, buffers: Sequence[memoryview]) -> int:
            return _spread(read(fd, sum(map(len, buffers))), buffers)

        for call in (pread, read, preadv, readv):
            setattr(os, call.__name__, call)

    def part(self, fd: int, count: int, at: int | None) -> bytes | None:
        """Bytes of a drawn file, some at least before its end; None of another file."""
        found = os.fstat(fd)
        head, size = self.files.get(str(found.st_ino), (0, 0))
        if not size or size != found.st_size or not stat.S_ISREG(found.st_mode):
            return None
        at = os.lseek(fd, 0, os.SEEK_CUR) if at is None else at
        if at < head:
            return self.pread(fd, min(count, head - at), at)
        begin = (at - head) % self.PERIOD
        return self._numbers(head)[begin : begin + max(0, min(count, size - at, self.PERIOD))]

    def _numbers(self, seed: int) -> bytes:
        """Two periods of float32 numbers below 2."""
        if not self.numbers:
            import random  # few sessions need it

            drawn = bytearray(random.Random(seed).randbytes(self.PERIOD))  # noqa: S311  # repeatable
            drawn[3::4] = drawn[3::4].translate(bytes(byte & 0xBF for byte in range(256)))
            self.numbers = bytes(drawn) * 2
        return self.numbers


def _spread(content: bytes, buffers: Sequence[memoryview]) -> int:
    """Puts bytes into buffers, one after the other; how many there were."""
    at = 0
    for buffer in buffers:
        piece = content[at : at + len(buffer)]
        memoryview(buffer)[: len(piece)] = piece
        at += len(piece)
    return at


def refuse_fsync(number: int) -> None:
    """Makes every fsync fail, as on a mount whose store is not to be reached."""

    def fsync(descriptor: int) -> None:
        os.fstat(descriptor)  # it must be open
        raise OSError(number, os.strerror(number))

    setattr(os, "fsync", fsync)  # noqa: B010  # its own takes more kinds of descriptors


def drive(code: int) -> None:
    """Gives programs a CUDA driver library that answers `cuInit` with `code`, 0 being well."""
    real = ctypes.CDLL

    class Driver:
        def cuInit(self, flags: int) -> int:  # noqa: N802  # its name in the CUDA driver API
            del flags
            return code

    def load(name: str, *args: Any, **options: Any) -> Any:
        return Driver() if name == "libcuda.so.1" else real(name, *args, **options)

    setattr(ctypes, "CDLL", load)  # noqa: B010  # a type is replaced by a function


def main() -> None:
    """Runs `-c code` with the rest of the arguments, as the interpreter would."""
    argv = sys.argv[1:]
    code = argv[argv.index("-c") + 1]
    drawn = Drawn(os.environ["RGT_FILES"] + ".drawn")
    if drawn.files:
        drawn.serve()
    redirect(os.environ["RGT_FILES"])
    if number := int(os.environ.get("RGT_FSYNC", "0")):
        refuse_fsync(number)
    if "RGT_CU_INIT" in os.environ:
        drive(int(os.environ["RGT_CU_INIT"]))
    sys.argv = ["-c", *argv[argv.index("-c") + 2 :]]
    exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102  # as python3 -c does


if __name__ == "__main__":
    main()
