"""Good checkpoints, each written by the library whose format it is."""

import hashlib
import json
import os
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import ml_dtypes
import msgpack
import numpy as np
import onnx
from gguf import GGMLQuantizationType, GGUFWriter
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import save, save_file

TORCH_PYTHON = "/usr/bin/python3"
TORCH_SCRIPT = Path(__file__).with_name("torch_files.py")
SEED = 7
_LOOKS_FOR_TORCH = "import sys; from importlib.util import find_spec as f; sys.exit(not (f('torch') and f('numpy')))"
DICE = np.random.default_rng(SEED)


def noise(*shape: int, kind: Any = np.float32) -> Any:
    return DICE.standard_normal(shape).astype(kind)


@cache
def has_torch() -> bool:
    """Whether Debian's torch is here to write and to judge real files; it is looked for, not loaded."""
    if not os.access(TORCH_PYTHON, os.X_OK):
        return False
    ran = subprocess.run([TORCH_PYTHON, "-c", _LOOKS_FOR_TORCH], capture_output=True, check=False)
    return ran.returncode == 0


def write_torch(folder: Path) -> None:
    subprocess.run([TORCH_PYTHON, str(TORCH_SCRIPT), str(folder)], check=True, capture_output=True)


def tensors(count: int = 6, size: int = 32) -> dict[str, Any]:
    found = {f"layer.{i}.weight": noise(size, size) for i in range(count)}
    return {**found, **{f"layer.{i}.bias": noise(size) for i in range(count)}}


def write_safetensors(folder: Path) -> None:
    save_file(tensors(), folder / "model.safetensors")
    save_file(tensors(2, 200), folder / "large.safetensors", metadata={"format": "pt"})
    for kind in ("float16", "float64", "int64", "int32", "int8", "uint8", "bool"):
        values = {"a": noise(13, 7).astype(kind), "b": noise(5).astype(kind)}
        save_file(values, folder / f"{kind}.safetensors")
    save_file({"bf": noise(33, 9).astype(ml_dtypes.bfloat16)}, folder / "bf16.safetensors")
    save_file({"none": noise(0, 4), "scalar": np.array(2.5)}, folder / "empty.safetensors")
    save_file({}, folder / "nothing.safetensors")
    data = save({"lora.up": noise(8, 64), "lora.down": noise(64, 8)})
    size = int.from_bytes(data[:8], "little")
    digest = hashlib.sha256(data[8 + size :]).hexdigest()
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"] = {"ss_network_dim": "8", "sshs_model_hash": digest}
    raw = json.dumps(header).encode()
    (folder / "kohya.safetensors").write_bytes(struct.pack("<Q", len(raw)) + raw + data[8 + size :])


def write_sharded(folder: Path) -> None:
    whole = tensors(9, 40)
    names = sorted(whole)
    places: dict[str, str] = {}
    for number in range(3):
        shard = f"model-{number + 1:05d}-of-00003.safetensors"
        part = {name: whole[name] for name in names[number::3]}
        save_file(part, folder / shard)
        places.update(dict.fromkeys(part, shard))
    index = {
        "metadata": {"total_size": sum(a.nbytes for a in whole.values())},
        "weight_map": places,
    }
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "config.json").write_text('{"model_type": "llama"}')


def write_lora(folder: Path) -> None:
    found = {}
    for i in range(4):
        found[f"base.{i}.lora_A.weight"] = noise(8, 64)
        found[f"base.{i}.lora_B.weight"] = noise(64, 8)
    save_file(found, folder / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "r": 8, "base_model_name_or_path": "base"}
    (folder / "adapter_config.json").write_text(json.dumps(config))


def write_trainer(folder: Path) -> None:
    inner = folder / "checkpoint-500"
    inner.mkdir()
    save_file(tensors(), inner / "model.safetensors")
    (inner / "trainer_state.json").write_text(json.dumps({"global_step": 500, "log_history": []}))
    (inner / "config.json").write_text("{}")
    (inner / "tokenizer.model").write_bytes(bytes(noise(40)))


def write_numpy(folder: Path) -> None:
    np.savez(folder / "stored.npz", **tensors())
    np.savez_compressed(folder / "packed.npz", **tensors(3, 50))
    np.savez(folder / "names.npz", words=np.array(["ab", "cde"]), flags=np.array([True, False]))
    np.savez(folder / "one.npz", noise(50, 50))
    np.save(folder / "plain.npy", noise(77, 13))
    np.save(folder / "fortran.npy", np.asfortranarray(noise(20, 30)))
    fields = np.zeros(9, dtype=[("x", "<f4"), ("y", "<i8", (3,))])
    fields["x"] = noise(9)
    np.save(folder / "fields.npy", fields)


