"""The money: what burns, until when, which Pods die at $0, what each has cost so far."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from rgt_tui.domain.billing import Billing, Spent
from rgt_tui.domain.history import History
from rgt_tui.domain.money import Balance, burn_difference
from rgt_tui.domain.plot import columns
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.rates import a_day, a_month, pod_rates
from rgt_tui.domain.units import UNKNOWN, rfc3339, show_age, show_duration, show_usd, show_when
from rgt_tui.facts import gpu_name, gpu_sum
from rgt_tui.panes import Block, Cell, Column, Line, Pane, Row, Scene, Tone
from rgt_tui.spending import (
    DAY_S,
    NETWORK_VOLUMES,
    POD_COMPUTE,
    Lately,
    Money,
    at_risk,
    compared,
    idle_per_hour,
    in_usual_times,
    midnight,
    money_of,
    parts,
    pod_billed,
    pod_so_far,
    stopped,
)

LOW_RUNWAY_H: Final = Decimal(6)
PLOT_ROWS: Final = 4
DAYS: Final = 30
HOURS: Final = 24
HOUR_S: Final = 3600.0
ALL: Final = "all"
_NOTHING = Cell("--", Tone.DIM)
_UNKNOWN = Cell(UNKNOWN, Tone.UNKNOWN)

_COLUMNS = (
    Column(title="WHAT", width=15, rank=0, grows=True, kind=PodList),
    Column(title="$/H", width=7, rank=1, align="right", kind=PodList),
    Column(title="$/MONTH", width=11, rank=8, align="right", kind=PodList),
    Column(title="TODAY", width=7, rank=3, align="right", kind=Billing),
    Column(title="7 DAYS", width=8, rank=5, align="right", kind=Billing),
    Column(title="30 DAYS", width=9, rank=4, align="right", kind=Billing),
    Column(title="SO FAR", width=9, rank=6, align="right", kind=Billing),
    Column(title="IDLE/H", width=6, rank=7, align="right", kind=PodList),
    Column(title="AT $0", width=7, rank=2, kind=PodList),
)


def _rows(scene: Scene) -> tuple[Row, ...]:
    if scene.account.evidence.latest(PodList) is None:
        return ()
    money = money_of(scene.account, scene.now, scene.high_performance)
    pods = sorted(
        scene.account.pods, key=lambda pod: (-(pod_rates(pod).total or Decimal(0)), pod.label)
    )
    return (_all(money), *_kinds(scene, money), *(_pod(pod, scene) for pod in pods))


def _all(money: Money) -> Row:
    burn = money.burn
    at_least = ">=" if burn.unpriced else ""
    deaths = len(money.fate.terminated)
    cells = (
        Cell("everything", Tone.ACCENT),
        Cell(f"{at_least}{show_usd(burn.known)}"),
        Cell(f"{at_least}{show_usd(a_month(burn.known))}"),
        *_lately(money.billed),
        _NOTHING,
        Cell(show_usd(money.idle), Tone.WARN if money.idle >= 1 else Tone.PLAIN),
        Cell(f"{deaths} DIE", Tone.BAD) if deaths else Cell("-", Tone.DIM),
    )
    return Row(ALL, cells)


def _kinds(scene: Scene, money: Money) -> tuple[Row, ...]:
    burn = money.burn
    billing = scene.account.evidence.value(Billing)
    days: tuple[Spent, ...] | None = None if billing is None else billing.days.records

    def row(key: str, name: str, rate: Decimal, part: tuple[str, ...] = (), mark: str = "") -> Row:
        lately: tuple[Cell, ...] = (_NOTHING,) * 3
        if part:
            seen = Lately() if days is None else in_usual_times(days, scene.now, parts(*part))
            lately = _lately(seen)
        cells = (
            Cell(f" {name}"),
            Cell(f"{mark}{show_usd(rate)}"),
            Cell(f"{mark}{show_usd(a_month(rate))}"),
        )
        return Row(key, (*cells, *lately, _NOTHING, _NOTHING, _NOTHING))

    lower = ">=" if any(w.startswith("network volume") for w in burn.unpriced) else ""
    return (
        row("kind:compute", "compute", burn.compute, POD_COMPUTE),
        row("kind:container", "container disks", burn.container_disk),
        row("kind:volume", "volume disks", burn.volume_disk),
        row("kind:stopped", "stopped disks 2x", burn.stopped_storage),
        row("kind:network", "network volumes", burn.network_volumes, NETWORK_VOLUMES, lower),
    )


def _pod(pod: Pod, scene: Scene) -> Row:
    rate = pod_rates(pod).total
    so_far = pod_so_far(scene.account, pod, scene.now)
    star = "*" if pod.is_stopped and rate else ""
    cells = (
        Cell(pod.label),
        _UNKNOWN if rate is None else Cell(f"{show_usd(rate)}{star}"),
        _UNKNOWN if rate is None else Cell(show_usd(a_month(rate))),
        *_lately(pod_billed(scene.account, pod, scene.now)),
        _UNKNOWN
        if so_far is None
        else Cell(f"{'' if so_far.is_whole else '>='}{show_usd(so_far.amount)}"),
        _idle(pod, scene),
        Cell("stops", Tone.PLAIN) if pod.network_mounts else Cell("DELETED", Tone.BAD),
    )
    return Row(f"pod:{pod.id}", cells, pod.id)


def _idle(pod: Pod, scene: Scene) -> Cell:
    if pod.gpu_id is None or not pod.is_running:
        return _NOTHING
    idle = idle_per_hour(pod, scene.account)
    if idle is None:
        return _UNKNOWN
    use = gpu_sum(pod, scene.account.about(pod.id)).util_percent
    return Cell(show_usd(idle), Tone.WARN if use is not None and use < 5 else Tone.PLAIN)


def _lately(seen: Lately) -> tuple[Cell, ...]:
    amounts = (seen.today, seen.week, seen.days30)
    return tuple(_UNKNOWN if usd is None else Cell(show_usd(usd)) for usd in amounts)


def _detail(scene: Scene, key: str) -> tuple[Block, ...]:
    if scene.account.evidence.latest(PodList) is None:
        return ()
    if key.startswith("pod:"):
        pod = next((p for p in scene.account.pods if p.id == key.removeprefix("pod:")), None)
        return () if pod is None else (_pod_block(pod, scene),)
    money = money_of(scene.account, scene.now, scene.high_performance)
    if key == ALL:
        return (_balance(scene, money), _spent(scene, money), _plot(scene), _hours(scene))
    return (_kind_block(key, scene, money),)


def _balance(scene: Scene, money: Money) -> Block:
    lines = [_left(scene, money), *_fates(scene, money), _burns(money), *_limits(scene, money)]
    seen = scene.account.evidence.latest(Balance)
    note = "balance never read" if seen is None else f"balance {show_age(scene.now - seen.at)}"
    return Block("Balance and runway", tuple(lines), note)


def _left(scene: Scene, money: Money) -> Line:
    if money.balance is None or money.balance.balance is None:
        never = "not read yet" if money.balance is None else "the service gives none to this key"
        why = _why(scene, Balance, never)
        return (Cell("balance ?  ", Tone.UNKNOWN), Cell(f"unknown: {why}", Tone.UNKNOWN))
    left = Cell(f"${show_usd(money.balance.balance)}", Tone.ACCENT)
    if money.balance.balance <= 0:
        return (left, Cell("  used up! Pods are being ended", Tone.BAD))
    if money.runway_h is None or money.out_at is None:
        return (left, Cell("  nothing burns: it lasts"))
    is_low = money.runway_h < LOW_RUNWAY_H
    said = f"  lasts ~{show_duration(float(money.runway_h) * HOUR_S)}{'!' if is_low else ''}"
    return (
        left,
        Cell(said, Tone.BAD if is_low else Tone.PLAIN),
        Cell(f", until {show_when(money.out_at, scene.now)}"),
    )


def _why(scene: Scene, kind: type, otherwise: str) -> str:
    failure = scene.account.evidence.reading(kind).failure
    return otherwise if failure is None else failure.told


def _burns(money: Money) -> Line:
    ours = f"burn: ours ${show_usd(money.burn.known)}/h"
    service = money.balance.spend_per_hour if money.balance is not None else None
    if service is None:
        missing = "" if not money.burn.unpriced else f"; no price for {_some(money.burn.unpriced)}"
        return (Cell(f"{ours}, the service's unknown{missing}"),)
    why = burn_difference(service, money.burn, money.elsewhere)
    both = f"{ours}, the service's ${show_usd(service)}/h"
    if why is None:
        return (Cell(f"{both}: they agree"),)
    return (Cell(f"{both}: "), Cell(f"differ: {why}", Tone.WARN))


def _fates(scene: Scene, money: Money) -> Iterable[Line]:
    if money.fate.terminated:
        names = _some(
            [f"{pod.label} ({at_risk(pod, scene.account)})" for pod in money.fate.terminated]
        )
        count = len(money.fate.terminated)
        yield (Cell(f"at $0 {count} DELETED with all data: ", Tone.BAD), Cell(names))
    if money.fate.stopped:
        names = _some([pod.label for pod in money.fate.stopped])
        yield (Cell(f"at $0 {len(money.fate.stopped)} stopped, network volume kept: "), Cell(names))


def _limits(scene: Scene, money: Money) -> Iterable[Line]:
    burn = max(money.burn.known, (money.balance and money.balance.spend_per_hour) or Decimal(0))
    limit = money.balance.spend_limit if money.balance is not None else None
    if limit:
        near = burn >= limit * 4 / 5
        said = f"spend limit ${show_usd(limit)}/h, {burn / limit:.0%} of it in use"
        yield (Cell(f"{said}{': new Pods will be refused!' if near else ''}", _warn(near)),)
    pay = scene.auto_pay
    if pay is None:
        words = f"auto-pay charges once an hour at most: less than ${show_usd(burn)} a charge cannot keep up"
        yield (Cell(words, Tone.DIM),)
    elif burn > pay:
        gap = show_usd(burn - pay)
        yield (
            Cell(
                f"auto-pay brings ${show_usd(pay)} an hour at most: the balance falls by ${gap}/h all the same!",
                Tone.BAD,
            ),
        )


def _warn(is_so: bool) -> Tone:
    return Tone.WARN if is_so else Tone.PLAIN


def _spent(scene: Scene, money: Money) -> Block:
    spent = money.billed
    if spent.today is None:
        why = _why(scene, Billing, "not read yet: billing is read while this pane is open")
        return Block("Spent", ((Cell(f"? {why}", Tone.UNKNOWN),),))
    lines: list[Line] = [
        (
            Cell(f"today ${show_usd(spent.today)}  7 days ${show_usd(spent.week)}  "),
            Cell(f"30 days ${show_usd(spent.days30)}"),
        ),
        (Cell(f"this month about ${show_usd(money.forecast)} at the present burn"),),
        (
            Cell(
                f"idle GPUs ${show_usd(money.idle)}/h, ${show_usd(a_day(money.idle))} a day as now"
            ),
        ),
        *_comparison(scene, money),
    ]
    return Block("Spent (UTC days)", tuple(lines), _billing_age(scene))


def _comparison(scene: Scene, money: Money) -> Iterable[Line]:
    found = compared(scene.account, scene.now, money.fast_price)
    if found is None:
        return
    hour = (rfc3339(found.start) or "")[11:16]
    if found.ours is None:
        is_late = found.watched_since is None or found.watched_since > found.start
        why = "watched since a later hour" if is_late else "not all of it was watched"
        yield (Cell(f"hour {hour}Z: billed ${show_usd(found.billed)}; {why}", Tone.DIM),)
        return
    both = f"hour {hour}Z: billed ${show_usd(found.billed)}, ours ${show_usd(found.ours)}"
    if found.agrees:
        yield (Cell(f"{both}: they agree"),)
    else:
        yield (Cell(f"{both}: DISCREPANCY", Tone.WARN),)


def _billing_age(scene: Scene) -> str:
    seen = scene.account.evidence.latest(Billing)
    return "" if seen is None else f"billing {show_age(scene.now - seen.at)}, lags an hour"


def _plot(scene: Scene) -> Block:
    starts = [midnight(scene.now) - DAY_S * back for back in range(DAYS - 1, -1, -1)]
    billing = scene.account.evidence.value(Billing)
    records = None if billing is None else billing.days.records
    return _drawn("30 days", starts, records, slice(5, 10))


def _hours(scene: Scene) -> Block:
    hour = scene.now // HOUR_S * HOUR_S
    starts = [hour - HOUR_S * back for back in range(HOURS - 1, -1, -1)]
    billing = scene.account.evidence.value(Billing)
    return _drawn(
        "24 hours", starts, None if billing is None else billing.hours.records, slice(11, 16)
    )


def _drawn(title: str, starts: list[float], records: Iterable[Spent] | None, shown: slice) -> Block:
    """Amounts by bucket as columns; `shown` is the part of a time that stands below them."""
    if records is None:
        return Block(title, ((Cell("?", Tone.UNKNOWN),),))
    by_start = {spent.start: spent.total for spent in records}
    first, last = ((rfc3339(at) or "")[shown] for at in (starts[0], starts[-1]))
    drawn = columns([by_start.get(at, Decimal(0)) for at in starts], PLOT_ROWS, first, last)
    return Block(title, tuple((Cell(line),) for line in drawn), "USD a column, UTC")


def _kind_block(key: str, scene: Scene, money: Money) -> Block:
    burn = money.burn
    words = {
        "kind:compute": "GPUs and CPUs of Pods that run or start, by the second: each Pod's `cost`.",
        "kind:container": "$0.10 per GB and month while the Pod runs; a stopped Pod has none: free.",
        "kind:volume": "$0.10 per GB and month while the Pod runs.",
        "kind:stopped": "$0.20 per GB and month: a stopped Pod's volume disk costs twice as much, "
        "and the API shows its cost as 0.",
        "kind:network": "STANDARD: $0.07 per GB and month up to 1 TB, $0.05 beyond; by the hour, "
        "whether or not a Pod mounts it.",
    }
    lines: list[Line] = [(Cell(words.get(key, "")),)]
    if key == "kind:network":
        lines.extend(_fast(money))
    if key in ("kind:container", "kind:volume", "kind:stopped"):
        disks = show_usd(burn.disks + burn.stopped_storage)
        lines.append((Cell(f"all disks of Pods together ${disks}/h; billing gives one sum"),))
    lines.append((Cell("RunPod documentation, pricing, 2026-08-20; 730 hours a month", Tone.DIM),))
    return Block("How this is reckoned", tuple(lines))


def _fast(money: Money) -> Iterable[Line]:
    if money.fast_price is not None:
        price = show_usd(money.fast_price)
        yield (Cell(f"HIGH_PERFORMANCE: ${price} per GB and month, from {money.fast_source}"),)
    for missing in money.burn.unpriced:
        said = f"? {missing} has no known price: set money.high_performance_price"
        yield (Cell(said, Tone.UNKNOWN),)


def _pod_block(pod: Pod, scene: Scene) -> Block:
    rate = pod_rates(pod)
    each = (
        ("compute", rate.compute),
        ("container disk", rate.container_disk),
        ("volume disk", rate.volume_disk),
    )
    told = ", ".join(f"{name} ${show_usd(usd)}" for name, usd in each if usd is None or usd > 0)
    lines: list[Line] = [(Cell(f"{gpu_name(pod)}  per hour: {told or 'nothing'}"),)]
    lines.extend(_stopped_lines(pod, scene))
    idle = idle_per_hour(pod, scene.account)
    if pod.is_running and pod.gpu_id is not None:
        words = "GPU use not known" if idle is None else f"${show_usd(idle)}/h for idle GPU time"
        lines.append((Cell(words, Tone.UNKNOWN if idle is None else Tone.PLAIN),))
    if pod.network_mounts:
        lines.append((Cell("at $0: stopped; its network volume is kept and bills on"),))
    else:
        risk = at_risk(pod, scene.account)
        lines.append((Cell(f"at $0: DELETED with its data, {risk}", Tone.BAD),))
    return Block(f"Money of {pod.label}", tuple(lines), _billing_age(scene))


def _stopped_lines(pod: Pod, scene: Scene) -> Iterable[Line]:
    found = stopped(scene.account, pod, scene.now)
    if found is None:
        return
    if found.seen_since is not None and found.seen_cost is not None:
        day = show_when(found.seen_since, scene.now)
        cost = show_usd(found.seen_cost.amount)
        yield (Cell(f"stopped: first seen so {day}; its disk has cost ${cost} since (2x rate)"),)
    else:
        yield (Cell("stopped: when is not known to the API, and not seen by us yet", Tone.UNKNOWN),)
    if found.billed_since is not None:
        day, cost = (rfc3339(found.billed_since) or "")[:10], show_usd(found.billed_cost)
        yield (Cell(f"billed for its disk alone since {day}: ${cost}"),)
    if found.agrees is not None:
        both = f"{found.days} whole days: billed ${show_usd(found.billed)}, ours ${show_usd(found.ours)}"
        yield (
            Cell(
                f"{both}: {'they agree' if found.agrees else 'DISCREPANCY'}",
                _warn(not found.agrees),
            ),
        )


def _some(names: Iterable[str]) -> str:
    known = tuple(names)
    more = f" and {len(known) - 4} more" if len(known) > 4 else ""
    return f"{', '.join(known[:4])}{more}"


def _empty(scene: Scene) -> str:
    return "The Pod list has not been read yet, so nothing can be reckoned."


PANE = Pane(
    name="billing",
    title="Billing",
    order=5,
    columns=_COLUMNS,
    kinds=(PodList, Billing, Balance, History),
    rows=_rows,
    detail=_detail,
    empty=_empty,
)
