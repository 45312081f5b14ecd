"""Whether what the journal says was begun may yet be brought to its end by the process that began it."""

import os
import socket

from rgt_tui.domain.journal import Entry


def is_under_way(entry: Entry) -> bool:
    """Whether the process that wrote it still runs on this machine, and may yet write the end."""
    if entry.host != socket.gethostname() or entry.pid <= 0:
        return False
    if entry.pid == os.getpid():
        return True
    try:
        os.kill(entry.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
