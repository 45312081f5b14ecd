"""Lists the files below a folder that can belong to checkpoints; never follows a link."""

from __future__ import annotations

import os
import stat
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from rgt_tui.verifiers._layout import WHOLE, is_globbed, is_of_interest, kind_of, wants_magic
from rgt_tui.verifiers.onnx import TooMuch
from rgt_tui.verifiers.onnx_data import parts_of

SEEN_MAX = 2_000_000
KEPT_MAX = 100_000
DEPTH_MAX = 40
BESIDE_MAX = 500
"""Other files of a folder that are listed where it holds something of a checkpoint."""
SKIPPED = frozenset(
    [
        "proc",
        "sys",
        "dev",
        "site-packages",
        "dist-packages",
        "node_modules",
        ".git",
        ".rgt-pull",
        "__pycache__",
        ".venv",
        "conda",
        "pkgs",
    ]
)
"""Folders whose files an image, a package manager or a pull of ours keeps; no listing wants those."""
MANIFEST = "rgt-manifest-"
"""So begin the names of the manifests that pulls leave beside the copies."""
_SYSTEM = frozenset(
    [
        "bin",
        "boot",
        "dev",
        "etc",
        "lib",
        "lib32",
        "lib64",
        "libx32",
        "lost+found",
        "proc",
        "run",
        "sbin",
        "snap",
        "sys",
        "usr",
        "var",
    ]
)
Send = Callable[[Any], None]


def default_roots() -> List[str]:
    """The folders at `/` that no system brings: `/workspace`, `/root`, whatever a person made."""
    try:
        names = sorted(os.listdir("/"))
    except OSError:
        return ["/workspace", "/root"]
    return ["/" + name for name in names if name not in _SYSTEM and not name.startswith(".")]


def walk(root: str, globs: Sequence[str], send: Send, goes_on: Optional[GoesOn] = None) -> None:
    """Sends each file of interest below `root`, each link that was not followed, and each gap.

    Args:
        root: absolute path of a folder.
        globs: what counts beside the known formats.
        send: takes what is found.
        goes_on: where to begin; each folder is then told as it is entered, so that a later walk
            can begin there.
    """
    state = _Walk(globs, send)
    if goes_on is not None:
        inside = goes_on.path[len(root.rstrip("/")) :].strip("/")
        state.way = tuple(inside.split("/")) if inside else ()
        state.tells, state.skips = True, goes_on.skips
    try:
        descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except OSError as error:
        if os.path.islink(root):
            send({"link": [root, os.path.realpath(root)]})
        elif not stat.S_ISDIR(os.stat(root).st_mode):
            return
        else:
            send({"gap": f"{root}: {error.strerror}"})
        return
    state.folder(descriptor, root, 0)


class GoesOn(NamedTuple):
    """Where a walk begins: at a folder, with all that comes after it. Empty is the root.

    `skips` leaves out the folder and what is below it, since it did not answer.
    """

    path: str
    skips: bool


