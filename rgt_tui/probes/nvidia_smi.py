"""Every GPU by `nvidia-smi`: use, memory, temperature, power, and the processes on it.

The section holds the two queries with their exit status, and one line of the table::

    > gpus
    0, GPU-7d0a..., NVIDIA GeForce RTX 5090, 97, 30012, 32607, 71, 512.40, 575.00, 610.43.02
    < 0
    > apps
    GPU-7d0a..., 402, python, 29800
    < 0
    | NVIDIA-SMI 610.43.02    Driver Version: 610.43.02    CUDA Version: 13.2 |
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from rgt_tui.domain.text import clean, decode
from rgt_tui.domain.units import LARGEST, MIB, whole_number
from rgt_tui.probes import BadSection, Probe, Section

LIMIT_S: Final = 8
"""Without persistence mode the driver is set up anew for each call, which takes seconds."""

_SCRIPT: Final = r"""
if ! command -v nvidia-smi >/dev/null 2>&1; then
  if [ -e /dev/kfd ]; then echo '! amd'; else echo '! none'; fi
  exit 0
fi
echo '> gpus'
nvidia-smi --query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,\
temperature.gpu,power.draw,power.limit,driver_version --format=csv,noheader,nounits 2>&1
status=$?
echo "< $status"
[ $status -eq 0 ] || exit 0
echo '> apps'
nvidia-smi --query-compute-apps=gpu_uuid,pid,process_name,used_memory \
  --format=csv,noheader,nounits 2>&1
echo "< $?"
nvidia-smi 2>/dev/null | while IFS= read -r line; do
  case $line in *CUDA*Version*) printf '%s\n' "$line" ;; esac
done
"""

_CUDA: Final = re.compile(r"CUDA (?:\w+ )?Version: *(\d{1,4}(?:\.\d{1,4}){0,3})", re.ASCII)
_GPU_CELLS: Final = 10
_APP_CELLS: Final = 4
_MOST_WATTS: Final = 100_000
_ABSENT: Final = {
    "none": "no GPU: nvidia-smi is not installed",
    "amd": "no NVIDIA GPU: nvidia-smi is not installed; /dev/kfd shows an AMD GPU, not read here",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """One GPU; a figure is None where `nvidia-smi` says `[N/A]` or the like."""

    index: int
    uuid: str
    name: str
    util_percent: float | None
    memory_used_bytes: int | None
    memory_total_bytes: int | None
    temperature_c: float | None
    power_w: float | None
    power_limit_w: float | None


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
    rows = [cells for line in listed if len(cells := _cells(line, _GPU_CELLS)) == _GPU_CELLS]
    if status is None and not rows:
        why = f"did not answer within {LIMIT_S} s" if section.timed_out else "gave no answer"
        raise BadSection(f"nvidia-smi {why}")
    apps, _ = _block(lines, "apps")
    gpus = tuple(
        _gpu(index, cells) for cells in rows if (index := whole_number(cells[0])) is not None
    )
    cuda = _CUDA.search(text)
    return GpuReport(
        gpus=gpus,
        processes=tuple(_processes(apps)),
        driver=next((_known(cells[9]) for cells in rows), None),
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


PROBE = Probe(name="nvidia_smi", script=_SCRIPT, limit_s=LIMIT_S, report=GpuReport, parse=parse)
