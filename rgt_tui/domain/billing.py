"""What was spent: buckets of time with their amounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType


class Bucket(StrEnum):
    """How long one record of the billing history is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one bucket cost.

    Attributes:
        start, end: Unix seconds, half-open.
        total: USD; None when it could not be read.
        parts: USD by the service's own word (`podGpuAmount`, `diskAmount`); without the total.
        pod_id: whose it is; None for the whole account.
    """

    start: float | None
    end: float | None
    total: Decimal | None
    parts: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    pod_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingHistory:
    """The answer of `GET /v2/billing`.

    Attributes:
        records: as served.
        total: USD over all records, as the service adds them up; None when it did not.
    """

    records: tuple[Spent, ...] = ()
    total: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PodBillingHistory:
    """The answer of `GET /v2/billing/pods`; attributes as in `BillingHistory`, a record a Pod and bucket."""

    records: tuple[Spent, ...] = ()
    total: Decimal | None = None
