"""What a pickle may name: what runs code is refused, what is known is let be, the rest is told."""

from __future__ import annotations

import re
from typing import Set, Tuple

from rgt_tui.verifiers import Broken

RUNS_CODE = "would run code"
_NAMED_MAX = 5

_HOSTILE = frozenset(
    [
        "os",
        "posix",
        "nt",
        "sys",
        "subprocess",
        "pty",
        "socket",
        "shutil",
        "importlib",
        "runpy",
        "ctypes",
        "code",
        "codeop",
        "commands",
        "webbrowser",
        "multiprocessing",
        "threading",
        "asyncio",
        "signal",
        "pickle",
        "_pickle",
        "dill",
        "cloudpickle",
        "marshal",
        "timeit",
        "pdb",
        "bdb",
        "trace",
        "imp",
        "zipimport",
        "pkgutil",
        "pip",
        "setuptools",
        "distutils",
        "urllib",
        "http",
        "ftplib",
        "smtplib",
        "requests",
        "httpx",
        "platform",
        "tempfile",
        "fileinput",
        "builtins.eval",
        "atexit",
        "gc",
        "inspect",
        "types",
        "operator",
        "functools",
    ]
)
"""Modules whose functions a pickle can turn into running code; nothing that trains saves them."""
_BUILTINS = frozenset(
    ["set", "frozenset", "dict", "list", "tuple", "bytearray", "bytes", "int", "float", "complex", "bool",
     "str", "slice", "range", "object", "NoneType", "Ellipsis", "NotImplemented", "type", "long", "unicode",
     "xrange", "len", "sum", "min", "max", "abs", "round", "sorted", "any", "all"]
)  # fmt: skip
"""What does no more than make or measure a value; in protocol 2 some have the names of Python 2."""
_MODULES = frozenset(
    ["os", "posix", "sys", "subprocess", "importlib", "shutil", "socket", "ctypes", "builtins",
     "pickle", "runpy", "pty"]
)  # fmt: skip
"""Modules that others import, so that they can be named as a part of those: `torch.os`."""
_RUNS = frozenset(["eval", "exec", "execfile", "system", "popen", "execWrapper", "runstring",
                   "import_module", "run_path", "run_module", "getattr"])  # fmt: skip
_LOADERS = (
    "torch.hub", "torch.utils.cpp_extension", "torch.utils.model_zoo", "torch.load", "torch.jit.load",
    "torch.serialization.load", "torch.package", "torch.utils.bottleneck", "torch.ops.load_library",
    "torch.classes.load_library", "torch.distributed.run", "torch.distributed.launcher",
    "numpy.load", "numpy.f2py", "numpy.testing", "numpy.distutils", "numpy.ctypeslib", "numpy.save",
    "pandas.read_pickle", "pandas.eval", "hydra.utils.instantiate", "transformers.dynamic_module_utils",
    "joblib.load", "yaml.unsafe_load", "yaml.load", "io.open", "pydoc", "doctest",
)  # fmt: skip
"""Functions of known packages, and whole modules, that load code, unpickle, or run what they are given."""
_KNOWN = frozenset(
    [
        "torch",
        "numpy",
        "collections",
        "argparse",
        "pathlib",
        "datetime",
        "decimal",
        "fractions",
        "enum",
        "uuid",
        "copyreg",
        "_codecs",
        "array",
        "random",
        "transformers",
        "accelerate",
        "peft",
        "datasets",
        "tokenizers",
        "pytorch_lightning",
        "lightning",
        "lightning_fabric",
        "torchmetrics",
        "omegaconf",
        "deepspeed",
        "megatron",
        "bitsandbytes",
        "jax",
        "flax",
        "optax",
        "ml_dtypes",
        "safetensors",
        "torchvision",
        "timm",
        "sklearn",
        "scipy",
        "pandas",
        "__builtin__",
        "builtins",
        "dataclasses",
        "functools",
        "_functools",
        "operator",
        "_operator",
        "types",
        "typing",
        "hydra",
        "diffusers",
        "apex",
        "transformer_engine",
        "stable_baselines3",
        "gym",
        "gymnasium",
        "whisper",
        "ultralytics",
        "models",
    ]
)


