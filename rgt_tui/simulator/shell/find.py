r"""`find` of GNU findutils, as far as scripts that look for large files use it.

`-printf` knows %b (blocks of 512 bytes), %s, %p, %T@ and the escapes \0 and \n.
"""

import re
from pathlib import PurePosixPath
from typing import Final

from rgt_tui.simulator.contents import Found, disk_of, files_of, inside
from rgt_tui.simulator.shell import Command, Reply, View

_VALUED: Final = frozenset({"-maxdepth", "-type", "-cnewer", "-newer", "-printf", "-name", "-size"})
_CODE: Final = re.compile(r"%T@|%[bspk]|\\0|\\n")


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """The files below the paths that meet every condition."""
    paths, conditions, bad = _parse(argv)
    if bad:
        return Reply("", 1, f"find: unknown predicate '{bad}'\n")
    if any(disk_of(view.pod, inside(path)[1]).is_hung for path in paths):
        return Reply("", hangs=True)
    form = conditions.get("-printf", "%p\\n")
    if conditions.get("-maxdepth") == "0" or not form:
        return Reply("")
    newer_only = "-cnewer" in conditions or "-newer" in conditions
    lines = []
    for path in paths:
        prefix, place = inside(path)
        for file in _below(view, place):
            if newer_only and (file.is_image or place == "/etc/hostname"):
                continue
            if _named(file.path, conditions.get("-name")):
                lines.append(_line(file, prefix, form))
        if "-type" not in conditions and "-name" in conditions:
            folders = _folders(view, place, conditions["-name"])
            lines += [f"{prefix}{folder}\n" for folder in folders]
    return Reply("".join(lines))


def _parse(argv: tuple[str, ...]) -> tuple[list[str], dict[str, str], str]:
    paths: list[str] = []
    conditions: dict[str, str] = {}
    words = list(argv)
    while words:
        word = words.pop(0)
        if word in _VALUED and words:
            conditions[word] = words.pop(0)
        elif word in ("-xdev", "-print", "-print0"):
            conditions[word] = ""
        elif word.startswith("-"):
            return paths, conditions, word
        else:
            paths.append(word)
    return paths or ["."], conditions, ""


def _below(view: View, place: str) -> list[Found]:
    """The files on the mount of `place`, below it."""
    disk = disk_of(view.pod, place)
    within = f"{place.rstrip('/')}/"
    files = files_of(view.pod, view.now, view.world_began)
    return [
        file
        for file in files
        if disk_of(view.pod, file.path) is disk and file.path.startswith(within)
    ]


def _folders(view: View, place: str, pattern: str) -> list[str]:
    """The folders of that name on the mount of `place`, by the files in them."""
    disk, within = disk_of(view.pod, place), f"{place.rstrip('/')}/"
    machine = view.machine
    paths = [it.path for it in machine.files] + [it.path for it in machine.stored]
    within_it = [PurePosixPath(path) for path in paths if path.startswith(within)]
    above = {str(folder) for path in within_it for folder in path.parents}
    return sorted(it for it in above if _named(it, pattern) and disk_of(view.pod, it) is disk)


def _named(path: str, pattern: str | None) -> bool:
    if pattern is None:
        return True
    shape = re.escape(pattern).replace(r"\*", "[^/]*")
    return re.fullmatch(shape, path.rsplit("/", 1)[-1]) is not None


def _line(file: Found, prefix: str, form: str) -> str:
    values = {
        "%b": str(-(-file.size_bytes // 512)),
        "%k": str(-(-file.size_bytes // 1024)),
        "%s": str(file.size_bytes),
        "%p": f"{prefix}{file.path}",
        "%T@": f"{file.changed_at:.10f}",
        "\\0": "\0",
        "\\n": "\n",
    }
    return _CODE.sub(lambda code: values[code[0]], form)


COMMAND = Command(name="find", render=render)
