"""Runs the tests of a part on each mutant, in a fork of a process that has loaded all of it.

A change in the body of a function is put into the loaded function (warm). A change elsewhere - a
constant, a table, a default - was used up while modules and tests were loaded, so these are loaded
anew in the fork (cold).
"""

import ast
import ctypes
import functools
import gc
import importlib
import importlib.util
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any, Final

import pytest

from tests.mutants.changes import Mutant, assigned
from tests.mutants.parts import Part

ROOT: Final = Path(__file__).resolve().parents[2]
LONGEST_S: Final = 60.0
"""A mutant whose tests run longer, or four times as long as without it, goes round for ever."""
BASE_S: Final = 900.0
Told = Callable[[Mutant, bool], None]
_Key = tuple[str, str, int]
"""A function: file, qualified name, first line."""


def run(part: Part, mutants: Sequence[Mutant], told: Told) -> None:
    """Tells of each mutant whether it survives.

    Raises:
        RuntimeError: the tests fail without any change.
    """
    cold = [it for it in mutants if not it.place and not it.constant]
    for heavy in ("httpx", "asyncssh", "textual.app"):
        importlib.import_module(heavy)  # once, and not in each fork
    for one in cold:
        told(one, _forked(functools.partial(_passes_cold, part, one)))
    warm = _Warm([it for it in mutants if it.place or it.constant], told)
    code = pytest.main(_arguments(part), plugins=[warm])
    if warm.is_broken or code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"the tests of {part.tests} fail without any change")


def _arguments(part: Part) -> list[str]:
    skipped = [f"{'--deselect' if '::' in it else '--ignore'}={it}" for it in part.skip]
    return [
        *part.tests,
        *skipped,
        "-s",
        "-qq",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-o",
        "faulthandler_timeout=0",
    ]


def _forked(work: Callable[[], bool], limit_s: float = LONGEST_S) -> bool:
    """What the work gives, done in a fork; false where it does not end in time or dies."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _work_and_end(work)
    ends = time.monotonic() + limit_s
    while time.monotonic() < ends:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) == 0
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _work_and_end(work: Callable[[], bool]) -> None:
    """Works in silence and ends the process: 0 for true."""
    code = 3
    try:
        os.setpgid(0, 0)
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG, linux/prctl.h: ends with us
        hole = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(hole, number)
        code = 0 if work() else 1
    finally:
        os._exit(code)


class _Warm:
    """A plugin which runs, for each mutant in a fork, the collected tests that call what it changes."""

    def __init__(self, mutants: Sequence[Mutant], told: Told) -> None:
        self._mutants, self._told = mutants, told
        self.is_broken = False

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own loop."""
        paths = {str(_path(it)) for it in self._mutants}
        with tempfile.NamedTemporaryFile("rb", prefix="rgt-mutants-") as file:
            work = functools.partial(_measure, session, paths, file.name)
            began = time.monotonic()
            self.is_broken = bool(self._mutants) and not _forked(work, BASE_S)
            limit_s = max(LONGEST_S, 4 * (time.monotonic() - began))
            measured = [] if self.is_broken or not self._mutants else pickle.load(file)  # our own
        loaded, every = _loaded(paths), session.items
        gc.freeze()  # the forks share it
        for one in () if self.is_broken else self._mutants:
            calling = sorted(
                (took, at)
                for at, (took, keys) in enumerate(measured)
                if one.constant or _key_of(one) in keys
            )
            session.items = [every[at] for _, at in calling]
            self._told(one, _forked(functools.partial(_passes_warm, session, loaded, one), limit_s))
        return True


def _passes(session: pytest.Session) -> bool:
    """Whether all collected tests pass."""
    items = session.items
    for item, after in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.testsfailed:
            return False
    return True


def _measure(session: pytest.Session, paths: set[str], place: str) -> bool:
    """The same; writes for each test how long it took and which functions of the files it called."""
    measured: list[tuple[float, set[_Key]]] = []

    def called(frame: types.FrameType, event: str, given: object) -> None:
        if event == "call" and frame.f_code.co_filename in paths:
            measured[-1][1].add(_key(frame.f_code))

    threading.setprofile(called)
    for item in session.items:
        began = time.process_time()
        session.items = [item]
        measured.append((0.0, set()))
        sys.setprofile(called)
        passes = _passes(session)
        sys.setprofile(None)
        if not passes:
            return False
        measured[-1] = (time.process_time() - began, measured[-1][1])
    Path(place).write_bytes(pickle.dumps(measured))
    return True


