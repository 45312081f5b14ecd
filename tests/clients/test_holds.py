"""Holds survive the removal of the copy and notice writing into it."""

import os
from pathlib import Path

import pytest

from rgt_tui.clients import holds
from rgt_tui.domain.checkpoint import FileProof, FileStamp, Level, Verdict
from rgt_tui.domain.holding import Hold, held_copies
from tests.pulled import unverified


def make(folder: Path) -> tuple[Path, Hold]:
    """A copy, its hold, and the index that names it."""
    copy, root = folder / "a.bin", folder / "holds"
    copy.write_bytes(b"weights")
    place = root / "1" / "a"
    place.parent.mkdir(parents=True, mode=0o700)
    root.chmod(0o700)
    os.link(copy, place)
    hashed = holds.hash_file(str(place))
    assert hashed is not None
    proof = unverified(*hashed)
    remote = FileStamp(path="/w/a\ud800.bin", size=7, mtime_ns=1, ctime_ns=2, inode=3)
    hold = Hold(
        proof=proof, copy=str(copy), origin="pod:p@1", remote=remote, place="local:x", at=1.5
    )
    holds.write_index(str(place.parent / holds.INDEX), [hold])
    return copy, hold


def there(hold: Hold) -> FileProof:
    return FileProof(
        stamp=hold.remote,
        sha256=hold.proof.sha256,
        format="unknown",
        verdict=Verdict.UNKNOWN,
        level=Level.FULL,
        reason="",
        bytes_read=7,
        tool="t 1",
    )


def test_an_index_is_read_as_it_was_written(tmp_path: Path) -> None:
    _, hold = make(tmp_path)
    (seen,) = holds.look(str(tmp_path / "holds"))
    assert seen.hold == hold
    assert seen.is_kept


def test_a_removed_copy_stays_held_once_it_is_hashed_anew(tmp_path: Path) -> None:
    copy, hold = make(tmp_path)
    copy.unlink()
    seen = holds.look(str(tmp_path / "holds"))
    assert held_copies([there(hold)], seen) == {}
    assert list(held_copies([there(hold)], holds.renew(seen))) == [hold.remote.path]


@pytest.mark.hazard(49)
def test_a_copy_that_was_written_into_is_none(tmp_path: Path) -> None:
    copy, hold = make(tmp_path)
    copy.write_bytes(b"Weights")
    seen = holds.look(str(tmp_path / "holds"))
    assert held_copies([there(hold)], holds.renew(seen)) == {}


@pytest.mark.hazard(49)
def test_a_hold_that_is_gone_or_a_link_is_none(tmp_path: Path) -> None:
    _, hold = make(tmp_path)
    place = Path(hold.proof.stamp.path)
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    seen = holds.renew(holds.look(str(tmp_path / "holds")))
    assert [one.now for one in seen] == [None]


@pytest.mark.parametrize("text", [b"", b"{", b'{"holds": [{}], "proofs": {}}'])
def test_a_damaged_index_proves_nothing(tmp_path: Path, text: bytes) -> None:
    _, hold = make(tmp_path)
    Path(hold.proof.stamp.path).with_name(holds.INDEX).write_bytes(text)
    assert holds.look(str(tmp_path / "holds")) == ()


def test_released_holds_are_gone_and_the_copy_stays(tmp_path: Path) -> None:
    copy, hold = make(tmp_path)
    assert holds.release([hold.proof.stamp.path], str(tmp_path / "holds")) == 1
    assert holds.look(str(tmp_path / "holds")) == ()
    assert copy.read_bytes() == b"weights"
    assert not Path(hold.proof.stamp.path).exists()
