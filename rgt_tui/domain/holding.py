"""Copies that cannot vanish between proof and delete: hard links that the program itself keeps.

A hold is a second name of a pulled file. Removing the copy leaves the hold; writing into the copy
changes the hold's time, so that the hold no longer counts until it is hashed anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from rgt_tui.domain.checkpoint import Copy, CopyClass, FileProof, FileStamp
from rgt_tui.domain.records import dataclass

WITNESS: Final = "read again from disk after fsync, hashed, held by a hard link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One held copy.

    Attributes:
        proof: of the held file; its stamp's path is the hold, not the copy.
        copy: absolute path of the copy that it keeps.
        origin: the Pod and the start of it, `pod:<id>@<start>`.
        remote: the file there, as it was when it was read.
        place: `local:<host>`.
        at: when it was proven, in Unix seconds.
    """

    proof: FileProof
    copy: str
    origin: str
    remote: FileStamp
    place: str
    at: float


@dataclass(frozen=True, slots=True)
class HoldSeen:
    """A hold, and what lies at its path now; None when nothing does."""

    hold: Hold
    now: FileStamp | None

    @property
    def is_kept(self) -> bool:
        """Whether the held file is exactly the one that was proven."""
        return self.now is not None and self.now == self.hold.proof.stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldGroup:
    """The holds of one Pod's files in one target folder: they are listed and released together.

    Attributes:
        id: names it among the groups of this machine.
        origin: the Pod and the newest start of it from which it was pulled, `pod:<id>@<start>`.
        target: the folder that all copies lie in.
        files: how many holds it has.
        size: bytes of all that are still there.
        at: when the newest was proven, in Unix seconds.
        changed: how many are no longer what was proven, so that they prove nothing until hashed.
        gone: how many are not there.
        last: the bytes and number of those without another name: no copy is left beside the hold.
    """

    id: str
    origin: str
    target: str
    files: int
    size: int
    at: float
    changed: int = 0
    gone: int = 0
    last: tuple[int, int] = (0, 0)

    @property
    def pod(self) -> str:
        """The Pod's id."""
        return self.origin.removeprefix("pod:").partition("@")[0]


@dataclass(frozen=True, slots=True)
class HeldHere:
    """All holds of this machine, newest first."""

    called: ClassVar[str] = "copies held on this machine"

    groups: tuple[HoldGroup, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCopy:
    """An equal, held copy here of a file on a Pod, and what was proven of its bytes.

    Attributes:
        copy: of class LOCKED, with its hold.
        proof: of the held bytes. `proof.is_proven` means that they are whole (`ok` at `full` or
            more); `proof.is_beside` that no verifier knows the format, and hashes are all there is.
    """

    copy: Copy
    proof: FileProof


def held_copies(entries: Iterable[FileProof], holds: Sequence[HoldSeen]) -> Mapping[str, HeldCopy]:
    """Which of these entries of a Pod's manifest have an equal, held, verified copy here.

    Args:
        entries: files on the Pod with their hashes; one without a hash has no equal.
        holds: as `clients.holds.look` sees them at this moment.

    Returns:
        By the entry's path. A copy that is known to be broken is none.
    """
    kept = {
        seen.hold.proof.sha256: seen.hold
        for seen in holds
        if seen.is_kept and (seen.hold.proof.is_proven or seen.hold.proof.is_beside)
    }
    found: dict[str, HeldCopy] = {}
    for entry in entries:
        hold = kept.get(entry.sha256) if entry.sha256 else None
        if hold is not None and hold.proof.stamp.size == entry.stamp.size:
            found[entry.stamp.path] = HeldCopy(copy=_copy(hold), proof=hold.proof)
    return found


def renewed(hold: Hold, proof: FileProof) -> Hold | None:
    """The hold after its file was hashed anew, or None when the bytes are other ones.

    Removing the copy changes the time of the held inode and no byte of it: hashing tells.
    """
    if not proof.sha256 or proof.sha256 != hold.proof.sha256:
        return None
    return replace(hold, proof=replace(hold.proof, stamp=proof.stamp))


def _copy(hold: Hold) -> Copy:
    return Copy(
        place=hold.place,
        path=hold.copy,
        kind=CopyClass.LOCKED,
        sha256=hold.proof.sha256,
        at=hold.at,
        witness=WITNESS,
        hold=hold.proof.stamp.path,
    )
