"""Money: balance, burn, runway, what ends at $0, what was spent."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from rgt_tui.commands import _options
from rgt_tui.domain.billing import Billing
from rgt_tui.domain.history import Cost, History
from rgt_tui.domain.money import Balance, burn_difference
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.rates import pod_rates
from rgt_tui.domain.units import rfc3339
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.look import Looked, Wanted, look
from rgt_tui.panes import Scene
from rgt_tui.spending import Money, idle_per_hour, money_of, pod_billed, pod_so_far, stopped

KINDS = frozenset({Balance, Billing, History})


@click.command("billing", help=__doc__)
@_options.as_json
@click.option("--ssh", is_flag=True, help="Look at GPUs and disks over SSH too, for idle spend.")
@_options.identities
@click.pass_obj
def run(options: Options, as_json: bool, ssh: bool, identities: tuple[Path, ...]) -> None:
    """Shows the account's money."""
    looked = look(options, Wanted(shells=ssh, identities=identities, kinds=KINDS))
    if as_json:
        emit(as_answer(looked.scene))
    else:
        _print(looked)


def as_answer(scene: Scene) -> dict[str, Any]:
    """The answer of `billing --json`: USD as numbers, null where unknown."""
    money = money_of(scene.account, scene.now, scene.high_performance)
    burn, balance = money.burn, money.balance
    reading = scene.account.evidence.reading(Balance)
    service = None if balance is None else balance.spend_per_hour
    return {
        "balance": _number(None if balance is None else balance.balance),
        "balance_unknown": None if reading.failure is None else reading.failure.error,
        "spend_per_hour": _number(service if service is not None else burn.total),
        "spend_per_hour_service": _number(service),
        "spend_per_hour_computed": _number(burn.known),
        "unpriced": list(burn.unpriced),
        "difference": burn_difference(service, burn, money.elsewhere),
        "spend_limit_per_hour": _number(None if balance is None else balance.spend_limit),
        "compute_per_hour": _number(burn.compute),
        "container_disks_per_hour": _number(burn.container_disk),
        "volume_disks_per_hour": _number(burn.volume_disk),
        "stopped_storage_per_hour": _number(burn.stopped_storage),
        "network_volumes_per_hour": _network(money),
        "idle_gpus_per_hour": _number(money.idle),
        "runway_hours": _number(money.runway_h),
        "runs_out_at": rfc3339(money.out_at),
        "terminated_at_zero": [pod.id for pod in money.fate.terminated],
        "stopped_at_zero": [pod.id for pod in money.fate.stopped],
        "spent": _spent(scene, money),
        "pods": [_pod(pod, scene) for pod in scene.account.pods],
        "history": _history(scene),
    }


def _network(money: Money) -> float | None:
    """USD an hour for all network volumes; null when the price of one is unknown."""
    is_unknown = any(what.startswith("network volume") for what in money.burn.unpriced)
    return None if is_unknown else _number(money.burn.network_volumes)


def _spent(scene: Scene, money: Money) -> dict[str, Any]:
    failure = scene.account.evidence.reading(Billing).failure
    return {
        "today": _number(money.billed.today),
        "days_7": _number(money.billed.week),
        "days_30": _number(money.billed.days30),
        "month_forecast": _number(money.forecast),
        "unknown": None if failure is None else failure.error,
    }


def _history(scene: Scene) -> list[dict[str, Any]]:
    """The money as it was seen in earlier looks: the last day as seen, before that one an hour."""
    known = scene.account.evidence.value(History)
    return [
        {
            "at": rfc3339(point.at),
            "balance": _number(point.balance),
            "spend_per_hour": _number(point.spend_per_hour),
            "spend_per_hour_computed": _number(point.burn_per_hour),
        }
        for point in (known.points if known is not None else ())
    ]


def _pod(pod: Pod, scene: Scene) -> dict[str, Any]:
    rate = pod_rates(pod)
    so_far = pod_so_far(scene.account, pod, scene.now)
    today = pod_billed(scene.account, pod, scene.now)
    found = stopped(scene.account, pod, scene.now)
    return {
        "id": pod.id,
        "name": pod.name,
        "per_hour": _number(rate.total),
        "compute_per_hour": _number(rate.compute),
        "storage_per_hour": _number(rate.storage),
        "idle_per_hour": _number(idle_per_hour(pod, scene.account)),
        "today": _number(today.today),
        "so_far": _cost(so_far),
        "so_far_is_whole": None if so_far is None else so_far.is_whole,
        "stopped_first_seen": None if found is None else rfc3339(found.seen_since),
        "stopped_storage_so_far": _cost(None if found is None else found.seen_cost),
        "stopped_storage_billed": _number(None if found is None else found.billed_cost),
    }


def _cost(cost: Cost | None) -> float | None:
    return None if cost is None else _number(cost.amount)


def _number(amount: Decimal | None) -> float | None:
    """Dollars with six decimals: a stopped gigabyte costs $0.000274 an hour."""
    return None if amount is None else round(float(amount), 6)


def _print(looked: Looked) -> None:
    from rich.text import Text

    from rgt_tui.panes.billing import ALL, PANE
    from rgt_tui.plain import print_pane, stdout, styled

    console = stdout()
    for block in PANE.detail(looked.scene, ALL):
        console.print(Text(block.title, style="bold"), Text(block.note, style="dim"))
        for line in block.lines:
            console.print(Text("  ") + Text("").join(styled(cell) for cell in line))
    print_pane(PANE, looked.scene, PANE.rows(looked.scene), console)
    failure = looked.scene.account.evidence.reading(Balance).failure
    if failure is not None:
        narrate(failure.told)


COMMAND = run
