"""Plain pickles beside checkpoints (`random_states_0.pkl`, `scheduler.bin`): walked inertly."""

from __future__ import annotations

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
        return walk(file.read(0, file.size), "the pickle").end == file.size
    except Unsure:
        return True
    except Broken as why:
        return RUNS_CODE in str(why)


def check(file: File) -> Plan:
    """One pickle, to the last byte, that names nothing which runs code."""
    if file.size > LARGEST:
        raise Unsure("it is larger than is walked")
    walked = walk(file.read(0, file.size), "the pickle")
    if walked.end != file.size:
        raise Broken(f"its value ends at byte {walked.end}, the file at {file.size}")
    strange = strangers(walked.named)
    warning = f"it names classes that are on no list: {strange}" if strange else ""
    return Plan((), (), None, warning, "one pickle, no checksum")


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
        structure="one pickle that ends where the file does; nothing hostile in it",
        full="no more than structure",
        load="not done: a load of a plain pickle runs what it names",
        never="changed bytes inside a value: no checksum",
    ),
)
