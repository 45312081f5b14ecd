"""What is remembered from run to run: writes down what was seen, and reads back what it means."""

from typing import Final

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.history import History, MoneyPoint
from rgt_tui.domain.money import Balance, burn_per_hour
from rgt_tui.domain.pod import PodList
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 5.0
POINT_S: Final = 300.0
"""Without a balance, how often the burn is written down all the same."""


async def _read(ask: Ask) -> tuple[Change, ...]:
    seen = ask.account.evidence.latest(PodList)
    if seen is None or seen.source == "cache":
        return ()
    book = ask.wires.history
    await book.keep(seen.value.pods, seen.at)
    point = _point(ask.account, ask.clock())
    if point is not None:
        await book.keep_money(point)
    known = ask.seen(await book.remembered(seen.value.pods, ask.clock()), source="history")
    if book.trouble:  # what is remembered is whole all the same, but for this run only
        return (known, ask.failed(History, RgtError(book.trouble)))
    return (known,)


def _point(account: Account, now: float) -> MoneyPoint | None:
    """The account's money, when it was read since the last point or that is long ago."""
    known = account.evidence.value(History)
    last = known.points[-1].at if known is not None and known.points else 0.0
    balance: Observed[Balance] | None = account.evidence.latest(Balance)
    if balance is not None and balance.source == "cache":
        balance = None
    if balance is not None and balance.at > last:
        at, money = balance.at, balance.value
    elif now - last >= POINT_S:
        at, money = now, Balance(balance=None, spend_per_hour=None)
    else:
        return None
    return MoneyPoint(
        at=at,
        balance=money.balance,
        spend_per_hour=money.spend_per_hour,
        burn_per_hour=burn_per_hour(account.pods, account.volumes),
    )


SOURCE = Source(name="history", every_s=EVERY_S, metered=False, kinds=(History,), read=_read)
