"""The network volumes: the only source of their true size, since `df` shows the whole cluster."""

from rgt_tui.domain.account import Change
from rgt_tui.domain.volume import VolumeList
from rgt_tui.sources import Ask, Source


async def _read(ask: Ask) -> tuple[Change, ...]:
    return (ask.seen(await ask.wires.rest.network_volumes()),)


SOURCE = Source(name="volumes", every_s=60.0, metered=True, kinds=(VolumeList,), read=_read)
