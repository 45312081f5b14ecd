"""A framework's own load of every byte, in a process of its own, after the inert walk.

`torch.load(mmap=True)` touches 0.1 % of the pages and `load_file` returned 2.1 GB in 5 ms: such
loads prove nothing, so tensors are copied and the bytes counted.
"""

from __future__ import annotations

import os
import sys
from typing import Dict, List, Optional, Sequence, Tuple

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._framework import ask

NEWEST_HOLE_FREE = (2, 10)
"""Older torch than this ran code also with `weights_only=True`; on the jump box it is not used."""

POD = [False]
"""Whether this runs on a Pod, which is rented and thrown away, so that any torch may load there."""

_TORCH = """
import importlib, pickle
import torch
if not is_pod and tuple(int(n) for n in torch.__version__.split(".")[:2]) < (2, 10):
    raise ImportError("torch %s is older than 2.10" % torch.__version__)
import argparse, collections, datetime, pathlib
plain = [list, dict, set, tuple, int, float, complex, str, bytes, bool, argparse.Namespace, collections.defaultdict, collections.Counter, collections.deque, pathlib.PosixPath,
         pathlib.PurePosixPath, (pathlib.PosixPath, "pathlib._local.PosixPath"), datetime.datetime, datetime.date,
         datetime.time, datetime.timedelta, datetime.timezone]
class Stated:
    def __new__(cls, *args, **named): return object.__new__(cls)
    def __setstate__(self, state): pass
for name in (
    "deepspeed.runtime.fp16.loss_scaler.LossScaler", "deepspeed.runtime.fp16.loss_scaler.DynamicLossScaler",
    "deepspeed.runtime.zero.config.ZeroStageEnum", "deepspeed.utils.tensor_fragment.fragment_address",
    "megatron.core.enums.ModelType", "megatron.core.transformer.enums.AttnBackend",
):
    plain.append((type("Stated", (Stated,), {}), name))
for one in plain:
    try:
        torch.serialization.add_safe_globals([one])
    except (AttributeError, TypeError):
        pass
try:
    import numpy
    core = getattr(numpy, "_core", None) or numpy.core
    kinds = {type(numpy.dtype(one)) for one in ("?", "u1", "u4", "u8", "i4", "i8", "f2", "f4", "f8", "S", "U")}
    named = [(core.multiarray._reconstruct, part + ".multiarray._reconstruct") for part in ("numpy.core", "numpy._core")]
    named += [(core.multiarray.scalar, part + ".multiarray.scalar") for part in ("numpy.core", "numpy._core")]
    torch.serialization.add_safe_globals([*named, numpy.ndarray, numpy.dtype, *kinds])
except (ImportError, AttributeError, TypeError):
    pass
storages = tuple(getattr(torch, name) for name in ("UntypedStorage", "TypedStorage") if hasattr(torch, name))
def parts(one):
    layout = str(one.layout)
    if hasattr(one, "_local_tensor"):
        return [one._local_tensor]
    if layout == "torch.jagged":
        return [one.values(), one.offsets()]
    if layout == "torch.sparse_coo":
        return [one._indices(), one._values()]
    if layout in ("torch.sparse_csr", "torch.sparse_bsr"):
        return [one.crow_indices(), one.col_indices(), one.values()]
    if layout in ("torch.sparse_csc", "torch.sparse_bsc"):
        return [one.ccol_indices(), one.row_indices(), one.values()]
    return [] if layout == "torch.strided" else [one.to_dense()]
def walk(one, seen):
    if isinstance(one, torch.Tensor):
        inner = parts(one)
        for part in inner: walk(part, seen)
        if inner or one.device.type == "meta": return seen
        store = one.untyped_storage() if hasattr(one, "untyped_storage") else one.storage()
        seen[store.data_ptr()] = store.nbytes()
        one.detach().clone()
    elif isinstance(one, storages):
        seen[one.data_ptr()] = one.nbytes()
        one.clone()
    elif isinstance(one, dict):
        for value in one.values(): walk(value, seen)
    elif isinstance(one, (list, tuple)):
        for value in one: walk(value, seen)
    return seen
def read(source):
    return torch.load(source, map_location="cpu", weights_only=True)
def load(source):
    try:
        found = read(source)
    except pickle.UnpicklingError as error:
        wanted = [name for name in ("torch.distributed.tensor", "torch.nested", "torch._dynamo") if name + "`` " in str(error)]
        if "Unsupported operand" in str(error):
            raise pickle.UnpicklingError("a pickle of a later protocol than 2")
        if not wanted or "must be imported" not in str(error):
            raise
        for name in wanted: importlib.import_module(name)
        if hasattr(source, "seek"): source.seek(0)
        found = read(source)
    except RuntimeError as error:
        if "TorchScript" in str(error):
            raise pickle.UnpicklingError("TorchScript, whose code would run")
        raise
    return sum(walk(found, {}).values())
"""
"""Arrays of numpy are let in as transformers' trainer does: `rng_state.pth` holds one. So are values that do
nothing when they are made: arguments, paths, dates, numpy's single numbers. Parts of FSDP (DTensor) and jagged
tensors are known to torch only once it has loaded its own module for them, which it names. For what DeepSpeed and
Megatron keep beside the tensors something stands that does nothing: theirs need not be here and is never run."""
_TORCH_FILE = (
    _TORCH
    + """
say("torch " + torch.__version__, load(path))
"""
)
_TORCH_ITEMS = (
    _TORCH
    + """
import io
total = 0
with open(path, "rb") as file:
    for offset, length in items:
        file.seek(offset)
        item = file.read(length)
        if item[8:9] == b"{":
            import safetensors.torch
            total += sum(walk(safetensors.torch.load(item), {}).values())
        else:
            total += load(io.BytesIO(item))
say("torch " + torch.__version__, total)
"""
)
"""Each item that `.metadata` places, by itself: torch's own reader of DCP would unpickle `.metadata`."""
_SAFETENSORS = """
import safetensors
try:
    import torch; framework = "pt"
except ImportError:
    import numpy; framework = "np"
total = 0
with safetensors.safe_open(path, framework=framework) as file:
    for name in file.keys():
        one = file.get_tensor(name)
        total += one.clone().nbytes if framework == "pt" else len(one.tobytes())
say("safetensors " + safetensors.__version__, total)
"""
_NUMPY = """
import numpy
found = numpy.load(path, allow_pickle=False)
arrays = [found[name] for name in found.files] if hasattr(found, "files") else [found]
say("numpy " + numpy.__version__, sum(len(one.tobytes()) for one in arrays))
"""
_HDF5 = """
import h5py
total = 0
def visit(name, one):
    global total
    if isinstance(one, h5py.Dataset):
        total += len(one[()].tobytes()) if one.shape is not None and hasattr(one[()], "tobytes") else 0
with h5py.File(path, "r") as file:
    file.visititems(visit)
say("h5py " + h5py.__version__, total)
"""
_ONNX = """
import onnx
onnx.checker.check_model(path)
model = onnx.load(path)
say("onnx " + onnx.__version__, model.ByteSize())
"""
_ORBAX = """
import os
os.environ["JAX_PLATFORMS"] = "cpu"
import numpy, jax, orbax.checkpoint as ocp
def numbers(one):
    return ocp.RestoreArgs(restore_type=numpy.ndarray)
def load(item):
    reader = ocp.PyTreeCheckpointer()
    tree = reader.metadata(item)
    for name in ("item_metadata", "tree"):
        tree = getattr(tree, name, tree)
    found = reader.restore(item, restore_args=jax.tree_util.tree_map(numbers, tree))
    leaves = [one for one in jax.tree_util.tree_leaves(found) if hasattr(one, "dtype")]
    return sum(len(numpy.asarray(one).tobytes()) for one in leaves)
try:
    total = sum(load(folder) for folder, _, names in os.walk(path) if "_METADATA" in names)
except Exception as error:
    if "DATA_LOSS" in str(error) or "checksum" in str(error).lower():
        raise
    raise ImportError("orbax did not load it: " + type(error).__name__)
say("orbax " + ocp.__version__, total)
"""
"""Into plain arrays, so that the devices that it was saved from need not be here. Of its errors only
those of its checksums speak against the bytes: it has others for what this program asks of it."""
_PROGRAMS: Dict[str, str] = {
    "torch": _TORCH_FILE, "lightning": _TORCH_FILE, "torch-legacy": _TORCH_FILE,
    "dcp": _TORCH_ITEMS, "nemo": _TORCH_ITEMS, "safetensors": _SAFETENSORS,
    "npz": _NUMPY, "npy": _NUMPY, "hdf5": _HDF5, "onnx": _ONNX, "orbax": _ORBAX,
}  # fmt: skip
_ONCE = dict.fromkeys(
    ("torch", "lightning", "torch-legacy", "dcp", "nemo", "safetensors"), "import torch"
)


