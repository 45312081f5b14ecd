"""What can be rented, at which price, and where it is free."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from types import MappingProxyType

from rgt_tui.domain.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuType:
    """A type of GPU in the catalogue.

    Attributes:
        id: as Pods name it.
        memory_gb: VRAM of one.
        secure_price, community_price: USD per hour for one GPU; None when not offered or unknown.
        availability: `NONE`, `LOW`, `MEDIUM`, `HIGH`, as sent; None when not asked for.
        data_centers: availability by data center id.
    """

    id: str
    name: str
    manufacturer: str | None = None
    memory_gb: int | None = None
    secure_price: Decimal | None = None
    community_price: Decimal | None = None
    secure_max: int | None = None
    community_max: int | None = None
    availability: str | None = None
    data_centers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class GpuTypeList:
    """The answer of `GET /v2/catalog/gpus`."""

    gpu_types: tuple[GpuType, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCenter:
    """A data center.

    Attributes:
        volume_tiers: tiers of network volumes it offers; empty is none.
        gpus: availability by GPU type id.
    """

    id: str
    name: str
    region: str | None = None
    volume_tiers: tuple[str, ...] = ()
    has_global_network: bool | None = None
    gpus: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class DataCenterList:
    """The answer of `GET /v2/catalog/datacenters`."""

    data_centers: tuple[DataCenter, ...] = ()
