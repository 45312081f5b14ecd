"""Which CUDA the driver serves, and which the image and its PyTorch were built for.

PyTorch says so in a file, in the environment of the `python3` found first and in the usual places;
importing it would take seconds and memory. Whether the driver works at all is asked of `cuInit`,
since there are hosts whose `nvidia-smi` is fine and whose CUDA is not. The section holds::

    table | NVIDIA-SMI 580.126.09   Driver Version: 580.126.09   CUDA Version: 13.0 |
    kernel NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.126.09  ...
    toolkit 12.8.1
    nvcc Cuda compilation tools, release 12.8, V12.8.93
    torch /usr/local/lib/python3.12/dist-packages/torch/version.py
    T __version__ = '2.8.0+cu128'
    T cuda: Optional[str] = '12.8'
    arch 9.0
    init 0
"""

import re
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.probes import ONCE_A_START, Probe, Section
from rgt_tui.probes._rows import need, rows

LIMIT_S: Final = 12
"""Without persistence mode the driver is set up anew for each of three calls."""

_SCRIPT: Final = r"""
r=${RGT_ROOT-} p=${RGT_PROC:-/proc}
echo 'begun 1'
if command -v nvidia-smi >/dev/null 2>&1; then
  nvidia-smi 2>/dev/null | while IFS= read -r line; do
    case $line in *CUDA*Version*) printf 'table %s\n' "$line"; break ;; esac
  done
  nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | while IFS= read -r line; do
    printf 'arch %s\n' "$line"
  done
fi
[ -r "$p/driver/nvidia/version" ] && read -r line <"$p/driver/nvidia/version" && printf 'kernel %s\n' "$line"
for f in "$r"/usr/local/cuda/version.json; do
  [ -r "$f" ] || continue
  is=
  while IFS= read -r line; do
    case $line in
      *'"cuda"'*) is=1 ;;
      *'"version"'*) [ -z "$is" ] || { v=${line#*:}; v=${v#*\"}; printf 'toolkit %s\n' "${v%%\"*}"; break; } ;;
    esac
  done <"$f"
done
for c in nvcc "$r/usr/local/cuda/bin/nvcc"; do
  command -v "$c" >/dev/null 2>&1 || continue
  "$c" --version 2>/dev/null | while IFS= read -r line; do
    case $line in *release*) printf 'nvcc %s\n' "$line" ;; esac
  done
  break
done
own=
[ -n "$r" ] || own=$(command -v python3 2>/dev/null)
own=${own%/bin/python3}
n=0
for f in "${own:-/nowhere}"/lib/python3*/site-packages/torch/version.py "$r"/usr/local/lib/python3*/*-packages/torch/version.py \
  "$r"/usr/lib/python3*/*-packages/torch/version.py \
  "$r"/opt/*/lib/python3*/site-packages/torch/version.py \
  "$r"/root/*/lib/python3*/site-packages/torch/version.py \
  "$r"/venv/lib/python3*/site-packages/torch/version.py \
  "$r"/workspace/*/lib/python3*/site-packages/torch/version.py \
  "$r"/workspace/*/.venv/lib/python3*/site-packages/torch/version.py; do
  [ -r "$f" ] || continue
  n=$((n + 1))
  [ $n -le 8 ] || break
  printf 'torch %s\n' "${f#"$r"}"
  while IFS= read -r line; do
    case $line in __version__*|cuda*|hip*) printf 'T %s\n' "$line" ;; esac
  done <"$f"
done
command -v python3 >/dev/null 2>&1 && python3 -c '
import ctypes
try: print("init", ctypes.CDLL("libcuda.so.1").cuInit(0))
except OSError: print("init none")' 2>/dev/null
exit 0
"""

