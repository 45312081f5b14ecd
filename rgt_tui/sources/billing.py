"""What was billed: four calls, five with an old Pod, each ten minutes and only while it is looked at.

The service bills every five minutes and its records lag an hour or so, so asking more often would
tell nothing new.
"""

from typing import Final

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.billing import Billing, Bucket
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 600.0
DAYS: Final = 31
"""So that the present month is whole, whatever the day."""
HOURS: Final = 24
MONTHS: Final = 13
DAY_S: Final = 86_400.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    rest = ask.wires.rest
    is_old = _has_old_pod(ask.account, ask.clock())
    billing = Billing(
        days=await rest.billing(Bucket.DAY, DAYS),
        hours=await rest.billing(Bucket.HOUR, HOURS),
        pod_days=await rest.pod_billing(Bucket.DAY, DAYS),
        pod_months=await rest.pod_billing(Bucket.MONTH, MONTHS) if is_old else None,
        volume_days=await rest.volume_billing(Bucket.DAY, DAYS),
    )
    return (ask.seen(billing, source="billing"),)


def _has_old_pod(account: Account, now: float) -> bool:
    """Whether the days do not reach back to the creation of every Pod."""
    return any(
        pod.created_at is None or now - pod.created_at > (DAYS - 1) * DAY_S for pod in account.pods
    )


SOURCE = Source(
    name="billing", every_s=EVERY_S, metered=True, kinds=(Billing,), read=_read, on_demand=True
)
