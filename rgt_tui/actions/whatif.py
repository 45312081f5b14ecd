"""What would be cheaper: this Pod stopped, terminated, kept, or relaunched elsewhere. Looks only."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from rgt_tui.actions import Action, Show
from rgt_tui.domain.catalog import DataCenterList, GpuTypeList
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.units import show_age, show_duration, show_usd
from rgt_tui.panes import Block, Cell, Line, Scene, Tone

if TYPE_CHECKING:  # the options are reckoned when somebody asks
    from rgt_tui.domain.whatif import Option


def blocks_of(options: "Iterable[Option]") -> tuple[Block, ...]:
    """Each option as a block."""
    return tuple(Block(option.title, tuple(_lines(option))) for option in options)


def _lines(option: "Option") -> Iterable[Line]:
    from rgt_tui.domain.whatif import show_span

    yield _price(option)
    span = show_span(option.seconds)
    if span:
        cost = "?" if option.once is None else show_usd(option.once)
        yield (Cell(f"getting there: about {span}, up to ${cost}"),)
    if option.keeps:
        yield (Cell("keeps  ", Tone.ACCENT), Cell(", ".join(option.keeps)))
    if option.loses:
        yield (Cell("loses  ", Tone.ACCENT), Cell(", ".join(option.loses), Tone.WARN))
    if option.risk:
        yield (Cell("GPU    ", Tone.ACCENT), Cell(option.risk))
    for number, step in enumerate(option.steps, 1):
        yield (Cell(f"{number}. {step}", Tone.DIM),)


def _price(option: "Option") -> Line:
    if option.per_day is None:
        return (Cell("$? a day: a price or a size is unknown", Tone.UNKNOWN),)
    per_day = Cell(f"${show_usd(option.per_day)} a day", Tone.PLAIN)
    saves = option.saves_per_day
    if saves is None:
        return (per_day,)
    if abs(saves) < Decimal("0.005"):
        return (per_day, Cell("  the same as now"))
    if saves < 0:
        return (per_day, Cell(f"  ${show_usd(-saves)} more than now", Tone.WARN))
    said = f"  saves ${show_usd(saves)} a day"
    if option.break_even_h:
        hours = show_duration(float(option.break_even_h) * 3600)
        said += f", pays for itself after {hours}"
    return (per_day, Cell(said, Tone.GOOD))


def _run(scene: Scene, pod: Pod | None) -> Show:
    if pod is None:
        raise ValueError("whatif needs a Pod")
    from rgt_tui.choices import of_pod

    seen = scene.account.evidence.latest(GpuTypeList)
    known = blocks_of(of_pod(pod, scene.account))
    words = "the catalogue has not been read yet: relaunching is left out"
    if seen is not None:
        words = f"catalogue {show_age(scene.now - seen.at)}"
    note = Block("How this is reckoned", ((Cell(f"list prices, 730 hours a month; {words}"),),))
    return Show(f"What if: {pod.label}", (*known, note), lambda later: _run(later, pod).blocks)


ACTION = Action(
    name="whatif",
    key="W",
    title="what if",
    tooltip="What would be cheaper for this Pod, and what would be lost. Changes nothing.",
    run=_run,
    kinds=frozenset({GpuTypeList, DataCenterList}),
)
