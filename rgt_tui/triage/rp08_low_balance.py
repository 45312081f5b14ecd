"""RP8: the balance runs out; at $0 Pods without a network volume are terminated.

Symptom: low-balance mail, creates answered 402, Pods stopped or gone with nobody acting. Cause:
since 2026-06-16 a balance of $0 stops Pods with a network volume and terminates all others, data
included. Fix: add credit or lower the burn, and first save the Pods that would be terminated.
Source: RunPod documentation, billing, read 2026-08-20; balance by GraphQL.
"""

import re
from decimal import Decimal
from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Scope,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.money import Balance, burn_per_hour
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import show_duration, show_usd
from rgt_tui.facts import named

ALARMS_H: Final = (
    (Decimal(1), Severity.CRITICAL),
    (Decimal(6), Severity.WARNING),
    (Decimal(24), Severity.INFO),
)
"""Hours of runway at which the alarm grows."""
_FIGURES = re.compile(r'"(clientBalance|currentSpendPerHr)"\s*:\s*(-?\d+(?:\.\d+)?)', re.IGNORECASE)


def _detect(subject: Subject) -> Verdict:
    account = subject.account
    seen = subject.seen(Balance)
    money = seen.value
    if money.balance is None:
        return Unknown(("the balance: the service did not tell it",))
    ours = burn_per_hour(account.pods, account.volumes)
    known = [rate for rate in (money.spend_per_hour, ours) if rate is not None]
    if not known:
        return Unknown(("what the account spends an hour",))
    burn = max(known)
    if burn <= 0:
        return Absent(f"${show_usd(money.balance)} left, nothing is spent")
    hours = max(Decimal(0), money.balance) / burn
    severity = next((severity for limit, severity in ALARMS_H if hours <= limit), None)
    said = (
        f"${show_usd(money.balance)} left at ${show_usd(burn)} an hour: "
        f"{show_duration(float(hours) * 3600)} to $0"
    )
    if severity is None:
        return Absent(said)
    lines = [Said("api", said, seen.at), *_fates(account.pods, seen.at)]
    return Present(tuple(lines), severity)


def _fates(pods: tuple[Pod, ...], at: float) -> list[Said]:
    """What happens to which Pod at $0."""
    lost = [pod for pod in pods if not pod.network_mounts]
    kept = [pod for pod in pods if pod.network_mounts and not pod.is_stopped]
    said = []
    if lost:
        said.append(Said("api", f"terminated at $0, data included: {named(lost)}", at))
    if kept:
        said.append(Said("api", f"stopped at $0: {named(kept)}", at))
    return said


def _runway_in_json(page: Page) -> str | None:
    """Under a day of money, by the figures that GraphQL answers."""
    figures = _FIGURES.findall(page.line)
    by_name = {name.lower(): float(value) for name, value in figures}
    balance, spend = by_name.get("clientbalance"), by_name.get("currentspendperhr")
    if balance is None:
        return None
    if balance <= 0:
        return "the balance is gone"
    if spend and balance / spend < 24:
        return f"the balance lasts {balance / spend:.1f} hours at this rate"
    return None


DETECTOR = Detector(
    code="RP8",
    title="Balance runs out",
    severity=Severity.CRITICAL,
    cause=(
        "At a balance of $0 RunPod stops Pods that mount a network volume and terminates all others at "
        "once, with everything on their volume disks (since 2026-06-16). Stopped Pods are terminated too."
    ),
    fix=(
        "Add credit or switch automatic payment on (web console, Billing); it is tried at most once an hour",
        "Save the Pods named above that have no network volume, most valuable first: rgt-tui pull POD --to DIR",
        "Lower the burn: rgt-tui stop POD for idle ones; a stopped volume disk still bills at double rate",
        "A new Pod needs credit for at least an hour of its price, or create answers 402",
    ),
    source="RunPod documentation, billing, read 2026-08-20 (rule of 2026-06-16; earlier advice said stopped)",
    scope=Scope.ACCOUNT,
    needs=(Balance,),
    max_age_s=1800.0,
    detect=_detect,
    strings=(
        (
            "402 Payment Required: insufficient balance",
            "REST v2 create, 2026-08 (wording of the detail varies)",
        ),
        ("stopped_by_runpod", "GraphQL lastStatusChange, 2026"),
        ('"clientBalance":3.12,"currentSpendPerHr":4.76', "GraphQL myself, 2023 to 2026"),
    ),
    outdated=(
        (
            "at a low balance Pods are stopped, and deleted much later",
            "since 2026-06-16 a balance of $0 terminates Pods without a network volume at once; only those with one are stopped",
        ),
    ),
    text=(
        Rule(words="clientbalance", tells=_runway_in_json, even_quoted=True),
        Rule(
            words="balance funds credit credits",
            pattern=r"\b(?:low|insufficient|(?:not|n't)(?: have)? enough|inadequate|negative|zero|no|\$ ?0(?:\.00)?|out of|run(?:ning)? (?:out|low)(?: of| on)?)\b[\w\s*$'-]{0,25}\b(?:balance|funds|credits?)\b(?! card)"
            r"|\b(?:balance|funds|credits?)\b.{0,40}\b(?:too low|insufficient|exhausted|depleted|ran out|run out|running (?:out|low)|is low|are low|hit(?:s)? (?:zero|\$ ?0)|reach(?:ed|es) (?:zero|\$ ?0)|below|negative|dropp?ed to|fell to|at (?:zero|\$ ?0\b))",
            reason="the account's money runs out",
            unless=r"load balanc|rebalanc|imbalanc|class balanc|balanced",
        ),
        Rule(
            words="402",
            pattern=r"\b402\b.{0,20}\bPayment Required|(?:status|http|code|error)\W{0,4}(?:code|status)?\W{0,3}402\b",
            reason="the service wants money first (402)",
        ),
        Rule(
            words="underbalance stopped+runpod terminated+runpod killed+runpod exited+runpod",
            pattern=r'"underBalance"\s*:\s*true|\bstopped_by_runpod\b|\bexited by runpod\b|\b(?:stopped|terminated|killed) by runpod\b',
            reason="RunPod ended the Pod by itself, as it does without balance",
            even_quoted=True,
        ),
        Rule(
            words="balance",
            pattern=r"\bbalance (?:is|was|of|at|hit|reached) \$ ?0(?:\.0+)?(?!\.?\d)",
            reason="the account's money runs out",
        ),
    ),
)
