"""What evidence says on each line: proven, refuted, or that nobody could look."""

from dataclasses import replace
from typing import Any

import pytest

from rgt_tui.domain.account import Change
from rgt_tui.domain.checkpoint import CheckpointList, CheckpointProofs, Verdict
from rgt_tui.domain.durable import OutsideLook
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import NetworkMount, Pod, PodList, SshEndpoint
from rgt_tui.domain.stored import StoredCheckpoints, StoredVolume
from rgt_tui.dossier import View, compose
from rgt_tui.dossier.binding import manifest_of, ordered
from rgt_tui.guard.checklist import Dossier
from rgt_tui.guard.items import PROVEN, Found, Item
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.identity import IdentityReport
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.probes.processes import ProcessReport
from rgt_tui.probes.repositories import Repository, RepositoryReport
from rgt_tui.probes.unsaved import UnsavedMount, UnsavedReport, WriterSeen
from tests.dossier.worlds import (
    DISK,
    GLOBAL,
    HELD,
    NETWORK,
    ON_NETWORK,
    ONE,
    ROOT,
    checkpoint,
    held,
    idle_gpu,
    process,
    proof,
    proofs,
    seen_of,
    stamp,
    unsaved,
    view,
)
from tests.values import NOW, a_pod

NETWORK_POD = a_pod(**ON_NETWORK)
ON_NV = DiskReport((ROOT, NETWORK))


def found(dossier: Dossier, item: Item) -> tuple[Found | None, str]:
    exhibit = dossier.of(item)
    return (exhibit.found, exhibit.why) if exhibit is not None else (None, "")


def expect(seen: View, item: Item, wanted: Found | None, why: str = "") -> None:
    state, said = found(compose(seen), item)
    assert state is wanted, said
    assert why in said


def test_an_idle_pod_with_a_held_copy_of_its_only_checkpoint_is_proven_on_every_line() -> None:
    dossier = compose(view(holds=HELD))
    assert {it.item: it.found for it in dossier.exhibits} == dict.fromkeys(PROVEN, Found.PROVED)
    assert dossier.loss.said == "nothing is lost"
    assert dossier.loss.keeps == ("1 file, 1000B at local:jump1",)


def test_on_a_network_volume_by_api_and_mount_table_it_is_durable_without_any_copy() -> None:
    dossier = compose(view(ON_NV, pod=NETWORK_POD))
    assert {it.item: it.found for it in dossier.exhibits} == dict.fromkeys(PROVEN, Found.PROVED)
    assert [m.path for m in dossier.loss.mounts if m.stays] == ["/workspace"]


def over_s3(seen: View, **changed: object) -> View:
    """The same, and what S3 shows of the checkpoint's file."""
    file = ONE.files[0]
    key = file.path.removeprefix("/workspace/")
    look = OutsideLook(
        place="volume:agv6w2qcg7", path=key, size=file.size, header="ok", said="", at=NOW - 5
    )
    look = replace(look, **changed)  # type: ignore[arg-type]  # tests name its fields
    stored = StoredVolume(volume_id="agv6w2qcg7", name="nv", looks={key: look})
    shown: Observed[object] = Observed(StoredCheckpoints(volumes=(stored,)), NOW)
    return replace(seen, account=seen.account.after(Change(StoredCheckpoints, shown)))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"size": 7}, "S3 shows 7 bytes"),
        ({"header": "broken", "said": "no header"}, "S3 shows another beginning"),
        ({"ranges": (7, 8)}, "other bytes in 1 of 8 ranges"),
    ],
)
def test_what_s3_shows_against_a_file_on_a_network_volume_counts_against_it(
    changed: dict[str, object], why: str
) -> None:
    seen = view(ON_NV, pod=NETWORK_POD)
    expect(over_s3(seen), Item.DURABLE, Found.PROVED)
    expect(over_s3(seen, **changed), Item.DURABLE, Found.REFUTED, why)
    assert compose(over_s3(seen, **changed)).loss.files == 1


