"""A manifest: every file of a set with its hash and verdict, and one digest over all of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from rgt_tui.domain.checkpoint import FileProof, FileStamp, Level, Verdict
from rgt_tui.domain.laid_out import AT_ONCE
from rgt_tui.domain.records import dataclass

FORMAT: Final = "rgt-manifest 1"


class BadManifest(Exception):
    """A manifest that cannot be read; the message says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Files of one place, by path.

    Attributes:
        place: where they lie: `pod:<id>@<start>` or `local:<host>`.
        files: in the order of their paths.
        at: when the last of them was read, in Unix seconds.
    """

    place: str
    files: tuple[FileProof, ...] = field(repr=False)
    at: float

    @property
    def digest(self) -> str:
        """SHA-256 over paths, stamps, hashes and verdicts; what a permit is bound to."""
        return _digest(self.place, self.files)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(proof.stamp.size for proof in self.files)

    def proof_of(self, path: str) -> FileProof | None:
        """The entry of a path."""
        return next((proof for proof in self.files if proof.stamp.path == path), None)


def to_pieces(manifest: Manifest) -> dict[str, Any]:
    """The manifest as a table for JSON, with its digest; its files are made as they are taken."""
    return {
        "at": manifest.at,
        "digest": manifest.digest,
        "files": map(_row, manifest.files),
        "manifest": FORMAT,
        "place": manifest.place,
    }


def from_table(found: Mapping[str, Any]) -> Manifest:
    """The manifest that a table read from JSON holds.

    Raises:
        BadManifest: it is none, or its digest is not that of its content.
    """
    try:
        manifest = Manifest(
            place=str(found["place"]),
            at=float(found["at"]),
            files=tuple(_proof(row) for row in found["files"]),
        )
        digest = found["digest"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadManifest(f"not a manifest ({type(error).__name__})") from error
    if digest != manifest.digest:
        raise BadManifest("its digest is not that of its content")
    return manifest


def differences(here: Sequence[tuple[str, str]], there: Sequence[tuple[str, str]]) -> list[str]:
    """How two lists of (relative path, SHA-256) differ, a phrase for each path; empty when equal."""
    one, two = dict(here), dict(there)
    found = [f"{path}: missing here" for path in two if path not in one]
    found += [f"{path}: only here" for path in one if path not in two]
    for path in one:
        if path in two and (one[path] != two[path] or not one[path]):
            found.append(f"{path}: the bytes differ" if one[path] else f"{path}: not hashed")
    return sorted(found)


def _digest(place: str, proofs: Sequence[FileProof]) -> str:
    """Of the text `[format, place, [row, ...]]`, of which a part is made at a time."""
    head = f"[{_compact(FORMAT)},{_compact(place)},["
    digest = hashlib.sha256(head.encode("ascii"))
    ordered = sorted(proofs, key=lambda proof: proof.stamp.path)
    for first in range(0, len(ordered), AT_ONCE):
        text = _compact(list(map(_row, ordered[first : first + AT_ONCE])))[1:-1]
        digest.update((("," if first else "") + text).encode("ascii"))
    digest.update(b"]]")
    return f"sha256:{digest.hexdigest()}"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _row(proof: FileProof) -> dict[str, Any]:
    return {
        "path": proof.stamp.path,
        "bytes": proof.stamp.size,
        "mtime_ns": proof.stamp.mtime_ns,
        "ctime_ns": proof.stamp.ctime_ns,
        "inode": proof.stamp.inode,
        "sha256": proof.sha256,
        "format": proof.format,
        "verdict": proof.verdict.value,
        "level": proof.level.value,
        "reason": proof.reason,
        "bytes_read": proof.bytes_read,
        "tool": proof.tool,
    }


def _proof(row: dict[str, Any]) -> FileProof:
    stamp = FileStamp(
        path=str(row["path"]),
        size=int(row["bytes"]),
        mtime_ns=int(row["mtime_ns"]),
        ctime_ns=int(row["ctime_ns"]),
        inode=int(row["inode"]),
    )
    return FileProof(
        stamp=stamp,
        sha256=str(row["sha256"]),
        format=str(row["format"]),
        verdict=Verdict(row["verdict"]),
        level=Level(row["level"]),
        reason=str(row["reason"]),
        bytes_read=int(row["bytes_read"]),
        tool=str(row["tool"]),
    )
