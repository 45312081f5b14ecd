"""What a pull says of its files: which copies are equal, what is known of them there, and the whole."""

from dataclasses import replace

import pytest

from rgt_tui.domain.checkpoint import FileProof, GroupProof, Level, Verdict
from rgt_tui.domain.pulling import Ended, Pulled, PulledFile, Skipped
from tests.pulled import a_pulled, a_pulled_file

ONE = a_pulled_file("a.pt")
BESIDE = a_pulled_file("log.txt", kind="unknown", verdict=Verdict.UNKNOWN)


def unequal(file: PulledFile) -> dict[str, PulledFile]:
    assert file.proof is not None
    return {
        "ended otherwise": replace(file, ended=Ended.CHANGED),
        "no copy": replace(file, proof=None),
        "no hash there": replace(file, sha256=""),
        "no hash at either end": replace(file, sha256="", proof=replace(file.proof, sha256="")),
        "another hash here": replace(file, proof=replace(file.proof, sha256="cd" * 32)),
    }


UNEQUAL = unequal(ONE)


def test_a_file_is_equal_by_its_hashes_at_both_ends() -> None:
    assert ONE.is_equal


@pytest.mark.parametrize("name", UNEQUAL)
def test_what_is_not_equal_by_both_hashes_is_not_equal(name: str) -> None:
    assert not UNEQUAL[name].is_equal
    assert not a_pulled(ONE, UNEQUAL[name]).is_whole


def better(file: PulledFile) -> FileProof:
    assert file.proof is not None
    return replace(file.proof, level=Level.LOAD, reason="torch read it")


def test_a_better_proof_of_a_copy_takes_the_place_of_its_own_and_of_no_other() -> None:
    other = a_pulled_file("b.pt")
    judged = a_pulled(ONE, other).judged([better(ONE)])
    assert [file.proof for file in judged.files] == [better(ONE), other.proof]
    assert (judged.here, judged.there) == (a_pulled(ONE, other).here, a_pulled(ONE, other).there)


@pytest.mark.parametrize("name", UNEQUAL)
def test_a_proof_of_other_bytes_is_not_taken_for_a_copy_that_is_not_equal(name: str) -> None:
    pulled = a_pulled(UNEQUAL[name])
    assert pulled.judged([better(ONE)]).files == pulled.files


def test_what_is_known_of_an_equal_copy_is_known_of_the_file_there() -> None:
    (known,) = a_pulled(ONE, *UNEQUAL.values()).known_there
    assert ONE.proof is not None
    assert known == replace(ONE.proof, stamp=ONE.remote)
    assert known.stamp.path == "/workspace/a.pt"


def with_verdict(verdict: Verdict) -> PulledFile:
    assert ONE.proof is not None
    return replace(ONE, proof=replace(ONE.proof, verdict=verdict))


GROUP = GroupProof(path="/home/run", format="torch", verdict=Verdict.OK, reason="2 shards")
WHOLE: dict[str, tuple[Pulled, bool]] = {
    "one equal file": (a_pulled(ONE), True),
    "a file of no known format beside it": (a_pulled(ONE, BESIDE), True),
    "a whole group": (replace(a_pulled(ONE), groups=(GROUP,)), True),
    "a link was skipped": (
        replace(a_pulled(ONE), skipped=(Skipped(path="/w/l", why="a link"),)),
        True,
    ),
    "nothing": (a_pulled(), False),
    "a broken file": (a_pulled(with_verdict(Verdict.BROKEN)), False),
    "a doubtful file": (a_pulled(with_verdict(Verdict.UNKNOWN)), False),
    "a broken group": (
        replace(a_pulled(ONE), groups=(replace(GROUP, verdict=Verdict.BROKEN),)),
        False,
    ),
    "a folder was not listed": (
        replace(a_pulled(ONE), skipped=(Skipped(path="/w/d", why="not listed: denied"),)),
        False,
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_pull_is_whole_only_with_every_file_equal_and_nothing_in_doubt(name: str) -> None:
    pulled, is_whole = WHOLE[name]
    assert pulled.is_whole is is_whole
