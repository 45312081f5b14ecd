"""A copy counts only when it is equal, held, unchanged and proven."""

from dataclasses import replace

import pytest

from rgt_tui.domain.checkpoint import FileProof, FileStamp, Level, Verdict
from rgt_tui.domain.holding import Hold, HoldSeen, held_copies, renewed

SHA = "ab" * 32


def stamp(path: str = "/w/a.pt", size: int = 10, ctime_ns: int = 5) -> FileStamp:
    return FileStamp(path=path, size=size, mtime_ns=4, ctime_ns=ctime_ns, inode=7)


def proof(path: str = "/w/a.pt", sha256: str = SHA) -> FileProof:
    return FileProof(
        stamp=stamp(path),
        sha256=sha256,
        format="torch",
        verdict=Verdict.OK,
        level=Level.FULL,
        reason="all bytes read",
        bytes_read=10,
        tool="t 1",
    )


def hold(of: FileProof | None = None) -> Hold:
    return Hold(
        proof=of or proof("/state/holds/1/a"),
        copy="/home/a.pt",
        origin="pod:p@1",
        remote=stamp(),
        place="local:jump",
        at=1.0,
    )


def seen(one: Hold) -> HoldSeen:
    return HoldSeen(one, one.proof.stamp)


def test_an_equal_held_copy_is_named_with_its_hold() -> None:
    found = held_copies([proof()], [seen(hold())])
    assert found["/w/a.pt"].copy.hold == "/state/holds/1/a"
    assert found["/w/a.pt"].copy.path == "/home/a.pt"
    assert found["/w/a.pt"].proof.is_proven


@pytest.mark.parametrize(
    "one",
    [
        HoldSeen(hold(), None),
        HoldSeen(hold(), stamp("/state/holds/1/a", ctime_ns=6)),
        HoldSeen(hold(), stamp("/state/holds/1/a", size=11)),
        seen(hold(replace(proof("/state/holds/1/a"), sha256="cd" * 32))),
        seen(hold(replace(proof("/state/holds/1/a"), sha256=""))),
        seen(hold(replace(proof("/state/holds/1/a"), verdict=Verdict.BROKEN))),
        seen(hold(replace(proof("/state/holds/1/a"), verdict=Verdict.UNKNOWN))),
        seen(hold(replace(proof("/state/holds/1/a"), level=Level.STRUCTURE))),
    ],
    ids=["gone", "touched", "grown", "other", "unhashed", "broken", "doubtful", "not read"],
)
def test_anything_less_is_no_copy(one: HoldSeen) -> None:
    assert held_copies([proof()], [one]) == {}


def test_an_entry_without_a_hash_has_no_equal() -> None:
    unhashed = replace(proof("/state/holds/1/a"), sha256="")
    assert held_copies([proof(sha256="")], [seen(hold(unhashed))]) == {}


def test_a_file_of_no_known_format_needs_only_its_hash() -> None:
    beside = replace(proof("/state/holds/1/a"), format="unknown", verdict=Verdict.UNKNOWN)
    found = held_copies([proof()], [seen(hold(beside))])
    assert found["/w/a.pt"].proof.is_beside


def test_a_hold_whose_copy_was_removed_is_renewed_by_its_hash() -> None:
    again = replace(proof("/state/holds/1/a"), stamp=stamp("/state/holds/1/a", ctime_ns=9))
    fresh = renewed(hold(), again)
    assert fresh is not None
    assert held_copies([proof()], [seen(fresh)])
    assert renewed(hold(), replace(again, sha256="cd" * 32)) is None
