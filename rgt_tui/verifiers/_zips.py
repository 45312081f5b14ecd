"""Zip archives read strictly: every byte belongs to a record, and both directories agree.

`zipfile` forgives; a checkpoint's archive is written by one library in one way. Layout: APPNOTE
6.3.10. PyTorch pads local extra fields so that data are aligned, and may write data descriptors.
"""

from __future__ import annotations

import struct
import zlib
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

from rgt_tui.verifiers import Broken, Region, Unsure
from rgt_tui.verifiers._content import File

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_FLAGS = 0x0808
"""Data descriptor, UTF-8 names: all that the writers of checkpoints set."""
DIRECTORY_MAX = 256 << 20


class Member(NamedTuple):
    """One record of an archive."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    header: int
    data: int


class Archive(NamedTuple):
    """The records of an archive, and whether it has checksums at all."""

    members: Dict[str, Member]
    has_crc: bool

    def regions(self) -> Tuple[Region, ...]:
        """The stored records with their checksums."""
        stored = [m for m in self.members.values() if not m.method]
        crc = self.has_crc
        return tuple(
            Region(m.name, m.data, m.data + m.size, m.crc if crc else None) for m in stored
        )


def read_archive(file: File) -> Archive:
    """The directory of an archive, checked against every local header.

    Raises:
        Broken: it contradicts itself, or bytes belong to nothing.
    """
    count, size, start, end = _directory(file)
    if size > DIRECTORY_MAX:
        raise Unsure(f"its directory of {size} bytes is larger than is read")
    table = file.read(start, size)
    members: List[Member] = []
    at = 0
    for _ in range(count):
        entry, at = _entry(table, at)
        members.append(entry)
    if at != size or start + size != end:
        raise Broken(f"its directory has {end - start} bytes, its entries take {at}")
    members.sort(key=lambda member: member.header)
    placed = _tiled(file, members, start)
    named = {member.name: member for member in placed}
    if len(named) != len(placed):
        raise Broken("a record is listed twice")
    has_crc = any(m.crc for m in placed) or not any(m.size for m in placed)
    return Archive(named, has_crc)


def _directory(file: File) -> Tuple[int, int, int, int]:
    """Number of entries, size and offset of the directory, and where it must end."""
    if file.size < _END.size:
        raise Broken(f"it has {file.size} bytes, too few for an archive")
    at = file.size - _END.size
    sign, disk, cd_disk, here, total, size, start, comment = _END.unpack(file.read(at, _END.size))
    if sign != b"PK\5\6":
        raise Broken("it does not end with an archive's directory: it was cut or added to")
    if disk or cd_disk or comment or here != total:
        raise Broken("the end of its directory is damaged")
    if at >= _LOCATOR.size:
        found = _LOCATOR.unpack(file.read(at - _LOCATOR.size, _LOCATOR.size))
        if found[0] == b"PK\6\7":
            return _directory64(file, at - _LOCATOR.size, found, (total, size, start))
    if total == 0xFFFF or 0xFFFFFFFF in (size, start):
        raise Broken("it lacks the large directory that it announces")
    return total, size, start, at


def _directory64(
    file: File, locator: int, found: Tuple[bytes, int, int, int], small: Tuple[int, int, int]
) -> Tuple[int, int, int, int]:
    _, disk, at, disks = found
    if disk or disks != 1 or at + _END64.size != locator:
        raise Broken("the pointer to its large directory is damaged")
    fields = _END64.unpack(file.read(at, _END64.size))
    sign, length, _, _, one, two, here, total, size, start = fields
    if sign != b"PK\6\6" or length != _END64.size - 12 or one or two or here != total:
        raise Broken("its large directory is damaged")
    for little, large, limit in zip(small, (total, size, start), (0xFFFF, 2**32 - 1, 2**32 - 1)):
        if little not in (large, limit):
            raise Broken("its two directories disagree")
    return total, size, start, at


def _entry(table: bytes, at: int) -> Tuple[Member, int]:
    if at + _ENTRY.size > len(table):
        raise Broken("its directory is cut")
    fields = _ENTRY.unpack_from(table, at)
    sign, _, _, flags, method, _, _, crc, packed, size, name_n, extra_n, note_n, disk = fields[:14]
    header = fields[16]
    name_at = at + _ENTRY.size
    end = name_at + name_n + extra_n + note_n
    if sign != b"PK\1\2" or end > len(table) or disk not in (0, 0xFFFF) or fields[14] > 1:
        raise Broken("an entry of its directory is damaged")
    if flags & ~_FLAGS or method not in (0, 8):
        raise Broken("an entry of its directory has flags or a method that no checkpoint uses")
    try:
        name = table[name_at : name_at + name_n].decode("utf-8")
    except UnicodeDecodeError as error:
        raise Broken("a record's name is damaged") from error
    extra = table[name_at + name_n : name_at + name_n + extra_n]
    size, packed, header = _large(extra, size, packed, header)
    if not method and packed != size:
        raise Broken(f"{name}: its two sizes disagree")
    return Member(name, method, crc, packed, size, header, 0), end


def _large(extra: bytes, size: int, packed: int, header: int) -> Tuple[int, int, int]:
    """Sizes and offset with those of the zip64 field in place of 0xFFFFFFFF."""
    values = [size, packed, header]
    wanted = [i for i, value in enumerate(values) if value == 0xFFFFFFFF]
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        field = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind != 1 or not wanted:
            continue
        if len(field) < 8 * len(wanted):
            raise Broken("a large record's size is missing")
        for place, i in enumerate(wanted):
            values[i] = struct.unpack_from("<Q", field, 8 * place)[0]
        wanted = []
    if wanted:
        raise Broken("a large record's size is missing")
    return values[0], values[1], values[2]


def _tiled(file: File, members: List[Member], end: int) -> List[Member]:
    """The members with the place of their data; every byte before the directory is one's."""
    placed: List[Member] = []
    at = 0
    for member in members:
        if member.header != at:
            raise Broken(f"{member.name}: begins at byte {member.header}, expected {at}")
        data, flags = _local(file, member)
        placed.append(member._replace(data=data))
        at = data + member.packed
        if flags & 0x08:
            at = _descriptor(file, member, at, end)
    if at != end:
        raise Broken(f"its records end at byte {at}, its directory begins at {end}")
    return placed


