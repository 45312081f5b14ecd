"""Facts about checkpoints that the view and the commands state: where, how old, how sure. Pure.

A running Pod's own list over SSH is joined with what S3 shows of its network volume. A stopped
Pod has no shell: there S3 alone speaks of what is there, and of its own volume disk the last list
from before the stop tells what was. That is shown with its age, and is proof of nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

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
    shown_verdict,
)
from rgt_tui.domain.durable import Durable, Evident, Lies, NotDurable, OutsideLook, durable
from rgt_tui.domain.evidence import Evidence, Observed
from rgt_tui.domain.indirect import why_indirect
from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.stored import StoredCheckpoints, StoredVolume
from rgt_tui.domain.text import clean
from rgt_tui.domain.volume import MountKind
from rgt_tui.domain.written_behind import WrittenBehind
from rgt_tui.facts import stores, unreachable_why
from rgt_tui.probes.df import DiskReport
from rgt_tui.storage import fate_of, lies_of, storage_of

UNREAD: Final = FileProof(
    stamp=FileStamp(path="", size=0, mtime_ns=0, ctime_ns=0, inode=0),
    sha256="",
    format="unknown",
    verdict=Verdict.UNKNOWN,
    level=Level.STRUCTURE,
    reason="not verified yet",
    bytes_read=0,
    tool="",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One checkpoint with all that is known of it.

    Attributes:
        pod: on whose disks it lies; None for one on a volume that no Pod of the account mounts.
        owner: name of the Pod, or of the volume.
        one: the checkpoint, with paths as the Pod sees them.
        age_s: seconds since its newest file changed.
        lies: where it lies.
        survives_stop: false wherever that is not known for certain.
        kept: the places whose bytes outlive a terminate, or why it counts as lost.
        verdict: on the whole of it.
        level: the lowest at which its files were verified; None before that.
        reason: why the verdict is what it is.
        copies: equal copies off the Pod of its first file that has any.
        by: `ssh` or `s3`: who listed it.
        seen_at: when it was last listed, where nobody can look any more; None for what is known now.
    """

    pod: Pod | None
    owner: str
    one: Checkpoint
    age_s: float
    lies: Lies
    survives_stop: bool
    kept: tuple[Durable, ...] | NotDurable
    verdict: Verdict
    level: Level | None
    reason: str
    copies: tuple[Copy, ...] = ()
    by: str = "ssh"
    seen_at: float | None = None

    @property
    def survives_terminate(self) -> bool:
        """Whether its bytes outlive the Pod somewhere."""
        return not isinstance(self.kept, NotDurable)

    @property
    def is_loaded(self) -> bool:
        """Whether it is "verified by load": its bytes are proven, and those proven bytes survive."""
        read_all = self.level is not None and self.level.reads_all
        return self.verdict is Verdict.OK and read_all and self.survives_terminate


def saved_on(pod: Pod, account: Account, now: float) -> tuple[Saved, ...]:
    """The checkpoints of a Pod, newest first; empty also when nobody could look."""
    listed = listing(pod, account)
    if listed is not None:
        found = tuple(_listed(pod, listed, account, now))
    else:
        stored = tuple(_stored(pod, account, now))
        known = {one.one.path for one in stored}
        before = (one for one in _before(pod, account, now) if one.one.path not in known)
        found = (*stored, *before)
    return tuple(sorted(found, key=lambda one: (one.age_s, one.one.path)))


def saved_apart(account: Account, now: float) -> tuple[Saved, ...]:
    """The checkpoints on network volumes that no Pod mounts."""
    mounted = {mount.volume_id for pod in account.pods for mount in pod.network_mounts}
    seen = account.evidence.latest(StoredCheckpoints)
    found = []
    for stored in seen.value.volumes if seen is not None else ():
        if stored.volume_id not in mounted:
            lies = _outside_lies(stored, "")
            found += [_of_store(None, stored, one, lies, now, "") for one in stored.checkpoints]
    return tuple(found)


def listing(pod: Pod, account: Account) -> Observed[CheckpointList] | None:
    """The Pod's own list, while it still says something: a stopped Pod's container disk is gone."""
    return account.about(pod.id).latest(CheckpointList) if pod.is_running else None


