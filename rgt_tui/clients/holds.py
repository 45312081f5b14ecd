"""Holds on disk: folders of hard links with one index each, looked at anew before every use."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from rgt_tui import places
from rgt_tui.domain.checkpoint import FileProof, FileStamp
from rgt_tui.domain.holding import Hold, HoldGroup, HoldSeen, renewed
from rgt_tui.domain.laid_out import laid_out
from rgt_tui.domain.manifest import BadManifest, Manifest, from_table, to_pieces
from rgt_tui.verifiers import Unsure
from rgt_tui.verifiers._content import File

INDEX: Final = "holds.json"
INDEX_MAX: Final = 256 << 20
CHUNK: Final = 4 << 20


def folder() -> str:
    """Where holds are kept: below the state folder; a folder for each pull."""
    return os.path.join(places.folder("state"), "holds")


def look(root: str | None = None) -> tuple[HoldSeen, ...]:
    """Every hold and what lies at its path now. Reads indexes and file status, no content.

    Args:
        root: folder of holds; the state folder's when None.
    """
    found: list[HoldSeen] = []
    for index in _indexes(root or folder()):
        found += [HoldSeen(hold, stamp_at(hold.proof.stamp.path)) for hold in read_index(index)]
    return tuple(found)


def groups(root: str | None = None) -> tuple[HoldGroup, ...]:
    """Every group of holds, newest first. Reads indexes and file status, no content.

    Args:
        root: folder of holds; the state folder's when None.
    """
    found = [_group(index) for index in _indexes(root or folder())]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: -one.at))


def let_go(group: HoldGroup, root: str | None = None, *, last: bool) -> tuple[int, int]:
    """Releases a group; the copies stay.

    Args:
        group: as `groups` gave it.
        root: folder of holds; the state folder's when None.
        last: whether holds without another name go too, which deletes their bytes.

    Returns:
        How many links were removed, and how many stay since they are the last name.
    """
    index = os.path.join(root or folder(), group.id, INDEX)
    gone = []
    kept = 0
    for hold in read_index(index):
        path = hold.proof.stamp.path
        if not last and _names_of(path) == 1:
            kept += 1
        else:
            gone.append(path)
    return release(gone, root), kept


def _group(index: str) -> HoldGroup | None:
    seen = [HoldSeen(hold, stamp_at(hold.proof.stamp.path)) for hold in read_index(index)]
    if not seen:
        return None
    newest = max((one.hold for one in seen), key=lambda hold: hold.at)
    there = [one for one in seen if one.now is not None]
    single = [one for one in there if _names_of(one.hold.proof.stamp.path) == 1]
    return HoldGroup(
        id=os.path.basename(os.path.dirname(index)),
        origin=newest.origin,
        target=os.path.commonpath([os.path.abspath(os.path.dirname(x.hold.copy)) for x in seen]),
        files=len(seen),
        size=sum(one.now.size for one in there if one.now is not None),
        at=newest.at,
        changed=sum(not one.is_kept for one in there),
        gone=len(seen) - len(there),
        last=(sum(one.now.size for one in single if one.now is not None), len(single)),
    )


def _names_of(path: str) -> int:
    """How many names a file has; 0 when it is not there."""
    try:
        return os.lstat(path).st_nlink
    except OSError:
        return 0


def renew(seen: Sequence[HoldSeen]) -> tuple[HoldSeen, ...]:
    """Holds whose file changed its status, hashed anew: kept again when the bytes are the same."""
    return tuple(one if one.is_kept or one.now is None else _renewed(one) for one in seen)


def write_index(index: str, holds: Sequence[Hold]) -> None:
    """Replaces an index.

    Raises:
        OSError: it cannot be written.
    """
    rows = (
        {
            "copy": hold.copy,
            "origin": hold.origin,
            "place": hold.place,
            "remote": _stamp_row(hold.remote),
            "at": hold.at,
        }
        for hold in holds
    )
    manifest = Manifest(place="holds", files=tuple(hold.proof for hold in holds), at=0.0)
    text = laid_out({"holds": rows, "proofs": to_pieces(manifest)})
    places.write_private(index, b"".join(piece.encode("ascii") for piece in text))


def read_index(index: str) -> tuple[Hold, ...]:
    """The holds of one index; none where it is damaged: what cannot be read proves nothing."""
    try:
        content, _ = places.read_regular(index, INDEX_MAX)
        found = json.loads(content)
        proofs = from_table(found["proofs"]).files
        return tuple(_hold(row, proof) for row, proof in zip(found["holds"], proofs, strict=True))
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, BadManifest):
        return ()


def held_in(folder: str) -> frozenset[str]:
    """The paths of the holds that the index in a folder names."""
    index = os.path.join(folder, INDEX)
    return frozenset(hold.proof.stamp.path for hold in read_index(index))


def release(hold_paths: Iterable[str], root: str | None = None) -> int:
    """Lets go of holds, for instance after their Pod was deleted; the copies stay.

    Args:
        hold_paths: as the holds' proofs name them.
        root: folder of holds; the state folder's when None.

    Returns:
        How many links were removed.
    """
    gone = set(hold_paths)
    count = 0
    for index in _indexes(root or folder()):
        known = read_index(index)
        left = [hold for hold in known if hold.proof.stamp.path not in gone]
        if len(left) == len(known):
            continue
        for hold in known:
            if hold.proof.stamp.path in gone:
                with contextlib.suppress(OSError):
                    os.unlink(hold.proof.stamp.path)
                    count += 1
        with contextlib.suppress(OSError):
            write_index(index, left)
    return count


def stamp_at(path: str) -> FileStamp | None:
    """The regular file at a path; None when there is none."""
    try:
        file = File(path)
    except (Unsure, OSError, ValueError):
        return None
    file.close()
    size, mtime_ns, ctime_ns, inode = file.stamp
    return FileStamp(path=path, size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode)


def hash_file(path: str) -> tuple[FileStamp, str] | None:
    """A regular file's stamp and SHA-256; None when it cannot be read or changes meanwhile."""
    try:
        file = File(path)
    except (Unsure, OSError, ValueError):
        return None
    digest = hashlib.sha256()
    try:
        for at in range(0, file.size, CHUNK):
            digest.update(file.read(at, min(CHUNK, file.size - at)))
        if file.stamp_now() != file.stamp:
            return None
    except (Unsure, OSError):
        return None
    finally:
        file.close()
    size, mtime_ns, ctime_ns, inode = file.stamp
    stamp = FileStamp(path=path, size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode)
    return stamp, digest.hexdigest()