PLACES: dict[str, tuple[View, str]] = {
    "volume disk": (view(), "volume disk"),
    "copy removed": (view(holds=(held(ONE.files[0], is_kept=False),)), "volume disk"),
    "copy of other bytes": (view(holds=(held(ONE.files[0], "b" * 64),)), "volume disk"),
    "a link to the container disk": (
        view(
            CheckpointList(
                checkpoints=(replace(ONE, real_path="/root/out/model.safetensors"),), pod_now=NOW
            ),
            ON_NV,
            pod=NETWORK_POD,
        ),
        "container disk",
    ),
    "ordered and not mounted": (view(DiskReport((ROOT,)), pod=NETWORK_POD), "not mounted"),
    "mounted and not ordered": (
        view(ON_NV, pod=a_pod(volume_disk=None)),
        "lists no such volume",
    ),
    "a local disk where a network volume should be": (
        view(DiskReport((ROOT, DISK)), pod=NETWORK_POD),
        "local disk",
    ),
    "a volume that was deleted": (
        view(
            ON_NV,
            pod=a_pod(
                volume_disk=None,
                network_mounts=(NetworkMount(volume_id="gone", path="/workspace"),),
            ),
        ),
        "lists no such volume",
    ),
    "a global volume": (
        view(DiskReport((ROOT, GLOBAL)), pod=a_pod(volume_disk=None)),
        "writes late",
    ),
    "a mount of an unknown kind in the API": (
        view(ON_NV, pod=replace(NETWORK_POD, unknown_mounts=("cosmic",))),
        "does not know",
    ),
}


@pytest.mark.hazard(41, 43, 45, 46, 47)
@pytest.mark.parametrize("name", PLACES)
def test_what_is_not_surely_kept_counts_as_lost(name: str) -> None:
    seen, why = PLACES[name]
    expect(seen, Item.DURABLE, Found.REFUTED, why)
    assert compose(seen).loss.files == 1


@pytest.mark.parametrize(
    "kind", [DiskReport, CheckpointList, UnsavedReport, RepositoryReport, ProcessReport, GpuReport]
)
def test_what_could_not_be_looked_at_is_never_ok(kind: type) -> None:
    dossier = compose(view(holds=HELD, without=(kind,), failed={kind: "the connection broke"}))
    states = {it.item: (it.found, it.why) for it in dossier.exhibits}
    assert (Found.UNSEEN, "the connection broke") in states.values()


@pytest.mark.parametrize(
    "kind", [DiskReport, CheckpointList, UnsavedReport, RepositoryReport, ProcessReport, GpuReport]
)
def test_what_is_still_being_looked_at_is_open_and_not_ok(kind: type) -> None:
    dossier = compose(view(holds=HELD, without=(kind,), is_looking=True))
    assert len(dossier.exhibits) < len(PROVEN)


@pytest.mark.parametrize(
    "kind", [DiskReport, CheckpointList, UnsavedReport, RepositoryReport, ProcessReport, GpuReport]
)
def test_what_was_seen_of_an_earlier_start_says_nothing(kind: type) -> None:
    dossier = compose(view(holds=HELD, at=NOW - 4000))
    found_of = {it.item: it.found for it in dossier.exhibits}
    assert {found_of[it] for it in PROVEN if it is not Item.IDENTITY} == {Found.UNSEEN}
    assert kind in seen_of()


GAPS: dict[str, View] = {
    "a folder that may not be read": view(
        CheckpointList(checkpoints=(ONE,), pod_now=NOW, gaps=("/secret: permission denied",)),
        holds=HELD,
    ),
    "a file walk that met a wall": view(
        unsaved(gaps=("find: '/x': Permission denied",)), holds=HELD
    ),
    "a walk that did not end": view(unsaved(mounts=(UnsavedMount(path="/"),)), holds=HELD),
    "git repositories that were not all looked at": view(
        RepositoryReport(gaps=("not every git repository could be looked at within 20 s",)),
        holds=HELD,
    ),
    "no disk walked": view(unsaved(mounts=()), holds=HELD),
    "a mount that hangs": view(DiskReport((ROOT, replace(DISK, answered=False))), holds=HELD),
}


@pytest.mark.parametrize("name", GAPS)
def test_an_incomplete_listing_is_could_not_look(name: str) -> None:
    assert found(compose(GAPS[name]), Item.BLAST)[0] is Found.UNSEEN


def repository(**changed: int | None) -> Repository:
    return Repository(
        path="/workspace/trainer",
        **{"changed": 0, "unknown": 0, "commits": 0, "stashes": 0, **changed},
    )


def test_git_work_that_is_nowhere_else_is_shown_and_counts_and_opens_nothing() -> None:
    pushed = compose(view(RepositoryReport(repositories=(repository(),)), holds=HELD))
    ahead = compose(view(RepositoryReport(repositories=(repository(commits=3),)), holds=HELD))
    assert not pushed.loss.works
    assert [(it.path, it.said) for it in ahead.loss.works] == [
        ("/workspace/trainer", "3 commits not pushed")
    ]
    for dossier in (pushed, ahead):
        blast = dossier.of(Item.BLAST)
        assert blast is not None
        assert blast.found is Found.PROVED
        assert "1 git repositor" in blast.why
        assert "/workspace/trainer" in [datum.what for datum in blast.data]
    assert pushed.of(Item.BLAST) != ahead.of(Item.BLAST)


