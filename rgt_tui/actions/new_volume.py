"""Creates a network volume: data on it outlive every Pod."""

from decimal import Decimal
from typing import Final

from rgt_tui.actions import Action, Confirm, Field, Outcome
from rgt_tui.domain.catalog import DataCenterList
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.rates import NETWORK_VOLUME_FIRST_TB
from rgt_tui.domain.request import CreateVolume, Request
from rgt_tui.domain.units import show_usd
from rgt_tui.panes import Block, Cell, Line, Scene, Tone

SMALLEST: Final = 10
LARGEST: Final = 4096
"""GB (REST v2, `CreateNetworkVolumeRequest.size`)."""


def request(scene: Scene, text: str) -> Request | str:
    """What would be sent for `NAME SIZE DATA_CENTER`, or why nothing can be."""
    words = text.split()
    if len(words) != 3:
        return "three words: a name, GB, and a data center"
    name, size, place = words
    if any(volume.name == name for volume in scene.account.volumes):
        return "there is a network volume of that name already"
    if not (size.isascii() and size.isdigit() and SMALLEST <= int(size) <= LARGEST):
        return f"a size is {SMALLEST} to {LARGEST} GB"
    known = scene.account.evidence.value(DataCenterList)
    tiers = {dc.id: dc.volume_tiers for dc in known.data_centers} if known is not None else {}
    if tiers and "STANDARD" not in tiers.get(place, ()):
        with_them = ", ".join(sorted(dc for dc, found in tiers.items() if "STANDARD" in found))
        return f"no standard network volumes in {place}; there are in {with_them}"
    return CreateVolume(name=name, size_gb=int(size), data_center=place)


def _blocks(scene: Scene, pod: Pod | None) -> tuple[Block, ...]:
    month = NETWORK_VOLUME_FIRST_TB * Decimal(100)
    lines: list[Line] = [
        (Cell(f"  ${show_usd(month)} a month for 100 GB, also while no Pod runs"),),
        (
            Cell(
                "  It can grow and never shrink, and it stays in its data center (RP7):", Tone.WARN
            ),
        ),
        (Cell("  Pods that mount it run there only", Tone.WARN),),
        (Cell("  A Pod gets it only when it is made: N launches the same Pod with it"),),
    ]
    known = scene.account.evidence.value(DataCenterList)
    places: list[Line] = [
        (Cell("  not read yet: the service refuses a data center without them", Tone.UNKNOWN),)
    ]
    if known is not None:
        gpu = pod.gpu_id if pod is not None else None
        found = [dc for dc in known.data_centers if "STANDARD" in dc.volume_tiers]
        places = [(Cell(f"  {dc.id}{_stock(dc.gpus.get(gpu) if gpu else None)}"),) for dc in found]
    return (Block("What it means", tuple(lines)), Block("Where", tuple(places)))


def _stock(level: str | None) -> str:
    return "" if level is None else f", stock of this Pod's GPU {level}"


def _run(scene: Scene, pod: Pod | None) -> Outcome:
    return Confirm(
        title="CREATE A NETWORK VOLUME",
        blocks=_blocks(scene, pod),
        button="Create",
        field=Field("type: NAME GB DATA_CENTER, e.g. datasets 100 EU-RO-1"),
        request=lambda typed: request(scene, typed),
        kinds=ACTION.kinds,
    )


ACTION = Action(
    name="new_volume",
    key="A",
    title="new volume",
    tooltip="Create a network volume, whose data outlive every Pod.",
    needs_pod=False,
    writes=True,
    is_hinted=False,
    run=_run,
    kinds=frozenset({DataCenterList}),
)