@dataclass(frozen=True)
class _Loaded:
    """What is in memory.

    Attributes:
        functions: of the files, by file, qualified name and first line.
        defaulting: ours which have defaults.
        caches: of functions that remember what they gave.
    """

    functions: dict[_Key, list[types.FunctionType]]
    defaulting: list[types.FunctionType]
    caches: list[Any]


def _loaded(paths: set[str]) -> _Loaded:
    """What is in memory of some files."""
    every = gc.get_objects()
    caches = [it for it in every if isinstance(it, functools._lru_cache_wrapper)]
    found: dict[_Key, list[types.FunctionType]] = {}
    functions = [it for it in every if isinstance(it, types.FunctionType)]
    for one in functions:
        if one.__code__.co_filename in paths:
            found.setdefault(_key(one.__code__), []).append(one)
    ours = [it for it in functions if it.__module__ and it.__module__.startswith("rgt_tui")]
    defaulting = [it for it in ours if it.__defaults__ or it.__kwdefaults__]
    return _Loaded(found, defaulting, caches)


def _key(code: types.CodeType) -> _Key:
    return (code.co_filename, code.co_qualname, code.co_firstlineno)


def _key_of(mutant: Mutant) -> _Key:
    return (str(_path(mutant)), mutant.place, mutant.first)


def _passes_warm(session: pytest.Session, loaded: _Loaded, mutant: Mutant) -> bool:
    """Whether all tests pass with the changed function in the place of the loaded one."""
    for cache in loaded.caches:
        cache.cache_clear()
    if mutant.constant:
        _put_constant(mutant, loaded)
        return _passes(session)
    wanted = _key_of(mutant)
    new = next(it for it in _codes(compile(mutant.tree(), wanted[0], "exec")) if _key(it) == wanted)
    for function in loaded.functions[wanted]:
        function.__code__ = new
    return _passes(session)


def _put_constant(mutant: Mutant, loaded: _Loaded) -> None:
    """Puts the changed value of a constant wherever it was imported or became a default."""
    module, name = sys.modules[_module_of(mutant)], mutant.constant
    old = vars(module)[name]
    new = next(_values(mutant.tree(), name, vars(module)))
    for other in list(sys.modules.values()):
        if getattr(other, "__name__", "").startswith(("rgt_tui", "tests")):
            for key, value in list(vars(other).items()):
                if value is old and key == name:
                    setattr(other, key, new)
    for one in loaded.defaulting:
        given = one.__kwdefaults__ or {}
        given.update({key: new for key, value in given.items() if value is old})
        if one.__defaults__:
            one.__defaults__ = tuple(new if it is old else it for it in one.__defaults__)


def _values(tree: ast.Module, name: str, names: dict[str, Any]) -> Iterator[Any]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.value and assigned(node) == name:
            yield eval(
                compile(ast.Expression(node.value), "changed", "eval"), names
            )  # our own source


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            yield one
            yield from _codes(one)


def _passes_cold(part: Part, mutant: Mutant) -> bool:
    """Whether all tests pass with everything loaded anew, the module in its changed form."""
    sys.meta_path.insert(0, _Finder(mutant))
    return pytest.main([*_arguments(part), "-x"]) == pytest.ExitCode.OK


class _Finder(MetaPathFinder):
    """Finds one module in its changed form."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = _module_of(mutant)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """The module, where it is the one."""
        if name != self._name:
            return None
        file, tree = str(_path(self._mutant)), self._mutant.tree()

        class Loader(SourceFileLoader):
            def get_code(self, fullname: str) -> Any:
                return compile(tree, file, "exec")

        return importlib.util.spec_from_file_location(name, file, loader=Loader(name, file))


def _module_of(mutant: Mutant) -> str:
    return "rgt_tui." + mutant.file.removesuffix(".py").replace("/", ".")


def _path(mutant: Mutant) -> Path:
    return ROOT / "rgt_tui" / mutant.file
