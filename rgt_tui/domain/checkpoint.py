"""Checkpoints: the files of one saved state, where they lie, and what was proven of them.

Two proofs are kept apart. A verifier's verdict says that bytes are whole; a hash says that two
places hold the same bytes. A full load by a framework notices only 65 % of harmful corruptions,
and safetensors, GGUF, HDF5 and legacy torch files carry no checksum at all (5,321 cases, torch
2.13): so "verified by load" is a verdict of at least `full` *and* equal hashes.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean


class Verdict(StrEnum):
    """What a verifier says. A warning is `unknown`: it is never `ok`."""

    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """How far a verification went; each contains the one before."""

    STRUCTURE = "structure"
    FULL = "full"
    LOAD = "load"

    @property
    def reads_all(self) -> bool:
        """Whether every byte was read and hashed on the way."""
        return self is not Level.STRUCTURE


def shown_verdict(verdict: "Verdict", level: Level | None) -> str:
    """A verdict in a cell: `ok full`, `BROKEN! structure`, `? full`; unknown is never a good word."""
    word = {Verdict.OK: "ok", Verdict.BROKEN: "BROKEN!", Verdict.UNKNOWN: "?"}[verdict]
    return f"{word} {level or 'unread'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """A regular file as `lstat` sees it; evidence about it holds while nothing of this changes.

    Attributes:
        path: absolute, as `os.fsdecode` gives it: bytes that are no UTF-8 are surrogates. It
            names the file and is never printed; `shown` is.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @property
    def shown(self) -> str:
        """The path for people."""
        return clean(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProof:
    """What a verifier found of one file.

    Attributes:
        sha256: of the whole content, in hex; empty when not every byte was read.
        format: the verifier's name, `unknown` when none knows the file.
        level: how far it got, which may be less than was asked for.
        reason: one sentence, also when all is well.
        bytes_read: how many bytes of content were really read.
        tool: name and version of the verifier.
    """

    stamp: FileStamp
    sha256: str
    format: str
    verdict: Verdict
    level: Level
    reason: str
    bytes_read: int
    tool: str

    @property
    def is_proven(self) -> bool:
        """Whether its bytes are known to be whole and are named by a hash."""
        return self.verdict is Verdict.OK and self.level.reads_all and bool(self.sha256)

    @property
    def is_beside(self) -> bool:
        """Whether it is a hashed file of no known format, as lie beside weights."""
        return self.format == "unknown" and self.verdict is Verdict.UNKNOWN and bool(self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupProof:
    """What was found of several files as one checkpoint: shards, ranks, folders."""

    path: str
    format: str
    verdict: Verdict
    reason: str

    @property
    def shown(self) -> str:
        """The path for people."""
        return clean(self.path)


class CopyClass(StrEnum):
    """How much an equal copy off the Pod can be relied on at the moment of a delete.

    LOCKED: held by a hard link of ours and looked at again before the delete.
    RECENT: seen from outside the Pod, on a network volume or in a bucket, and valid for a while.
    """

    LOCKED = "locked"
    RECENT = "recent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An equal copy of a file off its Pod.

    Attributes:
        place: the store it lies on, so that two copies in one place count once:
            `local:<host>` or `volume:<id>`.
        path: where it lies there.
        sha256: of its content as read there, or empty where only a part could be read.
        at: when it was proven, in Unix seconds.
        hold: the hard link that keeps a local copy; None elsewhere.
        witness: how it was seen, for instance `hashed after fsync` or `S3: size and header`.
    """

    place: str
    path: str
    kind: CopyClass
    sha256: str
    at: float
    witness: str
    hold: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The files that belong to one saved state.

    Attributes:
        path: the file, or the folder or index that names the group.
        format: of the layout or file: `safetensors`, `torch`, `dcp`, `trainer`, ...
        files: its regular files.
        step: the training step its name or content tells; None when it tells none.
        unfinished: why it counts as still being written; empty when it has settled.
        real_path: `path` with every link resolved, on which its storage is judged.
    """

    path: str
    format: str
    files: tuple[FileStamp, ...]
    step: int | None = None
    unfinished: str = ""
    real_path: str = ""

    @property
    def shown(self) -> str:
        """The path for people."""
        return clean(self.path)

    def real_path_of(self, file: FileStamp) -> str:
        """The path of one of its files with every link resolved; empty for one that is not below it."""
        if not self.real_path or self.real_path == self.path:
            return file.path
        place, real = self.path, self.real_path
        if not file.path.startswith(place):  # a model's weights beside it
            place, real = (it[: it.rfind("/") + 1] for it in (place, real))
        below = bool(place) and file.path.startswith(place)
        return real + file.path.removeprefix(place) if below else ""

    @property
    def called(self) -> str:
        """Its name before its folder, for where room is scarce."""
        folder, _, name = self.path.rstrip("/").rpartition("/")
        return clean(f"{name} in {folder}" if folder else self.path)

    @property
    def size(self) -> int:
        """Bytes of all files; two names of one inode count once."""
        return sum({file.inode: file.size for file in self.files}.values())

    @property
    def asked(self) -> tuple[str, ...]:
        """What a verifier is to be asked for it: its folder, or its files one by one."""
        paths = tuple(file.path for file in self.files)
        return paths if self.path in paths else (self.folder,)

    @property
    def only(self) -> tuple[str, ...] | None:
        """Its files, where what is asked for is their folder; others may lie in it, too."""
        return None if self.asked != (self.folder,) else tuple(file.path for file in self.files)

    @property
    def folder(self) -> str:
        """The folder of a group: itself, or where its parts lie."""
        first = self.files[0].path if self.files else self.path
        inside = first.startswith(self.path.rstrip("/") + "/")
        return self.path if inside or not self.files else first.rpartition("/")[0]

    @property
    def modified(self) -> float:
        """When the newest of its files changed, in Unix seconds of the Pod's clock."""
        return max((file.mtime_ns for file in self.files), default=0) / 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSeen:
    """A symbolic link that was not followed, and where it leads."""

    path: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointList:
    """The checkpoints of one Pod, newest first.

    Attributes:
        gaps: what was not looked at and why; an empty list with gaps is not "no checkpoints".
        links: links below the roots that were not followed.
        pod_now: the Pod's clock when it answered, in Unix seconds.
        roots: the folders that were searched.
    """

    called: ClassVar[str] = "checkpoints over SSH"
    is_of_pods: ClassVar[bool] = True

    checkpoints: tuple[Checkpoint, ...] = ()
    gaps: tuple[str, ...] = ()
    links: tuple[LinkSeen, ...] = ()
    pod_now: float = 0.0
    roots: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether everything below the roots was seen."""
        return not self.gaps


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointProofs:
    """What is proven of a Pod's checkpoints so far.

    A proof counts only while the file's stamp is the one it was made for: `of` compares it.

    Attributes:
        files: by path.
        groups: by the path of the checkpoint.
        copies: equal copies off the Pod, by the SHA-256 of the content.
    """

    called: ClassVar[str] = "checkpoint proofs"

    files: Mapping[str, FileProof] = field(default_factory=lambda: MappingProxyType({}))
    groups: Mapping[str, GroupProof] = field(default_factory=lambda: MappingProxyType({}))
    copies: Mapping[str, tuple[Copy, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, stamp: FileStamp) -> FileProof | None:
        """The proof of exactly this state of a file; None when it was changed since."""
        proof = self.files.get(stamp.path)
        return proof if proof is not None and proof.stamp == stamp else None

    def copies_of(self, stamp: FileStamp) -> tuple[Copy, ...]:
        """Copies with the same bytes as this state of a file; none without a proof of it."""
        proof = self.of(stamp)
        return self.copies.get(proof.sha256, ()) if proof is not None and proof.sha256 else ()

    def level_of(self, checkpoint: Checkpoint) -> Level | None:
        """The lowest level that its files of a known format were verified at; None before that."""
        known = [proof for proof in map(self.of, checkpoint.files) if proof is not None]
        levels = {proof.level for proof in known if not proof.is_beside}
        return next((level for level in Level if level in levels), None)

    def verdict_of(self, checkpoint: Checkpoint) -> tuple[Verdict, str]:
        """The verdict on a whole checkpoint, and why: broken beats unknown beats ok.

        Within a group, files of no known format (a tokenizer, a log) need a hash and no verdict.
        """
        group = self.groups.get(checkpoint.path)
        proofs = [proof for proof in map(self.of, checkpoint.files) if proof is not None]
        found = [(p.verdict, p.reason) for p in proofs if not p.is_beside]
        if group is None and len(found) < len(proofs):
            found.append((Verdict.UNKNOWN, self._why_beside(checkpoint)))
        if len(proofs) < len(checkpoint.files) or not found:
            found.append((Verdict.UNKNOWN, self.why_unproven(checkpoint)))
        if group is not None:
            found.append((group.verdict, group.reason))
        for worst in (Verdict.BROKEN, Verdict.UNKNOWN):
            reason = next((why for verdict, why in found if verdict is worst), None)
            if reason is not None:
                return worst, reason
        return Verdict.OK, found[-1][1]

    def _why_beside(self, checkpoint: Checkpoint) -> str:
        """What is said of files of no known format where no group's verdict is on them."""
        if checkpoint.path not in {file.path for file in checkpoint.files}:
            return "its files were read; the whole of it is not judged yet"
        proofs = map(self.of, checkpoint.files)
        return next((it.reason for it in proofs if it is not None and it.is_beside), "")

    def why_unproven(self, checkpoint: Checkpoint) -> str:
        """Why a file of a checkpoint has no proof as it was listed: unread, changed, or not verified yet."""
        for file in checkpoint.files:
            other = self.files.get(file.path)
            if other is None or other.stamp == file:
                continue
            if not other.stamp.inode:
                return f"{file.shown}: {other.reason}"
            was, is_now = ((it.ctime_ns, it.mtime_ns) for it in (file, other.stamp))
            since = "it was listed" if is_now > was else "it was verified"
            return f"{file.shown} changed after {since}"
        return "not verified yet"


def with_copies(known: CheckpointProofs, copies: Iterable[Copy]) -> CheckpointProofs:
    """The proofs with more equal copies; one in the same place and path replaces the older."""
    by_hash = dict(known.copies)
    for copy in copies:
        where = (copy.place, copy.path)
        others = [c for c in by_hash.get(copy.sha256, ()) if (c.place, c.path) != where]
        by_hash[copy.sha256] = (*others, copy)
    return replace(known, copies=MappingProxyType(by_hash))


def with_proofs(
    known: CheckpointProofs,
    checkpoint: Checkpoint,
    files: Iterable[FileProof],
    groups: Iterable[GroupProof],
    current: Container[str] | None = None,
) -> CheckpointProofs:
    """The proofs with new ones of one checkpoint.

    A proof of a lower level never replaces one of a higher level of the same bytes.

    Args:
        known: the proofs so far.
        checkpoint: what was verified.
        files: what was found of each file.
        groups: what was found of the whole.
        current: paths that are still listed; proofs of others are dropped. None drops none.
    """
    kept = {p: proof for p, proof in known.files.items() if current is None or p in current}
    for proof in files:
        old = kept.get(proof.stamp.path)
        if old is None or not _is_weaker(proof, old):
            kept[proof.stamp.path] = proof
    named = dict(known.groups)
    is_group = checkpoint.path not in {file.path for file in checkpoint.files}
    for group in groups:
        named[group.path] = group
        if is_group and (group.format, group.path) == (checkpoint.format, checkpoint.folder):
            named[checkpoint.path] = group
    return CheckpointProofs(
        files=MappingProxyType(kept), groups=MappingProxyType(named), copies=known.copies
    )


def _is_weaker(proof: FileProof, old: FileProof) -> bool:
    """Whether a proof says less than the old one of the same state of the file."""
    same = proof.stamp == old.stamp and proof.sha256 in ("", old.sha256) and proof.tool == old.tool
    order = tuple(Level)
    lower = order.index(proof.level) < order.index(old.level)
    return same and lower and proof.verdict is Verdict.OK and old.verdict is Verdict.OK
