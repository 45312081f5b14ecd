"""The catalogue: from the JSON of REST v2 to domain values."""

from collections.abc import Mapping
from types import MappingProxyType

from rgt_tui.clients import fields as read
from rgt_tui.clients.fields import Fields
from rgt_tui.clients.strict_json import Json
from rgt_tui.domain.catalog import DataCenter, DataCenterList, GpuType, GpuTypeList
from rgt_tui.domain.errors import Unreadable
from rgt_tui.domain.units import UNKNOWN


def gpu_type_list(answer: Json) -> GpuTypeList:
    """The answer of `GET /v2/catalog/gpus`.

    Raises:
        Unreadable: it has no list of GPU types.
    """
    return GpuTypeList(tuple(_gpu_type(member) for member in _members(answer, "gpus")))


def data_center_list(answer: Json) -> DataCenterList:
    """The answer of `GET /v2/catalog/datacenters`.

    Raises:
        Unreadable: it has no list of data centers.
    """
    return DataCenterList(tuple(_data_center(member) for member in _members(answer, "dataCenters")))


def _members(answer: Json, name: str) -> tuple[Fields, ...]:
    body = read.fields(answer) or {}
    if read.items(body, name) is None:
        raise Unreadable(f"the catalogue lacks `{name}`", hint="Check RUNPOD_API_BASE_URL.")
    return read.records(body, name)


def _gpu_type(body: Fields) -> GpuType:
    price, most = read.part(body, "price"), read.part(body, "maxCount")
    return GpuType(
        id=read.text(body, "id") or UNKNOWN,
        name=read.text(body, "name") or "",
        manufacturer=read.text(body, "manufacturer"),
        memory_gb=read.size(body, "memory"),
        secure_price=read.usd(price, "secure"),
        community_price=read.usd(price, "community"),
        secure_max=read.size(most, "secure"),
        community_max=read.size(most, "community"),
        availability=read.text(body, "availability"),
        data_centers=_availability(body, "dataCenters"),
    )


def _data_center(body: Fields) -> DataCenter:
    return DataCenter(
        id=read.text(body, "id") or UNKNOWN,
        name=read.text(body, "name") or "",
        region=read.text(body, "region"),
        volume_tiers=read.texts(body, "networkVolumeTypes") or (),
        has_global_network=read.flag(body, "globalNetwork"),
        gpus=_availability(body, "gpuAvailability"),
    )


def _availability(body: Fields, name: str) -> Mapping[str, str]:
    rows = (
        (read.text(row, "id"), read.text(row, "availability")) for row in read.records(body, name)
    )
    return MappingProxyType(
        {key: level for key, level in rows if key is not None and level is not None}
    )