def write_gguf(folder: Path) -> None:
    _gguf(folder / "f32.gguf", lambda w: _add(w, tensors()))
    halves = {name: value.astype(np.float16) for name, value in tensors(4, 64).items()}
    _gguf(folder / "f16.gguf", lambda w: _add(w, halves))
    for kind, size in ((GGMLQuantizationType.Q8_0, 34), (GGMLQuantizationType.Q4_0, 18)):
        raw = DICE.integers(1, 256, (64, size * 8), dtype=np.uint8)

        def quantised(writer: Any, raw: Any = raw, kind: Any = kind) -> None:
            writer.add_tensor("q", raw, raw_dtype=kind)
            writer.add_tensor("norm", noise(512))

        _gguf(folder / f"{kind.name.lower()}.gguf", quantised)

    def words(writer: GGUFWriter) -> None:
        writer.add_token_list(["<s>", "</s>", "wort"])
        writer.add_array("test.array", [1, 2, 3])
        writer.add_bool("test.flag", True)
        writer.add_tensor("only", noise(31, 3))

    _gguf(folder / "words.gguf", words)


def _add(writer: Any, arrays: dict[str, Any]) -> None:
    for name, value in arrays.items():
        writer.add_tensor(name, value)


def _gguf(path: Path, fill: Callable[[GGUFWriter], object]) -> None:
    writer = GGUFWriter(path, "llama")
    writer.add_name("test")
    fill(writer)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_hdf5(folder: Path) -> None:
    for name, options in (("plain.h5", {}), ("packed.hdf5", {"compression": "gzip"})):
        with h5py.File(folder / name, "w") as file:
            for key, value in tensors(3, 40).items():
                file.create_dataset(key.replace(".", "/"), data=value, **options)
    with h5py.File(folder / "latest.h5", "w", libver="latest") as file:
        file["weights"] = noise(30, 30)
    packing: dict[str, Any] = {"compression": "gzip", "shuffle": True, "fletcher32": True}
    with h5py.File(folder / "growing.h5", "w", libver="latest") as file:
        for number, most in enumerate(((None, 40), (40, None), (None, None), (90, 90))):
            file.create_dataset(
                f"w{number}", data=noise(40, 40), maxshape=most, chunks=(3, 9), **packing
            )


def write_keras(folder: Path) -> None:
    weights = folder / "weights.tmp"
    with h5py.File(weights, "w") as file:
        file["layers/dense/vars/0"] = noise(40, 40)
    with zipfile.ZipFile(folder / "model.keras", "w") as archive:
        archive.writestr("metadata.json", '{"keras_version": "3.5.0"}')
        archive.writestr("config.json", '{"class_name": "Functional"}')
        archive.write(weights, "model.weights.h5")
    weights.unlink()


def write_msgpack(folder: Path) -> None:
    def packed(array: Any) -> msgpack.ExtType:
        inner = msgpack.packb((array.shape, array.dtype.name, array.tobytes()), use_bin_type=True)
        return msgpack.ExtType(1, inner)

    state = {"step": 500, "params": {k: packed(v) for k, v in tensors().items()}}
    (folder / "checkpoint_500").write_bytes(msgpack.packb(state, use_bin_type=True))
    more = {"params": {k: packed(v.astype(np.float16)) for k, v in tensors(2, 100).items()}}
    (folder / "flax_model.msgpack").write_bytes(msgpack.packb(more, use_bin_type=True))


def write_onnx(folder: Path) -> None:
    weights = {"w": noise(32, 32), "b": noise(32)}
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 32])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 32])
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["m"]),
        helper.make_node("Add", ["m", "b"], ["y"]),
    ]
    held = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    model = helper.make_model(helper.make_graph(nodes, "g", [x], [y], held))
    onnx.save(model, folder / "model.onnx")
    outside = folder / "outside"
    outside.mkdir()
    onnx.save_model(model, outside / "model.onnx", save_as_external_data=True, size_threshold=100,
                    location="model.onnx.data")  # fmt: skip


def write_orbax(folder: Path) -> None:
    """The layout of Orbax 0.11; its OCDBT content is opaque to the verifier."""
    item = folder / "300" / "default"
    (item / "d").mkdir(parents=True)
    (item / "manifest.ocdbt").write_bytes(bytes(noise(20)))
    (item / "d" / "0abc").write_bytes(bytes(noise(300)))
    (item / "_METADATA").write_text("{}")
    notes = {"init_timestamp_nsecs": 1, "commit_timestamp_nsecs": 2}
    (folder / "300" / "_CHECKPOINT_METADATA").write_text(json.dumps(notes))


WRITERS = (
    write_safetensors, write_sharded, write_lora, write_trainer, write_numpy, write_gguf, write_hdf5,
    write_keras, write_msgpack, write_onnx,
)  # fmt: skip


def write_all(folder: Path) -> None:
    """One folder a writer; torch's as well where torch is. The same files whatever was made before."""
    DICE.bit_generator.state = np.random.default_rng(SEED).bit_generator.state
    for write in WRITERS:
        own = folder / write.__name__.removeprefix("write_")
        own.mkdir(parents=True)
        write(own)
    if has_torch():
        write_torch(folder / "torch")


def copy(source: Path, target: Path) -> Path:
    """A copy of a good file or folder, to be damaged."""
    if source.is_dir():
        return Path(shutil.copytree(source, target))
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(source, target))
