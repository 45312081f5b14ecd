"""A pull whose bytes all came, of a checkpoint that is broken, says that and asks for no second pull."""

from dataclasses import replace

from rgt_tui.domain.checkpoint import FileProof, FileStamp, Level, Verdict
from rgt_tui.domain.manifest import Manifest
from rgt_tui.domain.pulling import Ended, Pulled, PulledFile

STAMP = FileStamp(path="/workspace/a.safetensors", size=9, mtime_ns=1, ctime_ns=1, inode=1)
PROOF = FileProof(
    stamp=STAMP, sha256="ab", format="safetensors", verdict=Verdict.BROKEN, level=Level.FULL,
    reason="it was\x1b cut", bytes_read=9, tool="t",
)  # fmt: skip


def pulled(proof: FileProof) -> Pulled:
    file = PulledFile(remote=STAMP, path="/here/a", ended=Ended.EQUAL, sha256="ab", proof=proof)
    none = Manifest(place="local:x", files=(), at=1.0)
    return Pulled(
        files=(file,), groups=(), skipped=(), here=none, there=none, manifest="m", moved=9,
        seconds=1.0, tool="own",
    )  # fmt: skip


def test_what_is_wrong_with_bytes_that_came_equal_is_said() -> None:
    broken = pulled(PROOF)
    assert not broken.is_whole
    assert broken.doubt.startswith("/workspace/a.safetensors is broken there, too: it was")
    assert "\x1b" not in broken.doubt


def test_nothing_is_said_of_what_is_whole() -> None:
    whole = pulled(replace(PROOF, verdict=Verdict.OK))
    assert (whole.is_whole, whole.doubt) == (True, "")


def test_ten_thousand_files_are_not_written_out_with_their_pull() -> None:
    assert "a.safetensors" not in repr(pulled(PROOF)), "asyncio.run writes out what it gives back"
