"""numpy's `.npy`: a header, then the array; no checksum."""

from __future__ import annotations

from rgt_tui.verifiers import Broken, Extent, Plan, Proves, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._npy import HEAD, MAGIC, expected_size, floats_of


def check(file: File) -> Plan:
    """The length must be what the header says."""
    head = file.read(0, min(file.size, HEAD))
    size = expected_size(head, "the array")
    if size != file.size:
        raise Broken(f"it has {file.size} bytes, its header says {size}")
    floats = floats_of(head, "the array", 0)
    extent = Extent("the array", 64, file.size, 0)
    return Plan((), (extent,), None, "", "one array, no checksum", lambda: floats)


VERIFIER = Verifier(
    name="npy",
    title="numpy array (.npy)",
    rank=10,
    matches=lambda head, name: head[:6] == MAGIC or name.lower().endswith(".npy"),
    check=check,
    proves=Proves(
        structure="the length is what the header says",
        full="an end that was never written, NaN and infinity, as warnings",
        load="numpy reads every byte; it notices nothing that structure does not",
        never="changed bytes inside the array: no checksum",
    ),
)
