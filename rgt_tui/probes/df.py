r"""Every mounted file system: its kind, its bytes and its inodes, each asked apart.

The section holds the mount table, then the answers as they come::

    T 1 overlay / overlay rw,relatime
    T 2 mfs\043euro.runpod.net:9421 /workspace fuse rw,nosuid,nodev,user_id=0
    B 1 1 overlay 21474836480 244318208 21230518272 2% /
    I 1 overlay 6553600 41250 6512350 1% /

A mount with a T line alone did not answer: `df` waits for ever on a stalled network volume.
"""

import re
from dataclasses import field
from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode
from rgt_tui.domain.units import LARGEST, whole_number
from rgt_tui.domain.volume import MountKind
from rgt_tui.probes import BadSection, Probe, Section

LIMIT_S: Final = 6

_SCRIPT: Final = r"""
ask() {
  unit=1
  rows=$(df -P -B1 "$2" 2>/dev/null) || { unit=1024; rows=$(df -P -k "$2" 2>&1); }
  status=$?
  if [ $status -ne 0 ]; then printf 'F %s %s\n' "$1" "${rows##*"$nl"}"; return; fi
  # A file mounted over a file is not a disk; the test would wait on a hung mount.
  if [ -e "$2" ] && ! [ -d "$2" ]; then printf 'N %s\n' "$1"; return; fi
  printf 'B %s %s %s\n' "$1" "$unit" "${rows##*"$nl"}"
  rows=$(df -P -i "$2" 2>/dev/null) && printf 'I %s %s\n' "$1" "${rows##*"$nl"}"
}
# Local disks answer at once whatever hangs elsewhere: one `df` for all, numbered $1.
ask_all() {
  nums=$1
  shift
  rows=$(df -B1 --output=size,used,avail,itotal,iused,iavail,target "$@" 2>/dev/null)
  case $rows in
    *IUsed*IFree*"$nl"*) ;;
    *) both "$@"; return ;;
  esac
  for path; do
    n=${nums%% *} nums=${nums#* } rows=${rows#*"$nl"}
    row=${rows%%"$nl"*}
    case $row in
      *" $path") set -- $row ;;
      *) ask "$n" "$path"; continue ;;
    esac
    if [ -e "$path" ] && ! [ -d "$path" ]; then printf 'N %s\n' "$n"; continue; fi
    printf 'B %s 1 - %s %s %s - /\nI %s - %s %s %s - /\n' "$n" "$1" "$2" "$3" "$n" "$4" "$5" "$6"
  done
}
# The same where `df` cannot tell bytes and inodes together.
both() {
  rows=$(df -P -B1 "$@" 2>/dev/null) || rows=
  inodes=$(df -P -i "$@" 2>/dev/null) || inodes=
  for path; do
    n=${nums%% *} nums=${nums#* } rows=${rows#*"$nl"} inodes=${inodes#*"$nl"}
    row=${rows%%"$nl"*}
    case $row in
      *" $path") ;;
      *) ask "$n" "$path"; continue ;;
    esac
    if [ -e "$path" ] && ! [ -d "$path" ]; then printf 'N %s\n' "$n"; continue; fi
    printf 'B %s 1 %s\n' "$n" "$row"
    row=${inodes%%"$nl"*}
    case $row in *" $path") printf 'I %s %s\n' "$n" "$row" ;; esac
  done
}
nl='
'
n=0 seen=' ' stuck=$nl nums= far= apart=
# Mounts on which a `df` of an earlier tick still waits, in uninterruptible sleep.
if [ -n "${RGT_STUCK-}" ]; then
  for it in /proc/[0-9]*/stat; do
    IFS= read -r line <"$it" || continue
    case $line in *' (df) D '*) stuck=$stuck$(tr '\0' '\n' <"${it%stat}cmdline")$nl ;; esac
  done 2>/dev/null
fi
while read -r source path type options _; do
  case $path in
    /dev/shm) ;;
    /proc|/proc/*|/sys|/sys/*|/dev|/dev/*) continue ;;
    /etc/hosts|/etc/hostname|/etc/resolv.conf|/etc/nvidia/*) continue ;;
    /run/nvidia*|/var/run/nvidia*|/usr/bin/nvidia*|*/firmware/nvidia/*|*/lib*.so*) continue ;;
  esac
  case $type in
    proc|sysfs|cgroup|cgroup2|devpts|devtmpfs|mqueue|bpf|tracefs|debugfs|securityfs|pstore) continue ;;
    hugetlbfs|configfs|fusectl|nsfs|binfmt_misc|autofs|rpc_pipefs|selinuxfs|efivarfs|nfsd) continue ;;
  esac
  # As df does: a device that is mounted twice is shown once.
  case $source in /*)
    case "$seen" in *" $source "*)
      case $path in /workspace*|/runpod-volume*) ;; *) continue ;; esac ;;
    esac
    seen="$seen$source " ;;
  esac
  n=$((n + 1))
  [ $n -le 128 ] || break
  printf 'T %s %s %s %s %s\n' $n "$source" "$path" "$type" "$options"
  case $path in *\\*) path=$(printf '%b.' "$path"); path=${path%.} ;; esac
  case $stuck in *"$nl$path$nl"*) continue ;; esac
  near=
  case $type in overlay|ext[234]|xfs|tmpfs) [ -n "${RGT_STUCK-}" ] || near=1 ;; *) far="$far $path/" ;; esac
  for it in $far; do
    case $path in "$it"*) near= ;; esac  # the way to it may hang
  done
  if [ -n "$near" ]; then
    nums="$nums$n "
    set -- "$@" "$path"
  else
    ask $n "$path" & apart=1
  fi
done <"${RGT_PROC:-/proc}/self/mounts"
if [ -z "$apart" ]; then ask_all "$nums" "$@"; exit; fi
ask_all "$nums" "$@" &
wait
"""

