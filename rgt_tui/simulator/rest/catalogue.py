"""The catalogue endpoints of REST v2."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from rgt_tui.simulator.catalogue import (
    CPU_VCPUS,
    CPUS,
    DATA_CENTERS,
    GPUS,
    CpuModel,
    DataCenterModel,
    GpuModel,
    find_cpu,
    find_data_center,
    find_gpu,
)
from rgt_tui.simulator.rest.answers import Problem, answer, invalid, not_found
from rgt_tui.simulator.rest.desk import number, single, switch, word, words

Json = dict[str, object]

_LEVELS: Final = ("NONE", "LOW", "MEDIUM", "HIGH")
_CUDA: Final = ("12.4", "12.6", "12.8", "12.9")
_REGIONS: Final = (
    "NORTH_AMERICA",
    "SOUTH_AMERICA",
    "EUROPE",
    "ASIA",
    "MIDDLE_EAST",
    "AFRICA",
    "OCEANIA",
    "ANTARCTICA",
    "UNKNOWN",
)
_COMPLIANCE: Final = (
    "GDPR",
    "ISO_IEC_27001",
    "ISO_14001",
    "PCI_DSS",
    "HITRUST",
    "SOC_1_TYPE_2",
    "SOC_2_TYPE_2",
    "SOC_3_TYPE_2",
    "ITAR",
    "FISMA_HIGH",
    "HIPAA",
    "RENEWABLE",
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which availability a reader asks for; None without `include=AVAILABILITY`."""

    countries: tuple[str, ...]
    cuda: tuple[str, ...]


async def list_gpus(request: web.Request) -> web.Response:
    """All GPU types."""
    wanted = _gpu_availability(request)
    shown = [_gpu_json(model, wanted) for model in GPUS]
    if wanted is not None and wanted.countries:
        shown = [entry for entry in shown if entry.get("dataCenters")]
    return answer({"gpus": shown})


async def get_gpu(request: web.Request) -> web.Response:
    """One GPU type."""
    wanted = _gpu_availability(request)
    model = find_gpu(request.match_info["id"])
    if model is None:
        raise not_found()
    return answer(_gpu_json(model, wanted))


async def list_cpus(request: web.Request) -> web.Response:
    """All CPU flavours."""
    shows = _cpu_availability(request)
    return answer({"cpus": [_cpu_json(model, shows=shows) for model in CPUS]})


async def get_cpu(request: web.Request) -> web.Response:
    """One CPU flavour."""
    shows = _cpu_availability(request)
    model = find_cpu(request.match_info["id"])
    if model is None:
        raise not_found()
    return answer(_cpu_json(model, shows=shows))


async def list_data_centers(request: web.Request) -> web.Response:
    """The data centers that pass every filter."""
    include = words(request, "include", "GPU_AVAILABILITY", "CPU_AVAILABILITY") or ()
    regions = words(request, "regions", *_REGIONS)
    tiers = words(request, "networkVolumeTypes", "STANDARD", "HIGH_PERFORMANCE") or ()
    compliance = words(request, "compliance", *_COMPLIANCE) or ()
    networked = switch(request, "globalNetwork")
    shown = [
        _data_center_json(place, include)
        for place in DATA_CENTERS
        if (not regions or place.region in regions)
        and set(tiers) <= set(place.tiers)
        and set(compliance) <= set(place.compliance)
        and networked in (None, place.global_network)
    ]
    return answer({"dataCenters": shown})


async def get_data_center(request: web.Request) -> web.Response:
    """One data center."""
    include = words(request, "include", "GPU_AVAILABILITY", "CPU_AVAILABILITY") or ()
    place = find_data_center(request.match_info["id"])
    if place is None:
        raise not_found()
    return answer(_data_center_json(place, include))


def _gpu_availability(request: web.Request) -> _Wanted | None:
    include = words(request, "include", "AVAILABILITY")
    product = words(request, "product", "POD", "CLUSTER", "SERVERLESS")
    number(request, "count", least=1)
    word(request, "cloud", "SECURE", "COMMUNITY")
    countries = _matching(request, "countryCodes", r"[A-Z]{2}")
    cuda = _matching(request, "cudaVersions", r"\d+\.\d+")
    least = single(request, "minCudaVersion")
    if least is not None and not re.fullmatch(r"\d+(\.\d+)?", least, re.ASCII):
        raise invalid(["minCudaVersion: must be major or major.minor"])
    if cuda and least is not None:
        raise Problem(400, "cudaVersions and minCudaVersion are mutually exclusive")
    _demand_both(include, product)
    names = ("count", "cloud", "countryCodes", "cudaVersions", "minCudaVersion")
    _demand_include(request, include, names)
    if not include:
        return None
    versions = cuda or tuple(version for version in _CUDA if _reaches(version, least))
    return _Wanted(countries, versions)


