"""What a pickle may name: what runs code is refused, what is known is let be, the rest is told."""

from __future__ import annotations

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
_HARMLESS_HOSTILE = frozenset(
    {
        ("functools", "partial"),
        ("types", "SimpleNamespace"),
        ("signal", "Signals"),
    }
)
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
_TORCH_HOSTILE = ("torch.hub", "torch.utils.cpp_extension", "torch.utils.model_zoo", "torch.load")
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


def judge_names(named: Set[Tuple[str, str]], what: str) -> None:
    """Refuses a pickle that names what could run code.

    Raises:
        Broken: loading it would call something no checkpoint needs.
    """
    hostile = sorted(f"{module}.{name}" for module, name in named if _is_hostile(module, name))
    if hostile:
        shown = ", ".join(hostile[:_NAMED_MAX])
        raise Broken(f"{what} {RUNS_CODE} when loaded: it names {shown}")


def strangers(named: Set[Tuple[str, str]]) -> str:
    """What a pickle names that is on no list, for a remark; empty when all is known."""
    found = sorted(f"{m}.{n}" for m, n in named if m.partition(".")[0] not in _KNOWN)
    return ", ".join(found[:_NAMED_MAX])


def _is_hostile(module: str, name: str) -> bool:
    if (module, name) in _HARMLESS_HOSTILE:
        return False
    if module in ("builtins", "__builtin__"):
        return name.partition(".")[0] not in _BUILTINS and not _is_exception(name)
    full = f"{module}.{name}"
    if any(full == bad or full.startswith(bad + ".") for bad in _TORCH_HOSTILE):
        return True
    parts = name.split(".")
    if _MODULES.intersection(parts) or _HOSTILE.intersection(parts[:-1]) or parts[-1] in _RUNS:
        return True
    return module.partition(".")[0] in _HOSTILE or "__" in name.replace("__newobj__", "")


def _is_exception(name: str) -> bool:
    return name.endswith(("Error", "Exception", "Warning"))