def unknown_why(pod: Pod, account: Account) -> str:
    """Why the checkpoints of a Pod are not known; empty when they are."""
    if listing(pod, account) is not None:
        return ""
    stored = [volume for volume in _volumes_of(pod, account) if not volume.trouble]
    if stored and not pod.is_running and pod.volume_disk is None:
        return ""
    evidence = account.about(pod.id)
    failure = evidence.reading(CheckpointList).failure
    if pod.is_running and (pod.ssh_direct is None or not pod.is_alive):
        return why_indirect(pod)
    if pod.is_running:
        why = failure.error if failure is not None else unreachable_why(pod, evidence)
        return why or "not listed yet"
    down = f"it is {clean(pod.status)}" if pod.is_coming else "it does not run"
    troubles = [volume.trouble for volume in _volumes_of(pod, account) if volume.trouble]
    if troubles:
        return f"{down}, and over S3: {troubles[0]}"
    seen = account.evidence.value(StoredCheckpoints)
    if pod.network_mounts:
        no_key = "there is no S3 key" if seen is not None and seen.no_key else "S3 was not asked"
        return f"{down}, and {no_key}"
    return f"{down}, and its own disk can be read only from inside"


def gaps_of(pod: Pod, account: Account) -> tuple[str, ...]:
    """What was not looked at on a Pod."""
    listed = listing(pod, account)
    if listed is not None:
        return listed.value.gaps
    return tuple(gap for volume in _volumes_of(pod, account) for gap in volume.gaps)


def lost_s(found: tuple[Saved, ...]) -> float | None:
    """Seconds of work that a terminate now would lose; None when no checkpoint is known to be kept.

    Counted from the newest that has settled, is kept, and is not known to be broken.
    """
    kept = [
        one.age_s
        for one in found
        if one.survives_terminate and not one.one.unfinished and one.verdict is not Verdict.BROKEN
    ]
    return min(kept, default=None)


def _listed(
    pod: Pod, seen: Observed[CheckpointList], account: Account, now: float
) -> Iterator[Saved]:
    evidence = account.about(pod.id)
    report = evidence.value(DiskReport)
    disks = stores(pod, account)
    proofs = evidence.value(CheckpointProofs) or CheckpointProofs()
    since = max(0.0, now - seen.at)
    for one in seen.value.checkpoints:
        real = one.real_path or one.path
        lies = lies_of(real, pod, account.volumes, disks, report)
        verdict, reason = proofs.verdict_of(one)
        yield Saved(
            pod=pod,
            owner=pod.label,
            one=one,
            age_s=max(0.0, seen.value.pod_now - one.modified) + since,
            lies=lies,
            survives_stop=fate_of(real, disks, report).survives_stop,
            kept=_kept(one, lies, evidence, account, now),
            verdict=verdict,
            level=proofs.level_of(one),
            reason=reason,
            copies=next((c for c in map(proofs.copies_of, one.files) if c), ()),
        )


def _before(pod: Pod, account: Account, now: float) -> Iterator[Saved]:
    """What was listed of a Pod before it ceased to run, on disks that a stop leaves.

    None of it is known to be kept, and no verdict is known of it: it may have changed until the stop.
    """
    evidence = account.about(pod.id)
    seen, report = evidence.latest(CheckpointList), evidence.value(DiskReport)
    if seen is None or pod.status == PodStatus.TERMINATED:
        return
    was = replace(pod, status=PodStatus.RUNNING)
    disks = storage_of(was, account.volumes, report)
    proofs = evidence.value(CheckpointProofs) or CheckpointProofs()
    shown = {f"volume:{it.volume_id}" for it in _volumes_of(pod, account) if _is_whole(it)}
    lost = NotDurable(why="it was seen while the Pod ran: what lies there now is not known")
    for one in seen.value.checkpoints:
        real = one.real_path or one.path
        lies = lies_of(real, was, account.volumes, disks, report)
        if lies.kind is None or not lies.kind.survives_stop or lies.place in shown:
            continue
        verdict, reason = proofs.verdict_of(one)
        yield Saved(
            pod=pod,
            owner=pod.label,
            one=one,
            age_s=max(0.0, seen.value.pod_now - one.modified) + max(0.0, now - seen.at),
            lies=lies,
            survives_stop=fate_of(real, disks, report).survives_stop,
            kept=lost,
            verdict=Verdict.UNKNOWN,
            level=None,
            reason=_said_then(verdict, proofs.level_of(one), reason),
            copies=next((c for c in map(proofs.copies_of, one.files) if c), ()),
            seen_at=seen.at,
        )


