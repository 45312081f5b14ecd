"""What outlives a terminate, and by what witnesses: each rule with the case that breaks it."""

from dataclasses import replace

import pytest

from rgt_tui.domain.checkpoint import Copy, CopyClass, FileProof, FileStamp, Level, Verdict
from rgt_tui.domain.durable import (
    FRESH_S,
    SETTLE_S,
    Durable,
    Evident,
    Flushed,
    Lies,
    NotDurable,
    OutsideLook,
    Witness,
    durable,
)
from rgt_tui.domain.volume import MountKind
from tests.values import NOW

HASH = "ab" * 32
ENTRY = FileProof(
    stamp=FileStamp(path="/workspace/a.pt", size=10, mtime_ns=0, ctime_ns=0, inode=1),
    sha256=HASH,
    format="torch",
    verdict=Verdict.OK,
    level=Level.FULL,
    reason="whole",
    bytes_read=10,
    tool="t",
)
NETWORK = Lies(
    real_path="/workspace/a.pt",
    mount="/workspace",
    kind=MountKind.NETWORK,
    label="network volume data",
    place="volume:v1",
    is_seen=True,
    agrees=True,
)
STOPPED = replace(NETWORK, is_seen=False, agrees=False)
LOOK = OutsideLook(
    place="volume:v1", path="a.pt", size=10, header="ok", said="2 tensors", at=NOW - FRESH_S
)
HELD = Copy(
    place="local:jump", path="/d/a.pt", kind=CopyClass.LOCKED, sha256=HASH, at=0.0,
    witness="hashed after fsync", hold="/state/holds/1",
)  # fmt: skip
GLOBAL = replace(NETWORK, kind=MountKind.GLOBAL, label="global volume", place="")
ELSEWHERE = Copy(
    place="global:g1", path="a.pt", kind=CopyClass.RECENT, sha256=HASH, at=NOW,
    witness="read on another Pod",
)  # fmt: skip
FLUSHED = Flushed(at=NOW - SETTLE_S)


def by(lies: Lies, *looks: OutsideLook) -> Durable | NotDurable:
    found = durable(ENTRY, Evident(lies=lies, looks=looks), NOW)
    return found if isinstance(found, NotDurable) else found[0]


def test_a_network_volume_lasts_when_the_api_and_the_mount_table_agree() -> None:
    found = by(NETWORK)
    assert isinstance(found, Durable)
    assert (found.place, found.witnesses) == ("volume:v1", (Witness.API, Witness.MOUNT_TABLE))


@pytest.mark.parametrize(
    ("lies", "words"),
    [
        (replace(NETWORK, agrees=False), "disagree"),
        (replace(NETWORK, place=""), "lists no such volume"),
        (replace(NETWORK, doubt="the mount does not answer"), "does not answer"),
        (replace(NETWORK, kind=None), "no mount is known"),
        (replace(NETWORK, kind=MountKind.CONTAINER, label="container disk"), "wipe"),
        (replace(NETWORK, kind=MountKind.VOLUME, label="volume disk"), "terminate deletes"),
        (replace(NETWORK, kind=MountKind.OTHER, label="other mount"), "wipe"),
        (STOPPED, "nobody looked from outside"),
    ],
)
def test_everything_else_counts_as_lost_and_says_why(lies: Lies, words: str) -> None:
    found = by(lies)
    assert isinstance(found, NotDurable)
    assert words in found.why


def test_a_stopped_pods_volume_lasts_by_the_api_and_a_look_from_outside() -> None:
    found = by(STOPPED, LOOK)
    assert isinstance(found, Durable)
    assert found.witnesses == (Witness.API, Witness.HEADER)
    assert found.until == NOW
    assert isinstance(by(STOPPED, replace(LOOK, at=LOOK.at - 0.001)), NotDurable)


@pytest.mark.hazard(50)
@pytest.mark.parametrize("lies", [NETWORK, STOPPED])
@pytest.mark.parametrize(
    "look",
    [
        replace(LOOK, size=9),
        replace(LOOK, size=None),
        replace(LOOK, header="broken"),
        replace(LOOK, ranges=(7, 8)),
    ],
)
def test_a_look_from_outside_that_differs_is_believed_against_the_pod(
    lies: Lies, look: OutsideLook
) -> None:
    assert isinstance(by(lies, look), NotDurable)