def _cpu_availability(request: web.Request) -> bool:
    include = words(request, "include", "AVAILABILITY")
    product = words(request, "product", "POD", "SERVERLESS")
    vcpus = number(request, "vcpuCount", least=2)
    if vcpus is not None and vcpus & (vcpus - 1):
        raise Problem(400, "vcpuCount must be a power of two")
    _demand_both(include, product)
    _demand_include(request, include, ("vcpuCount",))
    return bool(include)


def _demand_both(include: tuple[str, ...] | None, product: tuple[str, ...] | None) -> None:
    if bool(include) != bool(product):
        raise Problem(400, "product is required with include=AVAILABILITY, and valid only with it")


def _demand_include(
    request: web.Request, include: tuple[str, ...] | None, names: tuple[str, ...]
) -> None:
    given = [name for name in names if name in request.query]
    if given and not include:
        raise Problem(400, f"{given[0]} is valid only with include=AVAILABILITY")


def _matching(request: web.Request, name: str, pattern: str) -> tuple[str, ...]:
    value = single(request, name)
    listed = tuple(value.split(",")) if value else ()
    if any(not re.fullmatch(pattern, item, re.ASCII) for item in listed):
        raise invalid([f"{name}: malformed entry"])
    return listed


def _reaches(version: str, least: str | None) -> bool:
    if least is None:
        return True
    floor = [int(part) for part in least.split(".")]
    return [int(part) for part in version.split(".")][: len(floor)] >= floor


def _gpu_json(model: GpuModel, wanted: _Wanted | None) -> Json:
    price: Json = {"secure": model.secure, "community": model.community}
    if model.pool is not None:
        price["serverless"] = round(model.secure * 1.6, 2)
    shown: Json = {
        "id": model.id,
        "name": model.name,
        "pool": model.pool,
        "manufacturer": "NVIDIA",
        "memory": model.memory_gb,
        "secure": True,
        "community": True,
        "price": price,
        "maxCount": {"secure": model.max_count, "community": model.max_count},
    }
    if wanted is None:
        return shown
    places = [
        {"id": place.id, "name": place.name, "availability": _level(model.id, place.id)}
        for place in DATA_CENTERS
        if not wanted.countries or place.country in wanted.countries
    ]
    shown["availability"] = _best(places)
    if places:
        shown["dataCenters"] = places
    shown["cudaVersions"] = [
        {"version": version, "available": version in _CUDA} for version in wanted.cuda
    ]
    return shown


def _cpu_json(model: CpuModel, *, shows: bool) -> Json:
    shown: Json = {
        "id": model.id,
        "name": model.name,
        "group": model.group,
        "vcpu": {"min": CPU_VCPUS[0], "max": CPU_VCPUS[1]},
        "ramGbPerVcpu": model.ram_gb_per_vcpu,
        "price": {"securePerVcpu": model.price, "serverlessPerVcpu": round(model.price * 1.5, 4)},
    }
    if shows:
        places = [
            {"id": place.id, "name": place.name, "availability": _level(model.id, place.id)}
            for place in DATA_CENTERS
        ]
        shown |= {"availability": _best(places), "dataCenters": places}
    return shown


def _data_center_json(place: DataCenterModel, include: tuple[str, ...]) -> Json:
    shown: Json = {
        "id": place.id,
        "name": place.name,
        "region": place.region,
        "globalNetwork": place.global_network,
        "networkVolumeTypes": list(place.tiers),
        "compliance": list(place.compliance),
    }
    if "GPU_AVAILABILITY" in include:
        shown["gpuAvailability"] = [
            {"id": gpu.id, "name": gpu.name, "availability": _level(gpu.id, place.id)}
            for gpu in GPUS
        ]
    if "CPU_AVAILABILITY" in include:
        shown["cpuAvailability"] = [
            {"id": cpu.id, "name": cpu.name, "availability": _level(cpu.id, place.id)}
            for cpu in CPUS
        ]
    return shown


def _level(resource: str, place: str) -> str:
    """A stock level that is always the same for the same pair."""
    digest = hashlib.sha256(f"{resource}@{place}".encode()).digest()
    return _LEVELS[digest[0] % len(_LEVELS)]


def _best(places: list[dict[str, str]]) -> str:
    levels = [_LEVELS.index(place["availability"]) for place in places]
    return _LEVELS[max(levels, default=0)]
