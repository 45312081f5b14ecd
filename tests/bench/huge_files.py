"""Sparse checkpoints of ten gigabytes, one of each format, laid out as their libraries do.

Not a benchmark: `huge` measures with them. What stands in their tables is real; their data are a hole.
"""

import json
import pickle
import struct
import sys
import types
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import gguf
import h5py
import numpy as np
import onnx
from onnx import TensorProto, helper

TENSORS = 291
"""Of a Llama of 32 layers."""
ELEMENTS = 9_000_000
EACH = 4 * ELEMENTS
"""Bytes of one: 10.5 GB in all."""
WORDS = 128_256
"""Of a vocabulary (Llama 3)."""
NAMES = [f"model.layers.{n // 9}.block_{n % 9}.weight" for n in range(TENSORS)]


def hole(file: BinaryIO, size: int) -> None:
    """Goes on after so many bytes that are not written."""
    file.seek(size, 1)


def safetensors(folder: Path) -> Path:
    path = folder / "a.safetensors"
    table = {
        name: {"dtype": "F32", "shape": [ELEMENTS], "data_offsets": [n * EACH, (n + 1) * EACH]}
        for n, name in enumerate(NAMES)
    }
    header = json.dumps(table).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + TENSORS * EACH)
    return path


def gguf_with_words(folder: Path) -> Path:
    path = folder / "a.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_token_list([f"word{n}" for n in range(WORDS)])
    writer.add_token_merges([f"wo {n}" for n in range(2 * WORDS)])
    writer.add_token_types([1] * WORDS)
    for name in NAMES:
        writer.add_tensor_info(name, [ELEMENTS], np.dtype(np.float32), EACH)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    with path.open("r+b") as file:
        start = -(-path.stat().st_size // 32) * 32
        file.truncate(start + TENSORS * EACH)
    return path


def _zip(file: BinaryIO, members: list[tuple[str, bytes, int]]) -> None:
    """An archive as torch writes it: name, first bytes and length of each member."""
    origin, entries = file.tell(), []
    for name, head, size in members:
        at, raw = file.tell() - origin, name.encode()
        pad = -(at + 30 + len(raw) + 4) % 64
        extra = struct.pack("<2H", 0x4246, pad) + b"Z" * pad
        crc = zlib.crc32(head) if len(head) == size else 1
        fields = (20, 0, 0, 0, 0, crc, size, size, len(raw))
        file.write(struct.pack("<4s5H3L2H", b"PK\3\4", *fields, len(extra)) + raw + extra + head)
        hole(file, size - len(head))
        large = struct.pack("<2HQ", 1, 8, at)
        entries.append(struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, *fields, len(large), 0, 0, 0, 0,
                                   0xFFFFFFFF) + raw + large)  # fmt: skip
    start, table = file.tell() - origin, b"".join(entries)
    count, end = len(entries), start + len(table)
    file.write(table)
    file.write(
        struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(table), start)
    )
    file.write(struct.pack("<4sLQL", b"PK\6\7", 0, end, 1))
    file.write(struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(table), 0xFFFFFFFF, 0))


def _tensor(key: int, name: str) -> bytes:
    """Name and tensor in a pickle, by its opcodes."""
    shape = b"(" + b"J" + struct.pack("<i", ELEMENTS) + b"t"
    storage = (
        b"(" + _text("storage") + b"ctorch\nFloatStorage\n" + _text(str(key)) + _text("cpu")
        + b"J" + struct.pack("<i", ELEMENTS) + b"NtQ"
    )  # fmt: skip
    rest = b"K\0" + shape + b"(K\1t\x89ccollections\nOrderedDict\n)R"
    return _text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + rest + b"tR"


def _text(word: str) -> bytes:
    return b"X" + struct.pack("<I", len(word)) + word.encode()


def _graph() -> bytes:
    return b"\x80\x02}(" + b"".join(_tensor(n, name) for n, name in enumerate(NAMES)) + b"u."


def torch(folder: Path) -> Path:
    path = folder / "a.pt"
    graph = _graph()
    members = [("archive/data.pkl", graph, len(graph)), ("archive/version", b"3\n", 2)]
    members += [(f"archive/data/{n}", b"", EACH) for n in range(TENSORS)]
    with path.open("wb") as file:
        _zip(file, members)
    return path


def torch_legacy(folder: Path) -> Path:
    path = folder / "legacy.pt"
    magic = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}
    pieces = [magic, pickle.dumps(1001, 2), pickle.dumps(system, 2), _graph(),
              pickle.dumps([str(n) for n in range(TENSORS)], 2)]  # fmt: skip
    with path.open("wb") as file:
        file.write(b"".join(pieces))
        for _ in NAMES:
            file.write(struct.pack("<q", ELEMENTS))
            hole(file, EACH)
        file.truncate()
    return path


