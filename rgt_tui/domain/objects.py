"""What lies on a network volume, as its S3 interface tells it, and which data centers have one.

Source: RunPod documentation, storage/s3-api, read 2026-08-20. The bucket is the network volume's
id, the key is the path under the mount. It works with no Pod running.
"""

import re
from collections import Counter
from dataclasses import field
from typing import Final, Literal

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean

S3_DATA_CENTERS: Final = frozenset(
    {
        *("EU-CZ-1", "EU-RO-1", "EUR-IS-1", "EUR-NO-1"),
        *("US-CA-2", "US-GA-2", "US-IL-1", "US-KS-2", "US-MD-1", "US-MO-1", "US-MO-2"),
        *("US-NC-1", "US-NC-2", "US-NE-1", "US-WA-1"),
    }
)
"""The fifteen data centers whose network volumes have an S3 interface (same page)."""
_TRASH: Final = re.compile(r"(?:^|/)(?:\.Trash(?:-\d+)?|\.local/share/Trash)/")
"""Folders in which desktop tools and Jupyter keep what was deleted (freedesktop.org Trash
specification 1.0): they go on filling the quota."""
Verdict = Literal["ok", "broken", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One object.

    Attributes:
        key: as the service spells it; for asking again, never for the screen.
        size: bytes; None when it was not told.
        etag: without quotes; the MD5 of what was not sent in parts.
        modified: Unix seconds.
    """

    key: str = field(repr=False)
    size: int | None
    etag: str | None = None
    modified: float | None = None

    @property
    def name(self) -> str:
        """The key as it may be shown."""
        return clean(self.key)

    @property
    def md5(self) -> str | None:
        """The MD5 of the content in hex; None when the ETag is not one."""
        etag = (self.etag or "").lower()
        is_md5 = len(etag) == 32 and all(c in "0123456789abcdef" for c in etag)
        return etag if is_md5 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCopy:
    """A held copy here that is equal to an object, as far as it was compared.

    Attributes:
        hold: path of the held file.
        place: `local:<host>`.
        sha256: of the held bytes.
        said: how it was compared.
        at: when, in Unix seconds.
        of: the object as it was then; another state of it is another file.
    """

    hold: str
    place: str
    sha256: str
    said: str
    at: float
    of: StoredObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What lies under a prefix.

    Attributes:
        objects: in the service's order.
        folders: prefixes one level down, each ending in `/`; empty when all levels were asked for.
        is_whole: whether the list has an end; else it was cut at the limit.
    """

    objects: tuple[StoredObject, ...] = ()
    folders: tuple[str, ...] = ()
    is_whole: bool = True

    @property
    def bytes_known(self) -> int:
        """Bytes of all objects whose size was told."""
        return sum(found.size or 0 for found in self.objects)


def s3_endpoint(data_center: str | None) -> str | None:
    """The origin of a data center's S3 interface; None when it has none."""
    if data_center not in S3_DATA_CENTERS:
        return None
    return f"https://s3api-{data_center.lower()}.runpod.io"


def no_s3(data_center: str | None) -> str:
    """Why a network volume cannot be read without a Pod."""
    where = data_center or "an unknown data center"
    return (
        f"{where} has no S3 interface, so its network volumes can be read only from a Pod there. "
        f"Data centers with one: {', '.join(sorted(S3_DATA_CENTERS))}"
    )


def is_trash(key: str) -> bool:
    """Whether the object lies in a trash folder."""
    return trash_folder(key) is not None


def trash_folder(key: str) -> str | None:
    """The trash folder in which an object lies, ending in `/`; None when it lies in none."""
    found = _TRASH.search(key)
    return None if found is None else key[: found.end()]


@dataclass(frozen=True, slots=True)
class HeaderCheck:
    """What the tables of a checkpoint file prove, read from outside; `unknown` is never `ok`.

    Attributes:
        format: the verifier's name for it; `unknown` where none knows it.
        said: why.
    """

    verdict: Verdict
    format: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """What one folder at the top of a volume holds, all levels below it included."""

    name: str
    size: int
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUse:
    """What lies on one network volume, counted from outside.

    Attributes:
        volume_id: which.
        size, files: of everything that was listed.
        trash: bytes in trash folders, which go on filling the quota.
        folders: at the top, largest first; files at the top stand under an empty name.
        is_whole: whether everything was listed.
        trouble: why nothing was; empty when something was.
    """

    volume_id: str
    size: int = 0
    files: int = 0
    trash: int = 0
    folders: tuple[Folder, ...] = ()
    is_whole: bool = True
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class StoredUses:
    """What lies on the network volumes that have an S3 interface."""

    uses: tuple[StoredUse, ...] = ()

    def of(self, volume_id: str) -> StoredUse | None:
        """Of one volume; None when it was not looked at."""
        return next((use for use in self.uses if use.volume_id == volume_id), None)


def counted(volume_id: str, listing: Listing) -> StoredUse:
    """Adds up a listing of all levels."""
    sizes: Counter[str] = Counter()
    files: Counter[str] = Counter()
    for found in listing.objects:
        top = found.key.partition("/")[0] if "/" in found.key else ""
        sizes[top] += found.size or 0
        files[top] += 1
    folders = (Folder(name=clean(top, 200), size=sizes[top], files=files[top]) for top in files)
    return StoredUse(
        volume_id=volume_id,
        size=sizes.total(),
        files=files.total(),
        trash=sum(found.size or 0 for found in listing.objects if is_trash(found.key)),
        folders=tuple(sorted(folders, key=lambda folder: (-folder.size, folder.name))),
        is_whole=listing.is_whole,
    )
