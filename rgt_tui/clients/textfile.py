"""A file that others read at any moment: replaced in one step, readable by all."""

import contextlib
import os
from pathlib import Path
from typing import Final

from rgt_tui.places import write_whole

MODE: Final = 0o644


def replace_file(path: Path, content: bytes) -> None:
    """Writes a new file beside the old one and gives it the name, so that no reader sees a part.

    What is half written has a name that no collector takes: it begins with a dot and ends in `.tmp`.

    Raises:
        OSError: it cannot be written; what was there before is still there.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(fresh, flags, MODE)
    try:
        try:
            os.fchmod(descriptor, MODE)  # whatever the umask says
            write_whole(descriptor, content)
        finally:
            os.close(descriptor)
        os.replace(fresh, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise
