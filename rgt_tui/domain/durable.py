"""Whether the bytes of a manifest entry outlive a terminate: by what witnesses, or why not.

One rule for the guard, the view and the commands. No witness is taken for another: a place that
the API alone names, a mount that the mount table alone shows, a write that was not flushed, and
a look that is too old each leave the bytes lost. Nothing here says that they are whole: that is
the verdict of the entry.
"""

from collections.abc import Sequence
from dataclasses import field
from enum import StrEnum
from typing import Final

from rgt_tui.domain.checkpoint import Copy, CopyClass, FileProof
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.volume import MountKind

FRESH_S: Final = 900.0
"""How long a look from outside the Pod counts, in seconds."""
SETTLE_S: Final = 60.0
"""Seconds between a flush to a global volume and a look from elsewhere that may count: listings
there are cached for one minute (RunPod documentation, storage/globalvolume, 2026-08-20)."""
SECOND_NS: Final = 1_000_000_000

GLOBAL: Final = "global:"
"""How the place of a copy on a global volume begins: it counts with a flush only."""


class Witness(StrEnum):
    """What speaks for bytes that last."""

    API = "the API lists the network volume"
    MOUNT_TABLE = "the mount table shows it"
    HEADER = "S3: size and header"
    RANGES = "S3: random ranges are equal"
    FLUSH = "fsync of file and folder"
    ELSEWHERE = "equal bytes read from elsewhere"
    HELD = "an equal copy that is held here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lies:
    """Where a file lies, as the API and the mount table of its Pod tell.

    Attributes:
        real_path: with every link resolved: a link onto the container disk lies on that disk.
        mount: the deepest mount above it; empty when none is known.
        kind: of the storage there; None when it is not known.
        label: what to call it.
        place: `volume:<id>` of the network volume; empty when it is none that the account lists.
        is_seen: whether the mount table was seen.
        agrees: whether the API and the mount table say the same of it.
        doubt: what else speaks against it; empty when nothing does.
    """

    real_path: str
    mount: str = ""
    kind: MountKind | None = None
    label: str = ""
    place: str = ""
    is_seen: bool = False
    agrees: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideLook:
    """A file on a network volume as its S3 interface shows it, without the Pod.

    Attributes:
        place: `volume:<id>`.
        path: the key there: the path below the mount.
        size: bytes; None when it was not told.
        header: `ok`, `broken` or `unknown`: what its first bytes prove.
        said: one sentence on that.
        at: when it was looked at, in Unix seconds.
        modified: its time as told there, in Unix seconds; None when it was not.
        md5: of the content, where the service has one.
        ranges: how many random ranges were equal to those of the Pod, and how many were asked.
    """

    place: str
    path: str
    size: int | None
    header: str
    said: str
    at: float
    modified: float | None = None
    md5: str | None = None
    ranges: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flushed:
    """An fsync of a file and its folder on the Pod.

    Attributes:
        at: when, in Unix seconds of our clock.
        problem: what it answered; empty when it succeeded.
    """

    at: float
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Durable:
    """These bytes outlive a terminate.

    Attributes:
        place: the store that keeps them, so that two witnesses of one place count once.
        witnesses: what speaks for it.
        until: when the oldest of them stops counting, in Unix seconds; None while nothing changes.
    """

    place: str
    witnesses: tuple[Witness, ...]
    until: float | None = None

    @property
    def said(self) -> str:
        """One phrase."""
        return f"{self.place}: {', '.join(self.witnesses)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDurable:
    """These bytes count as lost at terminate, and why."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evident:
    """Everything that may speak for one file.

    Attributes:
        lies: where it lies; None when nothing is known of its place.
        copies: equal copies off the Pod.
        looks: what was seen from outside, of this file.
        flushed: the last flush of it; None when there was none.
    """

    lies: Lies | None = None
    copies: Sequence[Copy] = ()
    looks: Sequence[OutsideLook] = ()
    flushed: Flushed | None = field(default=None)


def durable(entry: FileProof, evident: Evident, now: float) -> tuple[Durable, ...] | NotDurable:
    """Every place that keeps the bytes of a manifest entry, or why they count as lost.

    Args:
        entry: the file as it was proven; a copy counts only with its hash.
        evident: what is known of where it is.
        now: Unix seconds.
    """
    held = [found for copy in evident.copies if (found := _by_copy(entry, copy, now)) is not None]
    by_place = {found.place: found for found in held}
    inside = _by_place(entry, evident, now)
    if isinstance(inside, Durable):
        by_place[inside.place] = inside
    if by_place:
        return tuple(by_place.values())
    assert isinstance(inside, NotDurable)  # noqa: S101  # else it would be among the places
    return inside


def _by_copy(entry: FileProof, copy: Copy, now: float) -> Durable | None:
    """What a copy off the Pod proves: nothing without equal hashes."""
    if not entry.sha256 or copy.sha256 != entry.sha256 or copy.place.startswith(GLOBAL):
        return None
    if copy.kind is CopyClass.LOCKED:
        held = copy.hold is not None
        return Durable(place=copy.place, witnesses=(Witness.HELD,)) if held else None
    if now - copy.at > FRESH_S:
        return None
    return Durable(place=copy.place, witnesses=(Witness.ELSEWHERE,), until=copy.at + FRESH_S)


def _by_place(entry: FileProof, evident: Evident, now: float) -> Durable | NotDurable:
    """What the place itself proves."""
    lies = evident.lies
    if lies is None or lies.kind is None:
        return NotDurable(why="no mount is known where it lies")
    if lies.doubt:
        return NotDurable(why=lies.doubt)
    if lies.kind is MountKind.GLOBAL:
        return _on_global(entry, evident, now)
    if lies.kind is MountKind.VOLUME:
        return NotDurable(why=f"it lies on the {lies.label}, which terminate deletes")
    if lies.kind is not MountKind.NETWORK:
        return NotDurable(why=f"it lies on the {lies.label}, which stop and terminate wipe")
    if not lies.place:
        return NotDurable(why=f"the account lists no such volume as {lies.label}")
    return _on_network(entry, lies, evident.looks, now)


def _on_network(
    entry: FileProof, lies: Lies, looks: Sequence[OutsideLook], now: float
) -> Durable | NotDurable:
    """On a network volume: by the API with the mount table, or with a look from outside."""
    look = next((look for look in looks if look.place == lies.place), None)
    fresh = look if look is not None and now - look.at <= FRESH_S else None
    witnesses = [Witness.API]
    if fresh is not None:
        against = _speaks_against(entry, fresh)
        if against:
            return NotDurable(why=against)
        witnesses.append(Witness.HEADER)
        if any(fresh.ranges):
            witnesses.append(Witness.RANGES)
    if lies.is_seen and not lies.agrees:
        return NotDurable(why="the API and the mount table disagree on where it lies")
    if lies.is_seen:
        witnesses.insert(1, Witness.MOUNT_TABLE)
        return Durable(place=lies.place, witnesses=tuple(witnesses))
    if look is None:
        return NotDurable(
            why="the mount table was not seen, and nobody looked from outside over S3"
        )
    if fresh is None:
        return NotDurable(why="the look from outside over S3 is too old")
    return Durable(place=lies.place, witnesses=tuple(witnesses), until=fresh.at + FRESH_S)


def _speaks_against(entry: FileProof, look: OutsideLook) -> str:
    """What a look from outside says against the file; empty when nothing."""
    if look.size != entry.stamp.size:
        size = "no size" if look.size is None else f"{look.size} bytes"
        return f"S3 shows {size} where the Pod shows {entry.stamp.size}"
    if look.header == "broken":
        return f"S3 shows another beginning: {look.said}"
    if look.ranges[0] < look.ranges[1]:
        return (
            f"S3 gave other bytes in {look.ranges[1] - look.ranges[0]} of {look.ranges[1]} ranges"
        )
    return ""


def _on_global(entry: FileProof, evident: Evident, now: float) -> Durable | NotDurable:
    """On a global volume, which writes late and hides errors of all but fsync."""
    flushed = evident.flushed
    if flushed is None:
        return NotDurable(why="it lies on a global volume, which writes late: it was not flushed")
    if flushed.problem:
        return NotDurable(why=f"the flush to the global volume failed: {flushed.problem}")
    if flushed.at * SECOND_NS < entry.stamp.mtime_ns:
        return NotDurable(why="it was written after the flush to the global volume")
    seen = [
        copy
        for copy in evident.copies
        if entry.sha256 and copy.sha256 == entry.sha256 and copy.place.startswith(GLOBAL)
    ]
    late = [c for c in seen if c.at >= flushed.at + SETTLE_S and now - c.at <= FRESH_S]
    if not late:
        return NotDurable(
            why="it was flushed to a global volume, but nobody has read equal bytes from elsewhere: "
            "that takes another running Pod that mounts it, a minute after the flush"
        )
    newest = max(late, key=lambda copy: copy.at)
    return Durable(
        place=newest.place,
        witnesses=(Witness.FLUSH, Witness.ELSEWHERE),
        until=newest.at + FRESH_S,
    )
