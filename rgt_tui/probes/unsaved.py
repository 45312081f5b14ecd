r"""What would be lost with a Pod's own disks, and who is writing: asked before a terminate.

On the container disk counts what changed after the container started (as `/etc/hostname` was made
then), on local disks everything. Network and global volumes are not walked. The section holds::

    M /workspace
    F 734003200 1780315320.1 /workspace/out/step-41200.pt
    E 734003200 41
    G find: '/root/secret': Permission denied
    W 812 /workspace/out/step-41300.pt

A mount without its E line was not seen to its end. W lines come from the modes of the links below
/proc/<pid>/fd: `l-wx` and `lrwx` are open for writing, also when the name is gone; and from the shared
writable maps of /proc/<pid>/maps, which write without an open file and change its time late.
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import LARGEST, whole_number
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._local import LOCAL_DISKS
from rgt_tui.probes._rows import name, need, number, rows, whole

LIMIT_S: Final = 40
SMALL: Final = 1 << 20
"""Bytes below which a file is counted and not told."""
TOLD_MAX: Final = 400
"""Files told of each mount; the count tells of the others."""

_SCRIPT: Final = (
    LOCAL_DISKS
    + r"""
scan() {
  mount=$1
  shift
  printf 'M %s\n' "$mount"
  said=$( { low find "$r$mount" -xdev -type f "$@" -printf '%s %T@ %p\0' | tr '\n\0' '\001\n' |
    sort -rn | awk -v "root=$r" '
      { n++; s += $1 }
      $1 >= 1048576 && ++told <= 400 {
        printf "F %s %s %s\n", $1, $2, substr($0, length($1) + length($2) + 3 + length(root)) }
      END { printf "E %.0f %d\n", s, n }' >&3; } 2>&1 | grep -v 'No such file' | head -n 3)
  [ -z "$said" ] || printf 'G %.300s\n' "$said"
}
exec 3>&1
ref=$r/etc/hostname
if find "$ref" -cnewer "$ref" >/dev/null 2>&1; then scan / -cnewer "$ref"; else echo 'G find cannot tell what changed'; fi
own_disks scan
if command -v ls >/dev/null 2>&1; then
  ls -l "$p"/[0-9]*/fd 2>/dev/null | awk -v "self=$$" -v "root=$r" '
    /^\/.*\/fd:$/ { n = split($0, part, "/"); pid = part[n - 1] }
    /^l[r-]wx/ && pid != self { at = index($0, " -> "); to = substr($0, at + 4)
      if (at && to ~ /^\// && to !~ /^\/(dev|proc|sys)\// && told++ < 60) printf "W %s %s\n", pid, to }
    END { print "O done" }'
  grep -sHE '^[^ ]+ .w.s ' "$p"/[0-9]*/maps | awk '
    { n = split($1, part, "/"); pid = part[n - 1]; to = substr($0, index($0, " /") + 1) }
    to ~ /^\// && to !~ /^\/(dev|proc|sys|SYSV|memfd)/ && !seen[pid to]++ && told++ < 60 { printf "W %s %s\n", pid, to }'
else
  echo 'G the open files cannot be listed: ls is missing'
fi
exit 0
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsavedFile:
    """One file of a megabyte or more."""

    path: str
    size_bytes: int
    modified: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsavedMount:
    """One disk that goes with the Pod.

    Attributes:
        path: where it is mounted.
        files: of a megabyte or more, largest first.
        total_bytes, count: of all files; None when it was not seen to its end.
    """

    path: str
    files: tuple[UnsavedFile, ...] = ()
    total_bytes: int | None = None
    count: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every file of a megabyte or more is told."""
        return self.count is not None and len(self.files) < TOLD_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterSeen:
    """A process that has a file open for writing."""

    pid: int
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsavedReport:
    """What lies on the Pod's own disks.

    Attributes:
        gaps: what was not looked at, and why; an empty list of files with gaps is not "no files".
        writers: of files under the Pod's disks.
        has_writers: whether the open files were listed at all.
    """

    called: ClassVar[str] = "files at risk over SSH"

    mounts: tuple[UnsavedMount, ...] = ()
    gaps: tuple[str, ...] = ()
    writers: tuple[WriterSeen, ...] = ()
    has_writers: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.gaps and bool(self.mounts) and all(it.is_whole for it in self.mounts)


def parse(section: Section) -> UnsavedReport:
    """The disks in a section; one that ended at its limits has mounts that are not whole.

    Raises:
        BadSection: nothing was walked.
    """
    mounts: list[UnsavedMount] = []
    files: list[UnsavedFile] = []
    gaps: list[str] = []
    writers: list[WriterSeen] = []
    has_writers = False
    for word, rest in rows(section):
        if word == "M":
            mounts, files = _with(mounts, files), []
            mounts.append(UnsavedMount(path=name(rest)))
        elif word == "F" and (file := _file(rest)) is not None:
            files.append(file)
        elif word == "E" and mounts:
            mounts[-1] = _ended(mounts[-1], rest)
        elif word == "G":
            gaps.append(name(rest, 200))
        elif word == "W" and (pid := whole(rest.partition(" ")[0])) is not None:
            writers.append(WriterSeen(pid=pid, path=name(rest.partition(" ")[2])))
        elif word == "O":
            has_writers = True
    mounts = _with(mounts, files)
    need(section, bool(mounts or gaps), "the files at risk", LIMIT_S)
    if section.cut or section.timed_out:
        gaps.append("the listing was cut off at its limit")
    return UnsavedReport(
        mounts=tuple(mounts), gaps=tuple(gaps), writers=tuple(writers), has_writers=has_writers
    )


def _with(mounts: list[UnsavedMount], files: list[UnsavedFile]) -> list[UnsavedMount]:
    """The mounts with the files told so far given to the last one."""
    if not mounts:
        return mounts
    last = mounts[-1]
    done = UnsavedMount(
        path=last.path, files=tuple(files), total_bytes=last.total_bytes, count=last.count
    )
    return [*mounts[:-1], done]


def _ended(mount: UnsavedMount, rest: str) -> UnsavedMount:
    total, _, count = rest.partition(" ")
    return UnsavedMount(path=mount.path, total_bytes=whole_number(total), count=whole(count))


def _file(rest: str) -> UnsavedFile | None:
    words = rest.split(" ", 2)
    if len(words) < 3:
        return None
    size, at = whole_number(words[0]), number(words[1], 0, LARGEST)
    if size is None or at is None:
        return None
    return UnsavedFile(path=name(words[2]), size_bytes=size, modified=at)


PROBE = Probe(
    name="unsaved",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=None,
    nice=True,
    max_bytes=128 * 1024,
    report=UnsavedReport,
    parse=parse,
)
