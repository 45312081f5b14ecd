"""safetensors: a JSON header, then the tensors without any gap; no checksum.

The rules are those of the reference implementation's validator (safetensors 0.8, `tensor.rs`).
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Dict, List, Tuple

from rgt_tui.verifiers import Broken, Extent, Floats, Plan, Proves, Verifier
from rgt_tui.verifiers._content import CHUNK, File

HEADER_MAX = 100_000_000
_DIGITS_MAX = 20
"""Of the largest unsigned number of 64 bits."""
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
    "F64": 64, "I64": 64, "U64": 64, "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6,
}  # fmt: skip
_FLOATS = {"F16": "f16", "BF16": "bf16", "F32": "f32", "C64": "f32", "F64": "f64"}
_HASH = "sshs_model_hash"
"""kohya's trainers put the SHA-256 of everything after the header into the header."""


def _matches(head: bytes, name: str) -> bool:
    size = int.from_bytes(head[:8], "little")
    return name.lower().endswith(".safetensors") or (
        len(head) > 9 and head[8:9] == b"{" and 2 <= size <= HEADER_MAX and head[9:10] in b'"} '
    )


def header(file: File) -> Tuple[Dict[str, Any], int]:
    """The header and where the data begin.

    Raises:
        Broken: there is none.
    """
    size = int.from_bytes(file.read(0, 8), "little")
    if size > HEADER_MAX:
        raise Broken(_not_a_header(file))
    if size + 8 > file.size:
        raise Broken(f"its header needs {size + 8} bytes, the file has {file.size}")
    raw = file.read(8, size)
    if not raw.startswith(b"{"):
        raise Broken(_not_a_header(file))
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_no_twins, parse_int=_whole)
    except RecursionError as error:
        raise Broken("its header is nested without end") from error
    except ValueError as error:
        raise Broken(f"its header is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Broken("its header is no table")
    return found, 8 + size


def _not_a_header(file: File) -> str:
    head = file.read(0, min(64, file.size)).lstrip().lower()
    if head.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer: the content was never fetched"
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "it is a web page: a download failed and its error was saved"
    return "it does not begin with a header"


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS_MAX:
        raise Broken(f"a number in its header has {len(digits)} digits, more than any size has")
    return int(digits)


def _no_twins(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a name occurs twice")
    return table


def check(file: File) -> Plan:
    """The header's tensors must tile the file exactly."""
    found, start = header(file)
    notes = found.pop("__metadata__", {})
    if not isinstance(notes, dict) or not all(isinstance(v, str) for v in notes.values()):
        raise Broken("its __metadata__ is not a table of texts")
    for name in found:
        if not name.isascii() and name != name.encode("utf-8", "replace").decode():
            raise Broken(f"a name in its header is no text: {name!r}")
    extents = [_extent(name, entry, start) for name, entry in found.items()]
    extents.sort(key=lambda extent: (extent.start, extent.end))
    at = start
    for extent in extents:
        if extent.start != at:
            raise Broken(f"{extent.name} begins at byte {extent.start}, expected {at}")
        at = extent.end
    if at != file.size:
        raise Broken(f"its tensors end at byte {at}, the file at {file.size}")
    promised = notes.get(_HASH)
    said = f"{len(extents)} tensors, no checksum"
    floats = [
        Floats(one.name, one.start, one.end, _FLOATS[kind])
        for one in extents
        if (kind := str(found[one.name]["dtype"])) in _FLOATS
    ]
    if not promised:
        return Plan((), tuple(extents), None, "", said, lambda: floats)
    return Plan((), (), lambda: _hashed(file, start, promised), "", "", lambda: floats)


def _extent(name: str, entry: Any, start: int) -> Extent:
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise Broken(f"the entry of {name!r} is damaged")
    shape, offsets, bits = entry["shape"], entry["data_offsets"], _BITS.get(str(entry["dtype"]))
    if bits is None:
        raise Broken(f"{name!r} has the unknown dtype {entry['dtype']!r}")
    if not (_are_sizes(shape) and _are_sizes(offsets) and len(offsets) == 2):
        raise Broken(f"the shape or place of {name!r} is damaged")
    count = 1
    for size in shape:
        count *= size
    begin, end = offsets
    if count * bits % 8 or end - begin != count * bits // 8:
        raise Broken(f"{name!r} takes {end - begin} bytes, its shape needs {_told(count * bits)}")
    row = (shape[-1] if shape else 1) * bits // 8
    return Extent(name, start + begin, start + end, row)


def _told(bits: int) -> str:
    """Bytes in words; a shape may multiply to a number that cannot be written."""
    return f"{bits / 8:g}" if bits < 2**80 else "more than there are"


def _are_sizes(found: Any) -> bool:
    return isinstance(found, list) and all(
        isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 2**63 for n in found
    )


def _hashed(file: File, start: int, promised: str) -> str:
    digest = hashlib.sha256()
    for at in range(start, file.size, CHUNK):
        digest.update(file.read(at, min(CHUNK, file.size - at)))
    if promised.lower().replace("0x", "") not in (digest.hexdigest(), digest.hexdigest()[:12]):
        raise Broken("its data do not have the hash that its trainer wrote into the header")
    return "its data have the hash that its trainer wrote into the header"


VERIFIER = Verifier(
    name="safetensors",
    title="safetensors",
    rank=10,
    matches=_matches,
    check=check,
    proves=Proves(
        structure="the tensors of the header tile the file exactly",
        full="ends that were never written, in most cases; NaN and infinity, as a warning; kohya "
        "files: every byte, by their hash",
        load="safetensors reads every byte; it notices nothing that structure does not",
        never="changed bytes inside a tensor: no checksum",
    ),
)