def _renewed(seen: HoldSeen) -> HoldSeen:
    hashed = hash_file(seen.hold.proof.stamp.path)
    if hashed is None:
        return HoldSeen(seen.hold, None)
    stamp, sha256 = hashed
    fresh = renewed(seen.hold, replace(seen.hold.proof, stamp=stamp, sha256=sha256))
    return HoldSeen(fresh, stamp) if fresh is not None else seen


def _indexes(root: str) -> list[str]:
    try:
        names = sorted(os.listdir(root))
    except OSError:
        return []
    found = [os.path.join(root, name, INDEX) for name in names]
    return [os.path.realpath(index) for index in found if os.path.isfile(index)]


def _stamp_row(stamp: FileStamp) -> list[Any]:
    return [stamp.path, stamp.size, stamp.mtime_ns, stamp.ctime_ns, stamp.inode]


def _hold(row: dict[str, Any], proof: FileProof) -> Hold:
    path, size, mtime_ns, ctime_ns, inode = row["remote"]
    remote = FileStamp(
        path=str(path),
        size=int(size),
        mtime_ns=int(mtime_ns),
        ctime_ns=int(ctime_ns),
        inode=int(inode),
    )
    return Hold(
        proof=proof,
        copy=str(row["copy"]),
        origin=str(row["origin"]),
        remote=remote,
        place=str(row["place"]),
        at=float(row["at"]),
    )
