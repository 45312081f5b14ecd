"""Memory faults of each NVIDIA GPU: ECC errors, and rows of memory that were or must be replaced.

Rows are asked apart from the rest, by `--query-remapped-rows`, which GPUs before Ampere refuse.
The section holds both queries with their exit status::

    > ecc
    GPU-7d0a..., Enabled, 0, 0, 0
    < 0
    > rows
    GPU-7d0a..., 0, 0, No, No
    < 0
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode
from rgt_tui.domain.units import whole_number
from rgt_tui.probes import BadSection, Probe, Section

LIMIT_S: Final = 8
_ECC_CELLS: Final = 5
_ROW_CELLS: Final = 5

_SCRIPT: Final = r"""
command -v nvidia-smi >/dev/null 2>&1 || { echo '! none'; exit 0; }
echo '> ecc'
nvidia-smi --query-gpu=uuid,ecc.mode.current,ecc.errors.corrected.volatile.total,\
ecc.errors.uncorrected.volatile.total,ecc.errors.uncorrected.aggregate.total \
  --format=csv,noheader,nounits 2>&1
status=$?
echo "< $status"
[ $status -eq 0 ] || exit 0
echo '> rows'
nvidia-smi --query-remapped-rows=gpu_uuid,remapped_rows.correctable,remapped_rows.uncorrectable,\
remapped_rows.pending,remapped_rows.failure --format=csv,noheader,nounits 2>&1
echo "< $?"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuHealth:
    """Memory faults of one GPU; None where the GPU does not count them.

    Attributes:
        ecc_on: whether errors are found at all.
        corrected, uncorrected: since the driver was loaded. An uncorrected error has ended the
            program that met it, or spoilt its results.
        uncorrected_ever: over the GPU's life.
        rows_corrected, rows_uncorrected: rows that were replaced after errors of either kind.
        rows_pending: whether a row waits for the next reset to be replaced.
        rows_failed: whether a replacement failed: the GPU is to be exchanged.
    """

    uuid: str
    ecc_on: bool | None = None
    corrected: int | None = None
    uncorrected: int | None = None
    uncorrected_ever: int | None = None
    rows_corrected: int | None = None
    rows_uncorrected: int | None = None
    rows_pending: bool | None = None
    rows_failed: bool | None = None

    @property
    def is_bad(self) -> bool:
        """Whether results since the last load of the driver are in doubt, or a row is broken."""
        return bool(self.uncorrected or self.rows_pending or self.rows_failed)


@dataclass(frozen=True, slots=True)
class GpuHealthReport:
    """The GPUs of one host; none where `nvidia-smi` is not there or refuses."""

    called: ClassVar[str] = "ECC of the GPUs over SSH"

    gpus: tuple[GpuHealth, ...] = ()

    def of(self, uuid: str) -> GpuHealth | None:
        """The GPU of that uuid."""
        return next((gpu for gpu in self.gpus if gpu.uuid == uuid), None)


def parse(section: Section) -> GpuHealthReport:
    """The GPUs in a section.

    Raises:
        BadSection: `nvidia-smi` did not answer.
    """
    lines = decode(section.output).splitlines()
    if not lines or not any(line[:2] in ("! ", "< ") for line in lines):
        why = f"did not answer within {LIMIT_S} s" if section.timed_out else "gave no answer"
        raise BadSection(f"nvidia-smi {why}")
    rows = {cells[0]: cells for cells in _block(lines, "rows", _ROW_CELLS)}
    ecc = {cells[0]: cells for cells in _block(lines, "ecc", _ECC_CELLS)}
    return GpuHealthReport(tuple(_gpu(uuid, cells, rows.get(uuid)) for uuid, cells in ecc.items()))


def _block(lines: list[str], name: str, count: int) -> list[list[str]]:
    """The rows of one query that have as many cells as were asked for."""
    if f"> {name}" not in lines:
        return []
    found = []
    for line in lines[lines.index(f"> {name}") + 1 :]:
        if line.startswith("< "):
            break
        cells = [clean(cell.strip(), 100) for cell in line.split(",")]
        if len(cells) == count and cells[0].startswith("GPU-"):
            found.append(cells)
    return found


def _gpu(uuid: str, ecc: list[str], rows: list[str] | None) -> GpuHealth:
    rows = rows or ["", "", "", "", ""]
    return GpuHealth(
        uuid=uuid,
        ecc_on={"Enabled": True, "Disabled": False}.get(ecc[1]),
        corrected=whole_number(ecc[2]),
        uncorrected=whole_number(ecc[3]),
        uncorrected_ever=whole_number(ecc[4]),
        rows_corrected=whole_number(rows[1]),
        rows_uncorrected=whole_number(rows[2]),
        rows_pending=_yes(rows[3]),
        rows_failed=_yes(rows[4]),
    )


def _yes(cell: str) -> bool | None:
    """`Yes` and `No`, which some drivers spell 1 and 0."""
    return {"Yes": True, "No": False, "1": True, "0": False}.get(cell)


PROBE = Probe(
    name="gpu_health",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=60.0,
    max_bytes=16 * 1024,
    report=GpuHealthReport,
    parse=parse,
)
