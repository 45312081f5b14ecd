"""Proofs from run to run: served for exactly the file they are of, and for nothing else."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients.verdicts import KEPT_S, VerdictBook
from rgt_tui.domain.checkpoint import FileProof, FileStamp, Level, Verdict
from rgt_tui.verifiers import TOOL
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


async def test_the_same_bytes_elsewhere_have_the_worst_and_then_the_strongest_verdict(
    path: Path,
) -> None:
    book = VerdictBook(path)
    loaded = replace(PROOF, level=Level.LOAD, stamp=replace(STAMP, path="/w/b"))
    await book.keep(PLACE, [PROOF, loaded], NOW)
    assert await book.of_hash(PROOF.sha256) == loaded
    broken = replace(PROOF, verdict=Verdict.BROKEN)
    await book.keep("pod:p2@1", [broken], NOW)
    assert await book.of_hash(PROOF.sha256) == broken
    assert await book.of_hash("cd" * 32) is None
    assert await book.of_hash("") is None


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