class _Walk:
    """One walk: how much was seen and kept so far, and by which names to where it begins.

    `parts` are files that an ONNX model names, with the model. Within a `tree` of Orbax, whose
    arrays have any name, every file is listed.
    """

    def __init__(self, globs: Sequence[str], send: Send) -> None:
        self.globs = globs
        self.send = send
        self.seen = self.kept = 0
        self.is_over = False
        self.way: Tuple[str, ...] = ()
        self.tells = self.skips = False
        self.parts: Dict[str, str] = {}
        self.tree = False

    def folder(self, descriptor: int, path: str, depth: int) -> None:
        """Its own files, then the folders in it by name."""
        way, self.way = self.way, ()
        outer = self.tree
        try:
            if not way and self.skips:
                return
            if not way and self.tells:
                self.send({"at": path})
            for name in self.own(descriptor, path, not way):
                if way and name < way[0]:
                    continue
                is_way = bool(way) and name == way[0]
                self.way, self.skips = (way[1:] if is_way else ()), self.skips and is_way
                self.enter(descriptor, path, name, depth)
        except OSError as error:
            self.send({"gap": f"{path}: {error.strerror}"})
        finally:
            self.skips, self.tree = False, outer
            os.close(descriptor)

    def own(self, descriptor: int, path: str, is_wanted: bool) -> List[str]:
        """Sends what is of interest of a folder itself; gives the folders in it, in order."""
        below: List[str] = []
        beside: List[str] = []
        first = self.kept
        wanted: List[str] = []
        with os.scandir(descriptor) as entries:
            for entry in entries:
                self.seen += 1
                if self.over(path, len(wanted)):
                    return []
                if entry.is_dir(follow_symlinks=False):
                    below.append(entry.name)
                    continue
                if entry.name.lower().endswith(".onnx") and entry.is_file(follow_symlinks=False):
                    where = os.path.join(path, entry.name)
                    self.weights(where)
                if self.tree or is_of_interest(entry.name) or self.globbed(path, entry.name):
                    wanted.append(entry.name)
                elif len(beside) < BESIDE_MAX or os.path.join(path, entry.name) in self.parts:
                    beside.append(entry.name)
        self.tree = self.tree or kind_of(path, set(wanted), set(below)) in WHOLE
        if not is_wanted:
            return sorted(below)
        named = [name for name in beside if os.path.join(path, name) in self.parts]
        for name in (*wanted, *named):
            self.file(name, descriptor, path)
        for name in set(beside).difference(named) if self.kept > first else ():
            self.file(name, descriptor, path)
        return sorted(below)

    def weights(self, model: str) -> None:
        """Notes the files that a model names; one that is not there leaves the model a part."""
        try:
            parts = parts_of(model)
        except TooMuch as why:
            self.send({"gap": f"{model}: {why}"})
            return
        for part in parts:
            self.parts[part] = model
            if not os.path.lexists(part):
                self.send({"gap": f"{model}: its weights {os.path.basename(part)} are not there"})

    def over(self, path: str, waiting: int = 0) -> bool:
        if not self.is_over and (self.seen > SEEN_MAX or self.kept + waiting > KEPT_MAX):
            self.is_over = True
            self.send({"gap": f"{path}: there are more files than are listed"})
        return self.is_over

    def enter(self, descriptor: int, path: str, name: str, depth: int) -> None:
        where = os.path.join(path, name)
        if name in SKIPPED or self.is_over:
            return
        if depth >= DEPTH_MAX:
            self.send({"gap": f"{where}: nested too deeply"})
            return
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            inner = os.open(name, flags, dir_fd=descriptor)
        except OSError as error:
            self.send({"gap": f"{where}: {error.strerror}"})
            return
        self.folder(inner, where, depth + 1)

    def file(self, name: str, descriptor: int, path: str) -> None:
        if name.startswith(MANIFEST) and name.endswith(".json"):
            return
        where = os.path.join(path, name)
        try:
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except OSError as error:
            self.send({"gap": f"{where}: {error.strerror}"})
            return
        if stat.S_ISLNK(found.st_mode):
            self.send({"link": [where, os.path.realpath(where)]})
        if not stat.S_ISREG(found.st_mode):
            return
        magic = _magic(name, descriptor) if wants_magic(name) else b""
        self.kept += 1
        self.send({"entry": [where, found.st_size, found.st_mtime_ns, found.st_ctime_ns,
                             found.st_ino, magic.hex(), self.parts.get(where, "")]})  # fmt: skip

    def globbed(self, path: str, name: str) -> bool:
        return is_globbed(os.path.join(path, name), self.globs)


def _magic(name: str, descriptor: int) -> bytes:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        opened = os.open(name, flags, dir_fd=descriptor)
    except OSError:
        return b""
    try:
        return os.read(opened, 16)
    except OSError:
        return b""
    finally:
        os.close(opened)


def clock() -> Tuple[float, str]:
    """The machine's time, and what tells this boot of it from another."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            boot = file.read().strip()
    except OSError:
        boot = ""
    return time.time(), boot  # noqa: TID251  # this machine's own clock is what is asked for
