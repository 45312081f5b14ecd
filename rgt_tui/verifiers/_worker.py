"""Answers requests on standard input, a JSON object a line, with JSON lines on standard output.

Runs as `python3 -I -S` on the jump box and on Pods alike. Files are verified in children with
limits, a large one in a child of its own, small ones many in one; a file that makes its verifier fail
costs its own verdict and no other.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from typing import Any, BinaryIO, Callable, Dict, Generator, Iterator, List, Optional

from rgt_tui.verifiers import LOAD, STRUCTURE, TOOL, UNKNOWN, _load, all_verifiers
from rgt_tui.verifiers._check import verify_file, verify_group, worst
from rgt_tui.verifiers._content import stamp_of
from rgt_tui.verifiers._fetch import hashes
from rgt_tui.verifiers._layout import Entry, groups_in, is_part, trees_in
from rgt_tui.verifiers._limits import MEMORY, Exceeded, Send, limited
from rgt_tui.verifiers._reader import flush
from rgt_tui.verifiers._walk import GoesOn, clock, default_roots, walk
from rgt_tui.verifiers.onnx import TooMuch
from rgt_tui.verifiers.onnx_data import parts_of
from rgt_tui.verifiers.sharded import INDEX, placed

LIST_S = 60.0
SLOWEST = 2 << 20
"""Bytes a second below which a disk counts as hung (a cold network volume gave 33 MB/s)."""
START_S = 120.0
GROUP_S = 600.0
LOAD_S = 3700.0
"""A load of a folder ends by a limit of its own before; its memory is the framework's affair."""
SMALL = 1 << 20
"""Files up to so many bytes share a child: one of its own costs 15 ms."""
TOGETHER = 200
"""So many files share a child."""
PROGRESS = 8 << 20
"""Bytes between two progress lines."""

Answers = Iterator[Dict[str, Any]]


def main() -> None:
    """Serves until standard input ends."""
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        request = json.loads(line.decode("ascii"))
        for answer in _OPERATIONS[request["op"]](request):
            _say(out, answer)
        _say(out, {"done": request.get("id", 0)})


def _say(out: BinaryIO, answer: Dict[str, Any]) -> None:
    out.write(json.dumps(answer, separators=(",", ":")).encode("ascii") + b"\n")
    out.flush()


def _hello(request: Dict[str, Any]) -> Answers:
    now, boot = clock()
    yield {"tool": TOOL, "python": list(sys.version_info[:2]), "now": now, "boot": boot}


def _list(request: Dict[str, Any]) -> Answers:
    """Lists each root in a child of its own, so that a dead mount costs its own root only.

    `resume` names a root and a folder of it (both empty for the beginning), and whether to leave
    that folder out. What a root's answers cover is said by `walked`: from a folder to before
    another, empty for its beginning and its end. Where the time was over `stopped` says how to
    resume; without it everything was walked.
    """
    roots = [str(root) for root in request.get("roots") or default_roots()]
    ends = time.monotonic() + float(request.get("limit_s", LIST_S))
    globs = [str(glob) for glob in request.get("globs", [])]
    where, path, skips = request.get("resume") or ["", "", False]
    first = roots.index(where) if where in roots else 0
    for root in roots[first:]:
        goes_on = GoesOn(path, bool(skips)) if root == where else GoesOn("", False)
        if ends - time.monotonic() <= 0:
            yield {"stopped": [root, goes_on.path, goes_on.skips]}
            break
        stopped = yield from _list_one(root, globs, goes_on, ends - time.monotonic())
        yield {"root": [root, os.path.realpath(root)]}
        if stopped:
            yield {"stopped": [root, *stopped]}
            break
    yield {"now": clock()[0]}


def _list_one(
    root: str, globs: List[str], goes_on: GoesOn, limit_s: float
) -> Generator[Dict[str, Any], None, List[Any]]:
    """Lists one root as far as the time goes; gives where to go on, nothing for the next root."""
    at = ""
    try:
        for answer in limited(_walker(root, globs, goes_on), limit_s):
            if "at" in answer:
                at = answer["at"]
            else:
                yield answer
    except Exceeded:
        if at and at != goes_on.path:
            yield {"walked": [root, goes_on.path, at]}
            return [at, False]
        yield {"gap": f"{goes_on.path or root}: it did not answer in time"}
        if goes_on.path and not goes_on.skips:
            yield {"walked": [root, goes_on.path, goes_on.path]}
            return [goes_on.path, True]
    yield {"walked": [root, goes_on.path, ""]}
    return []


def _walker(
    root: str, globs: List[str], goes_on: Optional[GoesOn] = None
) -> Callable[[Send], None]:
    return lambda send: walk(root, globs, send, goes_on)


def _verify(request: Dict[str, Any]) -> Answers:
    """Verifies files and folders; a folder gives its files first, then its groups."""
    level = request["level"]
    _load.POD[0] = bool(request.get("pod"))
    all_verifiers()  # once, before each file has a child of its own
    for path in request["paths"]:
        if os.path.isdir(path) and not os.path.islink(path):
            yield from _verify_folder(path, level, request.get("only"))
        elif path.endswith(INDEX):
            yield from _verify_index(path, level)
        elif path.lower().endswith(".onnx"):
            yield from _verify_one(path, level)
            for part in _parts(path):
                if part not in request["paths"]:
                    yield from _verify_one(part, level)
        else:
            yield from _verify_one(path, level)


def _parts(model: str) -> List[str]:
    try:
        return parts_of(model)
    except TooMuch:
        return []  # they are judged where they are asked for, or with their folder