def test_a_look_at_another_volume_says_nothing() -> None:
    assert isinstance(by(STOPPED, replace(LOOK, place="volume:v2")), NotDurable)


def test_equal_ranges_are_a_witness_of_their_own() -> None:
    found = by(NETWORK, replace(LOOK, ranges=(8, 8)))
    assert isinstance(found, Durable)
    assert Witness.RANGES in found.witnesses


def test_a_held_copy_with_the_same_hash_keeps_what_the_pod_loses() -> None:
    wiped = replace(NETWORK, kind=MountKind.CONTAINER, label="container disk")
    found = durable(ENTRY, Evident(lies=wiped, copies=[HELD]), NOW)
    assert found == (Durable(place="local:jump", witnesses=(Witness.HELD,)),)
    for useless in (replace(HELD, hold=None), replace(HELD, sha256="cd" * 32)):
        assert isinstance(durable(ENTRY, Evident(lies=wiped, copies=[useless]), NOW), NotDurable)
    unhashed = replace(ENTRY, sha256="")
    empty = replace(HELD, sha256="")
    assert isinstance(durable(unhashed, Evident(lies=wiped, copies=[empty]), NOW), NotDurable)


@pytest.mark.hazard(48)
def test_copies_in_one_place_count_once() -> None:
    found = durable(ENTRY, Evident(lies=NETWORK, copies=[HELD, replace(HELD, path="/d/b")]), NOW)
    assert not isinstance(found, NotDurable)
    assert [one.place for one in found] == ["local:jump", "volume:v1"]


def test_a_global_volume_needs_a_flush_and_then_equal_bytes_from_elsewhere() -> None:
    whole = Evident(lies=GLOBAL, copies=[ELSEWHERE], flushed=FLUSHED)
    found = durable(ENTRY, whole, NOW)
    assert not isinstance(found, NotDurable)
    assert [(one.place, one.witnesses) for one in found] == [
        ("global:g1", (Witness.FLUSH, Witness.ELSEWHERE))
    ]


@pytest.mark.hazard(46)
@pytest.mark.parametrize(
    "evident",
    [
        Evident(lies=GLOBAL),
        Evident(lies=GLOBAL, copies=[ELSEWHERE]),
        Evident(lies=GLOBAL, flushed=FLUSHED),
        Evident(lies=GLOBAL, copies=[ELSEWHERE], flushed=Flushed(at=NOW, problem="EIO")),
        Evident(lies=GLOBAL, copies=[ELSEWHERE], flushed=Flushed(at=FLUSHED.at + 0.001)),
        Evident(lies=GLOBAL, copies=[ELSEWHERE], flushed=Flushed(at=-1.0)),
        Evident(lies=GLOBAL, copies=[replace(ELSEWHERE, sha256="cd" * 32)], flushed=FLUSHED),
    ],
    ids=["nothing", "unflushed", "unseen", "fsync failed", "cached", "written later", "other"],
)
def test_on_a_global_volume_each_missing_witness_leaves_it_lost(evident: Evident) -> None:
    assert isinstance(durable(ENTRY, evident, NOW), NotDurable)


def test_a_copy_that_was_seen_elsewhere_counts_for_a_while() -> None:
    wiped = replace(NETWORK, kind=MountKind.CONTAINER, label="container disk")
    recent = replace(ELSEWHERE, place="volume:v9", at=NOW - FRESH_S)
    found = durable(ENTRY, Evident(lies=wiped, copies=[recent]), NOW)
    assert found == (Durable(place="volume:v9", witnesses=(Witness.ELSEWHERE,), until=NOW),)
    old = replace(recent, at=NOW - FRESH_S - 0.01)
    assert isinstance(durable(ENTRY, Evident(lies=wiped, copies=[old]), NOW), NotDurable)


