"""What fills the container disk and local volumes: the largest folders and files, and the trash.

On the container disk only what was written after the container started counts: the image's own
layers lie on the disk as well but do not use up its size. Such files are those whose inode changed
after `/etc/hostname` was made, which happens at the start; where `find` cannot tell, everything is
summed up and the report says so. Network and global volumes are never walked here. The walk has
the lowest priority and a time limit. `_walk` shows what the section holds.
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import need, rows
from rgt_tui.probes._walk import WALK, DiskUse, uses

LIMIT_S: Final = 60

_SCRIPT: Final = (
    WALK
    + r"""
ref=$r/etc/hostname
if [ -e "$ref" ] && find "$ref" -cnewer "$ref" >/dev/null 2>&1; then
  echo 'M new /'
  walk / %b 512 -cnewer "$ref"
else
  echo 'M all /'
  walk / %b 512
fi
while read -r source path type _; do
  case $source in /dev/*) ;; *) continue ;; esac
  case $path in /workspace*|/runpod-volume*|/mnt/*|/data*) ;; *) continue ;; esac
  case $path in *\\*) continue ;; esac
  printf 'M all %s\n' "$path"
  walk "$path" %b 512
done <"$p/self/mounts"
exit 0
"""
)


@dataclass(frozen=True, slots=True)
class LargestReport:
    """The mounts that were walked."""

    called: ClassVar[str] = "largest files over SSH"

    mounts: tuple[DiskUse, ...] = ()

    def at(self, path: str) -> DiskUse | None:
        """What fills the mount at `path`, None when it was not walked."""
        return next((it for it in self.mounts if it.mount == (path.rstrip("/") or "/")), None)


def parse(section: Section) -> LargestReport:
    """The mounts in a section; also in one that ended at its limits.

    Raises:
        BadSection: nothing was walked.
    """
    found = uses(rows(section))
    need(section, bool(found), "what fills the disks", LIMIT_S)
    return LargestReport(found)


PROBE = Probe(
    name="largest",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=900.0,
    nice=True,
    max_bytes=64 * 1024,
    report=LargestReport,
    parse=parse,
)
