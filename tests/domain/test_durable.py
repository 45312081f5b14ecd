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
