"""Real files in the file systems of simulated Pods, checkpoints above all."""

import json
import os
import random
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file inside a Pod.

    Attributes:
        path: absolute, inside the Pod.
        content: its bytes; for a link, where it leads.
        age_s: seconds since it was written, when the Pod is first looked into.
        drawn: how many random bytes follow; they are drawn when somebody reads them, so that a large
            file takes no room on the machine of the simulator.
    """

    path: str
    content: bytes
    age_s: float = 3600.0
    is_link: bool = False
    drawn: int = 0

    @property
    def size_bytes(self) -> int:
        """As `stat` tells it."""
        return len(self.content) + self.drawn


_SMALL: Final = bytes(byte & 0xBF for byte in range(256))
"""The highest byte of a float32 without the highest bit of its exponent: below 2, and a number."""


def safetensors(seed: int, tensors: int = 4, elements: int = 2048) -> bytes:
    """A safetensors file of random float32 tensors, as the format's README describes it."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    numbers = bytearray(dice.randbytes(elements * 4 * tensors))
    numbers[3::4] = numbers[3::4].translate(_SMALL)
    return _header(tensors, elements) + bytes(numbers)


def large_safetensors(path: str, mebibytes: int, age_s: float) -> StoredFile:
    """A safetensors file of some size, whose tensors are drawn when they are read."""
    tensors, elements = mebibytes, 1 << 18
    header = _header(tensors, elements)
    return StoredFile(path=path, content=header, age_s=age_s, drawn=tensors * elements * 4)


def _header(tensors: int, elements: int) -> bytes:
    """The length of the table, and the table."""
    table: dict[str, object] = {"__metadata__": {"format": "pt"}}
    size = elements * 4
    for number in range(tensors):
        table[f"model.layers.{number}.weight"] = {
            "dtype": "F32",
            "shape": [elements],
            "data_offsets": [number * size, (number + 1) * size],
        }
    header = json.dumps(table).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header


def trainer_checkpoint(folder: str, step: int, age_s: float) -> list[StoredFile]:
    """A checkpoint folder as the Hugging Face Trainer leaves it."""
    state = json.dumps({"global_step": step, "epoch": 1.5, "log_history": []}).encode()
    contents = {
        "model.safetensors": safetensors(step),
        "trainer_state.json": state,
        "config.json": b'{"model_type": "llama"}',
    }
    place = f"{folder}/checkpoint-{step}"
    return [
        StoredFile(path=f"{place}/{name}", content=content, age_s=age_s)
        for name, content in contents.items()
    ]


def lay_out(root: Path, files: Iterable[StoredFile], now: float) -> None:
    """Writes the files below `root`, with their ages, and beside it which bytes are drawn."""
    notes = root.with_name(f"{root.name}.drawn")
    drawn = json.loads(notes.read_text()) if notes.exists() else {}
    for file in files:
        place = root / file.path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.is_link:
            place.symlink_to(file.content.decode())
            continue
        place.write_bytes(file.content)
        if file.drawn:
            os.truncate(place, file.size_bytes)
            drawn[str(place.stat().st_ino)] = [len(file.content), file.size_bytes]
        written = now - max(0.0, file.age_s)
        os.utime(place, (written, written))
    notes.write_text(json.dumps(drawn))


def lay_empty(root: Path, path: str, size_bytes: int, changed_at: float) -> None:
    """Makes a file of that size of which nothing was written, or brings it up to it."""
    place = root / path.lstrip("/")
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("ab") as file:
        file.truncate(size_bytes)
    os.utime(place, (changed_at, changed_at))
