"""`df` of GNU coreutils, for the options scripts use.

Filesystem                1024-blocks          Used     Available Capacity Mounted on
overlay                      20971520      20552090        419430      99% /
mfs#euro.runpod.net:9421 2589569785650 1576259869530 1013309916119      61% /workspace
"""

from dataclasses import dataclass, field
from math import ceil
from typing import Final

from rgt_tui.simulator.machine import Disk
from rgt_tui.simulator.shell import Command, Reply, View

_UNITS: Final = "KMGTPE"


_FLAGS: Final = {
    "h": "human",
    "H": "human",
    "P": "posix",
    "T": "shows_type",
    "i": "inodes",
    "human-readable": "human",
    "si": "human",
    "portability": "posix",
    "print-type": "shows_type",
    "inodes": "inodes",
}
_BLOCKS: Final = {"k": 1024, "m": 1024**2}
_IGNORED: Final = frozenset({"a", "l", "all", "local", "no-sync"})


@dataclass(slots=True)
class _Options:
    block: int = 1024
    human: bool = False
    posix: bool = False
    shows_type: bool = False
    inodes: bool = False
    types: set[str] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)
    bad: str = ""

    def flag(self, name: str) -> None:
        """Sets what an option without a value stands for."""
        if name in _FLAGS:
            setattr(self, _FLAGS[name], True)
        elif name in _BLOCKS:
            self.block = _BLOCKS[name]
        elif name not in _IGNORED:
            self.bad = name

    def valued(self, letter: str, value: str) -> None:
        """Sets what `-B`, `-t` or `-x` stands for."""
        if letter == "B":
            self.block = _block(value)
        elif letter == "t":
            self.types.add(value)
        else:
            self.excluded.add(value)


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """The table of all mounts, or of the ones that hold the named paths."""
    options, paths = _parse(argv)
    if options.bad:
        return Reply("", 1, f"df: invalid option -- '{options.bad}'\n")
    disks = view.machine.disks
    missing = [path for path in paths if not path.startswith("/")]
    chosen = [_holder(disks, path) for path in paths if path.startswith("/")] if paths else disks
    if options.types or options.excluded:
        wanted = options.types or {disk.fstype for disk in chosen}
        chosen = [disk for disk in chosen if disk.fstype in wanted - options.excluded]
    if any(disk.is_hung for disk in chosen):
        return Reply("", hangs=True)
    complaints = "".join(f"df: {path}: No such file or directory\n" for path in missing)
    if not chosen:
        return Reply("", 1, complaints + "df: no file systems processed\n" * (not missing))
    rows = [_header(options)] + [_row(disk, view.now, options) for disk in chosen]
    return Reply(_table(rows), 1 if missing else 0, complaints)


def _parse(argv: tuple[str, ...]) -> tuple[_Options, list[str]]:
    options = _Options()
    paths: list[str] = []
    words = list(argv)
    while words:
        word = words.pop(0)
        if word == "--":
            return options, paths + words
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            short = {"block-size": "B", "type": "t", "exclude-type": "x"}.get(name)
            options.valued(short, value) if short else options.flag(name)
        elif word.startswith("-") and len(word) > 1:
            _short(options, word[1:], words)
        else:
            paths.append(word)
    return options, paths


def _short(options: _Options, letters: str, rest: list[str]) -> None:
    for index, letter in enumerate(letters):
        if letter in "Btx":
            value = letters[index + 1 :] or (rest.pop(0) if rest else "1")
            options.valued(letter, value)
            return
        options.flag(letter)


def _block(value: str) -> int:
    scale = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}
    digits = value.rstrip("KMGB")
    return int(digits or "1") * scale.get(value[len(digits) :].removesuffix("B"), 1)


def _holder(disks: list[Disk], path: str) -> Disk:
    holders = [
        disk
        for disk in disks
        if disk.path in ("/", path) or path.startswith(disk.path.rstrip("/") + "/")
    ]
    return max(holders, key=lambda disk: len(disk.path))


def _header(options: _Options) -> list[str]:
    head = ["Filesystem"] + (["Type"] if options.shows_type else [])
    if options.inodes:
        return [*head, "Inodes", "IUsed", "IFree", "IUse%", "Mounted on"]
    if options.human:
        return [*head, "Size", "Used", "Avail", "Use%", "Mounted on"]
    size = f"{options.block}-blocks" if options.posix else _block_title(options.block)
    if options.posix:
        return [*head, size, "Used", "Available", "Capacity", "Mounted on"]
    return [*head, size, "Used", "Available", "Use%", "Mounted on"]


def _block_title(block: int) -> str:
    return {1024: "1K-blocks", 1024**2: "1M-blocks", 1024**3: "1G-blocks", 1: "1B-blocks"}.get(
        block, f"{block}-blocks"
    )


def _row(disk: Disk, now: float, options: _Options) -> list[str]:
    head = [disk.source] + ([disk.fstype] if options.shows_type else [])
    if options.inodes:
        total, used = disk.inodes, disk.inodes_used
        figures = [str(total), str(used), str(total - used)]
    else:
        total = disk.size_bytes if disk.pool_bytes is None else disk.pool_bytes
        used = disk.used_bytes(now) if disk.pool_used_bytes is None else disk.pool_used_bytes
        free = total - used
        figures = [_size(value, options) for value in (total, used, free)]
    percent = f"{ceil(100 * used / total)}%" if total else "-"
    return [*head, *figures, percent, disk.path]


def _size(value: int, options: _Options) -> str:
    if not options.human:
        return str(ceil(value / options.block))
    if value < 1024:
        return str(value)
    power = min((value.bit_length() - 1) // 10, len(_UNITS))
    scaled, unit = value / 1024**power, _UNITS[power - 1]
    return f"{ceil(scaled * 10) / 10:.1f}{unit}" if scaled < 10 else f"{ceil(scaled)}{unit}"


def _table(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    widths[0] = max(widths[0], 14)
    left = {0, 1} if rows[0][1] == "Type" else {0}
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row[:-1], widths[:-1], strict=True))
        ]
        lines.append(" ".join([*cells, row[-1]]))
    return "\n".join(lines) + "\n"


COMMAND = Command(name="df", render=render)