_FIGURES: Final = re.compile(r"\s(\d+|-)\s+(\d+|-)\s+(-?\d+|-)\s+(?:\d+%|-)\s+/", re.ASCII)
"""Size, used and available in a row of `df -P`; the source before them may hold spaces."""
_ESCAPE: Final = re.compile(r"\\([0-7]{3})")
_NETWORK_TYPES: Final = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "ceph",
        "fuse.ceph",
        "lustre",
        "beegfs",
        "wekafs",
        "gpfs",
        "fuse.glusterfs",
        "fuse.juicefs",
        "fuse.mfs",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskMount:
    """One row of the mount table with what `df` said of it.

    Attributes:
        path: where it is mounted; cleaned for the screen.
        source: device, `overlay`, or `mfs#<cluster>.runpod.net:9421`.
        used_bytes, size_bytes, free_bytes: as `df -P -B1`; None when `df` gave none. On network
            and global volumes these are the figures of the whole cluster's pool.
        answered: False when nothing came back within the time limit: the mount hangs.
        is_read_only: mounted so, as Linux does with a disk that fails.
    """

    path: str
    source: str
    fstype: str
    kind: MountKind
    used_bytes: int | None
    size_bytes: int | None
    free_bytes: int | None
    inodes_used: int | None
    inodes_total: int | None
    answered: bool
    is_read_only: bool = False

    @property
    def inodes_percent(self) -> float | None:
        """How many of its inodes are used; None where they are not counted."""
        if self.inodes_used is None or not self.inodes_total:
            return None
        return 100 * self.inodes_used / self.inodes_total


@dataclass(frozen=True, slots=True)
class DiskReport:
    """The mounts of one host in the order of its mount table; noise is left out."""

    called: ClassVar[str] = "df over SSH"

    mounts: tuple[DiskMount, ...] = ()

    def sample(self) -> tuple[tuple[str, float], ...]:
        """Used bytes by path, for the history; of network and global volumes `df` tells none."""
        return tuple(
            (mount.path, float(mount.used_bytes))
            for mount in self.mounts
            if mount.used_bytes is not None
            and mount.kind not in (MountKind.NETWORK, MountKind.GLOBAL)
        )

    def at(self, path: str) -> DiskMount | None:
        """What is mounted exactly at `path`, the last of several; None when nothing is."""
        wanted = path.rstrip("/") or "/"
        for mount in reversed(self.mounts):
            if mount.path == wanted:
                return mount
        return None


