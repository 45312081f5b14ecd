"""RP26: the GPU runs slower because it is too hot or its power is braked.

Symptom: clocks far below their maximum, thermal slowdown or power brake active. Cause: cooling or
power of the host. Fix: report it, move. A software power cap alone at full use is normal.
Source: ollama#13552, DCGM#270, open_clip#703; NVIDIA nvidia-smi documentation of clocks event
reasons (clocks_throttle_reasons before driver 535).
"""

import re
from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.units import UNKNOWN
from rgt_tui.domain.whom import running_on_gpus
from rgt_tui.probes.nvidia_smi import FAULTY, Gpu, GpuReport

_REASON: Final = re.compile(r"thermal|power_brake|hw_slowdown", re.IGNORECASE)
_HEAD: Final = re.compile(r"clocks_(?:event|throttle)_reasons\.", re.IGNORECASE)
_NOT_SLOWED: Final = Absent(
    "no GPU is slowed by heat or its power supply; the power cap alone is normal"
)
_UNTOLD: Final = Unknown(("what holds the clocks down: nvidia-smi does not tell it",))


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


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(GpuReport)
    gpus = seen.value.gpus
    slow = [gpu for gpu in gpus if gpu.is_throttled]
    if slow:
        return Present(tuple(Said("ssh", _slowed(gpu), seen.at) for gpu in slow))
    if gpus and all(gpu.slowed_by is None for gpu in gpus):
        return _UNTOLD
    return _NOT_SLOWED


def _slowed(gpu: Gpu) -> str:
    reasons = ", ".join(reason for reason in gpu.slowed_by or () if reason in FAULTY)
    heat = UNKNOWN if gpu.temperature_c is None else f"{gpu.temperature_c:.0f}"
    clocks = f"{gpu.sm_mhz or UNKNOWN} of {gpu.sm_max_mhz or UNKNOWN} MHz"
    return f"GPU {gpu.index} is slowed down: {reasons}; {heat} degrees, {clocks}"


DETECTOR = Detector(
    code="RP26",
    title="GPU slowed down by heat or power",
    severity=Severity.WARNING,
    cause=(
        "The GPU lowers its clocks because it is too hot or because the host brakes its power. Training goes "
        "on at a fraction of the speed that is paid for."
    ),
    fix=(
        "Look at clocks and temperature for some minutes (rgt-tui gpu POD): a short peak is normal",
        "Compare steps per second with another Pod of the same type",
        "If it stays: relaunch on another host (rgt-tui relaunch POD) and tell support the Pod id; nothing inside a Pod can cool it",
    ),
    source="NVIDIA nvidia-smi documentation, clocks event reasons, 2026; ollama#13552, DCGM#270",
    needs=(GpuReport,),
    max_age_s=180.0,
    applies=running_on_gpus,
    detect=_detect,
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
