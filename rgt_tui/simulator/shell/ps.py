"""`ps` with the columns scripts ask for.

PID %CPU %MEM     ELAPSED CMD
  1  0.0  0.0       55:16 /sbin/docker-init -- /start.sh
"""

from collections.abc import Callable
from typing import Final

from rgt_tui.simulator.machine import Process
from rgt_tui.simulator.shell import Command, Reply, View

_Column = tuple[str, Callable[[View, Process], str]]

_COLUMNS: Final[dict[str, _Column]] = {
    "pid": ("PID", lambda _, it: str(it.pid)),
    "ppid": ("PPID", lambda _, it: "0" if it.pid == 1 else "1"),
    "user": ("USER", lambda _, __: "root"),
    "pcpu": ("%CPU", lambda _, it: f"{it.cpu:.1f}"),
    "pmem": ("%MEM", lambda _, it: f"{it.memory:.1f}"),
    "etime": ("ELAPSED", lambda view, it: _clock(_age(view, it))),
    "etimes": ("ELAPSED", lambda view, it: str(_age(view, it))),
    "stat": ("STAT", lambda _, it: it.state),
    "s": ("S", lambda _, it: it.state),
    "wchan": ("WCHAN", lambda _, it: it.wchan if it.state == "D" else "-"),
    "rss": ("RSS", lambda view, it: str(int(it.memory / 100 * view.machine.memory_gib * 1024**2))),
    "comm": ("COMMAND", lambda _, it: it.command.split()[0].rsplit("/", 1)[-1].rstrip(":")[:15]),
    "args": ("COMMAND", lambda _, it: it.command),
    "cmd": ("CMD", lambda _, it: it.command),
    "command": ("COMMAND", lambda _, it: it.command),
}
_ALIASES: Final = {"%cpu": "pcpu", "%mem": "pmem", "state": "s", "ucmd": "comm", "rssize": "rss"}
_LEFT: Final = frozenset({"user", "comm", "args", "cmd", "command", "stat", "s", "wchan"})
_USUAL: Final = ("user", "pid", "pcpu", "pmem", "rss", "stat", "etime", "args")


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """All processes of the container, in the columns of `-o`."""
    names, has_heads, sort = _parse(argv)
    unknown = [name for name in names if name not in _COLUMNS]
    if unknown:
        return Reply("", 1, f'error: unknown user-defined format specifier "{unknown[0]}"\n')
    processes = sorted(view.machine.processes, key=lambda it: it.pid)
    if sort in {"-pcpu", "-%cpu"}:
        processes.sort(key=lambda it: -it.cpu)
    if sort in {"-pmem", "-%mem", "-rss"}:
        processes.sort(key=lambda it: -it.memory)
    rows = [[_COLUMNS[name][1](view, it) for name in names] for it in processes]
    if has_heads:
        rows.insert(0, [_COLUMNS[name][0] for name in names])
    return Reply(_table(names, rows))


def _parse(argv: tuple[str, ...]) -> tuple[list[str], bool, str]:
    names: list[str] = []
    has_heads, sort = True, ""
    words = list(argv)
    while words:
        word = words.pop(0)
        if word.startswith("--sort="):
            sort = word[len("--sort=") :]
        elif word in {"--no-headers", "--no-heading"}:
            has_heads = False
        elif word.startswith("-") and word.endswith("o") and words:
            for name in words.pop(0).split(","):
                plain, sign, _ = name.strip().partition("=")
                has_heads = has_heads and not sign
                names.append(_ALIASES.get(plain.lower(), plain.lower()))
    return names or list(_USUAL), has_heads, sort


def _table(names: list[str], rows: list[list[str]]) -> str:
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(len(names))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if name in _LEFT else cell.rjust(width)
            for name, cell, width in zip(names, row, widths, strict=True)
        ]
        lines.append(" ".join(cells).rstrip())
    return "".join(f"{line}\n" for line in lines)


def _age(view: View, process: Process) -> int:
    uptime = view.pod.uptime(view.now) or 0
    return min(uptime, int(process.age_s)) if process.age_s else uptime


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return f"{days}-{hour:02}:{minute:02}:{second:02}"
    return f"{hour:02}:{minute:02}:{second:02}" if hour else f"{minute:02}:{second:02}"


COMMAND = Command(name="ps", render=render)
