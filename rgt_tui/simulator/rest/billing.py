"""The billing endpoints of REST v2: charges cut into calendar buckets, in UTC."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import web

from rgt_tui.simulator.clock import stamp
from rgt_tui.simulator.ledger import Charge, Part
from rgt_tui.simulator.rest.answers import Problem, answer, invalid
from rgt_tui.simulator.rest.desk import desk_of, number, single, word

Json = dict[str, object]

_SIZES: Final = ("hour", "day", "week", "month", "year")
_BUCKETS_MAX: Final = 2000
_WINDOW: Final = timedelta(days=30)

_POD: Final[Mapping[str, Part]] = {
    "gpuAmount": "gpu",
    "cpuAmount": "cpu",
    "diskAmount": "disk",
}
_VOLUME: Final[Mapping[str, Part]] = {
    "standardAmount": "standard",
    "highPerformanceAmount": "high_performance",
}
_ALL: Final[Mapping[str, Part]] = {
    "podGpuAmount": "gpu",
    "podCpuAmount": "cpu",
    "podDiskAmount": "disk",
    "storageStandardAmount": "standard",
    "storageHighPerformanceAmount": "high_performance",
}
_ALL_ZERO: Final = (
    "serverlessGpuAmount",
    "serverlessCpuAmount",
    "serverlessDiskAmount",
    "serverlessFeeAmount",
    "endpointAmount",
    "clusterGpuAmount",
    "clusterDiskAmount",
    "clusterNetworkingAmount",
)


@dataclass(frozen=True, slots=True)
class _Window:
    """The buckets asked for: their size and their borders, in Unix seconds."""

    size: str
    borders: tuple[float, ...]

    @property
    def query(self) -> Json:
        """The echo every answer carries."""
        return {
            "startTime": stamp(self.borders[0]),
            "endTime": stamp(self.borders[-1]),
            "bucketSize": self.size,
        }

    def buckets(self) -> Iterable[tuple[float, float]]:
        """Start and end of each bucket, oldest first."""
        return zip(self.borders, self.borders[1:], strict=False)


async def list_all(request: web.Request) -> web.Response:
    """Spend over all resources, one record a bucket."""
    window, now = _window(request), desk_of(request).world.now
    charges = list(desk_of(request).world.ledger.of(None))
    records = []
    for start, end in window.buckets():
        amounts = _amounts(charges, start, min(end, now), _ALL)
        if amounts["totalAmount"]:
            records.append(_times(start, end) | amounts | dict.fromkeys(_ALL_ZERO, 0.0))
    names = ("totalAmount", *_ALL, *_ALL_ZERO)
    return answer(_listing(records, names, window.query))


async def list_pods(request: web.Request) -> web.Response:
    """Spend per Pod."""
    return _by_resource(request, "podId", "uniquePodCount", _POD)


async def list_volumes(request: web.Request) -> web.Response:
    """Spend per network volume."""
    return _by_resource(request, "networkVolumeId", "uniqueNetworkVolumeCount", _VOLUME)


async def list_clusters(request: web.Request) -> web.Response:
    """No cluster was billed."""
    parts = ("gpuAmount", "diskAmount", "networkingAmount")
    return _nothing_billed(request, "clusterId", "uniqueClusterCount", parts)


async def list_serverless(request: web.Request) -> web.Response:
    """No serverless endpoint was billed."""
    parts = ("gpuAmount", "cpuAmount", "diskAmount", "feeAmount")
    return _nothing_billed(request, "serverlessId", "uniqueServerlessCount", parts)


async def list_endpoints(request: web.Request) -> web.Response:
    """No public endpoint was billed."""
    return answer(_listing([], ("totalAmount",), _window(request).query))


def _nothing_billed(
    request: web.Request, filter_name: str, unique: str, parts: tuple[str, ...]
) -> web.Response:
    query = _window(request).query | {filter_name: single(request, filter_name)}
    listing = _listing([], ("totalAmount", *parts), query)
    metadata = listing["metadata"]
    if isinstance(metadata, dict):
        metadata[unique] = 0
    return answer(listing)


def _by_resource(
    request: web.Request, filter_name: str, unique: str, parts: Mapping[str, Part]
) -> web.Response:
    window, now = _window(request), desk_of(request).world.now
    wanted = single(request, filter_name)
    by_id: dict[str, list[Charge]] = {}
    for charge in desk_of(request).world.ledger.of(wanted):
        if set(parts.values()) & set(charge.rates):
            by_id.setdefault(charge.resource, []).append(charge)
    records = []
    for start, end in window.buckets():
        for identity, charges in by_id.items():
            amounts = _amounts(charges, start, min(end, now), parts)
            if amounts["totalAmount"]:
                records.append(_times(start, end) | {filter_name: identity} | amounts)
    listing = _listing(records, ("totalAmount", *parts), window.query | {filter_name: wanted})
    metadata = listing["metadata"]
    if isinstance(metadata, dict):
        metadata[unique] = len({record[filter_name] for record in records})
    return answer(listing)


def _amounts(
    charges: Iterable[Charge], start: float, end: float, parts: Mapping[str, Part]
) -> dict[str, object]:
    sums = dict.fromkeys(parts, 0.0)
    names = {part: name for name, part in parts.items()}
    for charge in charges:
        for part, amount in charge.amounts(start, end).items():
            if part in names:
                sums[names[part]] += amount
    rounded = {name: round(amount, 6) for name, amount in sums.items()}
    return {"totalAmount": round(sum(rounded.values()), 6), **rounded}


def _times(start: float, end: float) -> Json:
    return {"startTime": stamp(start), "endTime": stamp(end)}


def _listing(records: list[Json], names: tuple[str, ...], query: Json) -> Json:
    totals = {name: round(sum(float(str(record[name])) for record in records), 6) for name in names}
    return {
        "records": records,
        "metadata": {"query": query, "recordCount": len(records), "totals": totals},
    }


def _window(request: web.Request) -> _Window:
    now = datetime.fromtimestamp(desk_of(request).world.now, UTC)
    size = word(request, "bucketSize", *_SIZES) or "day"
    last = number(request, "lastN", least=1)
    start, end = _moment(request, "startTime"), _moment(request, "endTime")
    if last is not None:
        if start is not None or end is not None:
            raise Problem(400, "lastN and startTime/endTime are mutually exclusive")
        return _Window(size, _last(now, size, last))
    finish = end or now
    begin = start or finish - _WINDOW
    if begin >= finish:
        raise Problem(400, "startTime must lie before endTime")
    return _Window(size, _borders(begin, finish, size))


def _moment(request: web.Request, name: str) -> datetime | None:
    text = single(request, name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or "T" not in text.upper():
            raise ValueError(text)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid([f"{name}: must be an RFC 3339 timestamp"]) from None
    if not 2000 <= moment.year <= 2200:
        raise Problem(400, f"{name}: nothing was or will be billed then")
    return moment


def _borders(begin: datetime, finish: datetime, size: str) -> tuple[float, ...]:
    border = _floor(begin, size)
    borders = [border]
    while borders[-1] < finish:
        borders.append(_next(borders[-1], size))
        if len(borders) > _BUCKETS_MAX:
            raise Problem(400, f"the window has more than {_BUCKETS_MAX} buckets")
    return tuple(border.timestamp() for border in borders)


def _last(now: datetime, size: str, count: int) -> tuple[float, ...]:
    if count > _BUCKETS_MAX:
        raise Problem(400, f"lastN: at most {_BUCKETS_MAX}")
    begin = _floor(now, size)
    borders = [_next(begin, size), begin]
    for _ in range(count - 1):
        if begin.year < 2000:
            break
        begin = _floor(begin - timedelta(seconds=1), size)
        borders.append(begin)
    return tuple(border.timestamp() for border in reversed(borders))


def _floor(moment: datetime, size: str) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    day = hour.replace(hour=0)
    match size:
        case "hour":
            return hour
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
        case _:
            return day


def _next(border: datetime, size: str) -> datetime:
    match size:
        case "hour":
            return border + timedelta(hours=1)
        case "week":
            return border + timedelta(days=7)
        case "month":
            return _floor(border + timedelta(days=31), size)
        case "year":
            return border.replace(year=border.year + 1)
        case _:
            return border + timedelta(days=1)
