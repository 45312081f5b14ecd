"""One file or folder to a verdict: sniff, structure, one pass over all bytes, the deep walk."""

from __future__ import annotations

import os
import stat
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from rgt_tui.verifiers import (
    BROKEN,
    FULL,
    LOAD,
    MISFITS,
    NO_FORMAT,
    OK,
    STRUCTURE,
    TOOL,
    UNKNOWN,
    Broken,
    Plan,
    Unsure,
    Verifier,
    all_verifiers,
    unfollowed,
)
from rgt_tui.verifiers._blanks import judge
from rgt_tui.verifiers._content import File, Scan, scan, stamp_of
from rgt_tui.verifiers._folder import Folder
from rgt_tui.verifiers._load import NOTHING_TO_LOAD, load
from rgt_tui.verifiers._numbers import look
from rgt_tui.verifiers.orbax import COMMITTED
from rgt_tui.verifiers.safetensors import _not_a_header

HEAD = 4096
Progress = Callable[[int], None]


class Judged(NamedTuple):
    """A verdict, the level it was reached at, and why."""

    verdict: str
    level: str
    reason: str


def verify_file(path: str, level: str, progress: Progress) -> Dict[str, Any]:
    """The proof of one file, as JSON knows values; raises nothing a file can cause."""
    proof: Dict[str, Any] = {"path": path, "format": "unknown", "bytes": 0, "stamp": [0, 0, 0],
                             "sha256": "", "read": 0, "tool": TOOL}  # fmt: skip
    try:
        file = File(path)
    except Unsure as why:
        said = {"verdict": UNKNOWN, "level": STRUCTURE, "reason": str(why)}
        return {**proof, **_unopened(path), **said}
    file.is_brief = level == STRUCTURE
    try:
        proof.update(bytes=file.size, stamp=list(file.stamp[1:]))
        verifier = _sniff(file)
        proof["format"] = verifier.name if verifier is not None else "unknown"
        judged = _judge(file, verifier, level, proof, progress)
        if file.stamp_now() != file.stamp:
            judged = Judged(UNKNOWN, judged.level, "changed during verification")
        proof.update(verdict=judged.verdict, level=judged.level, reason=judged.reason)
        return proof
    finally:
        file.close()


def _unopened(path: str) -> Dict[str, Any]:
    """Size and state of a regular file that may not be read; nothing where they cannot be seen."""
    try:
        found = os.lstat(path)
    except OSError:
        return {}
    if not stat.S_ISREG(found.st_mode):
        return {}
    return {"bytes": found.st_size, "stamp": list(stamp_of(found)[1:])}


def structure_of(file: File) -> "tuple[str, Judged]":
    """The format of an opened file, and what its tables prove, whatever its bytes come from."""
    file.is_brief = True
    verifier = _sniff(file)
    return verifier.name if verifier is not None else "unknown", _structure(file, verifier)[1]


def _sniff(file: File) -> Optional[Verifier]:
    head = file.read(0, min(file.size, HEAD))
    for verifier in all_verifiers():
        if verifier.check is not None and verifier.matches(head, file.name):
            return verifier
    return next(
        (one for one in all_verifiers() if one.claims is not None and one.claims(file)), None
    )


def _judge(
    file: File, verifier: Optional[Verifier], level: str, proof: Dict[str, Any], progress: Progress
) -> Judged:
    plan, judged = _structure(file, verifier)
    if level == STRUCTURE or (judged.verdict == UNKNOWN and plan is None and verifier is not None):
        return judged
    try:
        found = scan(file, plan.regions if plan is not None else (), progress)
    except Unsure as why:
        return Judged(UNKNOWN, STRUCTURE, str(why))
    proof.update(sha256=found.sha256, read=found.read)
    if plan is None:
        return judged
    judged = _full(file, plan, found)
    if level == LOAD and (judged.verdict == OK or judged.reason == plan.warning):
        return _loaded(file, proof, plan, judged)
    return judged


def _structure(file: File, verifier: Optional[Verifier]) -> "tuple[Optional[Plan], Judged]":
    if verifier is None or verifier.check is None:
        return None, _unknown_format(file)
    try:
        plan: Plan = verifier.check(file)
    except _FAULTS as why:
        return None, _faulty(STRUCTURE, why)
    if plan.warning:
        return plan, Judged(UNKNOWN, STRUCTURE, plan.warning)
    return plan, Judged(OK, STRUCTURE, plan.said or "its structure is whole")


_FAULTS = (Broken, Unsure, MemoryError, *MISFITS)


def _faulty(level: str, why: BaseException) -> Judged:
    """What an error says of a file in which its verifier came upon it."""
    if isinstance(why, Broken):
        return Judged(BROKEN, level, str(why))
    if isinstance(why, Unsure):
        return Judged(UNKNOWN, level, str(why))
    if isinstance(why, MemoryError):
        return Judged(UNKNOWN, level, "its tables need more memory than a verifier has")
    return Judged(UNKNOWN, level, unfollowed(why))


WEIGHTS = (".safetensors", ".gguf", ".npz", ".npy", ".h5", ".hdf5", ".keras", ".onnx", ".msgpack",
            ".pt", ".pth", ".ckpt", ".bin", ".distcp", ".pt2", ".nemo")  # fmt: skip


