r"""Every GPU by `nvidia-smi`: use, memory, temperature, power, and the processes on it.

The section holds the two queries with their exit status, and one line of the table::

    > gpus
    0, GPU-7d0a..., NVIDIA GeForce RTX 5090, 97, 30012, 32607, 71, 512.40, 575.00, 610.43.02, \
    P0, 2850, 3105, 14001, 0x0000000000000004
    < 0
    > apps
    GPU-7d0a..., 402, python, 29800
    < 0

Each call costs the Pod some 23 ms of CPU (measured on an H200). Processes are not asked for while no
GPU holds more memory than fits any CUDA context, which takes hundreds of MiB.

What slows the clocks has had two names; drivers before 535 know only the older one, and one unknown
name makes the tool refuse the whole query. What even so refuses is asked for its table.
"""

import re
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode
from rgt_tui.domain.units import LARGEST, MIB, whole_number
from rgt_tui.probes import BadSection, Probe, Section, _nvidia_table

LIMIT_S: Final = 8
"""Without persistence mode the driver is set up anew for each call, which takes seconds."""

_SCRIPT: Final = r"""
if ! command -v nvidia-smi >/dev/null 2>&1; then
  if [ -e /dev/kfd ]; then echo '! amd'; else echo '! none'; fi
  exit 0
fi
plain=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw,\
power.limit,driver_version
more=$plain,pstate,clocks.sm,clocks.max.sm,clocks.mem
echo '> gpus'
for q in $more,clocks_event_reasons.active $more,clocks_throttle_reasons.active $plain; do
  told=$(nvidia-smi "--query-gpu=$q" --format=csv,noheader,nounits 2>&1)
  status=$?
  case $told in *'not a valid field'*) ;; *) break ;; esac
done
printf '%s\n' "$told"
echo "< $status"
case $told in *'not a valid field'*|*'nvalid combination'*) nvidia-smi 2>/dev/null; exit 0 ;; esac
[ $status -eq 0 ] || exit 0
set -f
held= nl='
'
IFS=$nl
for row in $told; do
  IFS=,
  set -- $row
  case $#:${5-} in '15: '[0-9]|'15: '1[0-6]) ;; *) held=1 ;; esac
done
[ -n "$held" ] || exit 0
echo '> apps'
nvidia-smi --query-compute-apps=gpu_uuid,pid,process_name,used_memory \
  --format=csv,noheader,nounits 2>&1
echo "< $?"
"""

