"""The facts a dossier is composed from."""

from dataclasses import replace
from typing import Final, TypeVar

from rgt_tui.domain.account import Account
from rgt_tui.domain.checkpoint import (
    Checkpoint,
    CheckpointList,
    CheckpointProofs,
    Copy,
    FileProof,
    FileStamp,
    Level,
    Verdict,
)
from rgt_tui.domain.durable import Durable, Evident, NotDurable, durable
from rgt_tui.domain.evidence import Evidence, Observed
from rgt_tui.domain.holding import HoldSeen, held_copies
from rgt_tui.domain.pod import Pod, PodStatus, SshRoad
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.written_behind import WrittenBehind
from rgt_tui.facts import stores
from rgt_tui.guard.checklist import Dossier
from rgt_tui.guard.items import Exhibit, Found, Item
from rgt_tui.probes.df import DiskReport
from rgt_tui.saved_facts import looks_of
from rgt_tui.storage import Store, lies_of

Report = TypeVar("Report")

SHELL_S: Final = 60.0
"""How old an answer from the Pod about what runs may be."""
LISTED_S: Final = 300.0
"""How old a listing of its files may be; the fence lists once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is known at one moment.

    Attributes:
        account: everything read.
        pod: the Pod, as last read.
        tag: tells accounts apart without betraying the key.
        now: Unix seconds of the session's clock.
        steady: the same moment on the guard's clock.
        holds: held copies here, as looked at just now.
        frozen: what was proven of this start of the Pod before we stopped it; None for nothing.
        is_looking: whether somebody is still gathering, so that what is missing may yet come.
    """

    account: Account
    pod: Pod
    tag: str
    now: float
    steady: float
    holds: tuple[HoldSeen, ...] = ()
    frozen: Dossier | None = None
    is_looking: bool = False

    @property
    def evidence(self) -> Evidence:
        """The readings about the Pod."""
        return self.account.about(self.pod.id)

    @property
    def stores(self) -> tuple[Store, ...]:
        """Its storage, by the API and the mount table."""
        return stores(self.pod, self.account)

    def seen(self, kind: type[Report], lives_s: float) -> Observed[Report] | None:
        """The newest value about this start of the Pod that is young enough; None without one."""
        found = self.evidence.latest(kind)
        if found is None or found.source == "cache":
            return None
        is_of_this_start = found.at >= (self.pod.started_at or 0.0)
        return found if is_of_this_start and 0 <= self.now - found.at <= lives_s else None

    def why_unseen(self, kind: type) -> str | None:
        """Why something could not be seen; None while it was not tried or somebody is trying."""
        failure = self.evidence.reading(kind).failure
        if failure is not None:
            return failure.error
        return None if self.is_looking else "nobody has looked yet"

    def steady_of(self, at: float) -> float:
        """An instant of the session's clock on the guard's clock."""
        return self.steady - (self.now - at)

    def exhibit(self, item: Item, found: Found, why: str, lives_s: float = SHELL_S) -> Exhibit:
        """Evidence on a line, as of now and without data."""
        return Exhibit(item=item, found=found, why=why, at=self.steady, lives_s=lives_s)

    @property
    def no_road(self) -> str | None:
        """Why its files cannot be looked at from here, and what can be done; None when they can."""
        if self.pod.is_stopped:
            return None
        if self.pod.status != PodStatus.RUNNING:
            return f"it is {self.pod.status}: what its disks hold cannot be seen; wait, or stop it"
        if self.pod.ssh_road is SshRoad.DIRECT:
            return None
        if self.pod.ssh_road is SshRoad.PROXY:
            return (
                "only the proxy road leads there, over which nothing is listed or copied: expose 22/tcp, "
                "or have its work sent to a network volume and proven there"
            )
        return (
            "no SSH leads into it: relaunch with 22/tcp, or read its work through its own web port"
        )

    def of_stopped(self, item: Item, nothing: str, unproven: str) -> Exhibit:
        """A line about the files of a stopped Pod: none of them can be read or changed meanwhile.

        Args:
            item: the line.
            nothing: why all is well where no disk of the Pod holds files any more.
            unproven: what was not proven of its disk before it stopped.
        """
        if self.pod.unknown_mounts:
            kinds = ", ".join(self.pod.unknown_mounts)
            why = f"what it mounts is not known to this version ({kinds}): start it and look"
            return self.exhibit(item, Found.UNSEEN, why)
        if self.pod.volume_disk is None:
            return self.exhibit(item, Found.PROVED, nothing)
        known = self.frozen.of(item) if self.frozen is not None else None
        if known is None or known.found is not Found.PROVED:
            return self.exhibit(item, Found.UNSEEN, unproven)
        why = f"as proven before we stopped it: {known.why}"
        return replace(known, why=why, at=self.steady, lives_s=SHELL_S)

    @property
    def checkpoints(self) -> Observed[CheckpointList] | None:
        """The newest listing of checkpoints of this start."""
        return self.seen(CheckpointList, LISTED_S)

    @property
    def proofs(self) -> CheckpointProofs:
        """What is proven of them."""
        return self.evidence.value(CheckpointProofs) or CheckpointProofs()

    def outlives(self, one: Checkpoint, file: FileStamp) -> tuple[Durable, ...] | NotDurable:
        """Where the bytes of one file of a checkpoint survive, or why they count as lost."""
        seen = self.seen(DiskReport, LISTED_S)
        report = seen.value if seen is not None else None
        volumes = self.account.volumes
        real = one.real_path_of(file)
        lies = lies_of(real, self.pod, volumes, self.stores, report)
        proof = self.proofs.of(file) or _unproven(file)
        looks = looks_of(lies, real, self.account)
        behind = self.evidence.value(WrittenBehind) or WrittenBehind()
        evident = Evident(
            lies=lies,
            copies=(*self.copies_of(file), *behind.copies_of(file)),
            looks=looks,
            flushed=behind.flushed(file),
        )
        return durable(proof, evident, self.now)

    def copies_of(self, file: FileStamp) -> tuple[Copy, ...]:
        """Equal copies off the Pod; those held here as they were looked at just now."""
        proof = self.proofs.of(file)
        if proof is None:
            return ()
        held = held_copies([proof], self.holds).get(file.path)
        found = [held.copy] if held is not None else []
        return (*found, *(it for it in self.proofs.copies_of(file) if it.hold is None))

    def lost_of(self, one: Checkpoint) -> tuple[FileStamp, ...]:
        """The files of a checkpoint that a terminate would lose for good."""
        return tuple(f for f in one.files if isinstance(self.outlives(one, f), NotDurable))


def _unproven(file: FileStamp) -> FileProof:
    """A file of which nothing is proven: no copy can be equal to it."""
    return FileProof(
        stamp=file,
        sha256="",
        format="unknown",
        verdict=Verdict.UNKNOWN,
        level=Level.STRUCTURE,
        reason="not verified yet",
        bytes_read=0,
        tool="",
    )
