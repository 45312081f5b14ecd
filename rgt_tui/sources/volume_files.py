"""What lies on network volumes, over S3 and without a Pod: only with an S3 key, only while looked at.

The first list over new files takes the service minutes, since it computes checksums; so a volume
is listed each half hour at most.
"""

from typing import Final

from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.objects import StoredUse, StoredUses, counted
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 1800.0
OBJECTS_MAX: Final = 50_000
"""Objects of one volume that are counted; beyond it the sum is "at least"."""


async def _read(ask: Ask) -> tuple[Change, ...]:
    from rgt_tui.clients.s3_keys import find_s3_keys  # loads httpx
    from rgt_tui.clients.s3_open import endpoint_of

    keys = find_s3_keys()
    if keys is None:
        return ()
    known = ask.account.volumes or (await ask.wires.rest.network_volumes()).volumes
    volumes = [volume for volume in known if endpoint_of(volume) is not None]
    return (ask.seen(StoredUses(tuple([await _use(v) for v in volumes])), source="s3"),)


async def _use(volume: NetworkVolume) -> StoredUse:
    from rgt_tui.clients.s3_open import s3_of  # loads httpx

    try:
        async with s3_of(volume) as s3:
            return counted(volume.id, await s3.list(volume.id, deep=True, limit=OBJECTS_MAX))
    except RgtError as error:
        return StoredUse(volume_id=volume.id, is_whole=False, trouble=error.message)


SOURCE = Source(
    name="volume_files",
    every_s=EVERY_S,
    metered=False,
    kinds=(StoredUses,),
    read=_read,
    on_demand=True,
)
