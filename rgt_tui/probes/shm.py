"""What lies in /dev/shm: segments of data loaders, also those that dead workers left behind.

Its size and use are told by `df`; RunPod does not let one set the size. The section holds the
number of files, and how many of them are named as PyTorch and Python name theirs::

    files 214
    torch 200
    python 8
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import need, rows, whole

LIMIT_S: Final = 2

_SCRIPT: Final = r"""
n=0 torch=0 python=0
for f in "${RGT_ROOT-}"/dev/shm/*; do
  case ${f##*/} in
    '*') continue ;;
    torch_*) torch=$((torch + 1)) ;;
    psm_*|pym-*|sem.*) python=$((python + 1)) ;;
  esac
  n=$((n + 1))
done
printf 'files %s\ntorch %s\npython %s\n' $n $torch $python
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShmReport:
    """Files in /dev/shm.

    Attributes:
        torch: named `torch_*`, as PyTorch's workers name what they share.
        python: named as `multiprocessing` names its segments and semaphores.
    """

    called: ClassVar[str] = "shared memory over SSH"

    files: int
    torch: int = 0
    python: int = 0


def parse(section: Section) -> ShmReport:
    """The counts in a section.

    Raises:
        BadSection: there are none.
    """
    said = dict(rows(section))
    files = whole(said.get("files", ""))
    need(section, files is not None, "shared memory", LIMIT_S)
    return ShmReport(
        files=files or 0,
        torch=whole(said.get("torch", "")) or 0,
        python=whole(said.get("python", "")) or 0,
    )


PROBE = Probe(
    name="shm",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=60.0,
    max_bytes=512,
    report=ShmReport,
    parse=parse,
)
