"""Plain pickles beside checkpoints (`random_states_0.pkl`, `scheduler.bin`): walked inertly."""

from __future__ import annotations

from typing import Any, Dict, Set, Tuple

from rgt_tui.verifiers import Broken, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._names import RUNS_CODE, strangers
from rgt_tui.verifiers._pickles import LARGEST, walk

NAMES = (".pkl", ".pickle", ".bin", ".pt", ".pth", ".ckpt")
_OLD = b"()]}cIKMJLFGNSTUVX"
"""The opcodes with which a pickle of protocol 0 or 1 can begin."""


def claims(file: File) -> bool:
    """Whether it is a pickle of protocol 0 or 1, which does not begin with a mark of its own."""
    if not file.name.lower().endswith(NAMES) or file.read(0, min(file.size, 1)) not in _OLD:
        return False
    if not 0 < file.size <= LARGEST:
        return file.size > 0 and not file.name.lower().endswith(".bin")
    try:
        _all(file.read(0, file.size))
    except Unsure:
        return True
    except Broken as why:
        return RUNS_CODE in str(why)
    return True


def check(file: File) -> Plan:
    """Pickles one after the other to the last byte, that name nothing which runs code."""
    if file.size > LARGEST:
        raise Unsure("it is larger than is walked")
    data = file.read(0, file.size)
    count, strange, warning = _all(data)
    half = len(data) // 2
    if count > 1 and file.name == ".metadata":
        raise Broken(f"it holds {count} pickles, a save writes one")
    if count > 1 and data[:half] == data[half:]:
        warning = "its second half repeats the first, as after a write that was done twice"
    if strange:
        warning = f"it names classes that are on no list: {strange}"
    said = "one pickle" if count == 1 else f"{count} pickles one after the other"
    return Plan((), (), None, warning, f"{said}, no checksum")


def _all(data: bytes) -> Tuple[int, str, str]:
    """How many pickles there are, what they name on no list, and a warning; `pickle.dump` can be called again."""
    count = at = 0
    named: Set[Tuple[str, str]] = set()
    called: Set[Tuple[str, str]] = set()
    memo: Dict[int, Any] = {}
    warning = ""
    while at < len(data) or not count:
        what = f"pickle {count + 1}, from byte {at} on," if count else "the pickle"
        try:
            one = walk(data, what, at)
        except Broken as why:
            if not count or RUNS_CODE in str(why):
                raise
            try:
                one = walk(data, what, at, memo=memo)
            except Broken:
                raise Broken(
                    f"it has {len(data)} bytes; after its value, at byte {at}: {why}"
                ) from why
            warning = "its pickles refer to each other: only one unpickler that goes on reads them"
        named |= one.named
        called |= one.called
        memo.update(one.memo)
        at, count = one.end, count + 1
    return count, strangers(named, called), warning


VERIFIER = Verifier(
    name="pickle",
    title="plain pickle (.pkl)",
    rank=70,
    matches=lambda head, name: (
        name == ".metadata" or (head[:1] == b"\x80" and name.lower().endswith(NAMES))
    ),
    claims=claims,
    check=check,
    proves=Proves(
        structure="pickles one after the other, to the last byte; nothing hostile in them",
        full="no more than structure",
        load="not done: a load of a plain pickle runs what it names",
        never="changed bytes inside a value: no checksum; that a file of several lacks the last ones",
    ),
)
