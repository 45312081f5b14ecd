"""HDF5 (`.h5`, `.hdf5`): the superblock tells where the file ends; the rest needs a load.

Superblock layouts: HDF5 File Format Specification 3.0, II.A.
"""

from __future__ import annotations

from rgt_tui.verifiers import Broken, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File

MAGIC = b"\x89HDF\r\n\x1a\n"
_WHERE = {0: (13, 24), 1: (13, 28), 2: (9, 12), 3: (9, 12)}
"""Where the size of offsets and the base address stand, by version of the superblock."""


def check(file: File) -> Plan:
    """The end-of-file address must be the file's size."""
    head = file.read(0, min(file.size, 128))
    if head[:8] != MAGIC or len(head) < 48:
        raise Broken("it does not begin with a superblock of HDF5")
    version = head[8]
    if version not in _WHERE:
        raise Unsure(f"its superblock has the unknown version {version}")
    width_at, at = _WHERE[version]
    width = head[width_at]
    if width not in (4, 8):
        raise Broken("its superblock is damaged")
    fields = [
        int.from_bytes(head[at + i * width : at + (i + 1) * width], "little") for i in range(3)
    ]
    base, end = fields[0], fields[2]
    if base:
        raise Unsure("its data begin after a block of somebody else's")
    if end != file.size:
        raise Broken(f"it should end at byte {end}, it has {file.size}")
    return Plan((), (), None, "HDF5 has no checksum and its tree is only read by a load", "")


VERIFIER = Verifier(
    name="hdf5",
    title="HDF5 (.h5 .hdf5)",
    rank=10,
    matches=lambda head, name: head[:8] == MAGIC or name.lower().endswith((".h5", ".hdf5")),
    check=check,
    proves=Proves(
        structure="it ends where the superblock says",
        full="no more than structure: the verdict stays unknown",
        load="h5py reads every dataset",
        never="changed bytes inside a dataset: no checksum by default",
    ),
)
