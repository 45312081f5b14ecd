"""One measured figure beside its target, and the table that all benchmarks print."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that should not exceed its target.

    Attributes:
        what: what was measured.
        value: the figure.
        at_most: the target; None for a figure given for context.
        unit: of both.
    """

    what: str
    value: float
    at_most: float | None
    unit: str = ""

    @property
    def verdict(self) -> str:
        """`ok`, `OVER`, or nothing for a figure without a target."""
        if self.at_most is None:
            return ""
        return "ok" if self.value <= self.at_most else "OVER"


def print_table(title: str, figures: Sequence[Figure]) -> None:
    """Prints the figures under a title, one a line."""
    print(f"\n{title}")
    for figure in figures:
        target = "" if figure.at_most is None else f"<= {figure.at_most:g} {figure.unit}"
        print(
            f"  {figure.what:<48}{figure.value:>12.3f} {figure.unit:<4}{target:>16}  {figure.verdict}"
        )
