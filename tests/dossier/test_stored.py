"""What evidence says on each line of a network volume's checklist."""

from dataclasses import replace
from typing import Any

import pytest

from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.objects import Listing, StoredCopy, StoredObject
from rgt_tui.domain.pod import Pod, PodList
from rgt_tui.domain.rates import network_volume_per_hour
from rgt_tui.domain.units import GIB, PodId
from rgt_tui.domain.volume import NetworkVolume, VolumeList
from rgt_tui.dossier.stored import (
    TOLD,
    WAIVABLE,
    Contents,
    Stored,
    by_pods,
    compose_stored,
    contents_of,
)
from rgt_tui.dossier.view import LISTED_S, SHELL_S
from rgt_tui.guard.items import PROVEN, Found, Item
from rgt_tui.guard.kind import Kind
from rgt_tui.guard.loss import LostFile
from tests.dossier.worlds import ON_NETWORK, STEADY, VOLUME, checkpoint, stamp
from tests.values import NOW, a_pod

MODEL = StoredObject(key="ckpt/model.pt", size=700, etag="e1", modified=NOW - 900)
LOG = StoredObject(key="run.log", size=5, etag="e2", modified=NOW - 800)
FILES = Listing(objects=(LOG, MODEL))
EMPTY = Listing()
USER = a_pod(**ON_NETWORK)


def stored(
    listing: Listing | Contents | Failed | None = FILES,
    *pods: Pod,
    volumes: tuple[NetworkVolume, ...] = (VOLUME,),
    at: float = NOW,
    source: str = "api",
    **changed: Any,
) -> Stored:
    """What is known of a volume: both lists read at `at`, and its files listed."""
    account = Account()
    for value in (VolumeList(volumes), PodList(pods)):
        account = account.after(Change(type(value), Observed(value, at, source)))
    contents = contents_of(listing) if isinstance(listing, Listing) else listing
    known = Stored(
        account=account,
        volume=VOLUME,
        tag="acc",
        now=NOW,
        steady=STEADY,
        contents=Observed(contents, NOW, "s3") if isinstance(contents, Contents) else contents,
    )
    return replace(known, **changed)


def said(seen: Stored, item: Item) -> tuple[Found | None, str]:
    exhibit = compose_stored(seen).of(item)
    return (exhibit.found, exhibit.why) if exhibit is not None else (None, "")


def test_a_volume_with_files_loses_each_of_them_and_nothing_of_it_is_proven() -> None:
    dossier = compose_stored(stored())
    assert {it.item: it.found for it in dossier.exhibits} == {
        Item.IDENTITY: Found.PROVED,
        Item.BLAST: Found.PROVED,
        Item.DURABLE: Found.REFUTED,
        Item.LOADS: Found.UNSEEN,
        Item.QUIET: Found.PROVED,
    }
    assert said(stored(), Item.BLAST)[1] == "2 files, 705B, listed whole by S3"
    assert said(stored(), Item.DURABLE)[1].startswith("2 of 2 files, 705B, have no copy")
    (mount,) = dossier.loss.mounts
    assert (mount.stays, mount.is_complete, mount.used, mount.size) == (False, True, 705, 100 * GIB)
    assert mount.single == (
        LostFile(path="ckpt/model.pt", size=700),
        LostFile(path="run.log", size=5),
    )


def test_an_empty_volume_is_proven_on_every_line() -> None:
    dossier = compose_stored(stored(EMPTY))
    assert {it.item: it.found for it in dossier.exhibits} == dict.fromkeys(PROVEN, Found.PROVED)
    assert (dossier.loss.files, dossier.loss.is_complete) == (0, True)


def test_files_of_one_size_are_told_by_name_and_one_of_no_size_counts_as_nothing() -> None:
    rows = [replace(MODEL, key=key, size=size) for key, size in (("b", 1), ("a", 1), ("c", None))]
    lost = contents_of(Listing(objects=tuple(rows))).lost
    assert [(it.path, it.size) for it in lost] == [("a", 1), ("b", 1), ("c", 0)]


def test_its_manifest_names_each_file_as_it_was() -> None:
    one = contents_of(FILES).manifest
    assert contents_of(Listing(objects=(MODEL, LOG))).manifest == one
    for other in (
        Listing(objects=(MODEL,)),
        Listing(objects=(MODEL, replace(LOG, size=6))),
        Listing(objects=(MODEL, replace(LOG, etag="e3"))),
        Listing(objects=(MODEL, replace(LOG, modified=NOW))),
        replace(FILES, is_whole=False),
    ):
        assert contents_of(other).manifest != one


NOT_WHOLE = {
    "cut at the limit": replace(FILES, is_whole=False),
    "cut at once": Listing(is_whole=False),
    "a file without a size": Listing(objects=(MODEL, replace(LOG, size=None))),
}