def _local(file: File, member: Member) -> Tuple[int, int]:
    head = _LOCAL.unpack(file.read(member.header, _LOCAL.size))
    sign, _, flags, method, _, _, crc, packed, size, name_n, extra_n = head
    name = file.read(member.header + _LOCAL.size, name_n)
    same = sign == b"PK\3\4" and name == member.name.encode("utf-8") and method == member.method
    if not same or flags & ~_FLAGS:
        raise Broken(f"{member.name}: its own header and the directory disagree")
    streamed = bool(flags & 0x08)
    if crc != member.crc and not (streamed and not crc):
        raise Broken(f"{member.name}: its two checksums disagree")
    for own, listed in ((packed, member.packed), (size, member.size)):
        if own not in (listed, 0xFFFFFFFF) and not (streamed and not own):
            raise Broken(f"{member.name}: its two sizes disagree")
    return member.header + _LOCAL.size + name_n + extra_n, flags


def _descriptor(file: File, member: Member, at: int, end: int) -> int:
    """Where the record ends, after its data descriptor."""
    room = file.read(at, min(24, end - at))
    for form in ("<4sLQQ", "<4sLLL"):
        size = struct.calcsize(form)
        if len(room) >= size:
            sign, crc, packed, real = struct.unpack_from(form, room)
            if (sign, crc, packed, real) == (b"PK\7\x08", member.crc, member.packed, member.size):
                return at + size
    raise Broken(f"{member.name}: what follows its data disagrees with the directory")


def peek(file: File, member: Member, keep: int) -> bytes:
    """The first `keep` bytes of a deflated record; fewer where it is damaged."""
    unpack = zlib.decompressobj(-15)
    try:
        return unpack.decompress(file.read(member.data, min(member.packed, 2 * keep)), keep)
    except zlib.error:
        return b""


def inflate(
    file: File, member: Member, keep: int = 0, watch: Optional[Callable[[bytes], None]] = None
) -> bytes:
    """Unpacks a deflated record and checks its size and CRC; gives its first `keep` bytes.

    `watch` sees every byte, a piece at a time.

    Raises:
        Broken: it does not unpack to what the directory says.
    """
    unpack = zlib.decompressobj(-15)
    crc = total = at = 0
    kept = b""
    try:
        while not unpack.eof:
            piece = file.read(member.data + at, min(1 << 18, member.packed - at))
            at += len(piece)
            out = unpack.decompress(unpack.unconsumed_tail + piece, 1 << 20)
            if not piece and not out:
                raise Broken(f"{member.name}: its packed data are cut")
            total += len(out)
            crc = zlib.crc32(out, crc)
            if watch is not None:
                watch(out)
            kept += out[: keep - len(kept)]
            if total > member.size:
                raise Broken(f"{member.name}: unpacks to more than it says")
    except zlib.error as error:
        raise Broken(f"{member.name}: its packed data are damaged") from error
    if (total, crc) != (member.size, member.crc) or at < member.packed:
        raise Broken(f"{member.name}: its checksum is wrong")
    return kept


def content(file: File, member: Member, limit: int) -> bytes:
    """All of a small record.

    Raises:
        Unsure: it is larger than `limit`.
    """
    if member.size > limit:
        raise Unsure(f"{member.name} has {member.size} bytes, more than is read")
    if member.method:
        return inflate(file, member, member.size)
    return file.read(member.data, member.size)


def find(archive: Archive, suffix: str) -> Optional[Member]:
    """The record `<folder>/<suffix>` of the archive's one folder."""
    for name, member in archive.members.items():
        if name.partition("/")[2] == suffix:
            return member
    return None
