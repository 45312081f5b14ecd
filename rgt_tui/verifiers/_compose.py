"""The family as one file: what is sent to a Pod, and what runs in a process of its own here.

`BOOT` is the constant command line; it reads the composed file from standard input, so nothing
that varies is ever part of a command.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.util
import json
import marshal
import zlib
from pathlib import Path
from types import CodeType

BOOT = "import sys;n=int(sys.stdin.buffer.readline());exec(sys.stdin.buffer.read(n))"
"""Python source for `python3 -I -S -c`: reads a length, then that much source, and runs it."""

_LOADER = """
import base64, json, marshal, sys, zlib
from importlib.machinery import ModuleSpec
if sys.version_info < (3, 8):
    sys.stdout.write('{"refused": "python3 is older than 3.8"}\\n'); sys.stdout.flush(); sys.exit(3)
SOURCES = @SOURCES@
class Composed:
    def find_spec(self, name, path, target=None):
        if name not in SOURCES: return None
        package = name in ("rgt_tui", "rgt_tui.verifiers")
        return ModuleSpec(name, self, is_package=package)
    def create_module(self, spec): return None
    def exec_module(self, module):
        code = SOURCES[module.__name__]
        if isinstance(code, str): code = compile(code, module.__name__, "exec")
        exec(code, module.__dict__)
sys.meta_path.insert(0, Composed())
import rgt_tui.verifiers
rgt_tui.verifiers.MEMBERS[:] = sorted(
    n.rpartition(".")[2] for n in SOURCES if n.startswith("rgt_tui.verifiers."))
from rgt_tui.verifiers.@MAIN@ import main
main()
"""


_FAMILY = "rgt_tui.verifiers"
FETCHER = ("_content", "_fetch", "_files", "_reader")
"""What a pull needs on a Pod; the worker needs all of the family."""


@functools.lru_cache(maxsize=2)
def composed(names: "tuple[str, ...]" = ()) -> bytes:
    """The source of these files, which serves requests when it runs; all of the family for none."""
    packed = base64.b64encode(zlib.compress(json.dumps(_sources(names)).encode(), 9)).decode()
    text = f'json.loads(zlib.decompress(base64.b64decode("{packed}")).decode())'
    return _loader(text, "_fetch" if names else "_worker")


@functools.lru_cache(maxsize=1)
def _compiled() -> bytes:
    """The whole family for a process of this very Python, which need not compile it: half its start."""
    codes = {name: _code(name) or source for name, source in _sources().items()}
    packed = base64.b64encode(marshal.dumps(codes)).decode()
    return _loader(f'marshal.loads(base64.b64decode("{packed}"))', "_worker")


def _sources(names: "tuple[str, ...]" = ()) -> "dict[str, str]":
    """The modules of the family, or those of these names, with the packages that they are in."""
    folder = Path(__file__).parent
    sources = {"rgt_tui": "", _FAMILY: (folder / "__init__.py").read_text()}
    for path in sorted(folder.glob("*.py")):
        if path.stem not in ("__init__", "_compose") and (not names or path.stem in names):
            sources[f"{_FAMILY}.{path.stem}"] = path.read_text()
    return sources


def _code(name: str) -> CodeType | None:
    """A module of the family as Python keeps it compiled; None where it does not."""
    spec = importlib.util.find_spec(name) if name.startswith(_FAMILY) else None
    get_code = getattr(spec.loader if spec is not None else None, "get_code", None)
    found = get_code(name) if get_code is not None else None
    return found if isinstance(found, CodeType) else None


def _loader(sources: str, main: str) -> bytes:
    return _LOADER.replace("@MAIN@", main).replace("@SOURCES@", sources).encode()


def preamble(names: "tuple[str, ...]" = ()) -> bytes:
    """What goes to standard input before the requests: the length of the source, and it."""
    return _measured(composed(names))


def preamble_here() -> bytes:
    """The same of the whole family for a child that runs this process's own Python."""
    return _measured(_compiled())


def _measured(source: bytes) -> bytes:
    return str(len(source)).encode() + b"\n" + source


def fingerprint() -> str:
    """SHA-256 of the composed file: which verifiers made a proof."""
    return hashlib.sha256(composed()).hexdigest()
