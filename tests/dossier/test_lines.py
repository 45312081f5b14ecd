"""What each line of the checklist says and shows, to its edges."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rgt_tui.domain.account import Change
from rgt_tui.domain.checkpoint import CheckpointList, CheckpointProofs, Level, Verdict
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.pod import Pod, PodList, VolumeDisk
from rgt_tui.dossier import View, compose
from rgt_tui.dossier.blast import TOLD
from rgt_tui.dossier.identity import LIVES_S
from rgt_tui.guard.checklist import Dossier
from rgt_tui.guard.items import Exhibit, Found, Item
from rgt_tui.probes.df import DiskReport
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.probes.processes import ProcessReport
from rgt_tui.probes.repositories import RepositoryReport
from rgt_tui.probes.unsaved import UnsavedMount, UnsavedReport
from tests.dossier.worlds import (
    HELD,
    ONE,
    STEADY,
    checkpoint,
    held,
    proof,
    proofs,
    stamp,
    unsaved,
    view,
)
from tests.values import NOW, a_pod

STOPPED = {"status": "EXITED", "actions": ("start", "terminate"), "runtime": None}


def line(seen: View | Dossier, item: Item) -> Exhibit:
    dossier = compose(seen) if isinstance(seen, View) else seen
    exhibit = dossier.of(item)
    assert exhibit is not None, item
    return exhibit


def listed(*ones: object, **changed: object) -> CheckpointList:
    whole = CheckpointList(checkpoints=tuple(ones), pod_now=NOW, roots=("/",))  # type: ignore[arg-type]
    return replace(whole, **changed)  # type: ignore[arg-type]  # by name


def failing(*kinds: type) -> View:
    """A view in which these looks failed, each with its own words."""
    return view(holds=HELD, without=kinds, failed={it: f"no {it.__name__}" for it in kinds})


NEEDED: dict[Item, tuple[type, ...]] = {
    Item.BLAST: (DiskReport, CheckpointList, UnsavedReport, RepositoryReport),
    Item.DURABLE: (CheckpointList, DiskReport),
    Item.LOADS: (CheckpointList,),
    Item.QUIET: (ProcessReport, UnsavedReport, CheckpointList, GpuReport),
}


def missing() -> Iterator[tuple[Item, int]]:
    for item, kinds in NEEDED.items():
        for number in range(len(kinds)):
            yield item, number


@pytest.mark.parametrize(("item", "number"), list(missing()), ids=str)
def test_the_first_look_that_is_missing_says_why_it_could_not_look(item: Item, number: int) -> None:
    kinds = NEEDED[item]
    for gone in (kinds[number:], (kinds[number],)):
        exhibit = line(failing(*gone), item)
        assert (exhibit.found, exhibit.why) == (Found.UNSEEN, f"no {kinds[number].__name__}")
        assert exhibit.at == STEADY


def test_a_listing_tells_how_much_it_saw_and_shows_the_largest_files() -> None:
    names = [f"/root/{n}" for n in range(TOLD + 1)]
    exhibit = line(view(unsaved(*names), holds=HELD), Item.BLAST)
    assert "1 checkpoint" in exhibit.why
    assert "13 files on disks that go with it" in exhibit.why
    assert [it.size for it in exhibit.data] == [5 << 20] * TOLD
    assert set(exhibit.binding) == set(names)
    mixed = unsaved("/root/a", "/root/b")
    first, *rest = mixed.mounts[0].files
    small = replace(mixed.mounts[0], files=(replace(first, size_bytes=1), *rest))
    exhibit = line(view(unsaved(mounts=(small, mixed.mounts[1])), holds=HELD), Item.BLAST)
    assert [(it.what, it.size, it.at) for it in exhibit.data] == [
        ("/root/b", 5 << 20, NOW - 900),
        ("/root/a", 1, NOW - 900),
    ]


def test_what_could_not_be_listed_is_named_first_and_binds() -> None:
    gaps = tuple(f"/secret/{n}: denied" for n in range(TOLD + 1))
    exhibit = line(view(listed(ONE, gaps=gaps), holds=HELD), Item.BLAST)
    assert exhibit.why == "not everything could be listed: /secret/0: denied"
    assert [it.what for it in exhibit.data] == list(gaps[:TOLD])
    assert {it.said for it in exhibit.data} == {"not seen"}
    assert exhibit.binding == gaps
    cut = unsaved(
        mounts=(UnsavedMount(path="/root"), UnsavedMount(path="/", count=0, total_bytes=0))
    )
    assert line(view(cut, holds=HELD), Item.BLAST).binding == ("/root: more files than are told",)
    none = line(view(unsaved(mounts=()), holds=HELD), Item.BLAST)
    assert none.binding == ("no disk of the Pod was walked",)


def test_evidence_of_several_looks_is_as_old_as_the_oldest() -> None:
    account = view(holds=HELD).account
    for kind, age, items in (
        (DiskReport, 20, (Item.BLAST, Item.DURABLE)),
        (CheckpointList, 21, (Item.BLAST, Item.DURABLE, Item.QUIET)),
        (UnsavedReport, 22, (Item.BLAST, Item.QUIET)),
        (ProcessReport, 23, (Item.QUIET,)),
        (GpuReport, 24, (Item.QUIET,)),
    ):
        seen = view(holds=HELD)
        value = seen.evidence.value(kind)
        older = account.after(Change(kind, Observed(value, NOW - age, "ssh"), seen.pod.id))
        dossier = compose(replace(seen, account=older))
        for item in items:
            assert line(dossier, item).at == STEADY - age, (kind, item)


def test_a_checkpoint_without_a_file_is_lost() -> None:
    empty = replace(ONE, files=())
    exhibit = line(view(listed(empty), holds=HELD), Item.DURABLE)
    assert exhibit.found is Found.REFUTED
    assert exhibit.why.startswith("1 of 1 checkpoints are lost")
    assert exhibit.data[0].place == "in pieces over several places"


def test_lost_checkpoints_come_first_and_each_tells_where_it_is() -> None:
    other = checkpoint("/workspace/b.pt")
    exhibit = line(view(listed(ONE, other), holds=HELD), Item.DURABLE)
    assert exhibit.found is Found.REFUTED
    assert [it.what for it in exhibit.data] == ["/workspace/b.pt", ONE.path]
    assert exhibit.data[1].place == "local:jump1"
    assert exhibit.data[0].place.startswith("nowhere: it lies on the")
    assert [it.sha256 for it in exhibit.data] == ["", "a" * 64]
    assert {it.said for it in exhibit.data} == {"1 files"}
    assert exhibit.why.startswith("1 of 2 checkpoints are lost: /workspace/b.pt nowhere:")
    assert len(exhibit.binding) == 2


def test_a_checkpoint_in_pieces_over_two_places_is_told_so() -> None:
    two = (stamp("/workspace/a.pt"), stamp("/workspace/b.pt"))
    known = proofs(proof(two[0]), proof(two[1], sha256="b" * 64))
    far = held(two[1], "b" * 64)
    away = replace(far, hold=replace(far.hold, place="local:other"))
    whole = replace(ONE, files=two)
    seen = view(listed(whole), known, holds=(held(two[0]), away))
    exhibit = line(seen, Item.DURABLE)
    assert exhibit.found is Found.PROVED
    assert exhibit.data[0].place == "in pieces over several places"
    both = replace(seen, holds=(held(two[0]), far))
    assert line(both, Item.DURABLE).data[0].place == "local:jump1"


def test_the_hash_of_a_checkpoint_is_the_first_that_is_known() -> None:
    two = (stamp("/workspace/a.pt"), stamp("/workspace/b.pt"))
    known = proofs(proof(two[0], sha256=""), proof(two[1], sha256="b" * 64))
    exhibit = line(view(listed(replace(ONE, files=two)), known), Item.DURABLE)
    assert exhibit.data[0].sha256 == "b" * 64


def test_an_incomplete_listing_names_its_first_gap() -> None:
    exhibit = line(view(listed(ONE, gaps=("/x: denied", "/y: denied"))), Item.DURABLE)
    assert (exhibit.found, exhibit.why) == (
        Found.UNSEEN,
        "not every folder could be listed: /x: denied",
    )


def frozen(**changed: object) -> View:
    stopped = view(pod=a_pod(**STOPPED), holds=HELD)
    return replace(stopped, frozen=compose(view(holds=HELD)), **changed)  # type: ignore[arg-type]


def test_only_the_very_copy_keeps_what_was_proven_before_a_stop() -> None:
    assert line(frozen(), Item.DURABLE).found is Found.PROVED
    for holds in ((held(ONE.files[0], "b" * 64),), (held(ONE.files[0], is_kept=False),)):
        exhibit = line(frozen(holds=holds), Item.DURABLE)
        assert exhibit.found is Found.REFUTED
        assert (
            exhibit.why == f"the copy here of {ONE.path} is gone or was changed since it was proven"
        )
    others = (held(ONE.files[0], "b" * 64), *HELD)
    assert line(frozen(holds=others), Item.DURABLE).found is Found.PROVED


def listing_pods(*pods: Pod, at: float = NOW, source: str = "api") -> View:
    seen = view(holds=HELD)
    change = Change(PodList, Observed(PodList(pods or (seen.pod,)), at, source))
    return replace(seen, account=seen.account.after(change))


def test_the_services_word_counts_for_a_minute() -> None:
    assert line(replace(view(), now=NOW + LIVES_S), Item.IDENTITY).found is Found.PROVED
    old = line(replace(view(), now=NOW + LIVES_S + 0.01), Item.IDENTITY)
    assert (old.found, old.why) == (Found.UNSEEN, "the Pod list was not read just now")
    cached = line(listing_pods(source="cache"), Item.IDENTITY)
    assert cached.found is Found.UNSEEN


def test_a_list_that_may_yet_come_is_waited_for_and_one_that_failed_says_why() -> None:
    late = replace(view(), now=NOW + LIVES_S + 1)
    assert compose(replace(late, is_looking=True)).of(Item.IDENTITY) is None
    failed = late.account.after(Change(PodList, Failed("503", NOW)))
    for is_looking in (True, False):
        seen = replace(late, account=failed, is_looking=is_looking)
        exhibit = line(seen, Item.IDENTITY)
        assert (exhibit.found, exhibit.why) == (Found.UNSEEN, "503")


def test_a_pod_that_is_not_listed_any_more_is_refuted() -> None:
    exhibit = line(listing_pods(a_pod(id="other")), Item.IDENTITY)
    assert (exhibit.found, exhibit.why) == (Found.REFUTED, "it is not listed any more")


def test_the_identity_shows_name_id_place_and_price() -> None:
    pod = view().pod
    exhibit = line(view(), Item.IDENTITY)
    assert exhibit.why == f"{pod.label} ({pod.id}) is RUNNING, started 2026-06-01 10:59 UTC"
    assert exhibit.binding[-1] == ""
    shown = {(it.what, it.place, it.said) for it in exhibit.data}
    assert (f"{pod.label}  {pod.id}", "api", "RUNNING") in shown
    assert ("1x NVIDIA A100 80GB PCIe", "US-KS-2", "$1.19/h") in shown
    bare = line(view(pod=a_pod(gpu_id=None, data_center=None)), Item.IDENTITY)
    assert ("CPU", "?") in {(it.what, it.place) for it in bare.data}
    zero = line(view(pod=a_pod(gpu_count=None)), Item.IDENTITY)
    assert "0x NVIDIA A100 80GB PCIe" in {it.what for it in zero.data}


def test_the_identity_says_since_when_or_that_nobody_says() -> None:
    since = [it.at for it in line(view(), Item.IDENTITY).data]
    assert NOW - 3660 in since
    never = line(view(pod=a_pod(started_at=None)), Item.IDENTITY)
    assert NOW - 3700 in [it.at for it in never.data]
    assert never.why.endswith(", made 2026-06-01 10:58 UTC")
    bare = line(view(pod=a_pod(started_at=None, created_at=None)), Item.IDENTITY)
    assert bare.why.endswith(", nobody says since when")


def test_long_names_are_cut() -> None:
    long = a_pod(name="n" * 70)
    exhibit = line(view(pod=long), Item.IDENTITY)
    assert exhibit.why.startswith(f"{'n' * 60}\N{HORIZONTAL ELLIPSIS}")
    assert exhibit.data[0].what.startswith(f"{'n' * 60}\N{HORIZONTAL ELLIPSIS}")
    member = line(view(pod=a_pod(cluster="c" * 50)), Item.IDENTITY)
    assert member.why.startswith(f"it belongs to cluster {'c' * 40}\N{HORIZONTAL ELLIPSIS}")
    assert member.binding[-1] == member.why
    odd = line(view(pod=a_pod(actions=(), status="S" * 50)), Item.IDENTITY)
    assert odd.why.startswith(
        f"the service does not allow terminate while it is {'S' * 40}\N{HORIZONTAL ELLIPSIS}"
    )


def test_verdicts_that_may_yet_come_are_waited_for() -> None:
    looking = view(proofs(), holds=HELD, is_looking=True)
    assert compose(looking).of(Item.LOADS) is None
    assert line(replace(looking, is_looking=False), Item.LOADS).found is Found.UNSEEN
    failed = view(proofs(), holds=HELD, is_looking=True, failed={CheckpointProofs: "no python"})
    assert line(failed, Item.LOADS).found is Found.UNSEEN
    doubt = view(proofs(proof(ONE.files[0], Verdict.UNKNOWN)), is_looking=True)
    assert line(doubt, Item.LOADS).found is Found.UNSEEN
    other = checkpoint("/workspace/b.pt")
    broken = proofs(proof(other.files[0], Verdict.BROKEN))
    exhibit = line(view(listed(ONE, other), broken, is_looking=True), Item.LOADS)
    assert exhibit.found is Found.REFUTED


def test_verdicts_tell_the_worst_first_and_every_broken_one() -> None:
    ones = [checkpoint(f"/workspace/{n:02}") for n in range(15)]
    verdicts = [Verdict.OK, Verdict.UNKNOWN, *[Verdict.BROKEN] * 13]
    known = proofs(*(proof(it.files[0], v) for it, v in zip(ones, verdicts, strict=True)))
    exhibit = line(view(listed(*ones), known), Item.LOADS)
    assert exhibit.found is Found.REFUTED
    assert exhibit.why == "/workspace/02: it is broken"
    assert [it.what for it in exhibit.data] == [it.path for it in ones[2:]]
    fine = proofs(*(proof(it.files[0]) for it in ones))
    whole = line(view(listed(*ones), fine), Item.LOADS)
    assert whole.why == "15 checkpoints were read in full and are whole"
    assert len(whole.data) == 12
    assert len(whole.binding) == 15
    mixed = proofs(*(proof(it.files[0]) for it in ones[1:]))
    assert line(view(listed(*ones), mixed), Item.LOADS).data[0].what == ones[0].path
    assert line(view(listed(*ones), mixed), Item.LOADS).at == STEADY


def test_a_verdict_shows_level_bytes_and_hash() -> None:
    two = (stamp("/workspace/a.pt"), stamp("/workspace/b.pt"))
    known = proofs(
        replace(proof(two[0], sha256=""), level=Level.FULL), proof(two[1], sha256="b" * 64)
    )
    shown = line(view(listed(replace(ONE, files=two)), known), Item.LOADS).data[0]
    assert shown.place == f"{Verdict.UNKNOWN}, level {Level.FULL}, 2000 bytes read"
    assert shown.sha256 == "b" * 64
    assert shown.said == "/workspace/a.pt was not read in full"
    bare = line(view(proofs()), Item.LOADS).data[0]
    assert bare.place == f"{Verdict.UNKNOWN}, level ?, 0 bytes read"
    assert bare.sha256 == ""


def test_nothing_to_load_is_nothing_only_in_a_complete_listing() -> None:
    assert line(view(listed()), Item.LOADS).why == "nothing to load"
    assert line(view(listed()), Item.LOADS).found is Found.PROVED
    assert line(view(listed(gaps=("/x",))), Item.LOADS).found is Found.UNSEEN
    broken = proofs(proof(ONE.files[0], Verdict.BROKEN))
    assert line(view(listed(ONE, gaps=("/x",)), broken), Item.LOADS).found is Found.REFUTED


def seen_at(at: float, source: str = "ssh", **changed: object) -> bool:
    """Whether a report of that moment counts for a Pod that was started at NOW - 100."""
    pod = a_pod(**{"started_at": NOW - 100, **changed})
    known = view(pod=pod)
    change = Change(DiskReport, Observed(DiskReport(()), at, source), pod.id)
    return replace(known, account=known.account.after(change)).seen(DiskReport, 60.0) is not None


def test_only_what_is_young_of_this_start_and_from_no_cache_was_seen() -> None:
    assert seen_at(NOW)
    assert not seen_at(NOW, "cache")
    assert seen_at(NOW - 10, started_at=NOW - 10)
    assert not seen_at(NOW - 10.01, started_at=NOW - 10)
    assert view(at=NOW - 60).seen(DiskReport, 60.0) is not None
    assert view(at=NOW - 60.01).seen(DiskReport, 60.0) is None
    assert view(at=NOW + 0.01).seen(DiskReport, 60.0) is None
    assert view(pod=a_pod(**STOPPED)).no_road is None


def test_what_was_not_proven_before_a_stop_is_could_not_look_after_it() -> None:
    stopped = replace(view(pod=a_pod(**STOPPED)), frozen=compose(view()))
    assert line(stopped, Item.DURABLE).found is Found.UNSEEN
    assert line(stopped, Item.LOADS).found is Found.PROVED


def test_a_young_listing_from_before_a_stop_proves_nothing_after_it() -> None:
    known = view(listed(ONE), proofs(proof(ONE.files[0])))
    assert line(known, Item.LOADS).found is Found.PROVED
    stopped = a_pod(**STOPPED, volume_disk=VolumeDisk(size_gb=200, path="/workspace"))
    pods = Change(PodList, Observed(PodList((stopped,)), NOW))
    after = replace(known, pod=stopped, account=known.account.after(pods))
    assert after.checkpoints is not None
    for item in (Item.DURABLE, Item.LOADS):
        assert line(after, item).found is Found.UNSEEN
