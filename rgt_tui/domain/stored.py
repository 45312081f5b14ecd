"""Checkpoints on network volumes as the S3 interface shows them: no Pod need run."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from rgt_tui.domain.checkpoint import Checkpoint, Level, Verdict
from rgt_tui.domain.records import dataclass

if TYPE_CHECKING:  # the first frame can spare it
    from rgt_tui.domain.durable import OutsideLook


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Whether all parts of a checkpoint are there and belong together, by their tables."""

    verdict: Verdict
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVolume:
    """One network volume from outside.

    Attributes:
        volume_id: which; also the bucket.
        name: for people.
        checkpoints: newest first; their paths are keys: below the mount, without a slash at first.
        looks: at each of their files, by key.
        closures: of checkpoints of several files, by path: whether their parts are all there.
        gaps: what was not looked at and why.
        trouble: why nothing was; empty when something was.
    """

    volume_id: str
    name: str
    checkpoints: tuple[Checkpoint, ...] = ()
    looks: "Mapping[str, OutsideLook]" = field(default_factory=lambda: MappingProxyType({}))
    closures: Mapping[str, Closure] = field(default_factory=lambda: MappingProxyType({}))
    gaps: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def place(self) -> str:
        """As copies and witnesses name it."""
        return f"volume:{self.volume_id}"

    def verdict_of(self, checkpoint: Checkpoint) -> tuple[Verdict, Level | None, str]:
        """What the headers prove of a checkpoint: `structure` at most, and of few formats.

        Files beside the weights (a configuration, a log) are there and have a size; no more can
        be asked of them.
        """
        looks = [self.looks.get(file.path) for file in checkpoint.files]
        missing = sum(look is None for look in looks)
        seen = [look for look in looks if look is not None]
        broken = next((look for look in seen if look.header == "broken"), None)
        if broken is not None:
            return Verdict.BROKEN, Level.STRUCTURE, broken.said
        closed = self.closures.get(checkpoint.path)
        if closed is not None and closed.verdict is Verdict.BROKEN:
            return Verdict.BROKEN, Level.STRUCTURE, f"S3: {closed.said}"
        if missing or not seen:
            return Verdict.UNKNOWN, None, f"{missing} of its files were not looked at over S3"
        proven = [look for look in seen if look.header == "ok"]
        open_ = [look for look in seen if look.header == "unknown" and look.said]
        if proven and not open_ and closed is not None and closed.verdict is Verdict.UNKNOWN:
            return Verdict.UNKNOWN, Level.STRUCTURE, f"S3: {closed.said}"
        if proven and not open_:
            said = (
                f"S3: size and header of {len(proven)} of {len(looks)} files; no content was read"
            )
            return Verdict.OK, Level.STRUCTURE, said
        why = open_[0].said if open_ else "no file of a known format"
        return Verdict.UNKNOWN, Level.STRUCTURE, f"S3: {why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheckpoints:
    """What the S3 interface shows of the account's network volumes.

    Attributes:
        volumes: those with such an interface.
        no_key: whether there is no S3 key, so that nothing could be asked.
    """

    called: ClassVar[str] = "checkpoints over S3"

    volumes: tuple[StoredVolume, ...] = ()
    no_key: bool = False

    def of(self, volume_id: str) -> StoredVolume | None:
        """Of one volume; None when it was not looked at."""
        return next((one for one in self.volumes if one.volume_id == volume_id), None)
