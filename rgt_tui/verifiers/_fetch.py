"""Serves a pull: lists, sends and hashes files. Small, so that it starts at once on a Pod.

The same form of lines in and out as `_worker`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import Any, BinaryIO, Callable, Dict, Iterator, List, Optional, Tuple

from rgt_tui.verifiers import TOOL, Broken, Unsure
from rgt_tui.verifiers._files import WITH_HASH, Early, files_below
from rgt_tui.verifiers._reader import Sender, bundle, hash_ranges, send

Answers = Iterator[Dict[str, Any]]
KEPT_MAX = 200_000
"""Files of a listing that are remembered: about 60 MB. Of those beyond, all is told again."""
LISTED: Dict[str, Any] = {}
"""The last listing: its paths, and by number and relative path what each file was."""


def main() -> None:
    """Serves until standard input ends."""
    gc.disable()  # the rows of a listing stay: looking through them takes a tenth of the time
    out = os.fdopen(1, "wb", 1 << 16)
    sender = Sender()
    senders: Dict[str, Callable[[Dict[str, Any], BinaryIO], None]] = {
        "read": sender.read,
        "bundle": bundle,
        "files": _send_files,
    }
    for line in sys.stdin.buffer:
        request = json.loads(line.decode("ascii"))
        if request["op"] in senders:
            senders[request["op"]](request, out)
        else:
            for answer in OPERATIONS[request["op"]](request):
                send(out, answer, b"")
                out.flush()
        out.write(json.dumps({"done": request.get("id", 0)}).encode("ascii") + b"\n")
        out.flush()


def _send_files(request: Dict[str, Any], out: BinaryIO) -> None:
    """A listing; `upto` bytes of files of at most `small` come along, those of a row have a hash.

    Where all came along, what differs in a second listing follows, which nobody has to ask for.
    """
    early = Early(request.get("small", 0), request.get("upto", 0))
    are_all_read = early.left > 0
    for answer in listed(request, early):
        data = early.given()
        send(out, answer if data is None else {**answer, "n": len(data)}, data or b"")
        out.flush()
        are_all_read = are_all_read and all(
            len(row) == WITH_HASH for row in answer.get("files", ())
        )
    if are_all_read:
        for answer in listed({"paths": request["paths"], "again": True}):
            if "files" in answer:
                send(out, {"again": answer["files"]}, b"")
        send(out, {"again": []}, b"")


def _hello(request: Dict[str, Any]) -> Answers:
    """What is here. `shutil`, which knows where programs lie, costs a start of 50 ms three of them."""
    python = list(sys.version_info[:2])
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    rsync = any(os.access(os.path.join(folder, "rsync"), os.X_OK) for folder in folders)
    yield {"tool": TOOL, "python": python, "rsync": rsync}


def listed(request: Dict[str, Any], early: Optional[Early] = None) -> Answers:
    """Every file; `again` leaves out those that are as the last listing of the same paths gave them."""
    same = request.get("again") and LISTED.get("paths") == request["paths"]
    known: Dict[Tuple[Any, ...], List[Any]] = LISTED.get("rows", {}) if same else {}
    LISTED.clear()
    kept: Dict[Tuple[Any, ...], List[Any]] = {}
    for answer in files_below(request["paths"], early):
        rows = answer.get("files")
        if rows is None or not known:
            yield answer
        else:
            fresh = [row for row in rows if known.get((row[0], row[1])) != row[2:]]
            if fresh:
                yield {"files": fresh}
        if rows is not None and not known and len(kept) < KEPT_MAX:
            kept.update({(row[0], row[1]): row[2:6] for row in rows})
    LISTED.update(paths=request["paths"], rows=known or kept)


def hashes(request: Dict[str, Any]) -> Answers:
    """Hashes of parts of a file, one an answer, so that silence means that the disk hangs."""
    for part in request["ranges"]:
        try:
            yield {"hash": hash_ranges(request["path"], [part])[0]}
        except (Unsure, Broken, OSError) as why:
            yield {"hash": "", "why": str(why)}


OPERATIONS: Dict[str, Callable[[Dict[str, Any]], Answers]] = {
    "hello": _hello,
    "hash": hashes,
}
"""What is answered in lines alone; the others send bytes as well."""
