"""What is stated of checkpoints, joined from the Pod's list, the mounts and S3."""

from dataclasses import replace
from types import MappingProxyType

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import (
    Checkpoint,
    CheckpointList,
    CheckpointProofs,
    Copy,
    CopyClass,
    FileStamp,
    Level,
    Verdict,
)
from rgt_tui.domain.durable import NotDurable, OutsideLook
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import NetworkMount, Pod, PodStatus
from rgt_tui.domain.stored import StoredCheckpoints, StoredVolume
from rgt_tui.domain.volume import MountKind, NetworkVolume, VolumeList
from rgt_tui.probes.df import DiskReport, parse
from rgt_tui.saved_facts import UNREAD, lost_s, saved_on, unknown_why
from tests.probes.captured import said
from tests.values import NOW, a_pod, an_account, having

VOLUME = NetworkVolume(id="v1", name="data", size_gb=500, data_center="US-KS-2", tier="STANDARD")
POD = a_pod(volume_disk=None, network_mounts=(NetworkMount(volume_id="v1", path="/workspace"),))
STOPPED = replace(POD, status=PodStatus.EXITED, runtime=None, ssh_direct=None)
MOUNTS = "T 1 overlay / overlay rw\nT 2 mfs\\043euro.runpod.net:9421 /workspace fuse rw\n"


def mounted() -> DiskReport:
    return parse(said(MOUNTS + "B 1 1 overlay 9 1 8 2% /\nB 2 1 mfs 9 1 8 2% /workspace\n"))


def one(path: str, real: str = "", *, size: int = 10) -> Checkpoint:
    stamp = FileStamp(
        path=path, size=size, mtime_ns=int((NOW - 60) * 1e9), ctime_ns=0, inode=hash(path)
    )
    return Checkpoint(path=path, format="torch", files=(stamp,), real_path=real or path)


def account(pod: Pod, *values: object) -> Account:
    found = an_account(pod)
    found = found.after(Change(VolumeList, Observed(VolumeList((VOLUME,)), NOW)))
    for value in values:
        found = having(found, pod, value)
    return found


def over_s3(found: Account, *, size: int = 10, at: float = NOW) -> Account:
    look = OutsideLook(
        place="volume:v1", path="a.pt", size=size, header="unknown", said="zip", at=at
    )
    stored = StoredVolume(
        volume_id="v1",
        name="data",
        checkpoints=(replace(one("a.pt"), real_path=""),),
        looks=MappingProxyType({"a.pt": look}),
    )
    value = StoredCheckpoints(volumes=(stored,))
    return found.after(Change(StoredCheckpoints, Observed(value, at, "s3")))


def test_a_link_onto_the_container_disk_counts_as_lost() -> None:
    listed = CheckpointList(
        checkpoints=(one("/workspace/a.pt"), one("/workspace/best/b.pt", "/root/best/b.pt")),
        pod_now=NOW,
    )
    inside, linked = saved_on(POD, account(POD, listed, mounted()), NOW)
    assert inside.survives_terminate
    assert inside.lies.kind is MountKind.NETWORK
    assert not linked.survives_terminate
    assert linked.lies.kind is MountKind.CONTAINER


def test_without_the_mount_table_everything_counts_as_lost() -> None:
    listed = CheckpointList(checkpoints=(one("/workspace/a.pt"),), pod_now=NOW)
    (found,) = saved_on(POD, account(POD, listed), NOW)
    assert isinstance(found.kept, NotDurable)
    assert "mount table was not seen" in found.kept.why
    assert lost_s((found,)) is None


def test_s3_and_the_pod_must_show_the_same_size() -> None:
    listed = CheckpointList(checkpoints=(one("/workspace/a.pt"),), pod_now=NOW)
    known = account(POD, listed, mounted())
    (same,) = saved_on(POD, over_s3(known), NOW)
    assert not isinstance(same.kept, NotDurable)
    assert "S3" in same.kept[0].said
    (other,) = saved_on(POD, over_s3(known, size=0), NOW)
    assert isinstance(other.kept, NotDurable)


def test_a_stopped_pods_checkpoints_are_those_that_s3_shows() -> None:
    listed = CheckpointList(checkpoints=(one("/root/gone.pt"),), pod_now=NOW)
    known = over_s3(account(STOPPED, listed))
    (found,) = saved_on(STOPPED, known, NOW)
    assert found.one.path == "/workspace/a.pt"
    assert found.by == "s3"
    assert found.survives_terminate
    assert unknown_why(STOPPED, known) == ""


