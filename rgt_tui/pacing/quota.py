"""The account's rate limit, as every authenticated answer reports it.

Two structured-field lists (RFC 9651), one member a window::

    RateLimit: "minute";r=41;t=12, "hour";r=2800;t=1812, "day";r=49500;t=45012
    RateLimit-Policy: "minute";q=60;w=60, "hour";q=3000;w=3600, "day";q=50000;w=86400

`r` is what remains, `t` the seconds until the window starts anew, `q` the size of the window
and `w` its length in seconds. Source: RunPod REST v2 document of 2026-08-18, components/headers.
The numbers there are examples; those in force are the ones an answer brings. Both headers are
absent for callers who are exempt.
"""

import re
from collections.abc import Iterator
from typing import Final

from rgt_tui.domain.records import dataclass

_MEMBER: Final = re.compile(
    r'"([^"\\]{1,64})"((?:[ \t]*;[ \t]*[a-z*][a-z0-9_.*-]*=-?[0-9]{1,15})*)(?=[ \t]*(?:,|\Z))'
)
_PARAMETER: Final = re.compile(r";[ \t]*([a-z*][a-z0-9_.*-]*)=(-?[0-9]{1,15})")
_LONGEST: Final = 4096
"""Characters of a header that are looked at; the real ones have about 90."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window of the rate limit.

    Attributes:
        name: the service's word for it: `minute`, `hour`, `day`.
        remaining: calls left in it.
        resets_in_s: seconds until it starts anew.
        limit: calls it holds in all; None when no policy was sent.
        length_s: how long it lasts; None when no policy was sent.
    """

    name: str
    remaining: int
    resets_in_s: float
    limit: int | None = None
    length_s: float | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """The windows one answer reported; none when it carried no rate limit."""

    windows: tuple[Window, ...] = ()

    def tightest(self) -> Window | None:
        """The window of which the smallest share is left; None when none tells its size."""
        sized = [window for window in self.windows if window.limit]
        return min(sized, key=lambda window: window.remaining / (window.limit or 1), default=None)


def read_quota(rate_limit: str | None, policy: str | None) -> Quota:
    """The quota in the headers `RateLimit` and `RateLimit-Policy`; unreadable members are left out."""
    limits = dict(_members(policy))
    windows = []
    for name, live in _members(rate_limit):
        if "r" not in live or "t" not in live:
            continue
        size = limits.get(name, {})
        windows.append(
            Window(
                name=name,
                remaining=max(0, live["r"]),
                resets_in_s=float(max(0, live["t"])),
                limit=size["q"] if size.get("q", 0) > 0 else None,
                length_s=float(size["w"]) if size.get("w", 0) > 0 else None,
            )
        )
    return Quota(tuple(windows))


def _members(header: str | None) -> Iterator[tuple[str, dict[str, int]]]:
    for name, parameters in _MEMBER.findall((header or "")[:_LONGEST]):
        yield name, {key: int(value) for key, value in _PARAMETER.findall(parameters)}