def npz(folder: Path) -> Path:
    path = folder / "a.npz"
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({ELEMENTS},), }}".ljust(117)
    head = b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + text.encode() + b"\n"
    with path.open("wb") as file:
        _zip(file, [(f"{name}.npy", head, len(head) + EACH) for name in NAMES])
    return path


def hdf5(folder: Path) -> Path:
    """As Keras lays it out: each weight in a group of its own."""
    path = folder / "a.h5"
    with h5py.File(path, "w") as file:
        for number in range(TENSORS):
            group = file.create_group(f"layers/dense_{number}/vars")
            _unwritten(group, "0", (ELEMENTS,), None)
    return path


def hdf5_chunked(folder: Path) -> Path:
    """In the chunks that h5py chooses by itself, which are small: 164,000."""
    path = folder / "chunked.h5"
    with h5py.File(path, "w") as file:
        for number in range(160):
            _unwritten(file, f"w{number}", (4096, 4096), (128, 128))
    return path


def _unwritten(
    group: Any, name: str, shape: tuple[int, ...], chunks: tuple[int, ...] | None
) -> None:
    """A dataset with room in the file that is not filled."""
    how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    how.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    how.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    if chunks is not None:
        how.set_chunk(chunks)
    space = h5py.h5s.create_simple(shape)
    h5py.h5d.create(group.id, name.encode(), h5py.h5t.NATIVE_FLOAT, space, how)


def msgpack(folder: Path) -> Path:
    path = folder / "checkpoint_1"
    with path.open("wb") as file:
        file.write(b"\xde" + struct.pack(">H", TENSORS))
        for name in NAMES:
            word = b"\xd9" + bytes([len(name)]) + name.encode()
            inner = b"\x93\x91\xce" + struct.pack(">I", ELEMENTS) + b"\xa7float32\xc6"
            inner += struct.pack(">I", EACH)
            file.write(word + b"\xc9" + struct.pack(">IB", len(inner) + EACH, 1) + inner)
            hole(file, EACH)
        file.truncate()
    return path


def onnx_outside(folder: Path) -> Path:
    path = folder / "model.onnx"
    held = []
    for number, name in enumerate(NAMES):
        tensor = TensorProto(name=name, data_type=1, dims=[ELEMENTS], data_location="EXTERNAL")
        for key, value in (
            ("location", "model.onnx.data"),
            ("offset", number * EACH),
            ("length", EACH),
        ):
            tensor.external_data.add(key=key, value=str(value))
        held.append(tensor)
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    node = helper.make_node("Identity", ["x"], ["x2"])
    onnx.save(helper.make_model(helper.make_graph([node], "g", [x], [x], held)), path)
    with (folder / "model.onnx.data").open("wb") as file:
        file.truncate(TENSORS * EACH)
    return path


@contextmanager
def _classes(*names: str) -> Iterator[list[type]]:
    """Classes that a pickle names as torch's own, which is not needed for that."""
    made, modules = [], set()
    for name in names:
        where, _, short = name.rpartition(".")
        parts = where.split(".")
        for count in range(1, len(parts) + 1):
            above = ".".join(parts[:count])
            sys.modules.setdefault(above, types.ModuleType(above))
            modules.add(above)
        kind = type(short, (), {"__module__": where})
        setattr(sys.modules[where], short, kind)
        made.append(kind)
    try:
        yield made
    finally:
        for where in modules:
            sys.modules.pop(where, None)


def dcp(folder: Path) -> Path:
    """One rank's file and `.metadata`, the folder: each item is an archive of its own."""
    own = folder / "dcp"
    own.mkdir()
    base = "torch.distributed.checkpoint"
    with _classes(f"{base}.metadata.Metadata", f"{base}.metadata.MetadataIndex",
                  f"{base}.filesystem._StorageInfo") as kinds:  # fmt: skip
        whole, index, info = kinds
        places = {}
        with (own / "__0_0.distcp").open("wb") as file:
            for name in NAMES:
                at = file.tell()
                _zip(file, [("archive/data.pkl", b"\x80\x02N.", 4), ("archive/data/0", b"", EACH)])
                key, place = index(), info()
                key.__dict__.update(fqn=name, offset=None, index=0)
                place.__dict__.update(
                    relative_path="__0_0.distcp", offset=at, length=file.tell() - at
                )
                places[key] = place
        one = whole()
        one.__dict__.update(state_dict_metadata=dict.fromkeys(NAMES), storage_data=places)
        (own / ".metadata").write_bytes(pickle.dumps(one))
    return own


WRITERS: dict[str, Callable[[Path], Path]] = {
    "safetensors": safetensors, "GGUF with its words": gguf_with_words, "torch zip": torch,
    "torch legacy": torch_legacy, "npz": npz, "HDF5": hdf5, "HDF5, 164,000 chunks": hdf5_chunked,
    "Flax msgpack": msgpack, "ONNX, data outside": onnx_outside, "DCP": dcp,
}  # fmt: skip
