"""What ends and what stays when a Pod is terminated, mount by mount, and what it costs."""

from collections.abc import Sequence
from dataclasses import field
from decimal import Decimal
from typing import Final

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import show_bytes

NOTHING: Final = "nothing is lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class LostFile:
    """A file that is in no second copy.

    Attributes:
        path: cleaned.
        size: bytes.
    """

    path: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LostWork:
    """A git repository with work that is nowhere else, or of which that is not known.

    Attributes:
        path: its folder, cleaned.
        said: what of it: `3 commits not pushed, 2 files changed`.
    """

    path: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MountLoss:
    """One mount.

    Attributes:
        path, label: where, and what it is: `volume disk`, `network volume train-data`.
        stays: whether its data survive the terminate, by the API *and* the mount table.
        why: what that rests on.
        used: bytes on it; None is unknown.
        size: bytes it has; None is unknown.
        single: the files known to be in no second copy, largest first; empty where it stays.
        is_complete: whether everything that matters on it was listed; false is "at least".
        small, small_bytes: files too small to be told one by one that go with it.
    """

    path: str
    label: str
    stays: bool
    why: str = ""
    used: int | None = None
    size: int | None = None
    single: tuple[LostFile, ...] = ()
    is_complete: bool = True
    small: int = 0
    small_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LossMap:
    """All mounts of a Pod.

    Attributes:
        mounts: the container disk first.
        keeps: copies elsewhere, a phrase each: `6 files, 18.2G on this machine`.
        works: git repositories with work that is nowhere else.
    """

    mounts: tuple[MountLoss, ...] = ()
    keeps: tuple[str, ...] = ()
    works: tuple[LostWork, ...] = ()

    @property
    def single(self) -> tuple[LostFile, ...]:
        """Every file that is in no second copy."""
        return tuple(file for mount in self.mounts for file in mount.single)

    @property
    def files(self) -> int:
        """How many files are in no second copy."""
        return len(self.single)

    @property
    def bytes(self) -> int:
        """Bytes of those files."""
        return sum(file.size for file in self.single)

    @property
    def is_complete(self) -> bool:
        """Whether the count is all there is; false makes it "at least"."""
        return all(mount.is_complete for mount in self.mounts if not mount.stays)

    @property
    def is_something(self) -> bool:
        """Whether anything is lost for good, as far as is known."""
        return bool(self.single or self.works)

    @property
    def said(self) -> str:
        """The count in words: `3 files are in no second copy (41M)`, and what goes beside them."""
        small = sum(mount.small for mount in self.mounts)
        if not small:
            return self._said
        size = show_bytes(sum(mount.small_bytes for mount in self.mounts))
        told = "nothing of 1 MiB or more is lost" if self._said == NOTHING else self._said
        return (
            f"{told}; {small} smaller file{'' if small == 1 else 's'} ({size}) on its disks go too"
        )

    @property
    def _said(self) -> str:
        least = "" if self.is_complete else "at least "
        works = with_works("", len(self.works)).strip()
        if not self.files and works:
            return f"{least}{works} with work that is nowhere else"
        if not self.files:
            return NOTHING if self.is_complete else "what is lost is not known"
        noun = "file is" if self.files == 1 else "files are"
        told = f"{least}{self.files} {noun} in no second copy ({show_bytes(self.bytes)})"
        return f"{told}, and {works} with work that is nowhere else" if works else told


def with_works(count: str, works: int) -> str:
    """A count of files and the repositories beside them: `3 files and 1 repository`."""
    if not works:
        return count
    noun = "repository" if works == 1 else "repositories"
    return f"{count} and {works} {noun}" if count else f"{works} {noun}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What a person weighs.

    Attributes:
        saves_per_hour: USD no longer spent; None is unknown.
        ends: what ends beside the files: address, SSH port, Pod id.
        warnings: what threatens the Pod from elsewhere: a timer in its arguments, balance zero.
        instead: what could be done instead, a phrase each.
    """

    saves_per_hour: Decimal | None = None
    ends: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What tells the Pod from others, for the challenge.

    Attributes:
        name: of the Pod, as the service gives it.
        others: names of the account's other Pods.
    """

    name: str
    others: Sequence[str] = field(default=())