def test_files_too_small_to_be_told_are_not_called_nothing() -> None:
    disk = UnsavedMount(path="/workspace", total_bytes=9000, count=3)
    root = UnsavedMount(path="/", total_bytes=0, count=0)
    dossier = compose(view(unsaved(mounts=(root, disk)), holds=HELD))
    said = "nothing of 1 MiB or more is lost; 3 smaller files (8.8K) on its disks go too"
    assert dossier.loss.said == said


def test_a_repository_that_could_not_be_read_counts_as_lost() -> None:
    blind = Repository(path="/workspace/trainer")
    dossier = compose(view(RepositoryReport(repositories=(blind,)), holds=HELD))
    assert [it.path for it in dossier.loss.works] == ["/workspace/trainer"]


def test_an_empty_complete_listing_is_nothing_to_keep() -> None:
    dossier = compose(view(CheckpointList(pod_now=NOW, roots=("/",))))
    assert found(dossier, Item.DURABLE)[0] is Found.PROVED
    assert "nothing to keep" in found(dossier, Item.DURABLE)[1]
    assert found(dossier, Item.LOADS)[0] is Found.PROVED


def test_an_empty_listing_with_gaps_is_not_nothing_to_keep() -> None:
    dossier = compose(view(CheckpointList(pod_now=NOW, gaps=("/: timed out",))))
    assert found(dossier, Item.DURABLE)[0] is Found.UNSEEN
    assert found(dossier, Item.LOADS)[0] is Found.UNSEEN


def test_other_files_that_go_with_the_pod_are_in_the_loss_map_and_in_the_challenge() -> None:
    dossier = compose(view(unsaved("/root/run.log", "/root/a.npy"), holds=HELD))
    assert dossier.loss.files == 2
    assert {file.path for file in dossier.loss.single} == {"/root/run.log", "/root/a.npy"}


