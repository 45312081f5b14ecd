"""The balance: only GraphQL knows it, and only a short-lived child process asks."""

from rgt_tui.domain.account import Change
from rgt_tui.domain.money import Balance
from rgt_tui.sources import Ask, Source


async def _read(ask: Ask) -> tuple[Change, ...]:
    return (ask.seen(await ask.wires.balance()),)


SOURCE = Source(name="balance", every_s=300.0, metered=False, kinds=(Balance,), read=_read)
