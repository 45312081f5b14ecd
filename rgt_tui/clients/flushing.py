"""Has a Pod make files durable that lie where writes come late: fsync of each and of its folder."""

from collections.abc import Sequence
from typing import Final

from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.text import clean

SILENCE_S: Final = 900.0
"""How long one file may take: 100 GB at the 140 MB/s that were seen on global volumes."""


async def flush_on_pod(pool: SshPool, target: SshTarget, paths: Sequence[str]) -> dict[str, str]:
    """By path, why it could not be flushed; empty where file and folder were.

    Raises:
        SshError: the Pod could not be asked, or did not answer for each.
    """
    found: dict[str, str] = {}
    async with pool.talk(target) as talk:
        request = {"op": "flush", "paths": list(paths)}
        async for answer in talk.ask(request, silence_s=SILENCE_S):
            row = answer.get("flushed")
            if isinstance(row, list) and len(row) == 2 and row[0] in paths:
                found[row[0]] = clean(str(row[1]), 120)
    if len(found) != len(set(paths)):
        said = f"{target.where}: it did not say of each file whether it was flushed"
        raise SshError(SshFault.BAD_ANSWER, said)
    return found
