"""Money: what each resource cost from when to when.

Rates (RunPod documentation, pods/pricing, read 2026-08-20): container and volume disk
$0.10 per GB and month while running; a stopped Pod's volume disk $0.20; network volumes $0.07 up
to 1 TB and $0.05 beyond. A month is taken as 730 hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

HOURS_PER_MONTH: Final = 730
RUNNING_DISK: Final = 0.10 / HOURS_PER_MONTH
STOPPED_DISK: Final = 0.20 / HOURS_PER_MONTH
STANDARD_FIRST_TB: Final = 0.07 / HOURS_PER_MONTH
STANDARD_BEYOND: Final = 0.05 / HOURS_PER_MONTH
HIGH_PERFORMANCE: Final = 0.14 / HOURS_PER_MONTH

Part = Literal["gpu", "cpu", "disk", "standard", "high_performance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One resource at one set of rates (USD per hour by part) during [start, end)."""

    resource: str
    rates: dict[Part, float]
    start: float
    end: float = float("inf")

    def amounts(self, start: float, end: float) -> dict[Part, float]:
        """USD by part within [start, end); empty when they do not meet."""
        hours = (min(self.end, end) - max(self.start, start)) / 3600
        if hours <= 0:
            return {}
        return {part: rate * hours for part, rate in self.rates.items()}


@dataclass(slots=True)
class Ledger:
    """Every charge of the account, present and past, by resource."""

    _charges: dict[str, list[Charge]] = field(default_factory=dict)

    def open(self, resource: str, rates: dict[Part, float], at: float) -> None:
        """Charges `resource` at `rates` from `at` on, in place of what it was charged before."""
        self.close(resource, at)
        charge = Charge(resource=resource, rates=rates, start=at)
        self._charges.setdefault(resource, []).append(charge)

    def close(self, resource: str, at: float) -> None:
        """Ends the open charge of `resource`."""
        charges = self._charges.get(resource)
        if charges and charges[-1].end > at:
            charges[-1] = replace(charges[-1], end=at)

    def total(self, start: float, end: float) -> float:
        """USD spent in [start, end)."""
        return sum(sum(charge.amounts(start, end).values()) for charge in self.of(None))

    def rate(self, at: float) -> float:
        """USD per hour at one instant."""
        running = (charge for charge in self.of(None) if charge.start <= at < charge.end)
        return sum(sum(charge.rates.values()) for charge in running)

    def of(self, resource: str | None) -> Iterator[Charge]:
        """The charges of one resource, or of all, oldest first within a resource."""
        if resource is not None:
            return iter(self._charges.get(resource, ()))
        return (charge for charges in self._charges.values() for charge in charges)


def volume_rate(size_gb: int, tier: str) -> dict[Part, float]:
    """USD per hour of a network volume of `size_gb`."""
    if tier == "HIGH_PERFORMANCE":
        return {"high_performance": size_gb * HIGH_PERFORMANCE}
    beyond = max(0, size_gb - 1000)
    return {"standard": (size_gb - beyond) * STANDARD_FIRST_TB + beyond * STANDARD_BEYOND}
