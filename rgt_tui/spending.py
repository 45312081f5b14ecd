"""The account's money as panes and commands state it: pure, from evidence alone.

Three sources meet here: the rules of `domain.rates` on what exists now, the service's own billing
records, and what is remembered of earlier looks. Where they disagree, that is said.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.billing import Billing, Spent
from rgt_tui.domain.history import Cost, History, cost_between, stopped_cost
from rgt_tui.domain.money import AtZero, Balance, Burn, at_zero, burn_of, runway_hours
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.rates import (
    HIGH_PERFORMANCE,
    HOUR_S,
    HOURS_A_MONTH,
    by_hour,
    network_volume_per_hour,
    pod_rates,
)
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId, show_bytes
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.facts import gpu_sum, stores

DAY_S: Final = 86_400.0
LAG_S: Final = 3600.0
"""Billing records are complete after an hour or so (public reports)."""
ZERO: Final = Decimal(0)
TOLERANCE: Final = Decimal("0.01")
SHARE: Final = Decimal("0.05")
"""Ours and the billed amount agree within a cent or 5 percent."""
POD_COMPUTE: Final = ("podGpuAmount", "podCpuAmount")
POD_DISKS: Final = ("podDiskAmount",)
NETWORK_VOLUMES: Final = ("storageStandardAmount", "storageHighPerformanceAmount")
_ELSEWHERE: Final = ("serverless", "endpoint", "cluster")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """What was billed in the usual times, in USD; None where billing is unknown."""

    today: Decimal | None = None
    week: Decimal | None = None
    days30: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What a stopped Pod's volume disk has cost.

    Attributes:
        seen_since: when EXITED was first seen by this program; None is unknown.
        seen_cost: by our rule since then.
        billed_since: start of the first UTC day billed for disk alone; None when there is none.
        billed_cost: the service's `diskAmount` since then.
        days: whole UTC days in which both are known.
        ours: by our rule in those days; 0 without any.
        billed: `diskAmount` in those days.
    """

    seen_since: float | None = None
    seen_cost: Cost | None = None
    billed_since: float | None = None
    billed_cost: Decimal | None = None
    days: int = 0
    ours: Decimal = ZERO
    billed: Decimal = ZERO

    @property
    def agrees(self) -> bool | None:
        """Whether the rule and the bill say the same; None when they share no whole day."""
        return within(self.ours, self.billed) if self.days else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Ours and the billed amount of one full hour.

    Attributes:
        start: Unix seconds of the hour.
        ours: by what was seen in it; None when it was not watched whole.
        billed: by the service, Pods and network volumes alone.
        watched_since: when remembering began.
    """

    start: float
    ours: Decimal | None
    billed: Decimal
    watched_since: float | None

    @property
    def agrees(self) -> bool | None:
        """Whether both say the same; None when ours is unknown."""
        return None if self.ours is None else within(self.ours, self.billed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The account's money.

    Attributes:
        balance: None where it was never read; its fields may be None as well.
        burn: by the rules.
        runway_h: hours until the balance is used up; None is unknown or never.
        out_at: Unix seconds of that moment.
        fate: what happens to the Pods then.
        billed: of the account.
        forecast: USD of the present month: billed so far, and the present burn until its end.
        elsewhere: USD an hour lately for serverless, endpoints and clusters; None is unknown.
        idle: USD an hour paid for GPUs that do nothing; a lower bound when some are not seen.
        fast_price: USD per GB and month of HIGH_PERFORMANCE network volumes; None is unknown.
        fast_source: where that comes from: `configuration`, `billing`, or empty.
    """

    balance: Balance | None
    burn: Burn
    runway_h: Decimal | None
    out_at: float | None
    fate: AtZero
    billed: Lately
    forecast: Decimal | None
    elsewhere: Decimal | None
    idle: Decimal
    fast_price: Decimal | None
    fast_source: str


def money_of(account: Account, now: float, configured: Decimal | None = None) -> Money:
    """The account's money.

    Args:
        account: everything known.
        now: Unix seconds.
        configured: USD per GB and month of HIGH_PERFORMANCE network volumes, from the configuration.
    """
    billing = account.evidence.value(Billing)
    balance = account.evidence.value(Balance)
    price, source = fast_price(account, configured)
    burn = burn_of(account.pods, account.volumes, price)
    runway = None if balance is None else runway_hours(balance, burn)
    return Money(
        balance=balance,
        burn=burn,
        runway_h=runway,
        out_at=None if runway is None else now + float(runway) * HOUR_S,
        fate=at_zero(account.pods),
        billed=Lately() if billing is None else in_usual_times(billing.days.records, now),
        forecast=None if billing is None else _forecast(billing, burn, balance, now),
        elsewhere=None if billing is None else _elsewhere(billing, now),
        idle=sum((idle_per_hour(pod, account) or ZERO for pod in account.pods), ZERO),
        fast_price=price,
        fast_source=source,
    )


