"""The line between a Pod and the world, which is slower than loopback."""

import asyncio
from dataclasses import dataclass
from typing import Final

_SHORTEST_S: Final = 0.01
"""Shorter pauses are left to the next bytes: a timer is not finer."""


@dataclass(slots=True)
class Link:
    """Lets so many bytes a second pass, of whatever session.

    Attributes:
        bytes_s: 0 for no limit.
    """

    bytes_s: int = 0
    _free_at: float = 0.0

    async def carry(self, count: int) -> None:
        """Waits until so many bytes have gone."""
        if not self.bytes_s:
            return
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now) + count / self.bytes_s
        if self._free_at - now > _SHORTEST_S:
            await asyncio.sleep(self._free_at - now)
