"""The loss map, what ends with a Pod, who still works on it, and what was kept of it before a stop."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.domain.account import Change
from rgt_tui.domain.checkpoint import CheckpointList, GroupProof, Verdict
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.units import PodId
from rgt_tui.dossier import View, compose
from rgt_tui.guard.checklist import Dossier
from rgt_tui.guard.items import Exhibit, Found, Item
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.nvidia_smi import IDLE_PERCENT, GpuProcess, GpuReport
from rgt_tui.probes.processes import ProcessReport
from rgt_tui.probes.rocm_smi import AmdGpu, AmdReport
from rgt_tui.probes.unsaved import WriterSeen
from rgt_tui.termination.frozen import freeze, read_frozen, thaw
from tests.dossier.worlds import (
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
    stamp,
    unsaved,
    view,
)
from tests.values import NOW, a_pod

STOPPED = {"status": "EXITED", "actions": ("start", "terminate"), "runtime": None}
NETWORK_POD = a_pod(**ON_NETWORK)
ON_NV = DiskReport((ROOT, NETWORK))


def quiet_of(seen: View) -> Exhibit:
    exhibit = compose(seen).of(Item.QUIET)
    assert exhibit is not None
    return exhibit


def listed(*ones: object, **changed: object) -> CheckpointList:
    whole = CheckpointList(checkpoints=tuple(ones), pod_now=NOW, roots=("/",))  # type: ignore[arg-type]
    return replace(whole, **changed)  # type: ignore[arg-type]  # by name


def test_what_is_lost_lies_on_the_mount_above_it_largest_first() -> None:
    big = replace(ONE, files=(stamp("/workspace/big", size=2000), stamp("/workspace/a", size=5)))
    root = checkpoint("/root/x")
    dossier = compose(view(listed(big, root), unsaved("/root/log")))
    by_path = {it.path: [(one.path, one.size) for one in it.single] for it in dossier.loss.mounts}
    assert by_path == {
        "/": [("/root/log", 5 << 20), ("/root/x", 1000)],
        "/workspace": [("/workspace/big", 2000), ("/workspace/a", 5)],
    }
    assert all(it.is_complete and not it.stays for it in dossier.loss.mounts)
    assert all(it.used is not None and it.size is not None for it in dossier.loss.mounts)


def test_two_names_of_one_file_are_one_loss_and_a_file_of_a_checkpoint_counts_once() -> None:
    first = stamp("/workspace/a", inode=9)
    linked = replace(
        ONE,
        path="/workspace/b",
        real_path="/workspace/b",
        files=(replace(first, path="/workspace/b"),),
    )
    whole = replace(ONE, path="/workspace/a", real_path="/workspace/a", files=(first,))
    assert compose(view(listed(whole, linked))).loss.files == 1
    other = replace(first, path="/workspace/b", ctime_ns=first.ctime_ns + 1)
    assert compose(view(listed(whole, replace(linked, files=(other,))))).loss.files == 2
    assert compose(view(unsaved(ONE.path), holds=HELD)).loss.files == 0


@pytest.mark.parametrize(
    "seen",
    [
        view(holds=HELD, without=(CheckpointList,)),
        view(listed(ONE, gaps=("/x",)), holds=HELD),
        view(unsaved(mounts=()), holds=HELD),
    ],
    ids=["no listing", "gaps", "no walk"],
)
def test_a_loss_that_was_not_listed_whole_is_at_least_that(seen: View) -> None:
    assert not compose(seen).loss.is_complete


def test_what_stays_is_told_with_what_that_rests_on() -> None:
    by = {it.path: it for it in compose(view(ON_NV, pod=NETWORK_POD)).loss.mounts}
    kept = by["/workspace"]
    assert (kept.stays, kept.why) == (True, "by the API and the mount table")
    assert kept.size == 100 << 30
    assert not by["/"].stays
    alone = compose(view(listed(), pod=NETWORK_POD, without=(DiskReport,))).loss.mounts
    assert [it.why for it in alone if it.stays] == ["by the API alone"]


def test_copies_elsewhere_are_told_by_place() -> None:
    two = (stamp("/workspace/a"), stamp("/workspace/b", size=2000))
    known = proofs(proof(two[0]), proof(two[1], sha256="b" * 64))
    holds = (held(two[0]), held(two[1], "b" * 64))
    keeps = compose(view(listed(replace(ONE, files=two)), known, holds=holds)).loss.keeps
    assert keeps == ("2 files, 2.9K at local:jump1",)


def weighed(pod: Pod, *others: Pod) -> Any:
    seen = view(pod=pod, holds=HELD)
    change = Change(PodList, Observed(PodList((pod, *others)), NOW))
    return compose(replace(seen, account=seen.account.after(change))).consequences


def test_a_stopped_pod_loses_what_was_known_before_the_stop() -> None:
    before = compose(view(unsaved("/root/log")))
    stopped = replace(view(pod=a_pod(**STOPPED)), frozen=before)
    assert compose(stopped).loss == before.loss
    assert compose(replace(stopped, frozen=None)).loss != before.loss
    assert compose(replace(view(), frozen=before)).loss != before.loss


def test_a_group_is_whole_with_a_hashed_file_of_no_known_format_beside_it() -> None:
    two = (stamp("/workspace/run/a.pt"), stamp("/workspace/run/log.txt"))
    one = replace(ONE, path="/workspace/run", real_path="", files=two)
    beside = replace(proof(two[1], Verdict.UNKNOWN), format="unknown")
    group = GroupProof(path=one.path, format="torch", verdict=Verdict.OK, reason="whole")
    for extra, found in ((beside, Found.PROVED), (replace(beside, sha256=""), Found.UNSEEN)):
        known = replace(proofs(proof(two[0]), extra), groups={one.path: group})
        exhibit = compose(view(listed(one), known)).of(Item.LOADS)
        assert exhibit is not None
        assert exhibit.found is found
        assert exhibit.lives_s == 86_400.0
        verdict = Verdict.OK if found is Found.PROVED else Verdict.UNKNOWN
        assert exhibit.binding == (ascii(f"{one.path}={verdict}"),)


def test_what_a_person_weighs_of_a_running_and_of_a_stopped_pod() -> None:
    running, stopped = weighed(a_pod()), weighed(a_pod(**STOPPED))
    assert running.saves_per_hour == a_pod().cost_per_hour
    assert running.ends == ("the Pod's id and its SSH port", "what runs on it")
    assert running.instead == (
        "stop: keeps the volume disk, at twice its price",
        "leave it: $1.19/h",
        "pull its files first",
    )
    assert (stopped.saves_per_hour, stopped.instead) == (None, ())
    assert stopped.ends == ("the Pod's id and its SSH port",)
    bare = weighed(a_pod(volume_disk=None, ssh_direct=None))
    assert bare.instead == ("leave it: $1.19/h",)


def test_another_pod_on_its_network_volume_is_warned_of_while_it_runs() -> None:
    other = replace(NETWORK_POD, id=PodId("other"), name="twin")
    assert weighed(NETWORK_POD).warnings == ()
    (warning,) = weighed(NETWORK_POD, other).warnings
    assert warning.startswith("twin has network volume agv6w2qcg7 too")
    assert weighed(NETWORK_POD, replace(other, status="EXITED")).warnings == ()
    assert weighed(NETWORK_POD, a_pod(id=PodId("other"))).warnings == ()
    assert "balance is at $0" in weighed(a_pod()).warnings[0]


def test_links_are_followed_to_where_a_file_lies() -> None:
    file = stamp("/data/out/a.pt")
    linked = replace(ONE, path="/data/out", real_path="/mnt/x", files=(file,))
    assert linked.real_path_of(file) == "/mnt/x/a.pt"
    assert replace(linked, real_path="").real_path_of(file) == file.path
    assert replace(linked, real_path="/data/out").real_path_of(file) == file.path
    assert linked.real_path_of(stamp("/elsewhere/a.pt")) == ""


def amd(*utils: float | None) -> AmdReport:
    return AmdReport(
        gpus=tuple(AmdGpu(index=n, name="MI300X", util_percent=it) for n, it in enumerate(utils))
    )


def test_a_gpu_works_from_five_percent_on() -> None:
    assert quiet_of(view(idle_gpu(IDLE_PERCENT - 0.1), holds=HELD)).found is Found.PROVED
    busy = quiet_of(view(idle_gpu(IDLE_PERCENT), holds=HELD))
    assert (busy.found, busy.why) == (Found.REFUTED, "GPU 0: 5 % busy")
    assert busy.binding == ("GPU 0",)


def test_amd_gpus_are_asked_where_there_are_no_others() -> None:
    for report, found in (
        (amd(0.0, 0.0), Found.PROVED),
        (amd(0.0, 50.0), Found.REFUTED),
        (amd(0.0, None), Found.UNSEEN),
        (amd(), Found.UNSEEN),
    ):
        assert quiet_of(view(report, holds=HELD, without=(GpuReport,))).found is found
    told = quiet_of(view(amd(None), holds=HELD, without=(GpuReport,)))
    assert told.why == "the use of a GPU is not told"
    assert told.binding == (told.why,)
    both = quiet_of(view(GpuReport(), amd(0.0), holds=HELD))
    assert both.found is Found.PROVED
    assert quiet_of(view(idle_gpu(0.0), amd(None), holds=HELD)).found is Found.PROVED


def test_whoever_uses_a_gpu_or_writes_is_named_and_the_rest_counted() -> None:
    used = replace(
        idle_gpu(), processes=(GpuProcess(gpu_uuid="G1", pid=7, name="x", memory_bytes=3),)
    )
    one = quiet_of(view(used, holds=HELD))
    assert one.why == "pid 7: uses a GPU"
    assert (one.data[0].place, one.data[0].size) == ("GPU G1", 3)
    writing = unsaved(writers=(WriterSeen(pid=9, path="/workspace/x.pt"),))
    two = quiet_of(view(used, writing, holds=HELD))
    assert two.why == "pid 7: uses a GPU and 1 more"
    assert two.binding == ("/workspace/x.pt", "pid 7")
    assert two.data[1].said == "open for writing by pid 9"


def test_a_quiet_pod_shows_its_idle_gpus() -> None:
    seen = quiet_of(view(holds=HELD))
    assert [(it.what, it.place, it.size, it.said) for it in seen.data] == [
        ("GPU 0", "A100", 4 << 20, "idle")
    ]
    assert seen.why.startswith("no GPU work")
    assert seen.binding == ()


def test_a_checkpoint_settles_in_half_a_minute() -> None:
    for age, found in ((29.9, Found.REFUTED), (30.0, Found.PROVED)):
        one = replace(ONE, files=(stamp(ONE.path, age_s=age),))
        assert quiet_of(view(listed(one), proofs(proof(one.files[0])))).found is found
    cut = replace(ONE, unfinished="a temporary name")
    assert quiet_of(view(listed(cut))).why == f"{ONE.path}: a temporary name"


def test_from_afar_work_is_seen_as_old_as_it_was_seen_and_silence_proves_nothing() -> None:
    afar = a_pod(ssh_direct=None)
    training = process("python3 train.py --cfg a.yaml")
    seen = quiet_of(view(training, pod=afar, at=NOW - 7))
    assert (seen.found, seen.at) == (Found.REFUTED, 4993.0)
    assert seen.binding == ("pid 812 python3",)
    blind = quiet_of(view(idle_gpu(50.0), pod=afar, without=(ProcessReport,)))
    assert (blind.found, blind.at, blind.why) == (Found.REFUTED, 5000.0, "GPU 0: 50 % busy")
    cpu = a_pod(ssh_direct=None, gpu_id=None, cpu_id="cpu3c")
    assert quiet_of(view(idle_gpu(50.0), pod=cpu)).found is Found.UNSEEN


def proven() -> Dossier:
    return compose(view(holds=HELD))


STOPPED_POD = a_pod(**STOPPED)


def test_what_was_proven_is_read_back_as_it_was_for_the_stopped_pod_alone(tmp_path: Path) -> None:
    assert freeze(tmp_path, proven())
    back = read_frozen(tmp_path, STOPPED_POD)
    assert back is not None
    assert (back.binding, back.exhibits, back.loss) == (
        proven().binding,
        proven().exhibits,
        proven().loss,
    )
    assert read_frozen(tmp_path, a_pod()) is None
    assert read_frozen(tmp_path, replace(STOPPED_POD, started_at=NOW)) is None
    assert read_frozen(tmp_path, replace(STOPPED_POD, id=PodId("../x"))) is None
    thaw(tmp_path, STOPPED_POD.id)
    thaw(tmp_path, STOPPED_POD.id)
    assert read_frozen(tmp_path, STOPPED_POD) is None


def test_what_was_not_proven_on_every_line_is_not_kept(tmp_path: Path) -> None:
    assert not freeze(tmp_path, compose(view()))
    assert not (tmp_path / "frozen").exists()


def _renamed(body: dict[str, Any]) -> None:
    body["dossier"]["names"]["name"] = "other"


CHANGED: dict[str, Callable[[dict[str, Any]], object]] = {
    "another format": lambda body: body.update(format="rgt-frozen 1"),
    "another word": _renamed,
    "no digest": lambda body: body.pop("digest"),
    "another digest": lambda body: body.update(digest="sha256:0"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_was_changed_on_the_disk_proves_nothing(tmp_path: Path, name: str) -> None:
    freeze(tmp_path, proven())
    path = tmp_path / "frozen" / f"{STOPPED_POD.id}.json"
    body = json.loads(path.read_bytes())
    CHANGED[name](body)
    path.write_text(json.dumps(body))
    assert read_frozen(tmp_path, STOPPED_POD) is None


def test_what_was_proven_of_another_pod_proves_nothing(tmp_path: Path) -> None:
    freeze(tmp_path, proven())
    folder = tmp_path / "frozen"
    other = replace(STOPPED_POD, id=PodId("other"))
    (folder / f"{STOPPED_POD.id}.json").rename(folder / "other.json")
    assert read_frozen(tmp_path, other) is None