_TABLE: Final = re.compile(
    r"Driver Version: *([\d.]{1,20}).*CUDA (?:\w+ )?Version: *(\d{1,4}(?:\.\d{1,4}){0,3})", re.ASCII
)
_KERNEL: Final = re.compile(r"Kernel Module\s+(?:for \S+\s+)?(\d+(?:\.\d+)+)", re.ASCII)
_RELEASE: Final = re.compile(r"release (\d+\.\d+)", re.ASCII)
_QUOTED: Final = re.compile(r"=\s*['\"]([^'\"]{1,60})['\"]")
_VERSION: Final = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,3}\Z", re.ASCII)
_INIT: Final = re.compile(r"\d{1,6}\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Torch:
    """One installed PyTorch.

    Attributes:
        cuda, hip: what it was built for; None when it was built without.
    """

    path: str
    version: str | None = None
    cuda: str | None = None
    hip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CudaReport:
    """Versions as text, e.g. `12.8`; None is unknown or not there.

    Attributes:
        driver: of the kernel module.
        driver_cuda: the newest CUDA that the driver serves.
        toolkit: of the image, by `version.json`, else by `nvcc`.
        archs: compute capability of each GPU, in their order.
        init_code: what `cuInit(0)` gave: 0 is well, 999 is a broken host; None when not asked.
    """

    called: ClassVar[str] = "CUDA versions over SSH"

    driver: str | None = None
    driver_cuda: str | None = None
    toolkit: str | None = None
    torches: tuple[Torch, ...] = ()
    archs: tuple[str, ...] = ()
    init_code: int | None = None

    @property
    def wanted(self) -> str | None:
        """The newest CUDA that something in the image was built for."""
        known = [it for it in (self.toolkit, *(torch.cuda for torch in self.torches)) if it]
        return max(known, key=_parts, default=None)

    @property
    def verdict(self) -> str | None:
        """`ok`, `newer` (same generation, runs but cannot compile kernels), `too old`; None unknown.

        Source: NVIDIA CUDA Compatibility guide, minor version compatibility, read 2026-08-20.
        """
        if self.driver_cuda is None or self.wanted is None:
            return None
        have, want = _parts(self.driver_cuda), _parts(self.wanted)
        if have[:2] >= want[:2]:
            return "ok"
        return "newer" if have[:1] == want[:1] else "too old"


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def parse(section: Section) -> CudaReport:
    """The versions in a section; also in one that ended at its time limit.

    Raises:
        BadSection: the question was not answered.
    """
    said = list(rows(section))
    need(section, ("begun", "1") in said, "the question for CUDA", LIMIT_S)
    one = dict(reversed(said))
    table, kernel = _TABLE.search(one.get("table", "")), _KERNEL.search(one.get("kernel", ""))
    release = _RELEASE.search(one.get("nvcc", ""))
    toolkit = one.get("toolkit", "")
    return CudaReport(
        driver=(kernel[1] if kernel else None) or (table[1] if table else None),
        driver_cuda=table[2] if table else None,
        toolkit=toolkit if _VERSION.match(toolkit) else release[1] if release else None,
        torches=tuple(_torches(said)),
        archs=tuple(rest for word, rest in said if word == "arch" and _VERSION.match(rest)),
        init_code=int(one["init"]) if _INIT.match(one.get("init", "")) else None,
    )


def _torches(said: list[tuple[str, str]]) -> list[Torch]:
    found: list[dict[str, str]] = []
    for word, rest in said:
        if word == "torch":
            found.append({"path": clean(rest, 300)})
        elif word == "T" and found:
            quoted = _QUOTED.search(rest)
            key = rest.split("=")[0].split(":")[0].strip()
            if quoted is not None:
                found[-1].setdefault(key, clean(quoted[1], 60))
    by_path = {it["path"]: it for it in found}
    return [
        Torch(
            path=it["path"],
            version=it.get("__version__"),
            cuda=it.get("cuda") if _VERSION.match(it.get("cuda", "")) else None,
            hip=it.get("hip"),
        )
        for it in by_path.values()
    ]


PROBE = Probe(
    name="cuda",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=ONCE_A_START,
    max_bytes=16 * 1024,
    report=CudaReport,
    parse=parse,
)
