"""Pulls that have ended, as values."""

from rgt_tui.domain.checkpoint import FileProof, FileStamp, Level, Verdict
from rgt_tui.domain.manifest import Manifest
from rgt_tui.domain.pulling import Ended, Pulled, PulledFile
from rgt_tui.verifiers import TOOL
from tests.values import NOW

PLACE = "pod:p1@2026-06-01"
HERE = "local:box"


def a_pulled_file(
    name: str, *, kind: str = "torch", verdict: Verdict = Verdict.OK, sha256: str = "ab" * 32
) -> PulledFile:
    """A file that is equal at both ends, read in full here."""
    remote = FileStamp(path=f"/workspace/{name}", size=9, mtime_ns=1, ctime_ns=1, inode=1)
    here = FileStamp(path=f"/home/{name}", size=9, mtime_ns=2, ctime_ns=2, inode=2)
    proof = FileProof(
        stamp=here,
        sha256=sha256,
        format=kind,
        verdict=verdict,
        level=Level.FULL,
        reason="3 tensors",
        bytes_read=9,
        tool=TOOL,
    )
    return PulledFile(remote=remote, path=here.path, ended=Ended.EQUAL, sha256=sha256, proof=proof)


def unverified(stamp: FileStamp, sha256: str) -> FileProof:
    """What is known of a held file of no known format, which was read in full."""
    return FileProof(
        stamp=stamp, sha256=sha256, format="unknown", verdict=Verdict.UNKNOWN, level=Level.FULL,
        reason="no verifier knows it", bytes_read=stamp.size, tool=TOOL,
    )  # fmt: skip


def a_pulled(*files: PulledFile) -> Pulled:
    """The end of a pull of these files, with the manifests of both ends."""
    here = [file.proof for file in files if file.proof is not None]
    there = [
        FileProof(
            stamp=file.remote, sha256=file.sha256, format="unknown", verdict=Verdict.UNKNOWN,
            level=Level.STRUCTURE, reason="hashed", bytes_read=9, tool=TOOL,
        )
        for file in files
    ]  # fmt: skip
    return Pulled(
        files=files,
        groups=(),
        skipped=(),
        here=Manifest(place=HERE, files=tuple(here), at=NOW),
        there=Manifest(place=PLACE, files=tuple(there), at=NOW),
        manifest="/home/manifest.json",
        moved=9,
        seconds=1.0,
        tool="own",
    )