VERDICTS: dict[str, tuple[CheckpointProofs, Found | None]] = {
    "broken": (proofs(proof(ONE.files[0], Verdict.BROKEN)), Found.REFUTED),
    "a warning": (proofs(proof(ONE.files[0], Verdict.UNKNOWN)), Found.UNSEEN),
    "not verified": (proofs(), Found.UNSEEN),
    "verified before it was changed": (
        proofs(proof(stamp(ONE.path, size=999))),
        Found.UNSEEN,
    ),
    "only its structure": (
        proofs(replace(proof(ONE.files[0], sha256=""), bytes_read=64)),
        Found.UNSEEN,
    ),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_only_what_was_read_in_full_and_is_whole_loads(name: str) -> None:
    known, wanted = VERDICTS[name]
    assert found(compose(view(known, holds=HELD)), Item.LOADS)[0] is wanted


BUSY: dict[str, tuple[object, str]] = {
    "a busy GPU": (idle_gpu(97.0), "GPU 0: 97 % busy"),
    "training": (process("python3 train.py --cfg a.yaml"), "training"),
    "serving": (process("python3 -m vllm.entrypoints.api_server"), "serving"),
    "a transfer": (process("rsync -a /workspace x:", "rsync"), "transfer"),
    "a writer": (
        unsaved(writers=(WriterSeen(pid=9, path="/workspace/out/x.pt"),)),
        "open for writing by pid 9",
    ),
    "an unlinked file still open": (
        unsaved(writers=(WriterSeen(pid=9, path="/workspace/x.pt (deleted)"),)),
        "(deleted)",
    ),
    "a checkpoint that grows": (
        CheckpointList(checkpoints=(replace(ONE, unfinished="no index yet"),), pod_now=NOW),
        "no index yet",
    ),
    "a checkpoint of this minute": (
        CheckpointList(checkpoints=(ONE,), pod_now=NOW - 900 + 29),
        "written just now",
    ),
}


@pytest.mark.hazard(32, 34)
@pytest.mark.parametrize("name", BUSY)
def test_whoever_works_or_writes_is_not_quiet(name: str) -> None:
    report, why = BUSY[name]
    expect(view(report, holds=HELD), Item.QUIET, Found.REFUTED, why)


@pytest.mark.parametrize("name", ["a busy GPU", "training", "serving", "a transfer"])
def test_work_that_was_seen_over_the_gateway_is_not_quiet(name: str) -> None:
    report, why = BUSY[name]
    pod = a_pod(ssh_direct=None, ssh_proxy=DIRECT)
    expect(view(report, pod=pod, holds=HELD), Item.QUIET, Found.REFUTED, why)


def test_a_gpu_whose_use_is_not_told_is_could_not_look() -> None:
    expect(view(idle_gpu(None)), Item.QUIET, Found.UNSEEN, "not told")
    expect(view(GpuReport(absent="no GPU")), Item.QUIET, Found.UNSEEN, "none was seen")


def test_without_a_list_of_open_files_it_is_could_not_look() -> None:
    expect(view(unsaved(has_writers=False)), Item.QUIET, Found.UNSEEN, "files open")


@pytest.mark.hazard(36)
def test_settling_goes_by_the_pods_own_clock() -> None:
    """A Pod an hour ahead: its newest file is 900 s old by its own clock."""
    ahead = replace(ONE, files=(stamp(ONE.path, age_s=900 - 3600),))
    listed = CheckpointList(checkpoints=(ahead,), pod_now=NOW + 3600)
    assert found(compose(view(listed, holds=HELD)), Item.QUIET)[0] is Found.PROVED


DIRECT = SshEndpoint(host="127.0.0.1", port=1, username="root")
IDENTITIES: dict[str, tuple[Pod, Found, str]] = {
    "locked": (a_pod(locked=True), Found.REFUTED, "locked"),
    "lock unknown": (a_pod(locked=None), Found.REFUTED, "not known"),
    "cluster member": (a_pod(cluster="c1"), Found.REFUTED, "409"),
    "not allowed by the service": (a_pod(actions=("stop",)), Found.REFUTED, "does not allow"),
    "fine": (a_pod(), Found.PROVED, "RUNNING"),
}


@pytest.mark.hazard(62)
@pytest.mark.parametrize("name", IDENTITIES)
def test_the_identity_line_says_why_the_service_or_we_would_refuse(name: str) -> None:
    pod, wanted, why = IDENTITIES[name]
    expect(view(pod=pod), Item.IDENTITY, wanted, why)


def test_a_cached_or_old_pod_list_is_no_identity() -> None:
    seen = view()
    assert seen.account.evidence.value(PodList) is not None
    expect(replace(seen, now=NOW + 61), Item.IDENTITY, Found.UNSEEN, "not read just now")


STOPPED = {"status": "EXITED", "actions": ("start", "terminate"), "runtime": None}
SPECIAL: dict[str, tuple[dict[str, Any], dict[Item, Found], str]] = {
    "stopped with a network volume only: nothing more is lost": (
        {**STOPPED, **ON_NETWORK},
        dict.fromkeys(PROVEN, Found.PROVED),
        "",
    ),
    "stopped with a volume disk nobody looked at: blind": (
        STOPPED,
        {
            Item.BLAST: Found.UNSEEN,
            Item.DURABLE: Found.UNSEEN,
            Item.LOADS: Found.UNSEEN,
            Item.QUIET: Found.PROVED,
        },
        "start it",
    ),
    "stopped, and mounts something unknown: whether it has a disk is not known": (
        {**STOPPED, **ON_NETWORK, "unknown_mounts": ("global",)},
        {
            Item.BLAST: Found.UNSEEN,
            Item.DURABLE: Found.UNSEEN,
            Item.LOADS: Found.UNSEEN,
            Item.QUIET: Found.PROVED,
        },
        "not known to this version (global)",
    ),
    "proxy only: nothing can be listed": (
        {"ssh_direct": None, "ssh_proxy": DIRECT},
        dict.fromkeys(PROVEN[1:], Found.UNSEEN),
        "only the proxy road",
    ),
    "no SSH at all": (
        {"ssh_direct": None},
        dict.fromkeys(PROVEN[1:], Found.UNSEEN),
        "no SSH leads into it",
    ),
    "still starting: earlier starts may have left data": (
        {"status": "STARTING"},
        dict.fromkeys(PROVEN[1:], Found.UNSEEN),
        "wait, or stop it",
    ),
    "in error": ({"status": "ERROR"}, dict.fromkeys(PROVEN[1:], Found.UNSEEN), "it is ERROR"),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_a_special_pod_has_its_own_honest_road(name: str) -> None:
    changed, wanted, why = SPECIAL[name]
    dossier = compose(view(pod=a_pod(**changed), holds=HELD))
    for item, state in wanted.items():
        assert found(dossier, item)[0] is state, item
    assert any(why in it.why for it in dossier.exhibits)


@pytest.mark.parametrize(
    "changed", [{"gpu_count": 0}, {"gpu_id": None, "cpu_id": "cpu3c"}], ids=["zero GPU", "CPU"]
)
def test_where_there_is_no_gpu_its_silence_does_not_matter(changed: dict[str, Any]) -> None:
    dossier = compose(view(pod=a_pod(**changed), holds=HELD, without=(GpuReport,)))
    assert found(dossier, Item.QUIET)[0] is Found.PROVED


def frozen_view(**changed: Any) -> View:
    """A Pod that was proven, then stopped by us, with its start unchanged."""
    before = compose(view(holds=HELD))
    stopped = view(pod=a_pod(**STOPPED), holds=changed.pop("holds", HELD))
    return replace(stopped, frozen=before, **changed)


def test_what_was_proven_before_we_stopped_it_stays_proven() -> None:
    dossier = compose(frozen_view())
    assert {it.item: it.found for it in dossier.exhibits} == dict.fromkeys(PROVEN, Found.PROVED)
    assert "as proven before we stopped it" in found(dossier, Item.BLAST)[1]


def test_frozen_evidence_falls_with_the_copy_it_rests_on() -> None:
    gone = (held(ONE.files[0], is_kept=False),)
    assert found(compose(frozen_view(holds=gone)), Item.DURABLE)[0] is Found.REFUTED
    assert found(compose(frozen_view(holds=())), Item.DURABLE)[0] is Found.REFUTED


def test_the_binding_names_files_and_mounts_and_changes_with_them() -> None:
    one = compose(view()).binding
    other = compose(
        view(CheckpointList(checkpoints=(ONE, checkpoint("/workspace/b.pt")), pod_now=NOW))
    ).binding
    assert one.manifest != other.manifest
    assert one.mounts == other.mounts
    assert compose(view(ON_NV)).binding.mounts != one.mounts


@pytest.mark.hazard(68)
def test_a_start_command_that_ends_the_pod_is_warned_of() -> None:
    pod = a_pod(args="bash -c 'sleep 3600; runpodctl remove pod $RUNPOD_POD_ID'")
    assert any("end it by itself" in it for it in compose(view(pod=pod)).consequences.warnings)


BOOTED = IdentityReport(boot_id="b1", first_started=7)


def test_a_running_pod_is_bound_to_the_start_of_its_container_and_a_stopped_one_is_not() -> None:
    assert compose(view(BOOTED)).binding.incarnation.boot == "b1/7"
    assert compose(view()).binding.incarnation.boot == ""
    assert compose(view(BOOTED, pod=a_pod(**STOPPED))).binding.incarnation.boot == ""


def test_a_pod_is_bound_to_when_it_was_made_where_the_service_says() -> None:
    assert compose(view()).binding.incarnation.created == NOW - 3700
    assert compose(view(pod=a_pod(created_at=None))).binding.incarnation.created == 0.0


def test_a_stopped_pod_is_bound_to_the_files_that_were_proven_before() -> None:
    before = compose(view(holds=HELD)).binding
    assert before.manifest != ""
    assert compose(frozen_view()).binding.manifest == before.manifest
    assert compose(view(pod=a_pod(**STOPPED))).binding.manifest == ""
    assert compose(view(without=(CheckpointList,))).binding.manifest == ""


def test_the_mounts_that_were_ordered_are_named_as_the_api_lists_them() -> None:
    assert ordered(a_pod(volume_disk=None)) == []
    both = replace(a_pod(**ON_NETWORK), volume_disk=a_pod().volume_disk, unknown_mounts=("x",))
    assert ordered(both) == [
        ["disk", "/workspace", 200],
        ["network", "agv6w2qcg7", "/workspace"],
        ["unknown", "x"],
    ]


def test_a_manifest_changes_with_each_stamp_and_each_gap() -> None:
    file = ONE.files[0]
    listed = CheckpointList(checkpoints=(ONE,), pod_now=NOW)
    found = {manifest_of(listed), manifest_of(replace(listed, gaps=("/x: denied",)))}
    for name in ("size", "mtime_ns", "ctime_ns", "inode"):
        changed = replace(file, **{name: getattr(file, name) + 1})
        one = replace(listed, checkpoints=(replace(ONE, files=(changed,)),))
        found.add(manifest_of(one))
    assert len(found) == 6
    assert manifest_of(replace(listed, gaps=("b", "a"))) == manifest_of(
        replace(listed, gaps=("a", "b"))
    )


def test_what_is_mounted_there_is_in_the_binding_only_while_it_is_fresh() -> None:
    bound = {
        compose(it).binding.mounts
        for it in (view(), view(at=NOW - 301), view(without=(DiskReport,)))
    }
    assert len(bound) == 2
