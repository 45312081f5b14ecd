"""Bringing files home from a Pod: what is asked, how far it is, and how each file ended."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.checkpoint import FileProof, FileStamp, GroupProof, Verdict
from rgt_tui.domain.errors import RgtError, UsageError
from rgt_tui.domain.indirect import is_awaited, no_way
from rgt_tui.domain.manifest import Manifest
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.stopped import to_reach
from rgt_tui.domain.text import clean


class PullFault(StrEnum):
    """Why a whole pull ended before its end; what had come is kept and gone on with."""

    NO_ROAD = "no_road"
    NOTHING = "nothing_to_pull"
    NO_ROOM = "no_room"
    IN_MEMORY = "target_in_memory"
    NOT_WRITABLE = "not_writable"
    BUSY = "busy"
    STALLED = "stalled"
    LOST = "lost"
    STOPPED = "pod_stopped"
    TERMINATED = "pod_gone"


class PullError(RgtError):
    """A pull ended before its end. `kind` says why; the message says what to do.

    Attributes:
        kind: why.
    """

    code = "pull"

    def __init__(self, kind: PullFault, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind = kind
        self.code = f"pull_{kind}"
        if kind in (PullFault.IN_MEMORY, PullFault.NOT_WRITABLE):
            self.exit_code = UsageError.exit_code  # another folder must be named


ELSE: Final = (
    "A network volume can be read over S3: rgt-tui browse VOLUME. A small file alone: runpodctl send "
    "FILE in its web terminal, then runpodctl receive here; it goes through a public relay without "
    "resume, so nothing large, and nothing is proven equal (RP13)"
)


def no_road(pod: Pod) -> PullError:
    """Why nothing can be pulled from a Pod that is not reached directly, and what to do instead."""
    why, hint = no_way(pod)
    if pod.is_running and not is_awaited(pod):
        hint = f"{hint}. {ELSE}"
    said = f"{clean(pod.label)}: nothing can be pulled: {why}"
    return PullError(PullFault.NO_ROAD, said, hint=hint)


def left_by(pod: Pod, now: Pod | None) -> PullError | None:
    """The error of a pull whose Pod has ended meanwhile; None where it runs.

    Args:
        pod: as it was when the pull began.
        now: as the API tells it; None where it tells of none.
    """
    kept = "What came is kept"
    if now is None:
        return PullError(
            PullFault.TERMINATED,
            f"{clean(pod.label)}: the Pod is gone while files were copied from it",
            hint=f"{kept}, files that came whole have their names. Its own disks went with the Pod; "
            "a network volume stays: rgt-tui volumes",
        )
    if not now.is_running:
        said = f"{clean(pod.label)}: the Pod is {now.status}, it stopped while files were copied"
        hint = f"{to_reach(now)}. {kept}: the same pull then goes on from there"
        return PullError(PullFault.STOPPED, said, hint=hint)
    return None


class Ended(StrEnum):
    """How one file ended. Only `equal` is a success."""

    EQUAL = "equal"
    CHANGED = "changed"
    DENIED = "denied"
    DIFFERS = "differs"
    EXISTS = "exists"
    GONE = "gone"
    UNREADABLE = "unreadable"
    UNSAFE = "unsafe_name"


class Stage(StrEnum):
    """What a pull is doing."""

    LISTING = "listing"
    COPYING = "copying"
    PROVING = "verifying"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullOrder:
    """What to bring and where to.

    Attributes:
        place: the Pod and the start of it, `pod:<id>@<start>`, as a manifest names it.
        landings: absolute path of a file or folder on the Pod -> relative path below `to`.
        to: absolute path of the target folder; made when it is not there.
        holds: folder in which hard links keep the copies.
        replace: whether a file here that is not the one there is replaced.
        known: hashes of files there by absolute path, with the state of the file they are of.
        silence_s: how long nothing may come before the Pod's disk counts as stalled.
        lanes: connections for large files; 0 takes several where the road is long.
        with_rsync: whether rsync carries the bytes, where both ends have it and the local one has no
            known holes. Our own transfer is not slower, reads every byte once there, and goes on
            after a drop at any byte; rsync is for people who must use it.
        waits_s: before each try after a drop; a byte that came begins anew.
    """

    place: str
    landings: Mapping[str, str]
    to: str
    holds: str
    replace: bool = False
    known: Mapping[str, FileProof] = field(default_factory=lambda: MappingProxyType({}))
    silence_s: float = 60.0
    lanes: int = 0
    with_rsync: bool = False
    waits_s: tuple[float, ...] = (0.2, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullProgress:
    """How far a pull is.

    Attributes:
        bytes_done, bytes_total: of this stage.
        rate: bytes a second over the last seconds; None while unknown.
        seconds_left: of this stage; None while unknown.
        said: what has just happened, such as a lost connection; empty for nothing.
        had: bytes of `bytes_done` that were here before.
    """

    stage: Stage
    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int
    rate: float | None = None
    seconds_left: float | None = None
    said: str = ""
    had: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PulledFile:
    """One file: as it was there, where it lies here, and how it ended.

    Attributes:
        path: absolute, here; it is only there when `ended` is `equal` or `changed` afterwards.
        why: one phrase; empty for `equal`.
        sha256: of the bytes there; empty when they were not all read.
        proof: of the copy here, from reading it again; None when there is no copy.
        hold: the hard link that keeps the copy; None without one.
    """

    remote: FileStamp
    path: str
    ended: Ended
    why: str = ""
    sha256: str = ""
    proof: FileProof | None = None
    hold: str | None = None

    @property
    def is_equal(self) -> bool:
        """Whether the bytes here are those there, by hashes taken at both ends."""
        return (
            self.ended is Ended.EQUAL
            and self.proof is not None
            and bool(self.sha256)
            and self.proof.sha256 == self.sha256
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """What was seen and is not brought: links, devices, folders that cannot be read."""

    path: str
    why: str

    @property
    def shown(self) -> str:
        """For people."""
        return f"{clean(self.path)}: {clean(self.why)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """The end of a pull.

    Attributes:
        groups: what was found of checkpoints of several files, here.
        here, there: both manifests; `there` names each file by its path on the Pod.
        manifest: the file in the target folder that holds both.
        moved: content bytes that came over the wire.
        tool: `own` or `rsync 3.4.3`.
    """

    # asyncio.run writes down what it gives back (Python 3.11): a second for ten thousand files
    files: tuple[PulledFile, ...] = field(repr=False)
    groups: tuple[GroupProof, ...] = field(repr=False)
    skipped: tuple[Skipped, ...] = field(repr=False)
    here: Manifest
    there: Manifest
    manifest: str
    moved: int
    seconds: float
    tool: str

    def judged(self, here: Sequence[FileProof]) -> "Pulled":
        """The same pull with these proofs of the copies, which may know more of the same bytes.

        The manifests stay as they were written.
        """
        by_path = {proof.stamp.path: proof for proof in here}
        files = tuple(
            replace(file, proof=by_path.get(file.path, file.proof)) if file.is_equal else file
            for file in self.files
        )
        return replace(self, files=files)

    @property
    def known_there(self) -> tuple[FileProof, ...]:
        """What is known of the files on the Pod: equal bytes share the verdict on them."""
        return tuple(
            replace(file.proof, stamp=file.remote, sha256=file.sha256)
            for file in self.files
            if file.is_equal and file.proof is not None
        )

    @property
    def doubt(self) -> str:
        """What is wrong with bytes that came equal, one phrase; empty when nothing is known to be."""
        for file in self.files:
            proof = file.proof
            if proof is None or proof.is_beside or proof.verdict is Verdict.OK:
                continue
            return f"{file.remote.shown} is {proof.verdict.value} there, too: {clean(proof.reason)}"
        group = next((one for one in self.groups if one.verdict is not Verdict.OK), None)
        return f"{group.shown} is {group.verdict.value}: {clean(group.reason)}" if group else ""

    @property
    def is_whole(self) -> bool:
        """Whether all that was asked for is here, equal, and nothing of it is broken or doubtful.

        A file of no known format needs equal hashes and no verdict.
        """
        if not self.files or any(not file.is_equal for file in self.files):
            return False
        verdicts = [
            file.proof.verdict
            for file in self.files
            if file.proof is not None and not file.proof.is_beside
        ]
        return all(
            verdict is Verdict.OK for verdict in (*verdicts, *(g.verdict for g in self.groups))
        ) and not any(skipped.why.startswith("not listed") for skipped in self.skipped)
