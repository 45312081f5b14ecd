"""How long the balance lasts: told when it falls below a limit of RP8, or rises above it again."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from rgt_tui.commands._happening import Happening
from rgt_tui.domain.finding import Severity
from rgt_tui.domain.money import Balance
from rgt_tui.domain.units import rfc3339, show_duration
from rgt_tui.panes import Scene
from rgt_tui.spending import Money, money_of

LIMITS_H: Final = (0.0, 1.0, 6.0, 24.0)
BACK: Final = 1.1
"""It is above a limit again when it is so much above it: top-ups are larger, swings are not."""
OLD_S: Final = 1800.0
"""A balance older than this is not known, as for RP8: it is read every five minutes, or less often."""
Below = float | None


class Runway:
    """The limit below which the runway was told to be."""

    def __init__(self) -> None:
        self._below: Below = None
        self._is_known = False

    def first(self, scene: Scene) -> Happening:
        """The account's money as first seen."""
        facts = _facts(scene)
        self._is_known = facts["balance"] is not None
        self._below = _below(facts["runway_hours"], None)
        return self._said(scene, "account", facts)

    def after(self, scene: Scene, *, is_away: bool) -> Iterator[Happening]:
        """That a limit was crossed, or that the balance is not known any more, or known again.

        Args:
            scene: what is known.
            is_away: whether the API is, of which it was said that nothing is known for now.
        """
        facts = _facts(scene)
        is_known = facts["balance"] is not None
        if is_away and not is_known:
            return
        below = _below(facts["runway_hours"], self._below) if is_known else self._below
        if is_known == self._is_known and below == self._below:
            return
        facts["was_below_hours"] = self._below
        self._is_known, self._below = is_known, below
        yield self._said(scene, "runway", facts)

    def _said(self, scene: Scene, event: str, facts: dict[str, Any]) -> Happening:
        facts["below_hours"] = self._below if self._is_known else None
        return Happening(
            at=scene.now,
            event=event,
            severity=Severity.INFO,  # RP8 is the alarm
            text=_sentence(facts),
            facts=facts,
        )


def known_money(scene: Scene) -> Money:
    """The account's money, without a balance that is too old."""
    money = money_of(scene.account, scene.now, scene.high_performance)
    age = scene.account.evidence.reading(Balance).age(scene.now)
    is_old = age is None or age > OLD_S
    return replace(money, balance=None, runway_h=None, out_at=None) if is_old else money


def spend_of(money: Money) -> Decimal | None:
    """USD an hour of the account, by the service, else by its price list."""
    service = None if money.balance is None else money.balance.spend_per_hour
    return money.burn.total if service is None else service


def _facts(scene: Scene) -> dict[str, Any]:
    reading = scene.account.evidence.reading(Balance)
    money = known_money(scene)
    balance = None if money.balance is None else money.balance.balance
    spend = spend_of(money)
    why = "not read yet" if reading.failure is None else reading.failure.error
    return {
        "balance": None if balance is None else round(float(balance), 6),
        "spend_per_hour": None if spend is None else round(float(spend), 6),
        "runway_hours": None if money.runway_h is None else round(float(money.runway_h), 2),
        "balance_read_at": None if reading.good is None else rfc3339(reading.good.at),
        "balance_unknown": why if balance is None else None,
    }


def _below(hours: float | None, before: Below) -> Below:
    """The least limit that `hours` is not above; None when it is above all, or nothing is spent."""
    if hours is None:
        return None
    now = next((limit for limit in LIMITS_H if hours <= limit), None)
    if before is not None and (now is None or now > before) and hours <= before * BACK:
        return before
    return now


def _sentence(facts: dict[str, Any]) -> str:
    if facts["balance"] is None:
        return f"the balance is not known: {facts['balance_unknown']}"
    hours = facts["runway_hours"]
    if hours is None:
        return f"${facts['balance']:.2f} left, nothing is spent"
    return f"${facts['balance']:.2f} left: {show_duration(hours * 3600)} to $0"
