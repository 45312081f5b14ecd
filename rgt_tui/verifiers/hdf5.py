"""HDF5 (`.h5`, `.hdf5`): superblock, every group and dataset, and the bytes of each.

Superblock layouts: HDF5 File Format Specification 3.0, II.A.
"""

from __future__ import annotations

from typing import List

from rgt_tui.verifiers import Broken, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._hdf5_contents import Contents
from rgt_tui.verifiers._hdf5_tables import Tables, lookup3

MAGIC = b"\x89HDF\r\n\x1a\n"
_WHERE = {0: (13, 24), 1: (13, 28), 2: (9, 12), 3: (9, 12)}
"""Where the size of offsets and the base address stand, by version of the superblock."""
_AFAR_MAX = 4 << 20
"""The tables lie all over a file: of a larger one over S3 they would cost a call for each dataset."""
_OPEN = 0x05
"""Flags of version 3: a writer has it open, or had when it ended."""


def check(file: File) -> Plan:
    """The file must end where it says, and hold every dataset that its groups name."""
    try:
        if file.is_alone and file.size > _AFAR_MAX:
            _superblock(file)
            raise Unsure(
                "it ends where it should; its tables, all over it, were not read from afar"
            )
        contents = contents_of(file)
    except Unsure as why:
        return Plan(warning=str(why))
    warning = contents.unread[0] if contents.unread else ""
    return Plan(
        (), tuple(contents.extents), contents.deep, warning, contents.said, lambda: contents.floats
    )


def contents_of(file: File) -> Contents:
    """The datasets of a file, by its tables.

    Raises:
        Broken: the tables contradict themselves, or the file.
        Unsure: its superblock is of a kind that is not read.
    """
    tables, root = _superblock(file)
    contents = Contents(file)
    contents.read(tables, root)
    return contents


def _superblock(file: File) -> "tuple[Tables, int]":
    """How its tables are read, and the address of the root group."""
    head = file.read(0, min(file.size, 128))
    if head[:8] != MAGIC or len(head) < 48:
        raise Broken("it does not begin with a superblock of HDF5")
    version = head[8]
    if version not in _WHERE:
        raise Unsure(f"its superblock has the unknown version {version}")
    width_at, at = _WHERE[version]
    wide, long = head[width_at], head[width_at + 1]
    if wide not in (4, 8) or long not in (4, 8):
        raise Broken("its superblock is damaged")
    fields = [int.from_bytes(head[at + i * wide : at + (i + 1) * wide], "little") for i in range(6)]
    base, end = fields[0], fields[2]
    if base:
        raise Unsure("its data begin after a block of somebody else's")
    if end != file.size:
        raise Broken(f"it should end at byte {end}, it has {file.size}")
    if version < 2:
        tables = Tables(file, wide, long)
        _check_old(tables, head, at, fields)
        return tables, fields[5]
    sum_at = at + 4 * wide
    if lookup3(head[:sum_at]) != int.from_bytes(head[sum_at : sum_at + 4], "little"):
        raise Broken("its superblock: its checksum is wrong")
    if version == 3 and head[11] & _OPEN:
        raise Unsure("it was never closed by the program that wrote it")
    return Tables(file, wide, long), fields[3]


def _check_old(tables: Tables, head: bytes, at: int, fields: List[int]) -> None:
    """What a superblock without checksum says beside addresses, and where it lets the root lie."""
    kind_at = at + 6 * tables.wide
    kind = int.from_bytes(head[kind_at : kind_at + 4], "little")
    is_odd = any(head[n] for n in (9, 10, 12)) or head[20] & ~_OPEN or any(head[21:24])
    if is_odd or kind > 2 or fields[1] != tables.nowhere:
        raise Broken("its superblock is damaged")
    if fields[3] != tables.nowhere:
        raise Unsure("it was written by a driver that is not known here")
    if kind == 1:
        tables.cached[fields[5]] = head[kind_at + 8 : kind_at + 8 + 2 * tables.wide]


VERIFIER = Verifier(
    name="hdf5",
    title="HDF5 (.h5 .hdf5)",
    rank=10,
    matches=lambda head, name: head[:8] == MAGIC or name.lower().endswith((".h5", ".hdf5")),
    check=check,
    proves=Proves(
        structure="it ends where the superblock says; every dataset of its groups lies within it "
        "and apart from the others",
        full="checksums of chunks that have one (deflate, fletcher32) and of newer tables; ends "
        "that were never written, in most cases; NaN and infinity, as a warning; chunks "
        "packed by other filters make the verdict unknown",
        load="h5py reads every dataset",
        never="changed bytes inside a dataset that is not packed: no checksum by default; texts of "
        "variable length",
    ),
)