def in_usual_times(
    records: Iterable[Spent],
    now: float,
    amount: Callable[[Spent], Decimal] = lambda spent: spent.total or ZERO,
) -> Lately:
    """Today, the last 7 and the last 30 UTC days, today included in each."""
    day = midnight(now)
    known = [(spent.start, amount(spent)) for spent in records if spent.start is not None]

    def since(start: float) -> Decimal:
        return sum((usd for at, usd in known if at >= start), ZERO)

    return Lately(today=since(day), week=since(day - 6 * DAY_S), days30=since(day - 29 * DAY_S))


def parts(*names: str) -> Callable[[Spent], Decimal]:
    """Gives the sum of these amounts of a record."""
    return lambda spent: sum((spent.parts.get(name, ZERO) for name in names), ZERO)


def pod_billed(account: Account, pod: Pod, now: float) -> Lately:
    """What a Pod was billed in the usual times."""
    billing = account.evidence.value(Billing)
    if billing is None:
        return Lately()
    return in_usual_times((s for s in billing.pod_days.records if s.pod_id == pod.id), now)


def pod_so_far(account: Account, pod: Pod, now: float) -> Cost | None:
    """What a Pod has cost since it was made: as billed, else as seen. None when nothing is known.

    Not whole where the records do not reach back to its creation.
    """
    billing, history = account.evidence.value(Billing), account.evidence.value(History)
    if billing is not None:
        records: Sequence[Spent] = billing.pod_days.records
        if billing.pod_months is not None:
            records = billing.pod_months.records
        first = midnight(now) - (DAYS_KEPT if billing.pod_months is None else YEAR_S)
        amounts = [spent.total or ZERO for spent in records if spent.pod_id == pod.id]
        is_whole = pod.created_at is not None and pod.created_at >= first
        return Cost(sum(amounts, ZERO), is_whole)
    if history is not None and pod.created_at is not None:
        return cost_between(history.of(pod.id), pod.created_at, now)
    return None


DAYS_KEPT: Final = 30 * DAY_S
YEAR_S: Final = 365 * DAY_S


def idle_per_hour(pod: Pod, account: Account) -> Decimal | None:
    """USD an hour paid for the part of a Pod's GPUs that does nothing; None when it is not known."""
    if pod.gpu_id is None or not pod.is_running:
        return ZERO
    use = gpu_sum(pod, account.about(pod.id)).util_percent
    compute = pod_rates(pod).compute
    if use is None or compute is None:
        return None
    return compute * (100 - Decimal(min(100.0, max(0.0, use)))) / 100


def at_risk(pod: Pod, account: Account) -> str:
    """How much data a Pod has outside network volumes: used bytes, else the room there is."""
    own = [s for s in stores(pod, account) if not s.survives_terminate and s.kind != "shm"]
    if pod.is_stopped:
        own = [store for store in own if store.survives_stop]
    used = [store.used_bytes for store in own]
    known = sum(size for size in used if size is not None)
    if all(size is not None for size in used):
        return show_bytes(known)
    room = sum(store.size_bytes or 0 for store in own)
    return f"up to {show_bytes(room)}"


def stopped(account: Account, pod: Pod, now: float) -> Stopped | None:
    """What a stopped Pod's volume disk has cost, by rule and by bill; None when it is not stopped."""
    if not pod.is_stopped:
        return None
    history = account.evidence.value(History) or History()
    days = _disk_only_days(account, pod)
    seen = history.exited_since(pod.id)
    whole = [
        (start, usd)
        for start, usd in days
        if seen is not None and seen <= start and start + DAY_S <= now - LAG_S
    ]
    ours = (cost_between(history.of(pod.id), at, at + DAY_S).amount for at, _ in whole)
    return Stopped(
        seen_since=seen,
        seen_cost=stopped_cost(history, pod.id, now),
        billed_since=days[0][0] if days else None,
        billed_cost=sum((usd for _, usd in days), ZERO) if days else None,
        days=len(whole),
        ours=sum(ours, ZERO),
        billed=sum((usd for _, usd in whole), ZERO),
    )