_CUDA: Final = re.compile(r"CUDA (?:\w+ )?Version: *(\d{1,4}(?:\.\d{1,4}){0,3})", re.ASCII)
_PLAIN_CELLS: Final = 10
_GPU_CELLS: Final = 15
_APP_CELLS: Final = 4
_MOST_WATTS: Final = 100_000
_MOST_MHZ: Final = 100_000
IDLE_PERCENT: Final = 5.0
"""Below this utilisation a GPU does nothing worth its price."""
WAITS_UTIL: Final = 90.0
WAITS_POWER: Final = 30.0
"""Percent of the power limit; idling cards draw 10 to 20 % (135 of 1,100 W in a B300 paste)."""
REASONS: Final = {
    0x01: "idle",
    0x02: "clocks set",
    0x04: "power cap",
    0x08: "hardware slowdown",
    0x10: "sync boost",
    0x20: "software heat limit",
    0x40: "hardware heat limit",
    0x80: "power brake",
    0x100: "display",
}
"""Bits of `clocks_event_reasons.active` (NVML reference, nvmlClocksEventReasons)."""
FAULTY: Final = frozenset(
    ("hardware slowdown", "software heat limit", "hardware heat limit", "power brake")
)
"""Those that slow work which the card could do; being idle or at the power cap is normal."""
_ABSENT: Final = {
    "none": "no GPU: nvidia-smi is not installed",
    "amd": "no NVIDIA GPU: nvidia-smi is not installed; /dev/kfd shows an AMD GPU, not read here",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One GPU; a figure is None where `nvidia-smi` says `[N/A]` or the like.

    Attributes:
        pstate: performance state, `P0` (fastest) to `P12`.
        sm_mhz, sm_max_mhz, memory_mhz: clocks in MHz.
        slowed_by: what holds the clocks down now; empty when nothing does, None when unknown.
    """

    index: int
    uuid: str
    name: str
    util_percent: float | None
    memory_used_bytes: int | None
    memory_total_bytes: int | None
    temperature_c: float | None
    power_w: float | None
    power_limit_w: float | None
    pstate: str | None = None
    sm_mhz: int | None = None
    sm_max_mhz: int | None = None
    memory_mhz: int | None = None
    slowed_by: tuple[str, ...] | None = None

    @property
    def power_percent(self) -> float | None:
        """Power drawn against the limit."""
        if self.power_w is None or not self.power_limit_w:
            return None
        return 100 * self.power_w / self.power_limit_w

    @property
    def is_throttled(self) -> bool:
        """Whether heat or the power supply slows it. `power cap` alone is normal at full use."""
        return any(reason in FAULTY for reason in self.slowed_by or ())

    @property
    def work(self) -> str | None:
        """`busy`, `idle`, or `waits`: kernels run nearly always, yet draw the power of idling.

        Utilisation is the share of time in which any kernel ran, one of a hundred processors is
        enough for 100 %: a hang in a collective operation looks busy by it, and not by power.
        """
        if self.util_percent is None:
            return None
        if self.util_percent < IDLE_PERCENT:
            return "idle"
        power = self.power_percent
        if self.util_percent >= WAITS_UTIL and power is not None and power < WAITS_POWER:
            return "waits"
        return "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuProcess:
    """One compute process; inside containers `nvidia-smi` often lists none."""

    gpu_uuid: str
    pid: int
    name: str
    memory_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuReport:
    """The GPUs of one host.

    Attributes:
        driver, cuda: versions of the driver and of the newest CUDA it serves; None when unknown.
        absent: why there is no GPU, in words; None when there is one.
    """

    called: ClassVar[str] = "nvidia-smi over SSH"

    gpus: tuple[Gpu, ...] = ()
    processes: tuple[GpuProcess, ...] = ()
    driver: str | None = None
    cuda: str | None = None
    absent: str | None = None

    @property
    def is_of_amd(self) -> bool:
        """Whether the host shows an AMD GPU instead, of which `nvidia-smi` knows nothing."""
        return self.absent == _ABSENT["amd"]

    def sample(self) -> tuple[tuple[str, float], ...]:
        """Use, power, memory and heat of each GPU, for the history."""
        return tuple(
            (f"{key}.{gpu.index}", float(value))
            for gpu in self.gpus
            for key, value in (
                ("util", gpu.util_percent),
                ("power", gpu.power_w),
                ("memory", gpu.memory_used_bytes),
                ("heat", gpu.temperature_c),
            )
            if value is not None
        )


def parse(section: Section) -> GpuReport:
    """The GPUs in a section; also in one that ended at its time limit after listing them.

    Raises:
        BadSection: `nvidia-smi` did not answer.
    """
    text = decode(section.output)
    lines = text.splitlines()
    if lines[:1] and lines[0].startswith("! "):
        return GpuReport(absent=_ABSENT.get(lines[0][2:], "no GPU"))
    listed, status = _block(lines, "gpus")
    rows = [cells for line in listed if (cells := _gpu_cells(line)) is not None]
    if status is None and not rows:
        why = f"did not answer within {LIMIT_S} s" if section.timed_out else "gave no answer"
        raise BadSection(f"nvidia-smi {why}")
    apps, _ = _block(lines, "apps")
    gpus = tuple(
        _gpu(index, cells) for cells in rows if (index := whole_number(cells[0])) is not None
    )
    driver = next((_known(cells[9]) for cells in rows), None)
    if not gpus and (drawn := _nvidia_table.read(lines)):
        gpus = tuple(_drawn(row) for row in drawn)
        driver = _nvidia_table.driver(text)
    cuda = _CUDA.search(text)
    return GpuReport(
        gpus=gpus,
        processes=tuple(_processes(apps)),
        driver=driver,
        cuda=cuda[1] if cuda else None,
        absent=None if gpus else _why_none(listed),
    )


def _block(lines: list[str], name: str) -> tuple[list[str], int | None]:
    """The lines of one query and its exit status, None when it never ended."""
    if f"> {name}" not in lines:
        return [], None
    rest = lines[lines.index(f"> {name}") + 1 :]
    for number, line in enumerate(rest):
        status = whole_number(line[2:]) if line.startswith("< ") else None
        if status is not None:
            return rest[:number], status
    return rest, None


def _cells(line: str, count: int) -> list[str]:
    """The cells of a CSV line; a comma in the third, a name, is kept there."""
    cells = line.split(", ")
    extra = len(cells) - count
    if extra > 0:
        cells[2 : 3 + extra] = [", ".join(cells[2 : 3 + extra])]
    return [clean(cell.strip(), 200) for cell in cells]


def _gpu_cells(line: str) -> list[str] | None:
    """The cells of a GPU's line, the ones that older drivers do not give left empty."""
    count = line.count(", ") + 1
    if count < _PLAIN_CELLS:
        return None
    # A name may hold a comma, so that the count alone does not tell the two queries apart.
    is_long = (
        re.search(r", (?:P\d{1,2}|\[[^\]]*\]), [^,]*, [^,]*, [^,]*, [^,]*\Z", line) is not None
    )
    if count >= _GPU_CELLS and is_long:
        return _cells(line, _GPU_CELLS)
    return _cells(line, _PLAIN_CELLS) + [""] * (_GPU_CELLS - _PLAIN_CELLS)


def _drawn(row: _nvidia_table.TableRow) -> Gpu:
    """A GPU of the table, which tells less than a query."""
    return Gpu(
        index=row.index,
        uuid="",
        name=row.name,
        util_percent=row.util_percent,
        memory_used_bytes=row.memory_used_mib * MIB,
        memory_total_bytes=row.memory_total_mib * MIB,
        temperature_c=row.temperature_c,
        power_w=row.power_w,
        power_limit_w=row.power_limit_w,
        pstate=row.pstate,
    )


def _reasons(cell: str) -> tuple[str, ...] | None:
    """The names of the bits that are set; None when it is no bit mask."""
    if not re.fullmatch(r"0x[0-9A-Fa-f]{1,16}", cell):
        return None
    bits = int(cell, 16)
    return tuple(reason for bit, reason in REASONS.items() if bits & bit)


def _megahertz(cell: str) -> int | None:
    value = _figure(cell, 0, _MOST_MHZ)
    return None if value is None else int(value)


def _gpu(index: int, cells: list[str]) -> Gpu:
    return Gpu(
        index=index,
        uuid=cells[1],
        name=cells[2],
        util_percent=_figure(cells[3], 0, 100),
        memory_used_bytes=_mebibytes(cells[4]),
        memory_total_bytes=_mebibytes(cells[5]),
        temperature_c=_figure(cells[6], -100, 1000),
        power_w=_figure(cells[7], 0, _MOST_WATTS),
        power_limit_w=_figure(cells[8], 0, _MOST_WATTS),
        pstate=cells[10] if re.fullmatch(r"P\d{1,2}", cells[10]) else None,
        sm_mhz=_megahertz(cells[11]),
        sm_max_mhz=_megahertz(cells[12]),
        memory_mhz=_megahertz(cells[13]),
        slowed_by=_reasons(cells[14]),
    )


def _processes(lines: list[str]) -> list[GpuProcess]:
    found = []
    for line in lines:
        cells = _cells(line, _APP_CELLS)
        pid = whole_number(cells[1]) if len(cells) == _APP_CELLS else None
        if pid is not None:
            memory = _mebibytes(cells[3])
            found.append(GpuProcess(gpu_uuid=cells[0], pid=pid, name=cells[2], memory_bytes=memory))
    return found


def _figure(cell: str, least: float, most: float) -> float | None:
    """A number from `least` to `most`; None for others, `[N/A]`, `[Unknown Error]` and words."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if least <= value <= most else None


def _mebibytes(cell: str) -> int | None:
    value = _figure(cell, 0, LARGEST // MIB)
    return None if value is None else int(value * MIB)


def _known(cell: str) -> str | None:
    return None if cell.startswith("[") or not cell else cell


def _why_none(said: list[str]) -> str:
    words = next((clean(line.strip(), 200) for line in said if line.strip()), None)
    if words is None:
        return "no GPU: nvidia-smi lists none"
    return f"no GPU: nvidia-smi says: {words}"


PROBE = Probe(
    name="nvidia_smi",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    device="/dev/nvidiactl",
    is_near=True,
    report=GpuReport,
    parse=parse,
)