def _unknown_format(file: File) -> Judged:
    """A file no verifier knows; one that is named like weights and is none is broken."""
    named = file.name.lower().endswith(WEIGHTS)
    if not file.size:
        return Judged(BROKEN if named else UNKNOWN, STRUCTURE, "it is empty")
    if not named:
        return Judged(UNKNOWN, STRUCTURE, NO_FORMAT)
    said = _not_a_header(file)
    head = file.read(0, min(file.size, 512))
    if wrapped := _wrapped(file, head):
        return Judged(UNKNOWN, STRUCTURE, wrapped)
    if "pointer" not in said and "page" not in said:
        said = (
            "it begins with zeros"
            if not head[:64].strip(b"\0")
            else "it does not begin as its name says"
        )
    if file.name.lower().endswith(".bin") and "does not begin" in said:
        return Judged(UNKNOWN, STRUCTURE, NO_FORMAT)
    return Judged(BROKEN, STRUCTURE, said)


_PACKED = {b"\x1f\x8b\x08": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\0": "xz", b"BZh": "bzip2",
           b"\x04\x22\x4d\x18": "lz4", b"7z\xbc\xaf\x27\x1c": "7z"}  # fmt: skip
_TABLE_END = bytes.fromhex("57fb808b247547db")
"""The last bytes of a table as LevelDB writes it: TensorFlow's first format was one such file."""


def _wrapped(file: File, head: bytes) -> str:
    """What a file is that holds weights in a way which is not looked into; empty for others."""
    for mark, name in _PACKED.items():
        if head.startswith(mark):
            return f"it is packed by {name}: what is in it was not looked at"
    if head[257:262] == b"ustar":
        return "it is a tar archive, as torch wrote before 0.1.10: only a load reads it"
    if file.size > 48 and file.read(file.size - 8, 8) == _TABLE_END:
        return "it is a table of TensorFlow 1, which only a load reads"
    return ""


def _full(file: File, plan: Plan, found: Scan) -> Judged:
    for region, crc in zip(plan.regions, found.crcs):
        if region.crc is not None and crc != region.crc:
            return Judged(BROKEN, FULL, f"{region.name}: its checksum is wrong")
    try:
        judge(file.size, plan.extents, found.blanks)
        said = plan.deep() if plan.deep is not None else plan.said
        looked = look(file, plan.floats() if plan.floats is not None else ())
    except _FAULTS as why:
        return _faulty(FULL, why)
    if plan.warning:
        return Judged(UNKNOWN, FULL, plan.warning)
    if looked.found:
        return Judged(UNKNOWN, FULL, f"it holds NaN or infinity: {looked.found} is no number")
    if found.no_numbers >= 0:
        return Judged(
            UNKNOWN, FULL, f"at byte {found.no_numbers} it holds NaN or infinity and nothing else"
        )
    said = said or "every byte was read"
    return Judged(OK, FULL, f"{said}; {looked.said}" if looked.said else said)


def _loaded(file: File, proof: Dict[str, Any], plan: Plan, judged: Judged) -> Judged:
    """The framework's own load, after the inert walk; the level stays `full` where it cannot be."""
    if proof["format"] in NOTHING_TO_LOAD:
        return judged._replace(reason=f"{judged.reason}; nothing to load")
    try:
        said, count = load(file.path, proof["format"], plan.items)
    except Broken as why:
        return Judged(BROKEN, LOAD, str(why))
    except Unsure as why:
        return Judged(UNKNOWN, FULL, f"not loaded: {why}")
    if not count and plan.warning:
        return Judged(UNKNOWN, FULL, f"{said} read nothing of it; {plan.warning}")
    return Judged(OK, LOAD, f"{said} read {count} bytes; {judged.reason}")


def verify_group(kind: str, path: str, level: str = FULL) -> Dict[str, Any]:
    """The proof of a folder as one checkpoint, without those of its files."""
    proof = {"path": path, "format": kind}
    verifier = next((v for v in all_verifiers() if v.name == kind and v.group is not None), None)
    if verifier is None or verifier.group is None:
        return {**proof, "verdict": UNKNOWN, "reason": "no verifier knows this layout"}
    try:
        return {**proof, "verdict": OK, "reason": verifier.group(Folder(path))}
    except Broken as why:
        return {**proof, "verdict": BROKEN, "reason": str(why)}
    except (Unsure, OSError) as why:
        if level == LOAD and str(why) == COMMITTED:
            return {**proof, **_loaded_folder(kind, path)}
        return {**proof, "verdict": UNKNOWN, "reason": str(why)}


def _loaded_folder(kind: str, path: str) -> Dict[str, Any]:
    """The framework's own load of a folder that nothing else can read."""
    try:
        said, count = load(path, kind)
    except Broken as why:
        return {"verdict": BROKEN, "reason": str(why)}
    except Unsure as why:
        return {"verdict": UNKNOWN, "reason": f"{COMMITTED}; not loaded: {why}"}
    if not count:
        return {"verdict": UNKNOWN, "reason": f"{COMMITTED}; {said} read nothing of it"}
    return {"verdict": OK, "reason": f"{said} read {count} bytes; committed"}


def worst(group: Dict[str, Any], files: List[Dict[str, Any]]) -> Dict[str, Any]:
    """The group's proof with the worst of its files taken into account."""
    if group["verdict"] == BROKEN:
        return group
    for verdict in (BROKEN, UNKNOWN):
        bad = next((f for f in files if f["verdict"] == verdict), None)
        if bad is not None and (verdict == BROKEN or group["verdict"] == OK):
            name = os.path.relpath(bad["path"], group["path"])
            return {**group, "verdict": verdict, "reason": f"{name}: {bad['reason']}"}
    return group