def compared(account: Account, now: float, price: Decimal | None) -> Compared | None:
    """The newest hour that is billed whole, beside what was seen of it; None without billing."""
    billing, history = account.evidence.value(Billing), account.evidence.value(History)
    if billing is None:
        return None
    start = (now - LAG_S) // HOUR_S * HOUR_S - HOUR_S
    spent = next((s for s in billing.hours.records if s.start == start), None)
    if spent is None:
        return None
    theirs = parts(*POD_COMPUTE, *POD_DISKS, *NETWORK_VOLUMES)(spent)
    ours = None if history is None else _seen_in(account, history, start, price)
    return Compared(
        start=start,
        ours=ours,
        billed=theirs,
        watched_since=None if history is None else history.since,
    )


def fast_price(account: Account, configured: Decimal | None) -> tuple[Decimal | None, str]:
    """USD per GB and month of HIGH_PERFORMANCE network volumes, and where that comes from.

    It is published nowhere. What was billed for a full day, by size and hours, gives it too.
    """
    if configured is not None:
        return configured, "configuration"
    billing = account.evidence.value(Billing)
    seen = account.evidence.latest(Billing)
    if billing is None or seen is None:
        return None, ""
    for volume in account.volumes:
        if volume.tier == HIGH_PERFORMANCE and volume.size_gb:
            found = _billed_price(billing, volume, seen.at)
            if found is not None:
                return found, "billing"
    return None, ""


def midnight(at: float) -> float:
    """The beginning of the UTC day."""
    return at // DAY_S * DAY_S


def within(one: Decimal, other: Decimal) -> bool:
    """Whether two amounts are the same for our purposes."""
    return abs(one - other) <= max(TOLERANCE, SHARE * max(abs(one), abs(other)))


def _forecast(billing: Billing, burn: Burn, balance: Balance | None, now: float) -> Decimal:
    moment = datetime.fromtimestamp(now, UTC)
    begin = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (begin + timedelta(days=32)).replace(day=1)
    so_far = [s.total or ZERO for s in billing.days.records if (s.start or 0) >= begin.timestamp()]
    spend = max(burn.known, (balance.spend_per_hour if balance else None) or ZERO)
    return sum(so_far, ZERO) + spend * Decimal(end.timestamp() - now) / Decimal(HOUR_S)


def _elsewhere(billing: Billing, now: float) -> Decimal:
    """USD of the newest full hour for what is neither a Pod nor a network volume."""
    start = (now - LAG_S) // HOUR_S * HOUR_S - HOUR_S
    spent = next((s for s in billing.hours.records if s.start == start), None)
    if spent is None:
        return ZERO
    return sum((usd for name, usd in spent.parts.items() if name.startswith(_ELSEWHERE)), ZERO)


def _disk_only_days(account: Account, pod: Pod) -> list[tuple[float, Decimal]]:
    """The newest UTC days in a row in which a Pod was billed for its disk and no compute."""
    billing = account.evidence.value(Billing)
    records = () if billing is None else billing.pod_days.records
    of_pod = sorted(
        ((s.start, s) for s in records if s.pod_id == pod.id and s.start is not None),
        key=lambda pair: -pair[0],
    )
    days: list[tuple[float, Decimal]] = []
    for start, spent in of_pod:
        if parts("gpuAmount", "cpuAmount")(spent) > 0:
            break
        days.append((start, parts("diskAmount")(spent)))
    return days[::-1]


def _seen_in(
    account: Account, history: History, start: float, price: Decimal | None
) -> Decimal | None:
    """What Pods and network volumes cost in the hour from `start` on, when all of it was watched."""
    end = start + HOUR_S
    if history.since is None or history.since > start:
        return None
    total = ZERO
    for pod_id in {stretch.pod_id for stretch in history.stretches}:
        cost = _pod_in(account, history, pod_id, start, end)
        if cost is None:
            return None
        total += cost
    for volume in account.volumes:
        rate = network_volume_per_hour(volume, price)
        if rate is None:
            return None
        total += by_hour(rate, start, end)
    return total


def _pod_in(
    account: Account, history: History, pod_id: PodId, start: float, end: float
) -> Decimal | None:
    pod = account.pod(pod_id)
    begin = max(start, (pod.created_at if pod is not None else None) or start)
    cost = cost_between(history.of(pod_id), begin, end)
    return cost.amount if cost.is_whole else None


def _billed_price(billing: Billing, volume: NetworkVolume, seen_at: float) -> Decimal | None:
    yesterday = midnight(seen_at) - DAY_S
    for spent in billing.volume_days.records:
        if spent.volume_id == volume.id and spent.start == yesterday and volume.size_gb:
            amount = spent.parts.get("highPerformanceAmount", ZERO)
            price = amount / volume.size_gb / 24 * HOURS_A_MONTH
            return round(price, 4) if price > 0 else None
    return None
