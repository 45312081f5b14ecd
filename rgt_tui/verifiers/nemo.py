"""NVIDIA NeMo's `.nemo`: a tar of a configuration and weights as torch saves them.

A tar has a checksum for each header and none for contents; those of the weights are the zip's own.
Layout: POSIX.1-1988 ustar, with the large sizes of GNU and pax. Source: NeMo 2.4, `save_restore_connector.py`.
"""

from __future__ import annotations

import zlib
from typing import List, NamedTuple, Tuple

from rgt_tui.verifiers import (
    Broken,
    Extent,
    Floats,
    Plan,
    Proves,
    Region,
    Unsure,
    Verifier,
    moved,
    safetensors,
)
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._torch import Item, walk_items
from rgt_tui.verifiers._zips import Archive, read_archive

BLOCK = 512
_MEMBERS_MAX = 100_000
_PAX_MAX = 1 << 20
_CONFIG = "model_config.yaml"
_GZIP = b"\x1f\x8b"
_SHARDS = (".distcp", ".metadata")
_WEIGHTS = (".ckpt", ".pt", ".pth", ".bin")


class Member(NamedTuple):
    """A regular file of an archive."""

    name: str
    start: int
    size: int


def _matches(head: bytes, name: str) -> bool:
    is_one = head.startswith(_GZIP) or head[257:262] == b"ustar"
    return is_one and name.lower().endswith(".nemo")


def members_of(file: File) -> List[Member]:
    """The regular files of a tar that is whole to its last byte.

    Raises:
        Broken: a header is damaged, or the end was not written.
    """
    found: List[Member] = []
    at, name, size = 0, "", -1
    for _ in range(_MEMBERS_MAX):
        head = file.read(at, BLOCK)
        if not head.strip(b"\0"):
            _check_end(file, at)
            return found
        own, kind, length = _header(head, at)
        name, size = name or own, length if size < 0 else size
        start, at = at + BLOCK, at + BLOCK + -(-size // BLOCK) * BLOCK
        file.require(start, at - start)
        if kind in (b"x", b"L"):
            name, size = _extended(file.read(start, min(length, _PAX_MAX)), kind, name)
            continue
        if kind in (b"0", b"\0"):
            found.append(Member(name, start, size))
        name, size = "", -1
    raise Unsure("it has more members than are looked at")


def _header(head: bytes, at: int) -> Tuple[str, bytes, int]:
    """Name, type and size of a member."""
    told = head[148:156].strip(b"\0 ")
    total = sum(head[:148]) + 8 * ord(" ") + sum(head[156:])
    if head[257:262] != b"ustar" or not told.isdigit() or int(told, 8) != total:
        raise Broken(f"the header of its member at byte {at} is damaged")
    raw = head[124:136]
    is_large = raw[0] & 0x80
    size = int.from_bytes(raw[1:], "big") if is_large else int(raw.strip(b"\0 ") or b"0", 8)
    return head[:100].rstrip(b"\0").decode("utf-8", "replace"), head[156:157], size


def _extended(data: bytes, kind: bytes, name: str) -> Tuple[str, int]:
    """Name and size for the next member, where its own header has no room for them; -1 for no size."""
    if kind == b"L":
        return data.rstrip(b"\0").decode("utf-8", "replace"), -1
    size = -1
    name = ""
    while data.strip(b"\0"):
        length, _, _ = data.partition(b" ")
        if not length.isdigit() or not 0 < int(length) <= len(data):
            raise Broken("an extended header of it is damaged")
        key, _, value = data[len(length) + 1 : int(length) - 1].partition(b"=")
        data = data[int(length) :]
        if key == b"size" and value.isdigit():
            size = int(value)
        elif key == b"path":
            name = value.decode("utf-8", "replace")
    return name, size


def _check_end(file: File, at: int) -> None:
    if file.size % BLOCK or file.size - at < 2 * BLOCK:
        raise Broken("its end was not written")
    while at < file.size:
        piece = file.read(at, min(1 << 20, file.size - at))
        if piece.strip(b"\0"):
            raise Broken(f"after its end at byte {at} something follows")
        at += len(piece)


def check(file: File) -> Plan:
    """Every member to the last byte; the weights as torch's archives or safetensors."""
    if file.read(0, min(2, file.size)) == _GZIP:
        return Plan(
            deep=lambda: _unpacked(file),
            warning="it is packed by gzip: only a full read tells more",
        )
    members = members_of(file)
    if not any(one.name.rpartition("/")[2] == _CONFIG for one in members):
        raise Unsure(f"it holds no {_CONFIG}")
    regions: List[Region] = []
    extents: List[Extent] = []
    floats: List[Floats] = []
    items: List[Item] = []
    loads: List[Tuple[int, int]] = []
    unread = ""
    for one in members:
        part = file.part(one.start, one.size)
        if part.read(0, min(4, one.size)) == b"PK\3\4":
            items.append(Item(one.name, one.start, part, _archive(part, one.name)))
            regions += items[-1].regions()
            extents += items[-1].extents()
        elif one.name.endswith(".safetensors"):
            found = safetensors.check(part)
            extents += moved(found.extents, one.start)
            floats += moved(found.floats() if found.floats is not None else (), one.start)
        else:
            unread = unread or (one.name if one.name.endswith(_WEIGHTS) else "")
            continue
        loads.append((one.start, one.size))
    warning = _warning(members, unread, is_read=bool(loads))
    said = f"{len(members)} members, {len(items)} with checksums"
    return Plan(
        tuple(regions), tuple(extents), lambda: walk_items(file.name, items, floats), warning,
        said, lambda: floats, tuple(loads),
    )  # fmt: skip


def _unpacked(file: File) -> str:
    """Unpacks what older versions packed, for gzip's own checksum of all of it."""
    unpack = zlib.decompressobj(31)
    at = 0
    try:
        while at < file.size and not unpack.eof:
            piece = unpack.unconsumed_tail or file.read(at, min(1 << 18, file.size - at))
            at += 0 if unpack.unconsumed_tail else len(piece)
            unpack.decompress(piece, 1 << 20)
        while unpack.unconsumed_tail and not unpack.eof:
            unpack.decompress(unpack.unconsumed_tail, 1 << 20)
    except zlib.error as error:
        raise Broken("what gzip packed is damaged") from error
    if not unpack.eof:
        raise Broken("what gzip packed is cut")
    if unpack.unused_data or at != file.size:
        raise Broken("after what gzip packed something follows")
    raise Unsure("it is packed by gzip, whose checksum is right: the weights in it were not walked")


def _archive(part: File, name: str) -> Archive:
    try:
        return read_archive(part)
    except Broken as why:
        raise Broken(f"{name}: {why}") from why


def _warning(members: List[Member], unread: str, *, is_read: bool) -> str:
    if any(one.name.endswith(_SHARDS) for one in members):
        return "it holds a distributed checkpoint, which is not looked at within an archive"
    if unread:
        return f"{unread} in it is of a form that is not looked at within an archive"
    return "" if is_read else "it holds no weights in a way that is read"


VERIFIER = Verifier(
    name="nemo",
    title="NVIDIA NeMo (.nemo)",
    rank=30,
    matches=_matches,
    check=check,
    proves=Proves(
        structure="every member's header has its checksum; the members end where the file does",
        full="CRC-32 of the weights, which torch saved; no hostile pickle; NaN and infinity, as a warning; "
        "what gzip packed stays unknown",
        load="torch.load(weights_only=True) of the weights",
        never="changed bytes of its configuration and tokenizer",
    ),
)
