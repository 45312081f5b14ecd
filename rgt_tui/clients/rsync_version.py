"""Whether the local rsync is without the known holes through which a sender attacks its receiver."""

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from rgt_tui.clients.handed_down import handed_down
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean, decode

HOLES: Final = {
    "CVE-2024-12086": (3, 4, 0),  # a server reads the client's files
    "CVE-2024-12087": (3, 4, 0),  # a server writes outside the target by links
    "CVE-2024-12088": (3, 4, 0),  # --safe-links is got round
    "CVE-2024-12747": (3, 4, 0),  # a race with links
    "CVE-2026-43619": (3, 4, 3),  # races with links in calls by path
    "CVE-2026-43620": (3, 4, 3),  # a sender crashes the receiver
    "CVE-2026-53785": (3, 5, 0),  # --relative, which --files-from brings, leaves the target
    "CVE-2026-53796": (3, 5, 0),  # a race with links at the receiver's chdir
    "CVE-2026-70458": (3, 5, 0),  # a write out of bounds by a hard-link entry
    "CVE-2026-70462": (3, 5, 0),  # a peer turns the client's own timeout off
}
"""Hole -> upstream version that mends it. Source: Debian's changelogs of rsync 3.4.1+ds1-5+deb13u3
and 3.5.0+ds1-0+deb12u1, and the releases of 2025-01-14; read 2026-11-27."""
CHANGELOGS: Final = (
    "/usr/share/doc/rsync/changelog.Debian.gz",
    "/usr/share/doc/rsync/changelog.gz",
)
_LINE: Final = re.compile(r"rsync\s+version v?(\d+)\.(\d+)\.(\d+)")
_ASK_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rsync:
    """The local rsync.

    Attributes:
        path: of the program.
        version: as it tells it; empty when it tells none.
        holes: those it has as far as is known; all of the table when its version is not known.
        said: why it counts as patched or not, for people.
    """

    path: str
    version: str
    holes: tuple[str, ...]
    said: str

    @property
    def is_usable(self) -> bool:
        """Whether it may speak to a Pod."""
        return bool(self.version) and not self.holes


def find_rsync() -> Rsync | None:
    """The rsync on PATH; None without one. Runs it and reads its package's changelog: blocks."""
    path = shutil.which("rsync")
    if path is None:
        return None
    try:
        ran = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_ASK_S,
            check=True, env=handed_down(),
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return judge(path, "", "")
    return judge(path, decode(ran.stdout), _changelog(path))


def judge(path: str, told: str, changelog: str) -> Rsync:
    """What a version line and a distribution's changelog say of the holes.

    Args:
        path: of the program.
        told: what `rsync --version` prints: `rsync  version 3.5.0  protocol version 32`.
        changelog: of the package; empty when there is none.
    """
    found = _LINE.search(told)
    if found is None:
        return Rsync(path=path, version="", holes=tuple(HOLES), said="it does not tell its version")
    version = tuple(map(int, found.groups()))
    old = [hole for hole, mended in HOLES.items() if version < mended]
    holes = tuple(hole for hole in old if hole not in changelog)
    said = "without the known holes of a receiver"
    if old and not holes:
        said = "the distribution's build is patched against the known holes of a receiver"
    elif holes:
        count = f"{len(holes)} known holes" if len(holes) > 1 else "a known hole"
        said = f"{count} through which a Pod could attack this machine, such as {holes[-1]}"
    return Rsync(path=path, version=".".join(found.groups()), holes=holes, said=clean(said))


def _changelog(program: str) -> str:
    """Of the distribution's package, if the program is the distribution's."""
    if not os.path.realpath(program).startswith("/usr/bin/"):
        return ""
    for name in CHANGELOGS:
        try:
            return decode(gzip.decompress(Path(name).read_bytes()))
        except (OSError, EOFError, ValueError):
            continue
    return ""