def _verify_index(path: str, level: str) -> Answers:
    """An index stands for its shards: they are verified, then the group."""
    folder = os.path.dirname(path)
    try:
        with open(path, encoding="utf-8") as file:
            names = sorted(placed(json.load(file)["weight_map"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        names = []
    inside = [name for name in names if name and "/" not in name]
    proofs: List[Dict[str, Any]] = []
    for name in [os.path.basename(path), *inside]:
        for answer in _verify_one(os.path.join(folder, name), level):
            if "file" in answer:
                proofs.append(answer["file"])
            yield answer
    yield from _verify_as_group("sharded", folder, proofs, level)


def _verify_folder(path: str, level: str, only: Any) -> Answers:
    entries: List[Entry] = []
    for row in limited(_walker(path, ["*"]), LIST_S):
        if "entry" in row:
            entries.append(Entry(*row["entry"]))
        else:
            yield row
    wanted = None if only is None else set(only)
    proofs: List[Dict[str, Any]] = []
    for some in _batches([e for e in sorted(entries) if wanted is None or e.path in wanted]):
        for answer in _verify_some(some, level):
            if "file" in answer:
                proofs.append(answer["file"])
            yield answer
    groups = groups_in(entries)
    trees = trees_in(groups)
    for kind, folder in groups:
        inside = [p for p in proofs if is_part(p["path"], folder, trees)]
        if wanted is not None and not inside:
            continue
        yield from _verify_as_group(kind, folder, inside, level)


def _batches(entries: List[Entry]) -> Iterator[List[str]]:
    """Paths that share a child, in order: neighbours that are small."""
    some: List[str] = []
    for entry in entries:
        is_small = entry.size <= SMALL
        if some and (not is_small or len(some) == TOGETHER):
            yield some
            some = []
        some.append(entry.path)
        if not is_small:
            yield some
            some = []
    if some:
        yield some


def _verify_some(paths: List[str], level: str) -> Answers:
    """Files in one child; one that ends it is verified again alone, and the rest goes on."""
    while len(paths) > 1:
        done = 0
        try:
            work = functools.partial(_children, paths, level)
            for answer in limited(work, START_S, _memory(level, len(paths) * SMALL)):
                if "file" in answer:
                    done += 1
                yield answer
        except Exceeded:
            pass  # the file that it was at says why, when it has a child of its own
        paths = paths[done:]
        if paths:
            yield from _verify_one(paths[0], level)
            paths = paths[1:]
    for path in paths:
        yield from _verify_one(path, level)


def _children(paths: List[str], level: str, send: Send) -> None:
    for path in paths:
        _child(path, level, send)


def _verify_as_group(kind: str, folder: str, files: List[Dict[str, Any]], level: str) -> Answers:
    answer = {"path": folder, "format": kind, "verdict": UNKNOWN, "reason": "not judged"}
    try:
        seconds, memory = (LOAD_S, 1 << 42) if level == LOAD else (GROUP_S, MEMORY)
        judge = functools.partial(verify_group, kind, folder, level)
        for found in limited(lambda send: send(judge()), seconds, memory):
            answer = found
    except Exceeded as why:
        answer["reason"] = str(why)
    relevant = [f for f in files if _weighs(f, kind)]
    yield {"group": worst(answer, relevant)}


def _weighs(proof: Dict[str, Any], kind: str) -> bool:
    """Whether a file's verdict is the group's too: what the group's own check covers is not."""
    name = os.path.basename(proof["path"])
    if proof["format"] == "unknown" and proof["verdict"] != "broken":
        return False
    if proof["format"] == "pickle" and proof["reason"].startswith("not loaded"):
        return False  # its own row says so; the weights are what a load proves
    return bool(name != "training_args.bin" or proof["verdict"] == "broken")


def _verify_one(path: str, level: str) -> Answers:
    """One file in a child; its progress, then its proof."""
    try:
        size, *stamp = stamp_of(os.stat(path, follow_symlinks=False))
    except OSError:
        size, stamp = 0, [0, 0, 0]
    seconds = START_S + size / SLOWEST
    proof: Dict[str, Any] = {}
    try:
        for answer in limited(
            lambda send: _child(path, level, send), seconds, _memory(level, size)
        ):
            if "file" in answer:
                proof = answer["file"]
            else:
                yield answer
        if not proof:
            raise Exceeded("its verifier ended without a verdict")
    except Exceeded as why:
        proof = {"path": path, "format": "unknown", "bytes": size, "stamp": stamp, "read": 0,
                 "sha256": "", "tool": TOOL, "verdict": UNKNOWN, "level": STRUCTURE,
                 "reason": str(why)}  # fmt: skip
    yield {"file": proof}


def _memory(level: str, size: int) -> int:
    """How much a child may use for files of so many bytes: a framework has a copy or two of them."""
    return MEMORY if level != LOAD else MEMORY * 2 + 4 * size


def _child(path: str, level: str, send: Send) -> None:
    pending = [0]

    def progress(count: int) -> None:
        pending[0] += count
        if pending[0] >= PROGRESS:
            send({"progress": pending[0]})
            pending[0] = 0

    proof = verify_file(path, level, progress)
    send({"progress": pending[0]})
    send({"file": proof})


def _flush(request: Dict[str, Any]) -> Answers:
    """Flushes files with their folders; one answer each, since one may take minutes."""
    for path, why in flush(request["paths"]):
        yield {"flushed": [path, why]}


def _stat(request: Dict[str, Any]) -> Answers:
    """What paths show now, without reading them: a fast look again."""
    for path in request["paths"]:
        try:
            found = os.stat(path, follow_symlinks=False)
        except OSError:
            yield {"stat": [path, None]}
            continue
        row = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
        yield {"stat": [path, row]}


_OPERATIONS: Dict[str, Callable[[Dict[str, Any]], Answers]] = {
    "hello": _hello,
    "list": _list,
    "verify": _verify,
    "hash": hashes,
    "flush": _flush,
    "stat": _stat,
}