def kind_of(path: str, source: str, fstype: str) -> MountKind:
    """The kind of storage behind a mount row.

    Rules from `df` and `mount` rows of real Pods (public pastes 2023 to 2026, RunPod
    documentation): the container disk is the overlay at `/`, a volume disk is a local device
    (`/dev/mapper/pod-<id>`), a network volume's source begins with `mfs#` and its type is plain
    `fuse`, a global volume's type is `fuse.geesefs`.
    """
    if path == "/" or fstype == "overlay":
        return MountKind.CONTAINER
    if path == "/dev/shm":  # noqa: S108  # a mount point, not a file of ours
        return MountKind.SHM
    if source.startswith("mfs#") or fstype in _NETWORK_TYPES:
        return MountKind.NETWORK
    if fstype == "fuse.geesefs":
        return MountKind.GLOBAL
    return MountKind.VOLUME if source.startswith("/dev/") else MountKind.OTHER


@dataclass(slots=True)
class _Row:
    source: str
    path: str
    fstype: str
    is_read_only: bool = False
    bytes: tuple[int | None, ...] = (None, None, None)
    inodes: tuple[int | None, ...] = (None, None, None)
    answered: bool = False
    is_file: bool = field(default=False)


def parse(section: Section) -> DiskReport:
    """The disks in a section, also in one that was ended at its time limit.

    Raises:
        BadSection: there is no mount table in it, or it was cut.
    """
    if section.cut:
        raise BadSection("the mount table is longer than the probe reads")
    rows: dict[str, _Row] = {}
    for line in decode(section.output).splitlines():
        _take(line, rows)
    if not rows:
        said = clean(decode(section.output).strip() or "nothing", 200)
        raise BadSection(f"the mount table could not be read; the host said: {said}")
    mounts = {row.path: _mount(row) for row in rows.values() if not row.is_file}
    return DiskReport(tuple(mount for mount in mounts.values() if not _is_dummy(mount)))


def _take(line: str, rows: dict[str, _Row]) -> None:
    mark, _, rest = line.partition(" ")
    number, _, answer = rest.partition(" ")
    words = answer.split(" ")
    if mark == "T" and len(words) in (3, 4):
        source, path, fstype = (_ESCAPE.sub(_character, word) for word in words[:3])
        options = words[3].split(",") if len(words) == 4 else []
        rows[number] = _Row(source, path, fstype, is_read_only="ro" in options)
        return
    row = rows.get(number)
    if row is None:
        return
    row.answered = row.answered or mark in ("B", "F")
    if mark == "B":
        unit, _, figures = answer.partition(" ")
        row.bytes = _figures(figures, whole_number(unit))
    elif mark == "I":
        row.inodes = _figures(answer, 1)
    elif mark == "N":
        row.is_file = True


def _figures(text: str, unit: int | None) -> tuple[int | None, ...]:
    found = _FIGURES.search(text)
    if found is None or unit is None:
        return (None, None, None)
    return tuple(_figure(word, unit) for word in found.groups())


def _figure(word: str, unit: int) -> int | None:
    """What a word of `df` counts; None when it counts nothing or more than can be."""
    count = whole_number(word.removeprefix("-"))
    if count is None or count * unit > LARGEST:
        return None
    return -count * unit if word.startswith("-") else count * unit


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 8))


def _mount(row: _Row) -> DiskMount:
    size, used, free = row.bytes
    inodes_total, inodes_used, _ = row.inodes
    return DiskMount(
        path=clean(row.path),
        source=clean(row.source),
        fstype=clean(row.fstype),
        kind=kind_of(row.path, row.source, row.fstype),
        used_bytes=used,
        size_bytes=size,
        free_bytes=free,
        inodes_used=inodes_used if inodes_total else None,
        inodes_total=inodes_total or None,
        answered=row.answered,
        is_read_only=row.is_read_only,
    )


def _is_dummy(mount: DiskMount) -> bool:
    """File systems without any blocks, which `df` leaves out as well."""
    return mount.size_bytes == 0 and mount.kind is MountKind.OTHER


PROBE = Probe(
    name="df",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    goes_round=True,
    is_near=True,
    report=DiskReport,
    parse=parse,
)
