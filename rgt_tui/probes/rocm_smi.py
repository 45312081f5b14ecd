"""Every AMD GPU by `rocm-smi`, on hosts that have the tool and not NVIDIA's.

Its CSV changes columns with the version and is preceded by warnings, so columns are found by their
names and rows by their first cell. The section holds::

    > rocm
    device,Temperature (Sensor junction) (C),GPU use (%),VRAM Total Memory (B),...
    card0,41.0,97,206141652992,180388626432,...
    < 0
    driver 6.10.5
"""

import csv
import re
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode
from rgt_tui.domain.units import LARGEST
from rgt_tui.probes import BadSection, Probe, Section
from rgt_tui.probes._rows import number, whole

LIMIT_S: Final = 8
_MOST_WATTS: Final = 100_000
_CARD: Final = re.compile(r"card(\d{1,3})\Z")

_SCRIPT: Final = r"""
[ -e "${RGT_ROOT-}/dev/kfd" ] || command -v rocm-smi >/dev/null 2>&1 || { echo '! none'; exit 0; }
command -v rocm-smi >/dev/null 2>&1 || { echo '! tool'; exit 0; }
echo '> rocm'
rocm-smi --showuse --showmeminfo vram --showtemp --showpower --showmaxpower --showproductname \
  --csv 2>&1
echo "< $?"
read -r v <"${RGT_ROOT-}/sys/module/amdgpu/version" && echo "driver $v"
exit 0
"""

_ABSENT: Final = {
    "none": "no AMD GPU: there is neither rocm-smi nor /dev/kfd",
    "tool": "an AMD GPU is there (/dev/kfd), but rocm-smi is not installed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AmdGpu:
    """One AMD GPU; None where `rocm-smi` has no such column or says N/A."""

    index: int
    name: str
    util_percent: float | None = None
    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None
    temperature_c: float | None = None
    power_w: float | None = None
    power_limit_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmdReport:
    """The AMD GPUs of one host.

    Attributes:
        absent: why there is none, in words; None when there is one.
        is_expected: whether the host shows an AMD GPU at all.
    """

    called: ClassVar[str] = "rocm-smi over SSH"

    gpus: tuple[AmdGpu, ...] = ()
    driver: str | None = None
    absent: str | None = None
    is_expected: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether `rocm-smi` was there to say how many GPUs there are, be it none."""
        return self.is_expected and self.absent != _ABSENT["tool"]

    def sample(self) -> tuple[tuple[str, float], ...]:
        """Use and power of each GPU, for the history."""
        return tuple(
            (f"{key}.{gpu.index}", value)
            for gpu in self.gpus
            for key, value in (("util", gpu.util_percent), ("power", gpu.power_w))
            if value is not None
        )


def parse(section: Section) -> AmdReport:
    """The GPUs in a section.

    Raises:
        BadSection: `rocm-smi` did not answer.
    """
    lines = decode(section.output).splitlines()
    if lines and lines[0].startswith("! "):
        word = lines[0][2:]
        return AmdReport(absent=_ABSENT.get(word, _ABSENT["none"]), is_expected=word == "tool")
    gpus = _gpus(lines)
    if not gpus and not any(line.startswith("< ") for line in lines):
        why = f"did not answer within {LIMIT_S} s" if section.timed_out else "gave no answer"
        raise BadSection(f"rocm-smi {why}")
    driver = next((line[7:].strip() for line in lines if line.startswith("driver ")), "")
    said = next((line for line in lines[1:] if line.strip() and line[:2] != "< "), "")
    why = f"no GPU: rocm-smi says: {clean(said.strip(), 200)}" if said else "rocm-smi lists no GPU"
    return AmdReport(
        gpus=gpus,
        driver=clean(driver, 60) or None,
        absent=None if gpus else why,
        is_expected=True,
    )


def _gpus(lines: list[str]) -> tuple[AmdGpu, ...]:
    head: list[str] = []
    found: dict[int, AmdGpu] = {}
    for cells in csv.reader(line for line in lines if "," in line):
        if cells[0].strip().lower() == "device":
            head = [cell.strip().lower() for cell in cells]
            continue
        card = _CARD.match(cells[0].strip())
        if card is not None and head:
            told = dict(zip(head, (cell.strip() for cell in cells), strict=False))
            found[int(card[1])] = _gpu(int(card[1]), told)
    return tuple(found[index] for index in sorted(found))


def _gpu(index: int, told: dict[str, str]) -> AmdGpu:
    return AmdGpu(
        index=index,
        name=clean(_word(told, "card series", "card model", "market_name") or "AMD GPU", 100),
        util_percent=number(_word(told, "gpu use (%)"), 0, 100),
        memory_used_bytes=_bytes(_word(told, "vram total used memory (b)")),
        memory_total_bytes=_bytes(_word(told, "vram total memory (b)")),
        temperature_c=number(
            _word(told, "temperature (sensor junction)", "temperature (sensor edge)"), -100, 1000
        ),
        power_w=number(
            _word(
                told, "socket graphics package power", "average graphics package power", "power (w)"
            ),
            0,
            _MOST_WATTS,
        ),
        power_limit_w=number(_word(told, "max graphics package power"), 0, _MOST_WATTS),
    )


def _word(told: dict[str, str], *names: str) -> str:
    """The cell of the first column whose heading holds one of `names`, the earlier first."""
    for name in names:
        for heading, cell in told.items():
            is_max = "max" in heading and "max" not in name
            if name in heading and not is_max and cell not in ("", "N/A"):
                return cell
    return ""


def _bytes(text: str) -> int | None:
    count = whole(text)
    return count if count is not None and count <= LARGEST else None


PROBE = Probe(
    name="rocm_smi",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    max_bytes=16 * 1024,
    device="/dev/kfd",
    is_near=True,
    report=AmdReport,
    parse=parse,
)
