"""The catalogue with its availability: two calls each ten minutes, only while it is looked at."""

from typing import Final

from rgt_tui.domain.account import Change
from rgt_tui.domain.catalog import DataCenterList, GpuTypeList
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 600.0


async def _read(ask: Ask) -> tuple[Change, ...]:
    rest = ask.wires.rest
    return (ask.seen(await rest.gpu_types()), ask.seen(await rest.data_centers()))


SOURCE = Source(
    name="catalog",
    every_s=EVERY_S,
    metered=True,
    kinds=(GpuTypeList, DataCenterList),
    read=_read,
    on_demand=True,
)
