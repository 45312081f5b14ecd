"""What the account's money is, from rules, bills and memory together."""

from decimal import Decimal
from typing import Any

import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.billing import (
    Billing,
    BillingHistory,
    PodBillingHistory,
    Spent,
    VolumeBillingHistory,
)
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.history import Cost, History, Stretch
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import GpuUse, Pod, Runtime
from rgt_tui.domain.rates import billed
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.spending import (
    at_risk,
    compared,
    fast_price,
    idle_per_hour,
    in_usual_times,
    money_of,
    pod_so_far,
    stopped,
)
from tests.values import NOW, a_pod, an_account

DAY = 86_400.0
TODAY = NOW // DAY * DAY
RUNNING = a_pod()
STOPPED = a_pod(status="EXITED", cost_per_hour=Decimal(0), runtime=None, created_at=NOW - 20 * DAY)
A_DAY = 200 * Decimal("0.20") / 730 * 24
"""USD a day of the stopped volume disk of `a_pod`."""


def spent(start: float, length: float = DAY, pod: Pod | None = None, **amounts: Any) -> Spent:
    known = {name: Decimal(str(usd)) for name, usd in amounts.items()}
    return Spent(
        start=start,
        end=start + length,
        total=sum(known.values(), Decimal(0)),
        parts=known,
        pod_id=pod.id if pod is not None else None,
    )


def billing(
    days: tuple[Spent, ...] = (),
    hours: tuple[Spent, ...] = (),
    pods: tuple[Spent, ...] = (),
    months: tuple[Spent, ...] | None = None,
    volumes: tuple[Spent, ...] = (),
) -> Billing:
    return Billing(
        days=BillingHistory(records=days),
        hours=BillingHistory(records=hours),
        pod_days=PodBillingHistory(records=pods),
        pod_months=None if months is None else PodBillingHistory(records=months),
        volume_days=VolumeBillingHistory(records=volumes),
    )


def knowing(account: Account, *values: object) -> Account:
    for value in values:
        account = account.after(Change(type(value), Observed(value, NOW)))
    return account


def remembered(pod: Pod, since: float, until: float = NOW) -> History:
    stretch = Stretch(
        pod_id=pod.id, name=pod.name, start=pod.start, billed=billed(pod), since=since, until=until
    )
    return History(stretches=(stretch,), since=since)


def test_today_seven_and_thirty_days_are_utc_days_with_today_in_each() -> None:
    days = [spent(TODAY - back * DAY, podGpuAmount=1) for back in range(40)]
    found = in_usual_times(days, NOW)
    assert [found.today, found.week, found.days30] == [Decimal(1), Decimal(7), Decimal(30)]


def test_a_day_without_a_record_cost_nothing_but_unknown_billing_is_unknown() -> None:
    assert in_usual_times([], NOW).today == 0
    assert money_of(an_account(RUNNING), NOW).billed.today is None


def test_the_forecast_is_what_was_billed_this_month_and_the_present_burn_until_its_end() -> None:
    days = (spent(TODAY - DAY, podGpuAmount=99), spent(TODAY, podGpuAmount=5))
    account = knowing(an_account(), billing(days), Balance(balance=None, spend_per_hour=Decimal(2)))
    assert money_of(account, NOW).forecast == 5 + 2 * (29 * 24 + 12)


def test_the_runway_ends_at_a_moment() -> None:
    account = knowing(an_account(), Balance(balance=Decimal(10), spend_per_hour=Decimal(2)))
    found = money_of(account, NOW)
    assert found.runway_h == 5
    assert found.out_at == NOW + 5 * 3600


def test_without_a_balance_there_is_no_runway() -> None:
    assert money_of(an_account(RUNNING), NOW).runway_h is None


@pytest.mark.parametrize(("util", "idle"), [(0.0, "1.19"), (100.0, "0"), (75.0, "0.2975")])
def test_idle_spend_is_the_idle_part_of_the_compute(util: float, idle: str) -> None:
    pod = a_pod(runtime=Runtime(uptime_s=60, gpus=(GpuUse(util=util, memory_util=0),)))
    assert idle_per_hour(pod, an_account(pod)) == Decimal(idle)


def test_idle_spend_of_a_gpu_that_nobody_sees_is_unknown_and_of_a_stopped_pod_none() -> None:
    assert idle_per_hour(RUNNING, an_account(RUNNING)) is None
    assert idle_per_hour(STOPPED, an_account(STOPPED)) == 0


def test_a_young_pods_cost_so_far_is_the_sum_of_its_days() -> None:
    days = tuple(spent(TODAY - b * DAY, pod=RUNNING, gpuAmount=2, diskAmount=1) for b in (0, 1))
    cost = pod_so_far(knowing(an_account(RUNNING), billing(pods=days)), RUNNING, NOW)
    assert cost is not None
    assert cost == Cost(Decimal(6), is_whole=True)


