"""What the first bytes of a checkpoint prove: read from outside, without the rest of the file.

A safetensors file tells in its header where every tensor lies, so header and size together prove
that nothing is cut off (format: huggingface/safetensors README, read 2026-11-23): eight bytes
little-endian give the length of a JSON header, whose `data_offsets` cover the rest without a gap.
Of other formats only the first bytes are known; that is no proof, and said so.
"""

import json
from dataclasses import dataclass
from typing import Final, Literal

PREFIX: Final = 8
HEADER_MAX: Final = 100_000_000
"""Bytes; the reference reader refuses longer headers."""
_MAGIC: Final = (
    (b"PK\x03\x04", "zip (torch.save)"),
    (b"GGUF", "gguf"),
    (b"\x93NUMPY", "npy"),
    (b"\x89HDF", "hdf5"),
    (b"\x80", "pickle"),
)

Verdict = Literal["ok", "broken", "unknown"]


@dataclass(frozen=True, slots=True)
class HeaderCheck:
    """What a header says: `ok` is proven as far as a header can, `unknown` is never `ok`."""

    verdict: Verdict
    format: str
    said: str


def header_length(prefix: bytes, size: int) -> int | None:
    """How long the header of a safetensors file is; None when it cannot be one."""
    if len(prefix) < PREFIX:
        return None
    length = int.from_bytes(prefix[:PREFIX], "little")
    return length if 2 <= length <= min(HEADER_MAX, size - PREFIX) else None


def check_safetensors(header: bytes, size: int) -> HeaderCheck:
    """Whether the header describes exactly the bytes that follow it.

    Args:
        header: the JSON, without its length.
        size: of the whole file.
    """
    name = "safetensors"
    try:
        tensors = json.loads(header)
        assert isinstance(tensors, dict)  # noqa: S101  # a misfit like the others
        tensors.pop("__metadata__", None)
        spans = sorted(tuple(map(int, tensor["data_offsets"])) for tensor in tensors.values())
    except (ValueError, TypeError, KeyError, AssertionError, RecursionError):
        return HeaderCheck("broken", name, "its header is no table of tensors")
    end = 0
    for start, stop in (span for span in spans if len(span) == 2):
        if start != end or stop < start:
            return HeaderCheck("broken", name, "its tensors leave a gap or overlap")
        end = stop
    room = size - PREFIX - len(header)
    if end != room:
        return HeaderCheck(
            "broken", name, f"{room} bytes of tensors are there, {end} are described"
        )
    return HeaderCheck("ok", name, f"{len(spans)} tensors, every byte accounted for")


def recognise(name: str, prefix: bytes, size: int) -> HeaderCheck:
    """What the first bytes of a file that is no safetensors say."""
    if size == 0:
        return HeaderCheck("broken", "", "it is empty")
    if name.endswith(".safetensors"):
        return HeaderCheck("broken", "safetensors", "it has no safetensors header")
    found = next((word for magic, word in _MAGIC if prefix.startswith(magic)), "")
    if not found:
        return HeaderCheck("unknown", "", "no known format")
    return HeaderCheck("unknown", found, "begins as it should; its header proves no more")
