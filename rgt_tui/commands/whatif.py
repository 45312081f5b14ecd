"""What would be cheaper for a Pod or a network volume, and what would be lost."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from rgt_tui.choices import of_pod, of_volume
from rgt_tui.commands import _options
from rgt_tui.domain.billing import Billing
from rgt_tui.domain.catalog import DataCenterList, GpuTypeList
from rgt_tui.domain.whatif import Option
from rgt_tui.facts import find_pod
from rgt_tui.invocation import Options, emit
from rgt_tui.look import Wanted, look
from rgt_tui.panes import Scene
from rgt_tui.spending import fast_price

KINDS = frozenset({GpuTypeList, DataCenterList})


@click.command("whatif", help=__doc__)
@click.argument("name", metavar="POD|VOLUME")
@_options.as_json
@click.option("--no-ssh", is_flag=True, help="Reckon with sizes, not with what is used.")
@_options.identities
@click.pass_obj
def run(
    options: Options, name: str, as_json: bool, no_ssh: bool, identities: tuple[Path, ...]
) -> None:
    """Shows what could be done, and changes nothing."""
    kinds = KINDS | {Billing}
    scene = look(options, Wanted(shells=not no_ssh, identities=identities, kinds=kinds)).scene
    what, found = _options_of(scene, name)
    if as_json:
        emit({**what, "options": [_answer(option) for option in found]})
    else:
        _print(found)


def _options_of(scene: Scene, name: str) -> tuple[dict[str, Any], tuple[Option, ...]]:
    """What was named, and what could be done with it.

    Raises:
        UsageError: it is no Pod and no network volume of this account.
    """
    volume = next((v for v in scene.account.volumes if name in (v.id, v.name)), None)
    if volume is not None:
        price, _ = fast_price(scene.account, scene.high_performance)
        return {"volume": volume.id}, of_volume(volume, scene.account, price)
    pod = find_pod(scene.account.pods, name)
    return {"pod": pod.id}, of_pod(pod, scene.account)


def _answer(option: Option) -> dict[str, Any]:
    return {
        "key": option.key,
        "title": option.title,
        "per_day": _number(option.per_day),
        "saves_per_day": _number(option.saves_per_day),
        "once": _number(option.once),
        "seconds": [round(option.seconds[0]), round(option.seconds[1])],
        "break_even_hours": _number(option.break_even_h),
        "keeps": list(option.keeps),
        "loses": list(option.loses),
        "risk": option.risk,
        "steps": list(option.steps),
    }


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else round(float(amount), 6)


def _print(options: tuple[Option, ...]) -> None:
    from rich.text import Text

    from rgt_tui.actions.whatif import blocks_of
    from rgt_tui.plain import stdout, styled

    console = stdout()
    for block in blocks_of(options):
        console.print(Text(block.title, style="bold"))
        for line in block.lines:
            console.print(Text("  ") + Text("").join(styled(cell) for cell in line))
    if not options:
        console.print("No other data center is known to serve its Pods: nothing to move to.")


COMMAND = run