def _said_then(verdict: Verdict, level: Level | None, reason: str) -> str:
    if level is None:
        return "not verified when it was seen"
    return f"when it was seen: {shown_verdict(verdict, level)}, {reason}"


def _is_whole(stored: StoredVolume) -> bool:
    return not stored.trouble and not stored.gaps


def _kept(
    one: Checkpoint, lies: Lies, evidence: Evidence, account: Account, now: float
) -> tuple[Durable, ...] | NotDurable:
    """The places that keep every one of its files, or why one of them counts as lost."""
    proofs = evidence.value(CheckpointProofs) or CheckpointProofs()
    behind = evidence.value(WrittenBehind) or WrittenBehind()
    places: dict[str, Durable] | None = None
    for file in one.files:
        entry = proofs.of(file) or replace(UNREAD, stamp=file)
        evident = Evident(
            lies=lies,
            copies=(*proofs.copies_of(file), *behind.copies_of(file)),
            looks=looks_of(lies, one.real_path_of(file), account),
            flushed=behind.flushed(file),
        )
        found = durable(entry, evident, now)
        if isinstance(found, NotDurable):
            return found
        here = {place.place: place for place in found}
        places = here if places is None else {p: d for p, d in places.items() if p in here}
    if not places:
        return NotDurable(why="no one place keeps all of its files")
    return tuple(places.values())


def looks_of(lies: Lies, path: str, account: Account) -> tuple[OutsideLook, ...]:
    """What S3 shows of the file at a real path; nothing where that is not known."""
    seen = account.evidence.value(StoredCheckpoints)
    if seen is None or not lies.place:
        return ()
    stored = seen.of(lies.place.removeprefix("volume:"))
    mount = lies.mount.rstrip("/")
    if stored is None or not path.startswith(f"{mount}/"):
        return ()
    look = stored.looks.get(path[len(mount) + 1 :])
    return (look,) if look is not None else ()


def _volumes_of(pod: Pod, account: Account) -> tuple[StoredVolume, ...]:
    seen = account.evidence.value(StoredCheckpoints)
    found = [seen.of(mount.volume_id) for mount in pod.network_mounts] if seen is not None else []
    return tuple(volume for volume in found if volume is not None)


def _stored(pod: Pod, account: Account, now: float) -> Iterator[Saved]:
    """What S3 shows of the volumes of a Pod that has no shell."""
    seen = account.evidence.value(StoredCheckpoints)
    for mount in pod.network_mounts if seen is not None else ():
        stored = seen.of(mount.volume_id) if seen is not None else None
        if stored is None:
            continue
        root = mount.path.rstrip("/")
        disks = stores(pod, account)
        lies = lies_of(f"{root}/x", pod, account.volumes, disks, None)
        for one in stored.checkpoints:
            yield _of_store(pod, stored, one, lies, now, f"{root}/")


def _outside_lies(stored: StoredVolume, root: str) -> Lies:
    return Lies(
        real_path=root,
        mount=root,
        kind=MountKind.NETWORK,
        label=f"network volume {stored.name}",
        place=stored.place,
    )


def _of_store(
    pod: Pod | None, stored: StoredVolume, one: Checkpoint, lies: Lies, now: float, root: str
) -> Saved:
    """One checkpoint that S3 shows; with `root` before its keys it has the Pod's own paths."""
    verdict, level, reason = stored.verdict_of(one)
    kept: tuple[Durable, ...] | NotDurable = ()
    for file in one.files:
        look = stored.looks.get(file.path)
        evident = Evident(lies=lies, looks=(look,) if look is not None else ())
        kept = durable(replace(UNREAD, stamp=file), evident, now)
        if isinstance(kept, NotDurable):
            break
    return Saved(
        pod=pod,
        owner=pod.label if pod is not None else stored.name,
        one=replace(
            one,
            path=root + one.path,
            real_path=root + one.path,
            files=tuple(replace(file, path=root + file.path) for file in one.files),
        ),
        age_s=max(0.0, now - one.modified),
        lies=lies,
        survives_stop=not isinstance(kept, NotDurable),
        kept=kept or NotDurable(why="it has no file"),
        verdict=verdict,
        level=level,
        reason=reason,
        by="s3",
    )