@pytest.mark.parametrize("name", NOT_WHOLE)
def test_what_was_not_listed_whole_is_could_not_look(name: str) -> None:
    found, why = said(stored(NOT_WHOLE[name]), Item.BLAST)
    assert found is Found.UNSEEN
    assert ("there are more" if name != "a file without a size" else "without a size") in why
    assert said(stored(NOT_WHOLE[name]), Item.DURABLE)[0] is Found.REFUTED
    assert said(stored(NOT_WHOLE[name]), Item.LOADS)[0] is Found.UNSEEN


def test_a_listing_that_was_cut_is_at_least_what_it_shows() -> None:
    assert not compose_stored(stored(NOT_WHOLE["cut at the limit"])).loss.is_complete
    assert contents_of(EMPTY).is_empty
    assert not contents_of(Listing(is_whole=False)).is_empty
    assert not contents_of(FILES).is_empty


RESTING = tuple(it for it in PROVEN if it is not Item.IDENTITY)
"""The lines that rest on the listing."""


@pytest.mark.parametrize("item", RESTING)
def test_without_a_listing_nobody_could_look(item: Item) -> None:
    failed = Failed("S3 wants a key of its own", NOW, "no_key", "Make one.")
    assert said(stored(failed), item) == (Found.UNSEEN, "S3 wants a key of its own. Make one.")
    assert said(stored(failed, is_looking=True), item)[0] is Found.UNSEEN
    assert said(stored(None), item) == (Found.UNSEEN, "its files were not listed")
    assert said(stored(None, is_looking=True), item) == (None, "")


def test_without_a_listing_what_is_lost_is_not_known() -> None:
    dossier = compose_stored(stored(None))
    (mount,) = dossier.loss.mounts
    assert (mount.used, mount.single, mount.is_complete) == (None, (), False)
    assert dossier.binding.manifest == ""


def test_its_evidence_is_as_old_as_its_listing() -> None:
    earlier = Observed(contents_of(FILES), NOW - 100, "s3")
    for item in RESTING:
        exhibit = compose_stored(stored(contents=earlier)).of(item)
        assert exhibit is not None
        assert (exhibit.at, exhibit.lives_s) == (STEADY - 100, LISTED_S)
        missing = compose_stored(stored(None)).of(item)
        assert missing is not None
        assert missing.at == STEADY


def test_it_must_be_attached_to_no_pod_whatever_that_does() -> None:
    stopped = replace(USER, status="EXITED", name="")
    for pod, name in ((USER, USER.name), (stopped, stopped.label)):
        found, why = said(stored(FILES, pod), Item.IDENTITY)
        assert found is Found.REFUTED
        assert why == f"it is attached to {name}: terminate what uses it first"
    assert said(stored(FILES, a_pod()), Item.IDENTITY)[0] is Found.PROVED


def test_no_more_than_three_of_its_pods_are_named() -> None:
    pods = [replace(USER, id=PodId(f"p{n}"), name=f"pod-{n}") for n in range(4)]
    why = said(stored(FILES, *pods), Item.IDENTITY)[1]
    assert why == "it is attached to pod-0, pod-1, pod-2: terminate what uses it first"
    exhibit = compose_stored(stored(FILES, *pods)).of(Item.IDENTITY)
    assert exhibit is not None
    assert [it.what for it in exhibit.data[1:]] == ["pod-0", "pod-1", "pod-2", "pod-3"]


def test_a_volume_that_is_not_listed_any_more_is_refuted() -> None:
    assert said(stored(volumes=()), Item.IDENTITY) == (
        Found.REFUTED,
        "it is not listed any more",
    )


def test_its_identity_is_told_by_name_place_and_size() -> None:
    assert said(stored(), Item.IDENTITY)[1] == "nv (agv6w2qcg7) in US-KS-2, attached to no Pod"
    bare = replace(VOLUME, name="", data_center=None, size_gb=None)
    seen = stored(volumes=(bare,), volume=bare)
    assert said(seen, Item.IDENTITY)[1] == "agv6w2qcg7 (agv6w2qcg7) in ?, attached to no Pod"
    sizes = [compose_stored(it).exhibits[0].data[0].size for it in (stored(), seen)]
    assert sizes == [100 * GIB, None]
    assert compose_stored(seen).loss.mounts[0].size is None


