"""Real files in the file systems of simulated Pods, checkpoints above all."""

import json
import os
import random
import struct
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
    """

    path: str
    content: bytes
    age_s: float = 3600.0
    is_link: bool = False


_SMALL: Final = bytes(byte & 0xBF for byte in range(256))
"""The highest byte of a float32 without the highest bit of its exponent: below 2, and a number."""


def safetensors(seed: int, tensors: int = 4, elements: int = 2048) -> bytes:
    """A safetensors file of random float32 tensors, as the format's README describes it."""
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
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    numbers = bytearray(dice.randbytes(size * tensors))
    numbers[3::4] = numbers[3::4].translate(_SMALL)
    return struct.pack("<Q", len(header)) + header + bytes(numbers)


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


def lay_out(root: Path, files: list[StoredFile], now: float) -> None:
    """Writes the files below `root`, with their ages."""
    for file in files:
        place = root / file.path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.is_link:
            place.symlink_to(file.content.decode())
            continue
        place.write_bytes(file.content)
        os.utime(place, (now - file.age_s, now - file.age_s))
