from decimal import Decimal

import pytest

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.finding import Finding, Severity
from rgt_tui.domain.logsigns import LogSign, LogSigns
from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import NetworkMount
from rgt_tui.triage import examine
from tests.triage.asking import of_account
from tests.triage.texts import codes
from tests.values import NOW, a_pod, an_account, having


def rp8(balance: str | None, spend: str = "2.00") -> Finding:
    kept = a_pod(id="kept", name="kept", network_mounts=(NetworkMount(volume_id="v", path="/w"),))
    money = Balance(balance=Decimal(balance) if balance else None, spend_per_hour=Decimal(spend))
    account = an_account(a_pod(cost_per_hour=Decimal("0.1")), kept)
    account = account.after(Change(Balance, Observed(money, NOW)))
    return next(f for f in examine(account, NOW)[None] if f.code == "RP8")


@pytest.mark.parametrize(
    "text",
    [
        "HTTP 402: insufficient balance",
        "Your account balance is too low to deploy this pod",
        '{"data":{"myself":{"clientBalance":0.24,"currentSpendPerHr":0.79,"underBalance":true}}}',
        "lastStatusChange: stopped_by_runpod",
        "Pod was stopped because the account ran out of funds",
        "402 Payment Required",
        "You do not have enough credits to rent this pod",
        '{"clientBalance":-0.02,"currentSpendPerHr":0}',
    ],
)
def test_text_that_shows_it_is_rp8(text: str) -> None:
    assert "RP8" in codes(text)


@pytest.mark.parametrize(
    ("balance", "severity"),
    [("47", Severity.INFO), ("11", Severity.WARNING), ("1.9", Severity.CRITICAL)],
)
def test_the_alarm_grows_as_the_runway_shrinks(balance: str, severity: Severity) -> None:
    found = rp8(balance)
    assert found.is_present
    assert found.severity is severity


def test_who_would_be_terminated_and_who_stopped_is_named() -> None:
    said = [line.said for line in rp8("3").evidence]
    assert said[1] == "terminated at $0, data included: train-a"
    assert said[2] == "stopped at $0: kept"


def test_two_days_of_money_are_no_alarm_and_an_untold_balance_is_unknown() -> None:
    assert rp8("200").verdict == "absent"
    assert rp8(None).verdict == "unknown"


def in_a_log(money: Balance | None) -> Finding:
    pod = a_pod(name="train-a")
    sign = LogSign(
        code="RP8", reason="r", line="402: insufficient balance", stream="container", at=NOW - 60
    )
    account = having(an_account(pod), pod, LogSigns((sign,)), source="log")
    if money is not None:
        account = account.after(Change(Balance, Observed(money, NOW)))
    return of_account("RP8", account)


def test_the_log_of_a_pod_tells_of_the_account_where_the_balance_is_unknown() -> None:
    found = in_a_log(None)
    assert (found.verdict, found.severity) == ("present", Severity.WARNING)
    said = [each.said for each in found.evidence]
    assert said[0] == "train-a: 402: insufficient balance"
    assert "not confirmed" in said[-1]


def test_a_balance_that_is_known_comes_before_what_a_log_says() -> None:
    rich = Balance(balance=Decimal(500), spend_per_hour=Decimal(1))
    assert in_a_log(rich).verdict == "absent"