@pytest.mark.parametrize(
    "changed",
    [
        {"at": NOW - SHELL_S - 0.01},
        {"source": "cache"},
        {"account": Account()},
        {"account": Account().after(Change(PodList, Observed(PodList(()), NOW)))},
        {"account": Account().after(Change(VolumeList, Observed(VolumeList((VOLUME,)), NOW)))},
    ],
    ids=["old", "cached", "nothing", "no volumes", "no Pods"],
)
def test_lists_that_were_not_read_just_now_are_no_identity(changed: dict[str, Any]) -> None:
    assert said(stored(**changed), Item.IDENTITY) == (
        Found.UNSEEN,
        "the lists were not read just now",
    )
    assert said(stored(**changed, is_looking=True), Item.IDENTITY) == (None, "")


def test_the_older_of_both_lists_counts() -> None:
    account = stored(at=NOW - 50).account.after(Change(PodList, Observed(PodList(()), NOW, "api")))
    exhibit = compose_stored(stored(account=account)).of(Item.IDENTITY)
    assert exhibit is not None
    assert (exhibit.at, exhibit.lives_s) == (STEADY - 50, SHELL_S)
    assert said(stored(at=NOW - SHELL_S), Item.IDENTITY)[0] is Found.PROVED


def test_a_file_written_just_now_is_not_quiet_and_one_without_a_time_is_could_not_look() -> None:
    for age, wanted in ((29.9, Found.REFUTED), (30.0, Found.PROVED)):
        young = Listing(objects=(MODEL, replace(LOG, modified=NOW - age)))
        assert said(stored(young), Item.QUIET)[0] is wanted
    young = Listing(objects=(replace(LOG, modified=NOW), MODEL))
    assert said(stored(young), Item.QUIET)[1].startswith("run.log was written less than 30 s")
    untold = Listing(objects=(replace(LOG, modified=None),))
    assert said(stored(untold), Item.QUIET)[0] is Found.UNSEEN
    assert said(stored(EMPTY), Item.QUIET)[0] is Found.PROVED


def test_one_file_without_a_time_among_others_is_could_not_look() -> None:
    """It may be the newest of them."""
    mixed = Listing(objects=(MODEL, replace(LOG, modified=None)))
    assert said(stored(mixed), Item.QUIET)[0] is Found.UNSEEN


def test_the_largest_files_are_shown_first_and_not_all_of_them() -> None:
    many = tuple(replace(MODEL, key=f"f{n}", size=n) for n in range(TOLD + 3))
    exhibit = compose_stored(stored(Listing(objects=many))).of(Item.BLAST)
    assert exhibit is not None
    assert [it.size for it in exhibit.data] == list(range(TOLD + 2, 2, -1))
    assert TOLD == 12


def test_every_verdict_changes_with_what_it_rests_on() -> None:
    one = compose_stored(stored())
    other = compose_stored(stored(Listing(objects=(LOG, replace(MODEL, etag="e9")))))
    for item in (Item.BLAST, Item.DURABLE, Item.LOADS):
        before, after = one.of(item), other.of(item)
        assert before is not None
        assert after is not None
        assert before.digest != after.digest
    renamed = compose_stored(stored(volumes=(replace(VOLUME, name="other"),)))
    assert renamed.exhibits[0].digest != one.exhibits[0].digest


def test_it_is_bound_to_the_volume_its_files_and_whoever_has_it() -> None:
    bound = compose_stored(stored()).binding
    assert (bound.account, bound.pod, bound.kind) == ("acc", VOLUME.id, Kind.VOLUME)
    assert bound.manifest == contents_of(FILES).manifest
    assert compose_stored(stored(FILES, USER)).binding.mounts != bound.mounts


def test_its_name_stands_among_the_names_of_the_other_volumes() -> None:
    other = replace(VOLUME, id="x", name="nv-2")
    names = compose_stored(stored(volumes=(VOLUME, other))).names
    assert (names.name, tuple(names.others)) == ("nv", ("nv-2",))


def test_what_a_person_weighs_is_its_price_and_what_else_can_be_done() -> None:
    weighed = compose_stored(stored()).consequences
    assert weighed.saves_per_hour == network_volume_per_hour(VOLUME) is not None
    assert all((weighed.ends, weighed.warnings, weighed.instead))


def test_only_what_its_files_are_may_be_taken_on() -> None:
    assert {Item.DURABLE, Item.LOADS} == WAIVABLE


def copy_of(one: StoredObject, **changed: Any) -> StoredCopy:
    """A held copy here that was compared with an object."""
    whole = StoredCopy(
        hold=f"/holds/{one.name}",
        place="local:jump1",
        sha256="ab" * 32,
        said="equal, read whole",
        at=NOW - 5,
        of=one,
    )
    return replace(whole, **changed)


BOTH = {it.key: copy_of(it) for it in (MODEL, LOG)}