NOTHING_TO_LOAD = frozenset(["text", "onnx-data"])
"""Formats that no framework loads by themselves, of which `full` proves all that can be."""


def load(path: str, kind: str, items: Sequence[Tuple[int, int]] = ()) -> Tuple[str, int]:
    """Loads a file with its framework: what loaded it, and how many bytes it read.

    `items` are offset and length of each thing to be loaded by itself, where a file has several.

    Raises:
        Broken: the framework refused it.
        Unsure: there is no framework for it here.
    """
    program = _PROGRAMS.get(kind)
    if program is None:
        raise Unsure(f"nothing here loads {kind}")
    asked = {"path": path, "program": program, "once": _ONCE.get(kind, ""), "items": list(items),
             "pod": POD[0]}  # fmt: skip
    why = "there is no python3 with its framework"
    for python in _pythons():
        answer = ask(python, asked)
        if "tool" in answer:
            return str(answer["tool"]), int(str(answer["bytes"]))
        if "refused" in answer:
            raise Unsure(str(answer["refused"]))  # another torch refuses it as well
        if "broken" in answer:
            raise Broken(f"the framework's load failed ({answer['broken']})")
        why = str(answer.get("missing", why))
    raise Unsure(why)


def _pythons() -> List[str]:
    """Interpreters that may have a framework: this one, then the one on PATH."""
    import shutil  # only a load needs it

    found: List[Optional[str]] = [sys.executable, shutil.which("python3"), "/usr/bin/python3"]
    real: Dict[str, str] = {}
    for python in found:
        if python and os.access(python, os.X_OK):
            real.setdefault(os.path.abspath(python), python)
    return list(real)
