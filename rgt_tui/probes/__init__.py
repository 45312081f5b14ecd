"""Questions asked of a Pod over SSH: one file a question, all sent as one POSIX-sh script.

A probe gives its shell text, its limits, and a pure parser from the bytes of its section to its
own report type. `rgt_tui.probes` sends nothing itself; `clients.ssh` carries the script.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from rgt_tui import specs


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What came back for one probe.

    Attributes:
        output: stdout and stderr of its shell text, cut at the probe's `max_bytes`.
        exit_code: of the shell text; None when it never ended.
        cut: whether output was dropped beyond the limit.
        timed_out: whether the time limit ended it.
    """

    output: bytes
    exit_code: int | None
    cut: bool = False
    timed_out: bool = False


class BadSection(Exception):
    """A section that cannot be understood; the message says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One remote question.

    Attributes:
        name: of its section; letters, digits and `_`.
        script: POSIX sh, read-only, no temporary files; runs on bash, dash and busybox ash.
        limit_s: seconds after which the section is ended.
        max_bytes: kept of its output.
        report: the type `parse` gives; the key of the evidence.
        parse: section to report. Raises `BadSection`.
    """

    name: str
    script: str
    limit_s: int = 5
    max_bytes: int = 64 * 1024
    report: type
    parse: Callable[[Section], Any]


@cache
def all_probes() -> tuple[Probe, ...]:
    """Every probe, by file name."""
    return specs.find_specs(_family(), "PROBE", Probe)


def _family() -> ModuleType:
    import rgt_tui.probes as family  # the package itself, complete only once it is imported

    return family
