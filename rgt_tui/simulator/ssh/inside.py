"""A Python whose file system begins at `RGT_FILES`: what a Pod's `python3` is here.

Run as a script in place of the interpreter, with the interpreter's own arguments.
"""

import builtins
import ctypes
import os
import sys
from collections.abc import Callable
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
    redirect(os.environ["RGT_FILES"])
    if number := int(os.environ.get("RGT_FSYNC", "0")):
        refuse_fsync(number)
    if "RGT_CU_INIT" in os.environ:
        drive(int(os.environ["RGT_CU_INIT"]))
    sys.argv = ["-c", *argv[argv.index("-c") + 2 :]]
    exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102  # as python3 -c does


if __name__ == "__main__":
    main()