def test_a_stopped_pod_that_nobody_looked_at_is_unknown_and_says_why() -> None:
    assert "S3 was not asked" in unknown_why(STOPPED, account(STOPPED))
    no_key = account(STOPPED).after(
        Change(StoredCheckpoints, Observed(StoredCheckpoints(no_key=True), NOW, "s3"))
    )
    assert "no S3 key" in unknown_why(STOPPED, no_key)
    on_disk = a_pod(status=PodStatus.EXITED, runtime=None, ssh_direct=None)
    assert "only from inside" in unknown_why(on_disk, account(on_disk))


def test_the_age_goes_on_while_the_list_does_not() -> None:
    listed = CheckpointList(checkpoints=(one("/workspace/a.pt"),), pod_now=NOW)
    (found,) = saved_on(POD, account(POD, listed, mounted()), NOW + 100)
    assert found.age_s == 160


ON_DISK = a_pod()
STOPPED_DISK = replace(ON_DISK, status=PodStatus.EXITED, runtime=None, ssh_direct=None)
DISK_MOUNTS = "T 1 overlay / overlay rw\nT 2 /dev/nvme0n1 /workspace ext4 rw\n"


def seen_before_a_stop(pod: Pod = STOPPED_DISK, *more: object) -> Account:
    """A Pod that has stopped since its files were listed, on both of its disks."""
    ones = (one("/workspace/a.pt"), one("/root/b.pt"))
    disks = parse(said(DISK_MOUNTS + "B 1 1 overlay 9 1 8 2% /\nB 2 1 nvme 9 1 8 2% /workspace\n"))
    return account(pod, CheckpointList(checkpoints=ones, pod_now=NOW), disks, *more)


def test_what_lay_on_a_volume_disk_stays_with_its_age_after_a_stop() -> None:
    (found,) = saved_on(STOPPED_DISK, seen_before_a_stop(), NOW + 720)
    assert (found.one.path, found.age_s, found.seen_at) == ("/workspace/a.pt", 780, NOW)
    assert found.survives_stop
    assert "only from inside" in unknown_why(STOPPED_DISK, seen_before_a_stop())


def test_what_was_seen_before_a_stop_is_proof_of_nothing() -> None:
    file = one("/workspace/a.pt").files[0]
    whole = replace(
        UNREAD, stamp=file, sha256="ab", verdict=Verdict.OK, level=Level.FULL, reason="x"
    )
    copy = Copy(place="local:box", path="/data/a.pt", kind=CopyClass.LOCKED, sha256="ab", at=NOW,
                witness="hashed", hold="/holds/0")  # fmt: skip
    proofs = CheckpointProofs(files={file.path: whole}, copies={"ab": (copy,)})
    running = saved_on(ON_DISK, seen_before_a_stop(ON_DISK, proofs), NOW)
    assert [it.is_loaded for it in running if it.one.path == "/workspace/a.pt"] == [True]
    (found,) = saved_on(STOPPED_DISK, seen_before_a_stop(STOPPED_DISK, proofs), NOW)
    assert (found.verdict, found.level) == (Verdict.UNKNOWN, None)
    assert not found.survives_terminate
    assert not found.is_loaded
    assert lost_s((found,)) is None
    assert "ok full" in found.reason


def test_without_the_mount_table_nothing_is_said_to_have_outlived_a_stop() -> None:
    listed = CheckpointList(checkpoints=(one("/workspace/a.pt"),), pod_now=NOW)
    (found,) = saved_on(STOPPED_DISK, account(STOPPED_DISK, listed), NOW)
    assert not found.survives_stop


def test_what_s3_shows_now_stands_in_place_of_what_was_seen_before_a_stop() -> None:
    ones = (one("/workspace/a.pt"), one("/workspace/deleted.pt"))
    known = account(STOPPED, CheckpointList(checkpoints=ones, pod_now=NOW), mounted())
    assert {it.seen_at for it in saved_on(STOPPED, known, NOW)} == {NOW}
    assert [(it.one.path, it.by) for it in saved_on(STOPPED, over_s3(known), NOW)] == [
        ("/workspace/a.pt", "s3")
    ]


def test_of_a_terminated_pod_nothing_stays() -> None:
    over = replace(STOPPED_DISK, status=PodStatus.TERMINATED)
    assert saved_on(over, seen_before_a_stop(over), NOW) == ()
