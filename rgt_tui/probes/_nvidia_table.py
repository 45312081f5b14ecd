"""The table that `nvidia-smi` draws without arguments, for tools that refuse every query.

Two of its lines tell one GPU (public paste of an idle B300 Pod)::

    |   0  NVIDIA B300 SXM6 AC            On  |   00000000:9A:00.0 Off |                    0 |
    | N/A   23C    P0            135W / 1100W |       0MiB / 275040MiB |      0%      Default |
"""

import itertools
import re
from collections.abc import Sequence
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean

_NAMED: Final = re.compile(r"\|\s{1,3}(\d{1,3})\s{2}(\S.{0,60}?)\s+(?:On|Off)\s*\|", re.ASCII)
_FIGURES: Final = re.compile(
    r"\|\s*(?:N/A|\d{1,3}%)\s+(\d{1,3}|N/A)C?\s+(P\d{1,2}|N/A)\s+(\d{1,5}|N/A)W?\s*/\s*(\d{1,5}|N/A)W?\s*"
    r"\|\s*(\d{1,9})MiB\s*/\s*(\d{1,9})MiB\s*\|\s*(\d{1,3}|N/A)%?",
    re.ASCII,
)
_DRIVER: Final = re.compile(r"Driver Version: *(\d[\d.]{1,20})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One GPU as the table tells it; a name may be cut with dots."""

    index: int
    name: str
    temperature_c: float | None
    pstate: str | None
    power_w: float | None
    power_limit_w: float | None
    memory_used_mib: int
    memory_total_mib: int
    util_percent: float | None


def read(lines: Sequence[str]) -> tuple[TableRow, ...]:
    """The GPUs of the table in `lines`; none where there is no table."""
    found = []
    for first, second in itertools.pairwise(lines):
        named, figures = _NAMED.match(first), _FIGURES.match(second)
        if named is None or figures is None:
            continue
        found.append(
            TableRow(
                index=int(named[1]),
                name=clean(named[2].strip(), 100),
                temperature_c=_number(figures[1]),
                pstate=None if figures[2] == "N/A" else figures[2],
                power_w=_number(figures[3]),
                power_limit_w=_number(figures[4]),
                memory_used_mib=int(figures[5]),
                memory_total_mib=int(figures[6]),
                util_percent=_number(figures[7]),
            )
        )
    return tuple(found)


def driver(text: str) -> str | None:
    """The version of the driver in the table's head."""
    found = _DRIVER.search(text)
    return found[1] if found else None


def _number(word: str) -> float | None:
    return None if word == "N/A" else float(word)