def test_the_witnesses_of_a_network_volume_are_told_in_their_order() -> None:
    looked = by(NETWORK, replace(LOOK, ranges=(8, 8)))
    assert looked == Durable(
        place="volume:v1",
        witnesses=(Witness.API, Witness.MOUNT_TABLE, Witness.HEADER, Witness.RANGES),
    )
    assert by(NETWORK, LOOK) == replace(looked, witnesses=looked.witnesses[:3])
    old = by(NETWORK, replace(LOOK, size=9, at=LOOK.at - 1))
    assert old == replace(looked, witnesses=looked.witnesses[:2])
    assert looked.said == f"volume:v1: {', '.join(looked.witnesses)}"


WHY_NOT: dict[str, tuple[Evident, str]] = {
    "no place": (Evident(), "no mount is known"),
    "an old look": (
        Evident(lies=STOPPED, looks=[replace(LOOK, at=LOOK.at - 1)]),
        "over S3 is too old",
    ),
    "a failed flush": (
        Evident(lies=GLOBAL, copies=[ELSEWHERE], flushed=replace(FLUSHED, problem="EIO")),
        "failed: EIO",
    ),
    "written since": (
        Evident(lies=GLOBAL, copies=[ELSEWHERE], flushed=replace(FLUSHED, at=-0.001)),
        "written after the flush",
    ),
    "read before the cache was over": (
        Evident(lies=GLOBAL, copies=[replace(ELSEWHERE, at=NOW - 0.001)], flushed=FLUSHED),
        "nobody has read equal bytes",
    ),
    "read too long ago": (
        Evident(
            lies=GLOBAL,
            copies=[replace(ELSEWHERE, at=NOW - FRESH_S - 0.01)],
            flushed=Flushed(at=0.0),
        ),
        "nobody has read equal bytes",
    ),
    "equal bytes on something else": (
        Evident(
            lies=GLOBAL,
            copies=[replace(ELSEWHERE, place="local:x", hold=None, kind=CopyClass.LOCKED)],
            flushed=FLUSHED,
        ),
        "nobody has read equal bytes",
    ),
}


@pytest.mark.parametrize("name", WHY_NOT)
def test_it_is_said_which_witness_is_missing(name: str) -> None:
    evident, why = WHY_NOT[name]
    found = durable(ENTRY, evident, NOW)
    assert isinstance(found, NotDurable)
    assert why in found.why


def test_a_file_that_was_not_hashed_has_no_equal_bytes_on_a_global_volume() -> None:
    evident = Evident(lies=GLOBAL, copies=[replace(ELSEWHERE, sha256="")], flushed=FLUSHED)
    assert isinstance(durable(replace(ENTRY, sha256=""), evident, NOW), NotDurable)


def test_on_a_global_volume_the_newest_look_counts_to_its_last_second() -> None:
    times = (NOW - FRESH_S, NOW - FRESH_S + 5)
    copies = [replace(ELSEWHERE, at=at) for at in times]
    found = durable(ENTRY, Evident(lies=GLOBAL, copies=copies, flushed=Flushed(at=0.0)), NOW)
    assert not isinstance(found, NotDurable)
    assert [one.until for one in found] == [NOW + 5]
    alone = Evident(lies=GLOBAL, copies=copies[:1], flushed=Flushed(at=0.0))
    assert isinstance(durable(ENTRY, alone, NOW), tuple)


def test_a_flush_in_the_very_moment_of_the_write_covers_it() -> None:
    written = replace(ENTRY, stamp=replace(ENTRY.stamp, mtime_ns=int(FLUSHED.at) * 10**9))
    whole = Evident(lies=GLOBAL, copies=[ELSEWHERE], flushed=FLUSHED)
    assert isinstance(durable(written, whole, NOW), tuple)
    later = replace(ENTRY, stamp=replace(ENTRY.stamp, mtime_ns=int(FLUSHED.at + 1) * 10**9))
    assert isinstance(durable(later, whole, NOW), NotDurable)


def test_what_nobody_said_of_a_place_is_not_so() -> None:
    bare = Lies(real_path="/a")
    assert (bare.is_seen, bare.agrees, bare.kind) == (False, False, None)
    assert replace(LOOK).ranges == (0, 0)
    assert (FRESH_S, SETTLE_S) == (900.0, 60.0)
