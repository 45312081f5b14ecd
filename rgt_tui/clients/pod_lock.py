"""One change at a time for each Pod, over all consoles of this user on this machine."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

from rgt_tui import places
from rgt_tui.clock import steady
from rgt_tui.domain.errors import GuardRefused
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import PodId, is_pod_id

_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC

LEAVING_S: Final = 2.0
"""A checklist lets go of its Pod at its next tick."""


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


@contextlib.asynccontextmanager
async def pod_lock_soon(folder: Path, pod: PodId) -> AsyncIterator[None]:
    """As `pod_lock`; a checklist that was left a moment ago gets the time to let go of the Pod.

    Raises:
        Elsewhere: another console holds it, and still does after a while.
        GuardRefused: it cannot be held at all.
    """
    ends = steady() + LEAVING_S
    with contextlib.ExitStack() as held:
        while True:
            try:
                held.enter_context(pod_lock(folder, pod))
                break
            except Elsewhere:
                if steady() > ends:
                    raise
            await asyncio.sleep(0.05)
        yield
