"""A scene with checkpoints in every state: written, whole, broken, lost, unknown, without a Pod."""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import (
    Checkpoint,
    CheckpointList,
    CheckpointProofs,
    Copy,
    CopyClass,
    FileProof,
    FileStamp,
    GroupProof,
    Level,
    LinkSeen,
    Verdict,
)
from rgt_tui.domain.durable import OutsideLook
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.stored import StoredCheckpoints, StoredVolume
from rgt_tui.domain.units import GIB
from rgt_tui.domain.volume import VolumeList
from rgt_tui.panes import Scene
from tests.ui import scenes
from tests.values import NOW, having

HASH: Final = "ab" * 32
HOSTILE: Final = "/root/[@click=app.exit()]\x1b]0;evil\x07\n\u202e.pt"
WRITTEN: Final = replace(
    scenes.a_checkpoint("/workspace/out/checkpoint-88200", 20, inode=4),
    step=88200,
    unfinished="its size changed 3 s ago",
)
WHOLE: Final = scenes.a_checkpoint()
BROKEN: Final = replace(
    scenes.a_checkpoint("/workspace/out/checkpoint-87000", 5400, inode=2), step=87000
)
LOST: Final = Checkpoint(
    path=HOSTILE,
    format="torch",
    files=(
        FileStamp(
            path=HOSTILE,
            size=4 * GIB,
            mtime_ns=int((NOW - 9000) * 1e9),
            ctime_ns=0,
            inode=3,
        ),
    ),
)
COPY: Final = Copy(
    place="local:jump1",
    path="/data/ckpt/checkpoint-88000/model.safetensors",
    kind=CopyClass.LOCKED,
    sha256=HASH,
    at=NOW - 300,
    witness="read again from disk after fsync, hashed, held by a hard link",
    hold="/state/holds/1/0",
)


def proof(one: Checkpoint, verdict: Verdict, reason: str) -> FileProof:
    """What a full verification found of its only file."""
    return FileProof(
        stamp=one.files[0],
        sha256=HASH,
        format="safetensors",
        verdict=verdict,
        level=Level.FULL,
        reason=reason,
        bytes_read=one.size,
        tool="t",
    )


def listed() -> CheckpointList:
    """What the training Pod has, newest first."""
    return CheckpointList(
        checkpoints=(WRITTEN, WHOLE, BROKEN, LOST),
        pod_now=NOW,
        roots=("/root", "/workspace"),
        links=(LinkSeen(path="/workspace/best", target="/root/best"),),
    )


def proofs() -> CheckpointProofs:
    """Two of them are verified."""
    whole = proof(WHOLE, Verdict.OK, "291 tensors; no checksum in the format")
    broken = proof(BROKEN, Verdict.BROKEN, "the file ends 4096 bytes too early")
    group = GroupProof(
        path=WHOLE.path, format="trainer", verdict=Verdict.OK, reason="step 88000, weights whole"
    )
    return CheckpointProofs(
        files=MappingProxyType({p.stamp.path: p for p in (whole, broken)}),
        groups=MappingProxyType({WHOLE.path: group}),
        copies=MappingProxyType({HASH: (COPY,)}),
    )


def stored() -> StoredCheckpoints:
    """A volume that no Pod mounts, seen over S3."""
    stamp = FileStamp(
        path="runs/last.safetensors", size=7 * GIB, mtime_ns=int((NOW - 90_000) * 1e9),
        ctime_ns=0, inode=9,
    )  # fmt: skip
    one = Checkpoint(path="runs/last.safetensors", format="safetensors", files=(stamp,), step=500)
    look = OutsideLook(
        place="volume:nv9", path=stamp.path, size=stamp.size, header="ok",
        said="291 tensors, every byte accounted for", at=NOW - 30,
    )  # fmt: skip
    volume = StoredVolume(
        volume_id="nv9",
        name="archive",
        checkpoints=(one,),
        looks=MappingProxyType({stamp.path: look}),
    )
    return StoredCheckpoints(volumes=(volume,))


def account() -> Account:
    """The demo account with all of it; a second Pod's list has gaps, the others have none."""
    found = having(scenes.demo_account(), scenes.training(), listed(), at=NOW)
    found = having(found, scenes.training(), proofs(), at=NOW)
    gap = CheckpointList(gaps=("/workspace: it did not answer in time",), pod_now=NOW)
    found = having(found, scenes.full_disk(), gap, at=NOW)
    for value in (stored(), VolumeList((scenes.VOLUME,))):
        found = found.after(Change(type(value), Observed(value, NOW, "s3")))
    return found


def saved() -> Scene:
    """The scene of that account."""
    scene = scenes.scene_of(account())
    periods = {**scene.periods, CheckpointList: 60.0, StoredCheckpoints: 600.0}
    return replace(scene, periods=MappingProxyType(periods))
