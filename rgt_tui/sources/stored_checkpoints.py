"""Checkpoints on network volumes, over S3 and without a Pod: only while they are looked at."""

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from rgt_tui.domain.account import Change
from rgt_tui.domain.errors import RgtError
from rgt_tui.domain.stored import StoredCheckpoints, StoredVolume
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.sources import Ask, Source, shell_target

if TYPE_CHECKING:
    from rgt_tui.clients.s3 import S3

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
            stored = await look_outside(s3, volume, ask.clock)
            return await _challenge(ask, s3, stored)
    except RgtError as error:
        name = volume.name or volume.id
        return StoredVolume(volume_id=volume.id, name=name, trouble=error.message)


async def _challenge(ask: Ask, s3: "S3", stored: StoredVolume) -> StoredVolume:
    """Has ranges of the files compared with held copies, and with what a Pod reads."""
    from rgt_tui.clients.holds import look  # loads the verifiers
    from rgt_tui.clients.s3_challenge import challenged, of_held, of_pod, to_ask

    mounted = [
        (pod, mount.path)
        for pod in ask.account.pods
        for mount in pod.network_mounts
        if mount.volume_id == stored.volume_id
    ]
    asked = to_ask(stored)
    if not asked or not mounted:
        return stored
    held = await asyncio.to_thread(look, ask.wires.holds)
    roots = [f"pod:{pod.id}\0{path}" for pod, path in mounted]
    elsewhere = dict(await asyncio.to_thread(of_held, held, roots, stored, asked))
    for pod, path in mounted:
        left = {key: ranges for key, ranges in asked.items() if key not in elsewhere}
        if left and pod.is_running and pod.ssh_direct is not None:
            with contextlib.suppress(RgtError):  # then nobody there is a witness
                elsewhere |= await of_pod(ask.wires.shells, shell_target(pod), path, left)
    return await challenged(s3, stored, asked, elsewhere)


SOURCE = Source(
    name="stored_checkpoints",
    every_s=EVERY_S,
    metered=False,
    kinds=(StoredCheckpoints,),
    read=_read,
    on_demand=True,
)