def test_an_old_pods_cost_so_far_needs_its_months() -> None:
    old = a_pod(created_at=NOW - 90 * DAY)
    days = (spent(TODAY, pod=old, gpuAmount=2),)
    cost = pod_so_far(knowing(an_account(old), billing(pods=days)), old, NOW)
    assert cost is not None
    assert not cost.is_whole
    months = (
        spent(TODAY, 30 * DAY, old, gpuAmount=50),
        spent(TODAY - 30 * DAY, pod=old, gpuAmount=9),
    )
    cost = pod_so_far(knowing(an_account(old), billing(pods=days, months=months)), old, NOW)
    assert cost is not None
    assert cost == Cost(Decimal(59), is_whole=True)


def test_without_billing_the_cost_so_far_is_what_was_seen() -> None:
    account = knowing(an_account(RUNNING), remembered(RUNNING, NOW - 3700))
    cost = pod_so_far(account, RUNNING, NOW)
    assert cost is not None
    assert round(cost.amount, 2) == Decimal("1.25")
    assert pod_so_far(an_account(RUNNING), RUNNING, NOW) is None


def stopped_days(usd: Decimal) -> tuple[Spent, ...]:
    disks = tuple(spent(TODAY - b * DAY, pod=STOPPED, diskAmount=usd) for b in range(1, 5))
    return (*disks, spent(TODAY - 5 * DAY, pod=STOPPED, gpuAmount=9, diskAmount=usd))


def test_a_stopped_disk_by_rule_and_by_bill_agree() -> None:
    history = remembered(STOPPED, TODAY - 3.5 * DAY)
    account = knowing(an_account(STOPPED), history, billing(pods=stopped_days(A_DAY)))
    found = stopped(account, STOPPED, NOW)
    assert found is not None
    assert found.seen_since == TODAY - 3.5 * DAY
    assert found.billed_since == TODAY - 4 * DAY
    assert found.billed_cost is not None
    assert abs(found.billed_cost - 4 * A_DAY) < Decimal("1e-12")
    assert found.days == 3
    assert found.agrees


def test_a_stopped_disk_that_is_billed_otherwise_is_a_discrepancy() -> None:
    history = remembered(STOPPED, TODAY - 3.5 * DAY)
    account = knowing(an_account(STOPPED), history, billing(pods=stopped_days(A_DAY / 2)))
    found = stopped(account, STOPPED, NOW)
    assert found is not None
    assert found.agrees is False


def test_a_stopped_disk_that_shares_no_whole_day_cannot_be_compared() -> None:
    account = knowing(an_account(STOPPED), remembered(STOPPED, NOW - 60))
    found = stopped(account, STOPPED, NOW)
    assert found is not None
    assert found.agrees is None
    assert found.billed_cost is None


def test_a_running_pod_is_not_stopped() -> None:
    assert stopped(an_account(RUNNING), RUNNING, NOW) is None


HOUR_START = (NOW - 3600) // 3600 * 3600 - 3600


@pytest.mark.parametrize(
    ("amount", "agrees"), [(Decimal("1.22"), True), (Decimal("1.9"), False), (Decimal(0), False)]
)
def test_a_full_hour_is_compared_with_what_was_seen_in_it(amount: Decimal, agrees: bool) -> None:
    pod = a_pod(created_at=NOW - 5 * DAY, started_at=NOW - 5 * DAY)
    hours = (spent(HOUR_START, 3600, podGpuAmount=amount, serverlessGpuAmount=77),)
    account = knowing(an_account(pod), billing(hours=hours), remembered(pod, NOW - DAY))
    found = compared(account, NOW, None)
    assert found is not None
    assert found.agrees is agrees


def test_an_hour_that_was_not_watched_cannot_be_compared() -> None:
    hours = (spent(HOUR_START, 3600, podGpuAmount=1),)
    account = knowing(an_account(RUNNING), billing(hours=hours), remembered(RUNNING, NOW - 60))
    found = compared(account, NOW, None)
    assert found is not None
    assert found.agrees is None


FAST = NetworkVolume(id="v", name="v", size_gb=100, data_center="US-KS-2", tier="HIGH_PERFORMANCE")


def test_the_price_of_the_fast_tier_is_the_configured_one_else_what_was_billed() -> None:
    record = Spent(
        start=TODAY - DAY,
        end=TODAY,
        total=Decimal("0.460274"),
        parts={"highPerformanceAmount": Decimal("0.460274")},
        volume_id="v",
    )
    account = knowing(an_account(), VolumeList((FAST,)), billing(volumes=(record,)))
    assert fast_price(account, None) == (Decimal("0.1400"), "billing")
    assert fast_price(account, Decimal("0.2")) == (Decimal("0.2"), "configuration")
    assert fast_price(knowing(an_account(), VolumeList((FAST,))), None) == (None, "")


def test_data_at_risk_of_a_stopped_pod_is_its_volume_disk_alone() -> None:
    assert at_risk(STOPPED, an_account(STOPPED)) == "up to 200G"
    assert at_risk(RUNNING, an_account(RUNNING)) == "up to 220G"
