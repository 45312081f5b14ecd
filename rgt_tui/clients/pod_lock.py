"""One change at a time for each Pod, over all consoles of this user on this machine."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rgt_tui import places
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import PodId, is_pod_id

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class Elsewhere(GuardRefused):
    """Another console is changing this Pod just now."""

    code = "in_progress_elsewhere"


@contextlib.contextmanager
def pod_lock(folder: Path, pod: PodId) -> Iterator[None]:
    """Holds the Pod for as long as the block lasts; a crash lets go of it.

    Args:
        folder: where the lock files lie.
        pod: the Pod.

    Raises:
        Elsewhere: another console holds it.
        GuardRefused: it cannot be held at all.
    """
    if not is_pod_id(pod):
        raise GuardRefused(f"{clean(pod, 64)} is no Pod id")
    try:
        places.ensure_private(folder)
        lock = os.open(folder / f"{pod}.lock", _FLAGS, 0o600)
    except OSError as error:
        raise GuardRefused(f"Pod {pod} cannot be held: {places.why(error)}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Elsewhere(
                f"Pod {pod}: in progress elsewhere",
                hint="Another console of yours is changing it; look there, or wait.",
            ) from error
        yield
    finally:
        os.close(lock)