def test_a_volume_whose_every_file_is_held_here_and_equal_loses_nothing() -> None:
    dossier = compose_stored(stored(contents_of(FILES, BOTH)))
    assert {it.item: it.found for it in dossier.exhibits} == dict.fromkeys(PROVEN, Found.PROVED)
    assert (dossier.loss.files, dossier.loss.keeps) == (0, ("2 files, 705B held on this machine",))
    exhibit = dossier.of(Item.DURABLE)
    assert exhibit is not None
    assert exhibit.why.startswith("2 files have a held copy here")
    assert [(it.what, it.place, it.size, it.at) for it in exhibit.data] == [
        ("run.log", "local:jump1", 5, NOW - 5),
        ("ckpt/model.pt", "local:jump1", 700, NOW - 5),
    ]


def test_one_file_without_a_copy_is_what_is_lost() -> None:
    seen = stored(contents_of(FILES, {MODEL.key: BOTH[MODEL.key]}))
    assert said(seen, Item.DURABLE)[0] is Found.REFUTED
    assert said(seen, Item.DURABLE)[1].startswith("1 of 2 files, 5B, have no copy")
    assert said(seen, Item.LOADS)[0] is Found.UNSEEN
    assert compose_stored(seen).loss.single == (LostFile(path="run.log", size=5),)


def test_a_copy_of_another_state_of_a_file_is_none_of_it() -> None:
    changed = replace(LOG, etag="e9")
    one = contents_of(FILES, {**BOTH, LOG.key: copy_of(LOG, of=changed)})
    assert list(one.copies) == [MODEL.key]
    assert [it.path for it in one.lost] == ["run.log"]


def test_copies_of_all_that_was_listed_keep_nothing_where_there_is_more() -> None:
    for listing in (NOT_WHOLE["cut at the limit"], NOT_WHOLE["cut at once"]):
        seen = stored(contents_of(listing, BOTH))
        assert said(seen, Item.DURABLE)[0] is Found.REFUTED
        assert said(seen, Item.LOADS)[0] is Found.UNSEEN


def test_another_held_copy_is_another_verdict() -> None:
    moved = {**BOTH, LOG.key: copy_of(LOG, hold="/holds/2")}
    digests = set()
    for copies in ({}, {LOG.key: BOTH[LOG.key]}, BOTH, moved):
        exhibit = compose_stored(stored(contents_of(FILES, copies))).of(Item.DURABLE)
        assert exhibit is not None
        digests.add(exhibit.digest)
    assert len(digests) == 4


def inside(pod: Pod, *ones: Checkpoint, at: float = NOW) -> Stored:
    """A volume that S3 does not list, and a Pod that mounts it and has listed checkpoints."""
    seen = stored(Failed("no S3 here", NOW, "no_s3"), pod)
    listed: Observed[object] = Observed(CheckpointList(checkpoints=ones, pod_now=NOW), at, "ssh")
    account = seen.account.after(Change(CheckpointList, listed, pod.id))
    return replace(seen, account=account)


def test_without_s3_its_checkpoints_are_told_as_a_pod_sees_them_and_open_nothing() -> None:
    new = replace(checkpoint("/workspace/new"), files=(stamp("/workspace/new", age_s=5),))
    exhibit = compose_stored(inside(USER, checkpoint("/workspace/old"), new)).of(Item.BLAST)
    assert exhibit is not None
    assert exhibit.found is Found.UNSEEN
    assert [it.what for it in exhibit.data] == ["/workspace/new", "/workspace/old"]
    assert {it.place for it in exhibit.data} == {f"seen by {USER.label}"}
    other = compose_stored(inside(USER, new)).of(Item.DURABLE)
    assert other is not None
    assert other.data == ()


ELSEWHERE: dict[str, Stored] = {
    "on the container disk": inside(USER, checkpoint("/root/a")),
    "a folder with a name that begins alike": inside(USER, checkpoint("/workspace2/a")),
    "a link that leads away": inside(USER, checkpoint("/workspace/a", real_path="/root/a")),
    "a Pod without it": inside(a_pod(), checkpoint("/workspace/a")),
    "listed long ago": inside(USER, checkpoint("/workspace/a"), at=NOW - LISTED_S - 0.01),
    "listed in the future": inside(USER, checkpoint("/workspace/a"), at=NOW + 0.01),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_a_pod_has_elsewhere_is_not_told_of_the_volume(name: str) -> None:
    assert by_pods(ELSEWHERE[name]) == ()


def test_what_a_pod_sees_on_it_is_told_to_the_last_second_and_by_its_real_path() -> None:
    old = inside(USER, checkpoint("/workspace/a", real_path=""), at=NOW - LISTED_S)
    assert len(by_pods(old)) == 1
    linked = inside(USER, checkpoint("/data/a", real_path="/workspace/a"))
    assert len(by_pods(linked)) == 1
    many = [checkpoint(f"/workspace/{n}") for n in range(TOLD + 1)]
    assert len(by_pods(inside(USER, *many))) == TOLD
