"""numpy's `.npz`: a zip of `.npy` files, each with its CRC-32."""

from __future__ import annotations

from typing import List, Optional

from rgt_tui.verifiers import Broken, Floats, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._npy import HEAD, expected_size, floats_of
from rgt_tui.verifiers._numbers import LOOKED_MAX, Looked, Stream
from rgt_tui.verifiers._zips import Archive, Member, inflate, peek, read_archive


def check(file: File) -> Plan:
    """Every record must be an array of the length its header says."""
    archive = read_archive(file)
    for member in archive.members.values():
        if not member.name.endswith(".npy"):
            raise Broken(f"the record {member.name} is no array")
        if not member.method:
            head = file.read(member.data, min(member.size, HEAD))
            if expected_size(head, member.name) != member.size:
                raise Broken(f"{member.name} does not have the length its header says")
    return Plan(
        archive.regions(),
        (),
        lambda: _packed(file, archive),
        floats=lambda: [
            one for member in archive.members.values() for one in _floats(file, member)
        ],
    )


def _floats(file: File, member: Member) -> List[Floats]:
    """The numbers of a stored array; those of a compressed one are looked at as it unpacks."""
    if member.method:
        return []
    head = file.read(member.data, min(member.size, HEAD))
    return floats_of(head, member.name, member.data)


def _packed(file: File, archive: Archive) -> str:
    """Unpacks what is compressed, and looks at its numbers on the way."""
    looked = total = 0
    first = ""
    for member in archive.members.values():
        if not member.method:
            continue
        watch = _watch(peek(file, member, HEAD), member, LOOKED_MAX - looked)
        head = inflate(file, member, HEAD, watch.take if watch is not None else None)
        if expected_size(head, member.name) != member.size:
            raise Broken(f"{member.name} does not have the length its header says")
        if watch is not None:
            looked, total = looked + watch.looked, total + watch.total
            first = first or watch.found
    if first:
        raise Unsure(f"it holds NaN or infinity: {first} is no number")
    said = Looked("", looked, total).said
    return f"{len(archive.members)} arrays" + (f"; compressed: {said}" if said else "")


def _watch(head: bytes, member: Member, limit: int) -> Optional[Stream]:
    """What looks at the numbers of a compressed array; None where it has none, or is damaged."""
    try:
        found = floats_of(head, member.name, 0)
    except (Broken, Unsure):
        return None  # to unpack it will say more
    return Stream(found[0], limit) if found else None


VERIFIER = Verifier(
    name="npz",
    title="numpy archive (.npz)",
    rank=10,
    matches=lambda head, name: name.lower().endswith(".npz"),
    check=check,
    proves=Proves(
        structure="every byte belongs to a record; stored arrays have their length",
        full="CRC-32 of every array; NaN and infinity, as a warning",
        load="numpy reads every byte and checks the CRC-32",
        never="nothing of the arrays' bytes stays unseen",
    ),
)
