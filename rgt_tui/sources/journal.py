"""The audit log on this machine, read again when it has grown."""

import asyncio
from typing import Final

from rgt_tui import places
from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.journal import JournalReport
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 2.0
_seen: dict[str, tuple[tuple[int, int], JournalReport]] = {}
"""What was read last of each file: while a file stands still it is not read again."""


async def _read(ask: Ask) -> tuple[Change, ...]:
    journal = ask.wires.journal
    name, size = str(journal.path), journal.size()
    kept = _seen.get(name)
    if kept is None or kept[0] != size:
        try:
            report = await asyncio.to_thread(journal.read)
        except OSError as error:
            raise RgtError(f"the journal cannot be read: {places.why(error)}") from error
        kept = _seen[name] = (size, report)
    return (ask.seen(kept[1], source="file"),)


SOURCE = Source(name="journal", every_s=EVERY_S, metered=False, kinds=(JournalReport,), read=_read)
