"""What was spent: buckets of time with their amounts."""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from rgt_tui.domain.records import dataclass


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
        volume_id: of which network volume it is; None for anything else.
    """

    start: float | None
    end: float | None
    total: Decimal | None
    parts: Mapping[str, Decimal] = field(default_factory=lambda: MappingProxyType({}))
    pod_id: str | None = None
    volume_id: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeBillingHistory:
    """The answer of `GET /v2/billing/network-volumes`; a record a network volume and bucket."""

    records: tuple[Spent, ...] = ()
    total: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """What was billed lately. Buckets are UTC; the newest is not full, and records lag an hour or so.

    Attributes:
        days: of the account, the last 31 days.
        hours: of the account, the last 24 hours.
        pod_days: of each Pod, the last 31 days.
        pod_months: of each Pod, the last 13 months; None when no Pod is older than a month.
        volume_days: of each network volume, the last 31 days.
    """

    called: ClassVar[str] = "the billing history"
    days: BillingHistory
    hours: BillingHistory
    pod_days: PodBillingHistory
    pod_months: PodBillingHistory | None = None
    volume_days: VolumeBillingHistory
