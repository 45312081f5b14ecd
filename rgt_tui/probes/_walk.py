r"""What fills a mount, file by file: the shell text two probes share, and what they read from it.

The lines of one walk, with `\001` for a line end in a name::

    M new /
    p 734003200 20000                          so far: bytes and files, every 500 files, then every fiftieth of them
    D 9771050598 /root/.cache/pip
    F 734003200 /root/out/step-41200.pt
    E 18253611008 41250                        all of it
    X 125829120 /root/.local/share/Trash
"""

from collections.abc import Iterable
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import LARGEST, whole_number
from rgt_tui.probes._rows import name

KEPT: Final = 20
"""Folders and files told of each mount."""

_SUM: Final = r"""
function up(path, size,   n, part, key, i) {
  n = split(path, part, "/"); key = ""
  for (i = 2; i < n && i <= 6; i++) { key = key "/" part[i]; dir[key] += size }
}
{
  size = $1 * unit; path = substr($0, length($1) + 2 + length(root))
  total += size; files++
  up(path, size)
  if (size >= 52428800 && told++ < 300) printf "F %.0f %s\n", size, path
  if (files >= due) { due = files + (files < 25000 ? 500 : int(files / 50)); printf "p %.0f %d\n", total, files; fflush() }
}
END {
  least = total / 200 > 20971520 ? total / 200 : 20971520
  for (key in dir) if (dir[key] >= least) printf "D %.0f %s\n", dir[key], key
  printf "E %.0f %d\n", total, files
}
"""
"""Adds files up by folder, five levels deep; from 20 MB and half a percent of all a folder is told, from 50 MB a file."""

WALK: Final = r"""
p=${RGT_PROC:-/proc} r=${RGT_ROOT-}
low() {
  if command -v nice >/dev/null 2>&1; then set -- nice -n 19 "$@"; fi
  if command -v ionice >/dev/null 2>&1; then set -- ionice -c 3 "$@"; fi
  "$@"
}
sum='@SUM@'
# $1: mount; $2: `%b 512` for room taken, `%s 1` for length; the rest: more conditions.
walk() {
  mount=$1 form=$2 unit=$3
  shift 3
  if find "$r$mount" -maxdepth 0 -printf '' >/dev/null 2>&1 && command -v awk >/dev/null 2>&1; then
    low find "$r$mount" -xdev -type f "$@" -printf "$form %p\0" 2>/dev/null |
      tr '\n\0' '\001\n' | awk -v "unit=$unit" -v "root=$r" "$sum"
  else
    low du -xk -d 4 "$r$mount" 2>/dev/null | while read -r size path; do
      [ "$path" != "$r$mount" ] || printf 'E %s ?\n' $((size * 1024))
      [ "$size" -ge 20480 ] && printf 'D %s %s\n' $((size * 1024)) "${path#"$r"}"
    done
  fi
  for t in "$r${mount%/}"/.Trash* "$r${mount%/}"/root/.local/share/Trash \
    "$r${mount%/}"/home/*/.local/share/Trash "$r${mount%/}"/.s3compat_uploads; do
    [ -d "$t" ] || continue
    set -- $(low du -sk "$t" 2>/dev/null)
    printf 'X %s %s\n' $((${1:-0} * 1024)) "${t#"$r"}"
  done
}
""".replace("@SUM@", _SUM.strip().replace("'", "'\\''"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offender:
    """A file, or a folder with everything below it."""

    path: str
    size_bytes: int
    is_folder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskUse:
    """What fills one mount.

    Attributes:
        includes_image: whether the image's own files are counted, which use up none of the size.
        is_whole: whether the walk came to its end; if not, the figures are "at least".
        total_bytes, files: of what was counted; None when nothing was.
        folders, large_files: the largest, largest first.
        trash: folders of deleted files that still take room.
    """

    mount: str
    includes_image: bool = False
    is_whole: bool = False
    total_bytes: int | None = None
    files: int | None = None
    folders: tuple[Offender, ...] = ()
    large_files: tuple[Offender, ...] = ()
    trash: tuple[Offender, ...] = ()

    @property
    def offenders(self) -> tuple[Offender, ...]:
        """The folders that say most: each as deep as nine tenths of it lie, none within another."""
        return telling(self.folders)


def telling(folders: Iterable[Offender]) -> tuple[Offender, ...]:
    """Leaves out a folder whose told folders hold nine tenths of it, and folders in a told one."""
    known = sorted(folders, key=lambda it: (-it.size_bytes, it.path))
    kept: list[Offender] = []
    for one in known:
        inner = [it for it in known if it.path.startswith(f"{one.path}/")]
        is_shell = any(it.size_bytes >= 0.9 * one.size_bytes for it in inner)
        children = [it.size_bytes for it in inner if _is_child(it, one)]
        is_spread = len(children) > 1 and sum(children) >= 0.9 * one.size_bytes
        is_within = any(one.path.startswith(f"{it.path}/") for it in kept)
        if not (is_shell or is_spread or is_within):
            kept.append(one)
    return tuple(kept)


def _is_child(one: Offender, folder: Offender) -> bool:
    return one.path.rpartition("/")[0] == folder.path


def uses(said: Iterable[tuple[str, str]]) -> tuple[DiskUse, ...]:
    """The walks in the lines of a section, in their order."""
    found: list[_Walk] = []
    for word, rest in said:
        first, _, path = rest.partition(" ")
        if word == "M" and path:
            found.append(_Walk(path, first == "all"))
        elif found:
            found[-1].take(word, whole_number(first), path)
    return tuple(walk.result() for walk in found)


class _Walk:
    """One mount while its lines come."""

    def __init__(self, mount: str, counts_all: bool) -> None:
        self._mount = name(mount).rstrip("/") or "/"
        self._counts_image = counts_all and self._mount == "/"
        self._told: dict[str, dict[str, Offender]] = {"D": {}, "F": {}, "X": {}}
        self._total: int | None = None
        self._files: int | None = None
        self._is_whole = False

    def take(self, word: str, size: int | None, path: str) -> None:
        """One line."""
        if size is None or size > LARGEST:
            return
        if word in ("E", "p"):
            self._total, self._files = size, whole_number(path)
            self._is_whole = word == "E"
        elif word in self._told and path.startswith("/"):
            shown = name(path)
            self._told[word][shown] = Offender(path=shown, size_bytes=size, is_folder=word != "F")

    def result(self) -> DiskUse:
        """All of it, largest first."""
        folders, files, trash = (
            tuple(sorted(told.values(), key=lambda it: (-it.size_bytes, it.path)))
            for told in self._told.values()
        )
        return DiskUse(
            mount=self._mount,
            includes_image=self._counts_image,
            is_whole=self._is_whole,
            total_bytes=self._total,
            files=self._files,
            folders=tuple(it for it in folders if it.path != self._mount)[: 2 * KEPT],
            large_files=files[:KEPT],
            trash=trash[:KEPT],
        )
