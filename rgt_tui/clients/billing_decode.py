"""The billing history: from the JSON of REST v2 to domain values."""

from decimal import Decimal
from types import MappingProxyType

from rgt_tui.clients import fields as read
from rgt_tui.clients.fields import Fields
from rgt_tui.clients.strict_json import Json
from rgt_tui.domain.billing import BillingHistory, PodBillingHistory, Spent, VolumeBillingHistory
from rgt_tui.domain.errors import Unreadable
from rgt_tui.domain.text import clean

_TOTAL = "totalAmount"
_SUFFIX = "Amount"


def billing_history(answer: Json) -> BillingHistory:
    """The answer of `GET /v2/billing`.

    Raises:
        Unreadable: it has no records.
    """
    body = _body(answer)
    return BillingHistory(records=_records(body), total=_total(body))


def pod_billing_history(answer: Json) -> PodBillingHistory:
    """The answer of `GET /v2/billing/pods`.

    Raises:
        Unreadable: it has no records.
    """
    body = _body(answer)
    return PodBillingHistory(records=_records(body), total=_total(body))


def volume_billing_history(answer: Json) -> VolumeBillingHistory:
    """The answer of `GET /v2/billing/network-volumes`.

    Raises:
        Unreadable: it has no records.
    """
    body = _body(answer)
    return VolumeBillingHistory(records=_records(body), total=_total(body))


def _body(answer: Json) -> Fields:
    body = read.fields(answer) or {}
    if read.items(body, "records") is None:
        raise Unreadable("the billing history lacks `records`", hint="Check RUNPOD_API_BASE_URL.")
    return body


def _records(body: Fields) -> tuple[Spent, ...]:
    return tuple(_spent(record) for record in read.records(body, "records"))


def _total(body: Fields) -> Decimal | None:
    return read.usd(read.part(read.part(body, "metadata"), "totals"), _TOTAL)


def _spent(record: Fields) -> Spent:
    amounts = (
        (name, read.usd(record, name))
        for name in record
        if name.endswith(_SUFFIX) and name != _TOTAL
    )
    return Spent(
        start=read.moment(record, "startTime"),
        end=read.moment(record, "endTime"),
        total=read.usd(record, _TOTAL),
        parts=MappingProxyType(
            {clean(name): amount for name, amount in amounts if amount is not None}
        ),
        pod_id=read.text(record, "podId"),
        volume_id=read.text(record, "networkVolumeId"),
    )
