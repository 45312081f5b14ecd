"""Downloads that are not finished: `*.incomplete` of the Hugging Face hub, `*.part` and `*.aria2`.

Looked for where such files lie and can be listed cheaply: the hub's caches and the first levels
of the workspace. Global volumes are passed by, since listing them is billed. One whose size stands
still between two readings is stalled. The section holds size, time of the last write, and path::

    D 734003200 1780315000 /workspace/.cache/huggingface/hub/models--x/blobs/ab12.incomplete
"""

from typing import ClassVar, Final

from rgt_tui.domain.evidence import Sample
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import whole_number
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import name, need, rows

LIMIT_S: Final = 4
STALLED_S: Final = 120.0
"""A download whose last write is older stands still; hub clients retry within 10 to 60 s."""
_KEPT: Final = 40

_SCRIPT: Final = r"""
p=${RGT_PROC:-/proc} r=${RGT_ROOT-} nl='
'
echo 'begun 1'
billed=
while read -r _ path type _; do
  case $type in fuse.geesefs) billed="$billed $path " ;; esac
done <"$p/self/mounts"
hf=$({ tr '\n\0' '\001\n' <"$p/1/environ" | sed -n 's/^HF_HOME=\(\/.*\)$/\1/p'; } 2>/dev/null)
n=0
tell() {
  for f do
    [ -f "$f" ] || continue
    case $f in *"$nl"*) continue ;; esac
    n=$((n + 1))
    [ $n -le 40 ] || return 0
    told=$(stat -c '%s %Y' "$f") && printf 'D %s %s\n' "$told" "${f#"$r"}"
  done
} 2>/dev/null
for d in "${hf%/}" "${HOME-/root}/.cache/huggingface" /workspace/.cache/huggingface; do
  [ -n "$d" ] || continue
  case "$billed" in *" /workspace "*) case $d in /workspace*) continue ;; esac ;; esac
  tell "$r$d"/hub/*/blobs/*.incomplete "$r$d"/download/*.incomplete
done
case "$billed" in *" /workspace "*) ;; *)
  tell "$r"/workspace/*.part "$r"/workspace/*.aria2 "$r"/workspace/*.incomplete \
    "$r"/workspace/*/*.part "$r"/workspace/*/*.aria2 \
    "$r"/workspace/*/.cache/huggingface/download/*.incomplete \
    "$r"/workspace/*/*/.cache/huggingface/download/*.incomplete ;;
esac
tell "$r${HOME-/root}"/*.part "$r"/tmp/*.part "$r"/root/*.part "$r"/root/*/.cache/huggingface/download/*.incomplete
exit 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One unfinished file; `written_at` is the time of the last write by the host's clock."""

    path: str
    size_bytes: int
    written_at: float | None = None


@dataclass(frozen=True, slots=True)
class DownloadReport:
    """The unfinished files that were found."""

    called: ClassVar[str] = "unfinished downloads over SSH"

    files: tuple[Download, ...] = ()

    def sample(self) -> tuple[tuple[str, float], ...]:
        """The sizes, for telling a download that grows from one that stands still."""
        return tuple((it.path, float(it.size_bytes)) for it in self.files)


def stalled(now: DownloadReport, at: float, before: Sample | None) -> tuple[Download, ...]:
    """The downloads of `now` that have the size they had in an earlier reading.

    Args:
        now: the newest reading.
        at: its time, in Unix seconds.
        before: an earlier reading of the same host; None gives nothing.
    """
    if before is None or at <= before.at:
        return ()
    sizes = dict(before.values)
    return tuple(it for it in now.files if sizes.get(it.path) == it.size_bytes)


def parse(section: Section) -> DownloadReport:
    """The unfinished files in a section; each path once.

    Raises:
        BadSection: the question was not answered.
    """
    said = list(rows(section))
    need(section, ("begun", "1") in said, "the question for downloads", LIMIT_S)
    found: dict[str, Download] = {}
    for word, rest in said:
        words = rest.split(" ", 2)
        size = whole_number(words[0]) if word == "D" and len(words) == 3 else None
        if size is None or len(found) >= _KEPT:
            continue
        path, at = name(words[2]), whole_number(words[1])
        found[path] = Download(
            path=path, size_bytes=size, written_at=None if at is None else float(at)
        )
    return DownloadReport(tuple(found.values()))


PROBE = Probe(
    name="downloads",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=60.0,
    max_bytes=16 * 1024,
    report=DownloadReport,
    parse=parse,
)
