from dataclasses import replace
from decimal import Decimal

import pytest

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.money import Balance
from rgt_tui.panes import Cell, Scene, Tone
from rgt_tui.panes.billing import ALL, PANE
from tests.ui.money import money, money_unknown
from tests.values import NOW, a_pod, an_account


def cells(scene: Scene, key: str) -> dict[str, Cell]:
    row = next(row for row in PANE.rows(scene) if row.key == key)
    return dict(zip((column.title for column in PANE.columns), row.cells, strict=True))


def said(scene: Scene, key: str = ALL) -> str:
    blocks = PANE.detail(scene, key)
    return "\n".join("".join(cell.text for cell in line) for b in blocks for line in b.lines)


def with_balance(**amounts: str) -> Scene:
    known = {name: Decimal(usd) for name, usd in amounts.items()}
    found = Balance(**{"balance": None, "spend_per_hour": None, **known})
    account = an_account(a_pod()).after(Change(Balance, Observed(found, NOW)))
    return Scene(account=account, now=NOW)


def test_one_glance_says_what_is_left_until_when_and_who_dies() -> None:
    text = said(money())
    assert "$42.17  lasts ~4h37m!, until 16:37" in text
    assert "at $0 3 DELETED with all data: sweep-07 (41.6G), infer-x (up to 20.0G)" in text
    assert "at $0 2 stopped, network volume kept: train-a, eval-b" in text
    assert "this month about $" in text


def test_each_kind_of_cost_has_its_row() -> None:
    keys = [row.key for row in PANE.rows(money())][:6]
    assert keys[1:] == [
        f"kind:{k}" for k in ("compute", "container", "volume", "stopped", "network")
    ]
    assert all(PANE.detail(money(), key) for key in keys)


def test_an_unknown_balance_and_billing_say_why_and_nothing_is_zero() -> None:
    scene = money_unknown()
    text = said(scene)
    assert "balance ?  unknown: could not read the balance: the service refused" in text
    assert "lacks the right (403)" in text
    assert [cells(scene, ALL)[name].text for name in ("TODAY", "7 DAYS", "30 DAYS")] == ["?"] * 3


def test_a_sum_that_lacks_a_price_is_a_lower_bound_and_says_what_it_lacks() -> None:
    scene = money()
    assert cells(scene, ALL)["$/H"].text.startswith(">=")
    assert "datasets-2025 (HIGH_PERFORMANCE) has no known price" in said(scene, "kind:network")
    priced = replace(scene, high_performance=Decimal("0.14"))
    assert not cells(priced, ALL)["$/H"].text.startswith(">=")


@pytest.mark.parametrize(
    ("spend", "words"), [("1.22", "they agree"), ("1.19", "leaves out the disks"), ("9", "differ")]
)
def test_both_burns_are_told_and_their_difference_explained(spend: str, words: str) -> None:
    text = said(with_balance(balance="50", spend_per_hour=spend))
    assert "burn: ours $1.22/h" in text
    assert words in text


def test_auto_pay_that_cannot_keep_up_is_an_alarm() -> None:
    scene = with_balance(balance="50", spend_per_hour="30")
    assert "less than $30.00 a charge cannot keep up" in said(scene)
    trapped = said(replace(scene, auto_pay=Decimal(25)))
    assert "the balance falls by $5.00/h all the same!" in trapped
    assert "auto-pay" not in said(replace(scene, auto_pay=Decimal(40)))


def test_a_spend_limit_that_is_near_is_a_warning() -> None:
    assert "36% of it in use" in said(
        with_balance(balance="50", spend_per_hour="29", spend_limit="80")
    )
    assert "new Pods will be refused!" in said(
        with_balance(balance="50", spend_per_hour="70", spend_limit="80")
    )


def test_a_balance_that_is_used_up_is_an_alarm() -> None:
    assert "used up!" in said(with_balance(balance="-1", spend_per_hour="2"))


def test_a_stopped_pod_tells_since_when_and_what_its_disk_has_cost() -> None:
    scene = money()
    stopped = next(pod for pod in scene.account.pods if pod.is_stopped)
    text = said(scene, f"pod:{stopped.id}")
    assert "first seen so May 21 00:00; its disk has cost $3.03 since (2x rate)" in text or (
        "its disk has cost $" in text
    )
    assert "billed for its disk alone since 2026-05-21: $3.12" in text
    assert "whole days: billed $2.86, ours $2.89: they agree" in text


def test_a_pod_without_a_network_volume_says_that_it_dies() -> None:
    scene = money()
    assert cells(scene, f"pod:{scene.account.pods[1].id}")["AT $0"] == Cell("DELETED", Tone.BAD)
    assert "at $0: DELETED with its data" in said(scene, f"pod:{scene.account.pods[1].id}")


def test_without_pods_read_nothing_is_reckoned() -> None:
    assert PANE.rows(Scene(now=NOW)) == ()
    assert PANE.detail(Scene(now=NOW), ALL) == ()


def test_the_plot_reads_in_eighty_columns() -> None:
    blocks = {block.title: block for block in PANE.detail(money(), ALL)}
    for title in ("30 days", "24 hours"):
        lines = ["".join(cell.text for cell in line) for line in blocks[title].lines]
        assert all(line.isascii() and len(line) <= 56 for line in lines)
        assert "#" in lines[-2]
