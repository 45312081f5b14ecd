"""Checkpoints on network volumes, over S3 and without a Pod: only while they are looked at."""

from typing import Final

from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.stored import StoredCheckpoints, StoredVolume
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.sources import Ask, Source

EVERY_S: Final = 600.0
"""Below the time for which a look from outside counts as a witness."""


async def _read(ask: Ask) -> tuple[Change, ...]:
    from rgt_tui.clients.s3_keys import find_s3_keys  # loads httpx
    from rgt_tui.clients.s3_open import endpoint_of

    if find_s3_keys() is None:
        return (ask.seen(StoredCheckpoints(no_key=True), source="s3"),)
    known = ask.account.volumes or (await ask.wires.rest.network_volumes()).volumes
    volumes = [volume for volume in known if endpoint_of(volume) is not None]
    looked = [await _look(ask, volume) for volume in volumes]
    return (ask.seen(StoredCheckpoints(volumes=tuple(looked)), source="s3"),)


async def _look(ask: Ask, volume: NetworkVolume) -> StoredVolume:
    from rgt_tui.clients.s3_checkpoints import look_outside  # loads httpx
    from rgt_tui.clients.s3_open import s3_of

    try:
        async with s3_of(volume) as s3:
            return await look_outside(s3, volume, ask.clock)
    except RgtError as error:
        name = volume.name or volume.id
        return StoredVolume(volume_id=volume.id, name=name, trouble=error.message)


SOURCE = Source(
    name="stored_checkpoints",
    every_s=EVERY_S,
    metered=False,
    kinds=(StoredCheckpoints,),
    read=_read,
    on_demand=True,
)
