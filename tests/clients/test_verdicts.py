"""Proofs from run to run: served for exactly the file they are of, and for nothing else."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients.verdicts import KEPT_S, VerdictBook, remembered
from rgt_tui.domain.checkpoint import FileProof, FileStamp, Level, Verdict
from rgt_tui.verifiers import TOOL
from tests.pulled import HERE as LOCAL
from tests.pulled import PLACE as POD
from tests.pulled import a_pulled, a_pulled_file
from tests.values import NOW

PLACE = "pod:p1@2026-06-01"
STAMP = FileStamp(path="/w/odd\udcff\n.pt", size=9, mtime_ns=2**62, ctime_ns=5, inode=2**64 - 1)
PROOF = FileProof(
    stamp=STAMP,
    sha256="ab" * 32,
    format="torch",
    verdict=Verdict.OK,
    level=Level.FULL,
    reason="3 tensors",
    bytes_read=9,
    tool=TOOL,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "verdicts.sqlite"


async def test_a_proof_survives_a_restart_byte_for_byte(path: Path) -> None:
    assert await VerdictBook(path).keep(PLACE, [PROOF], NOW) == ""
    assert await VerdictBook(path).recall(PLACE, [STAMP]) == (PROOF,)
    assert os.stat(path).st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "changed",
    [
        replace(STAMP, size=10),
        replace(STAMP, mtime_ns=STAMP.mtime_ns + 1),
        replace(STAMP, ctime_ns=STAMP.ctime_ns + 1),
        replace(STAMP, inode=7),
        replace(STAMP, path="/w/other.pt"),
    ],
    ids=["size", "mtime", "ctime", "inode", "path"],
)
async def test_a_changed_file_is_never_served_an_old_verdict(
    path: Path, changed: FileStamp
) -> None:
    book = VerdictBook(path)
    await book.keep(PLACE, [PROOF], NOW)
    assert await book.recall(PLACE, [changed]) == ()


async def test_another_start_of_the_pod_or_other_verifiers_have_no_proof(path: Path) -> None:
    book = VerdictBook(path)
    await book.keep(PLACE, [PROOF], NOW)
    assert await book.recall("pod:p1@later", [STAMP]) == ()
    await book.keep(PLACE, [replace(PROOF, tool="rgt-tui verifiers 0")], NOW)
    assert await book.recall(PLACE, [STAMP]) == ()


HERE = replace(PROOF, stamp=replace(STAMP, path="/home/a.pt", inode=3))


async def test_the_same_bytes_elsewhere_share_the_higher_level_and_say_where(path: Path) -> None:
    book = VerdictBook(path)
    loaded = replace(PROOF, level=Level.LOAD, reason="torch read 9 bytes")
    await book.keep(PLACE, [loaded], NOW)
    (found,) = await book.shared("local:box", [HERE])
    assert (found.stamp, found.level) == (HERE.stamp, Level.LOAD)
    assert found.reason == f"torch read 9 bytes (the same bytes, verified at {PLACE})"
    assert await book.shared(PLACE, [HERE]) == (HERE,)


async def test_broken_elsewhere_is_broken_here_and_a_warning_here_is_never_lifted(
    path: Path,
) -> None:
    book = VerdictBook(path)
    warned = replace(HERE, verdict=Verdict.UNKNOWN)
    await book.keep("pod:p2@1", [replace(PROOF, level=Level.LOAD)], NOW)
    assert await book.shared("local:box", [warned]) == (warned,)
    await book.keep(PLACE, [replace(PROOF, verdict=Verdict.BROKEN, reason="cut")], NOW)
    for mine in (warned, HERE):
        (found,) = await book.shared("local:box", [mine])
        assert found.verdict is Verdict.BROKEN
        assert found.reason.startswith("cut (the same bytes")


@pytest.mark.parametrize(
    "other",
    [
        replace(PROOF, sha256="cd" * 32, level=Level.LOAD),
        replace(PROOF, level=Level.LOAD, tool="rgt-tui verifiers 0"),
        replace(PROOF, level=Level.LOAD, stamp=replace(STAMP, size=8)),
        replace(PROOF, level=Level.STRUCTURE),
        replace(PROOF, format="onnx", verdict=Verdict.BROKEN, reason="its weights are missing"),
    ],
    ids=["hash", "tool", "size", "level", "judged by its neighbours"],
)
async def test_other_bytes_other_verifiers_or_less_say_nothing(
    path: Path, other: FileProof
) -> None:
    book = VerdictBook(path)
    await book.keep(PLACE, [other], NOW)
    assert await book.shared("local:box", [HERE]) == (HERE,)


async def test_ten_thousand_hashes_are_looked_up_at_once(path: Path) -> None:
    book = VerdictBook(path)
    many = [
        replace(HERE, sha256=f"{n:064x}", stamp=replace(STAMP, path=f"/w/{n}")) for n in range(5000)
    ]
    await book.keep(PLACE, [replace(one, level=Level.LOAD) for one in many], NOW)
    found = await book.shared("local:box", many)
    assert [one.stamp for one in found] == [one.stamp for one in many]
    assert {one.level for one in found} == {Level.LOAD}
    assert len(await book.at(PLACE)) == 5000


async def test_what_was_not_hashed_or_is_long_ago_is_not_kept(path: Path) -> None:
    book = VerdictBook(path)
    await book.keep(PLACE, [replace(PROOF, sha256="")], NOW)
    assert await book.recall(PLACE, [STAMP]) == ()
    await book.keep(PLACE, [PROOF], NOW)
    other = replace(PROOF, stamp=replace(STAMP, path="/w/b"))
    await book.keep(PLACE, [other], NOW + KEPT_S + 1)
    assert await book.recall(PLACE, [STAMP, other.stamp]) == (other,)


@pytest.fixture
def damaged(path: Path) -> Path:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    return path


async def test_a_damaged_file_costs_the_memory_and_nothing_else(damaged: Path) -> None:
    book = VerdictBook(damaged)
    assert "not kept" in await book.keep(PLACE, [PROOF], NOW)
    assert await book.recall(PLACE, [STAMP]) == ()
    assert await VerdictBook(None).keep(PLACE, [PROOF], NOW) == ""


async def test_a_pull_is_written_down_at_both_ends(path: Path) -> None:
    book, pulled = VerdictBook(path), a_pulled(a_pulled_file("a.pt"))
    assert await remembered(pulled, POD, book, NOW) == pulled
    assert await book.at(POD) == pulled.there.files
    assert await book.at(LOCAL) == pulled.here.files


async def test_a_pull_takes_over_what_the_same_bytes_proved_elsewhere(path: Path) -> None:
    book, one = VerdictBook(path), a_pulled_file("a.pt")
    assert one.proof is not None
    loaded = replace(one.proof, stamp=STAMP, level=Level.LOAD, reason="torch read 9 bytes")
    await book.keep("pod:other@1", [loaded], NOW)
    (file,) = (await remembered(a_pulled(one), POD, book, NOW)).files
    assert file.proof is not None
    assert (file.proof.stamp, file.proof.level) == (one.proof.stamp, Level.LOAD)
    assert "verified at pod:other@1" in file.proof.reason


async def test_a_pull_of_bytes_that_are_broken_elsewhere_is_not_whole(path: Path) -> None:
    book, one = VerdictBook(path), a_pulled_file("a.pt")
    assert one.proof is not None
    broken = replace(one.proof, stamp=STAMP, verdict=Verdict.BROKEN, reason="cut")
    await book.keep("pod:other@1", [broken], NOW)
    assert a_pulled(one).is_whole
    assert not (await remembered(a_pulled(one), POD, book, NOW)).is_whole


async def test_a_later_pull_knows_what_an_earlier_one_wrote_down(path: Path) -> None:
    """As `pull` asks for it: proofs of the Pod, by path, in place of hashing there again."""
    one = a_pulled_file("a.pt")
    await remembered(a_pulled(one), POD, VerdictBook(path), NOW)
    known = {proof.stamp.path: proof for proof in await VerdictBook(path).at(POD)}
    assert known["/workspace/a.pt"].sha256 == one.sha256
    assert known["/workspace/a.pt"].stamp == one.remote
    assert await VerdictBook(path).at("pod:p1@another start") == ()


async def test_a_memory_that_is_damaged_or_absent_changes_no_pull(damaged: Path) -> None:
    pulled = a_pulled(a_pulled_file("a.pt"))
    for book in (VerdictBook(damaged), VerdictBook(None)):
        assert await remembered(pulled, POD, book, NOW) == pulled
        assert await book.at(POD) == ()
