"""RP26: the GPU runs slower because it is too hot or its power is braked.

Symptom: clocks far below their maximum, thermal slowdown or power brake active. Cause: cooling or
power of the host. Fix: report it, move. A software power cap alone at full use is normal.
Source: ollama#13552, DCGM#270, open_clip#703; NVIDIA nvidia-smi documentation of clocks event
reasons (clocks_throttle_reasons before driver 535).
"""

import re
from typing import Final

from rgt_tui.domain.finding import Detector, Severity
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.telling import Page, Rule

_REASON: Final = re.compile(r"thermal|power_brake|hw_slowdown", re.IGNORECASE)
_HEAD: Final = re.compile(r"clocks_(?:event|throttle)_reasons\.", re.IGNORECASE)


def _csv_row(page: Page) -> str | None:
    """A row under a header of clocks event reasons with a bad one active."""
    head = page.saw(_HEAD, 9)
    if head is None or _HEAD.search(page.line):
        return None
    names = [name.strip() for name in head.string.split(",")]
    cells = [cell.strip().lower() for cell in page.line.split(",")]
    bad = [
        n
        for n, c in zip(names, cells, strict=False)
        if c in ("active", "0x1") and _REASON.search(n)
    ]
    return f"nvidia-smi: {bad[0]} is active" if bad else None


DETECTOR = Detector(
    code="RP26",
    title="GPU slowed down by heat or power",
    severity=Severity.WARNING,
    cause=(
        "The GPU lowers its clocks because it is too hot or because the host brakes its power. Training goes "
        "on at a fraction of the speed that is paid for."
    ),
    fix=(
        "Look at clocks and temperature for some minutes (GPU pane): a short peak is normal",
        "Compare steps per second with another Pod of the same type",
        "If it stays: relaunch on another host and tell support the Pod id; nothing inside a Pod can cool it",
    ),
    source="NVIDIA nvidia-smi documentation, clocks event reasons, 2026; ollama#13552, DCGM#270",
    needs=(LogSigns,),
    max_age_s=3600.0,
    applies=lambda subject: (
        subject.pod is not None and subject.pod.is_running and subject.pod.gpu_id is not None
    ),
    strings=(
        (
            "        HW Thermal Slowdown               : Active",
            "nvidia-smi -q; clocks event reasons since driver 535, throttle reasons before",
        ),
        (
            "        SW Thermal Slowdown               : 903158 us",
            "nvidia-smi -q, counters, driver 565 and later",
        ),
        ("thermal violation in GPU", "DCGM 2 to 4"),
    ),
    text=(
        Rule(
            words="thermal braking brake slowdown",
            pattern=r"\b(?:HW|SW) Thermal Slowdown\s*:\s*(?:Active|[1-9]\d* us)|\bHW (?:Power Brak\w+(?: Slowdown)?|Slowdown)\s*:\s*(?:Active|[1-9]\d* us)|thermal violation\b|\bthermal(?:ly)?[- ]throttl\w*|\b(?:sw|hw)_thermal_slowdown\W{1,4}(?:active|1|true)\b|\bhw_power_brake(?:_slowdown)?\W{1,4}(?:active|1|true)\b",
            reason="the GPU is slowed down by heat or power",
            unless=r"Not Active",
        ),
        Rule(
            words="throttling throttled throttle",
            pattern=r"\b(?:gpu|clocks?)\b.{0,60}\bthrottl\w+\b.{0,60}\b(?:heat|thermal|temperature|power brake|hot|overheat\w*|\d{2,3} ?°?C)|\b(?:thermal|overheat\w*|temperature)\b.{0,40}\bthrottl\w+",
            reason="the GPU is slowed down by heat or power",
            unless=r"Not Active|request|api|rate",
        ),
        Rule(words="active", tells=_csv_row),
    ),
)
