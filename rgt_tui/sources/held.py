"""Copies of Pods' files that are held on this machine, while somebody looks at checkpoints."""

import asyncio
from typing import Final

from rgt_tui.domain.account import Change
from rgt_tui.domain.holding import HeldHere
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 30.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    from rgt_tui.clients.holds import groups  # loads the verifiers

    found = await asyncio.to_thread(groups, ask.wires.holds)
    return (ask.seen(HeldHere(found), source="file"),)


SOURCE = Source(
    name="held",
    every_s=EVERY_S,
    metered=False,
    kinds=(HeldHere,),
    read=_read,
    on_demand=True,
)