_MAKERS = frozenset(
    ["torch.device", "torch.Size", "torch._tensor._rebuild_from_type_v2", "torch.storage._load_from_bytes",
     "torch.serialization._get_layout", "numpy.dtype", "numpy.ndarray", "numpy.matrix",
     "numpy.ma.core._mareconstruct", "numpy.rec.recarray", "numpy.recarray", "collections.deque",
     "collections.defaultdict", "collections.namedtuple", "datetime.datetime", "datetime.date", "datetime.time",
     "datetime.timedelta", "datetime.timezone", "array.array", "array._array_reconstructor", "functools.partial",
     "copyreg._reconstructor", "copyreg.__newobj__", "copyreg.__newobj_ex__", "_codecs.encode",
     "operator.getitem", "operator.or_", "operator.itemgetter", "_operator.getitem", "_operator.or_",
     "_operator.itemgetter", "functools.reduce", "_functools.reduce", "pandas.core.indexes.base._new_Index",
     "jax._src.array._reconstruct_array", "jax._src.device_array.reconstruct_device_array", "jax.device",
     "types.SimpleNamespace", "types.GenericAlias", "types.UnionType", "types.NoneType", "signal.Signals"]
)  # fmt: skip
"""What pickles call to make a value and no more, beside what a pattern knows and beside classes, of
which those of hostile modules are here: annotations of types are pickled so."""
_MADE = re.compile(
    r"torch\._utils\._rebuild_\w+|torch\.jit\._pickle\.\w+"
    r"|torch(?:\.\w+)*\.(?:_rebuild|_?reconstruct)\w*|torch\.(?:bfloat16|bool|u?int\d+|float\w+|complex\d+)"
    r"|numpy\._?core\.(?:multiarray|numeric|_multiarray_umath)\.(?:_reconstruct|scalar|_frombuffer)"
    r"|numpy(?:\.\w+)*\.__(?:\w+_ctor|pyx_unpickle_\w+)|ml_dtypes\.\w+"
    r"|numpy\.(?:u?int\d*|float\d*|complex\d*|bool_?|str_|bytes_|void|record|datetime64|timedelta64)"
    r"|(?:pandas|sklearn|scipy)(?:\.\w+)*\.(?:__pyx_unpickle_\w+|_unpickle_\w+|_new_\w+|newObj)"
    r"|scipy\.sparse(?:\.\w+)*\.[a-z]{3}_(?:matrix|array)"
)


def judge_names(named: Set[Tuple[str, str]], what: str) -> None:
    """Refuses a pickle that names what could run code.

    Raises:
        Broken: loading it would call something no checkpoint needs.
    """
    hostile = sorted(f"{module}.{name}" for module, name in named if _is_hostile(module, name))
    if hostile:
        shown = ", ".join(hostile[:_NAMED_MAX])
        raise Broken(f"{what} {RUNS_CODE} when loaded: it names {shown}")


def strangers(named: Set[Tuple[str, str]], called: Set[Tuple[str, str]]) -> str:
    """What a pickle names, or calls, that is on no list, for a remark; empty when all is known.

    A function of a known package that is only named (an activation) does nothing in a load; of those
    that are called only such are known as make values.
    """
    found = {f"{m}.{n}" for m, n in named if m.partition(".")[0] not in _KNOWN}
    found.update(f"{m}.{n}" for m, n in called if not _makes(m, n))
    return ", ".join(sorted(found)[:_NAMED_MAX])


def _makes(module: str, name: str) -> bool:
    """Whether a call makes a value and does nothing else: classes are called in capitals."""
    is_plain = module in ("builtins", "__builtin__") or _is_maker(f"{module}.{name}")
    return is_plain or is_class(name)


def is_class(name: str) -> bool:
    """Whether a name is that of a class, by its capital."""
    return name.rpartition(".")[2].lstrip("_")[:1].isupper()


def _is_maker(full: str) -> bool:
    return full in _MAKERS or _MADE.fullmatch(full) is not None


def _is_hostile(module: str, name: str) -> bool:
    full = f"{module}.{name}"
    if _is_maker(full):
        return False
    if module in ("builtins", "__builtin__"):
        return name.partition(".")[0] not in _BUILTINS and not _is_exception(name)
    if any(full == bad or full.startswith(bad + ".") for bad in _LOADERS):
        return True
    parts = name.split(".")
    if _MODULES.intersection(parts) or _HOSTILE.intersection(parts[:-1]) or parts[-1] in _RUNS:
        return True
    return module.partition(".")[0] in _HOSTILE or "__" in name.replace("__newobj__", "")


def _is_exception(name: str) -> bool:
    return name.endswith(("Error", "Exception", "Warning"))
