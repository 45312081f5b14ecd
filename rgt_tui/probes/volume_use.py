"""How much really lies on a network volume, and what: added up file by file.

`df` there shows the cluster's pool, and the quota cannot be asked for, so this walk is the only
measure from inside. Metadata come over the network, one file at a time: the walk has the lowest
priority and a time limit, and says how far it came. Global volumes are never walked: listing them
is billed by the request. `_walk` shows what the section holds.
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._rows import need, rows
from rgt_tui.probes._walk import WALK, DiskUse, uses

LIMIT_S: Final = 120

_SCRIPT: Final = (
    WALK
    + r"""
echo 'begun 1'
while read -r source path type _; do
  case $source in
    mfs*) ;;
    *) case $type in nfs|nfs4|ceph|fuse.ceph|lustre|beegfs|wekafs|gpfs|fuse.mfs) ;; *) continue ;; esac ;;
  esac
  case $path in *\\*) continue ;; esac
  printf 'M all %s\n' "$path"
  walk "$path" %s 1
done <"$p/self/mounts"
exit 0
"""
)


@dataclass(frozen=True, slots=True)
class VolumeUseReport:
    """The network volumes that were walked."""

    called: ClassVar[str] = "use of the network volume over SSH"

    mounts: tuple[DiskUse, ...] = ()

    def at(self, path: str) -> DiskUse | None:
        """What lies on the volume at `path`, None when it was not walked."""
        return next((it for it in self.mounts if it.mount == (path.rstrip("/") or "/")), None)


def parse(section: Section) -> VolumeUseReport:
    """The volumes in a section; also in one that ended at its limits.

    Raises:
        BadSection: the question was not answered.
    """
    said = list(rows(section))
    need(section, ("begun", "1") in said, "the use of the volume", LIMIT_S)
    return VolumeUseReport(uses(said))


PROBE = Probe(
    name="volume_use",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=3600.0,
    nice=True,
    max_bytes=64 * 1024,
    report=VolumeUseReport,
    parse=parse,
)
