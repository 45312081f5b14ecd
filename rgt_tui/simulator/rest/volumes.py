"""The network-volume endpoints of REST v2."""

from dataclasses import replace
from typing import Final, cast

from aiohttp import web

from rgt_tui.simulator.catalogue import find_data_center
from rgt_tui.simulator.rest.answers import Problem, answer, not_found, nothing
from rgt_tui.simulator.rest.desk import body_of, desk_of
from rgt_tui.simulator.rest.shapes import choice, integer, record, text
from rgt_tui.simulator.world import Volume

_SIZE: Final = integer(at_least=10, at_most=4096)

CREATE: Final = record(
    {
        "dataCenter": text(at_least=1),
        "name": text(at_least=1),
        "size": _SIZE,
        "type": choice("STANDARD", "HIGH_PERFORMANCE"),
    },
    required=("name", "size", "dataCenter"),
)

UPDATE: Final = record({"name": text(at_least=1), "size": _SIZE}, at_least=1)


async def list_volumes(request: web.Request) -> web.Response:
    """All network volumes: no used bytes, no attachments, no price."""
    volumes = desk_of(request).world.volumes.values()
    return answer({"networkVolumes": [volume_json(volume) for volume in volumes]})


async def get_volume(request: web.Request) -> web.Response:
    """One network volume."""
    return answer(volume_json(_volume_of(request)))


async def create_volume(request: web.Request) -> web.Response:
    """Orders a network volume."""
    world = desk_of(request).world
    body = await body_of(request, CREATE)
    place = find_data_center(str(body["dataCenter"]))
    if place is None or not place.tiers:
        raise Problem(400, f"network volumes are not offered in {body['dataCenter']}")
    tier = str(body.get("type", place.tiers[0]))
    if tier not in place.tiers:
        raise Problem(400, f"{tier} is not offered in {place.id}")
    volume = Volume(
        id=world.new_id(10),
        name=str(body["name"]),
        size=int(cast("float", body["size"])),
        data_center=place.id,
        tier=tier,
        cluster=place.id.lower(),
    )
    return answer(volume_json(world.add_volume(volume, since=world.now)), 201)


async def update_volume(request: web.Request) -> web.Response:
    """Renames or grows a network volume; it never shrinks."""
    world = desk_of(request).world
    volume = _volume_of(request)
    body = await body_of(request, UPDATE)
    size = int(cast("float", body.get("size", volume.size)))
    if size < volume.size:
        raise Problem(400, "network volume size cannot be reduced")
    changed = replace(volume, name=str(body.get("name", volume.name)), size=size)
    world.resize_volume(changed)
    return answer(volume_json(changed))


async def delete_volume(request: web.Request) -> web.Response:
    """Deletes a network volume that no Pod mounts."""
    world = desk_of(request).world
    volume = _volume_of(request)
    if world.mounting(volume):
        raise Problem(409, "network volume is attached to a pod")
    world.remove_volume(volume)
    return nothing()


def volume_json(volume: Volume) -> dict[str, object]:
    """A network volume in the words of REST v2."""
    return {
        "id": volume.id,
        "name": volume.name,
        "size": volume.size,
        "dataCenter": volume.data_center,
        "type": volume.tier,
    }


def _volume_of(request: web.Request) -> Volume:
    volume = desk_of(request).world.volumes.get(request.match_info["id"])
    if volume is None:
        raise not_found()
    return volume
