"""Folders of tools for PATH: harmless real ones, and shims that ask the simulator.

A shim is a few lines of sh. It makes a FIFO for its answer, writes one NUL-separated message to
the simulator's FIFO, and waits for the exit code; what to print lies in a file beside its FIFO.
That costs four milliseconds, where starting an interpreter would cost twenty.
"""

import shutil
import sys
from pathlib import Path
from typing import Final

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.shell import commands

_NAMES: Final = """
    [ awk base64 basename bash bc bzip2 chmod cksum cmp comm cut date dd diff dirname echo egrep
    env expand expr false fgrep flock fmt fold getopt grep gunzip gzip head ionice join kill ln
    logger mawk md5sum mkdir mkfifo mktemp mv nice nl nohup numfmt od paste pr printenv printf
    realpath rev rm rmdir sed seq setsid sh sha1sum sha256sum shuf sleep sort split stdbuf stty
    sum sync tac tail tee test timeout touch tr true tsort tty uniq wc xargs yes zcat
"""

REAL_TOOLS: Final = tuple(_NAMES.split())
"""Tools that neither show nor change the machine the simulator runs on beyond its own folder."""

_SHIM: Final = """#!/bin/sh
# Answered by the simulator.
reply=$RGT_CALLS/$$
{mkfifo} -m 600 "$reply" || exit 126
exec 3<>"$reply"
printf '%s\\0' "$reply" "$RGT_POD" "$#" "${{0##*/}}" "$@" > "$RGT_CALLS_FIFO"
read -r code <&3
if [ "$code" = hang ]; then trap '' TERM INT HUP; while :; do read -r code <&3; done; fi
{cat} "$reply.out"
if [ -s "$reply.err" ]; then {cat} "$reply.err" >&2; fi
{rm} -f "$reply" "$reply.out" "$reply.err"
exit "$code"
"""

_CAT: Final = """#!/bin/sh
# The Pod's /proc, /etc and /sys lie below RGT_ROOT.
for word do
  shift
  case $word in /proc/*|/etc/*|/sys/*) word=$RGT_ROOT$word ;; esac
  set -- "$@" "$word"
done
exec {cat} "$@"
"""


_INSIDE: Final = Path(__file__).with_name("inside.py")
_PYTHON: Final = """#!/bin/sh
exec {python} -I -S {inside} "$@"
"""


class Toolbox:
    """One PATH folder per set of installed commands, made when first needed."""

    def __init__(self, home: Path) -> None:
        """Keeps its folders below `home`."""
        self._home = home
        self._folders: dict[frozenset[str], Path] = {}

    def folder_for(self, pod: Pod) -> Path:
        """The folder that is PATH inside `pod`."""
        names = frozenset(name for name, command in commands().items() if command.is_installed(pod))
        if names not in self._folders:
            self._folders[names] = self._make(names)
        return self._folders[names]

    def _make(self, names: frozenset[str]) -> Path:
        folder = self._home / f"bin{len(self._folders)}"
        folder.mkdir()
        for tool in REAL_TOOLS:
            real = shutil.which(tool)
            if real is not None and tool not in names:
                (folder / tool).symlink_to(real)
        places = {name: shutil.which(name) or name for name in ("mkfifo", "cat", "rm")}
        for name in names:
            _write(folder / name, _SHIM.format(**places))
        _write(folder / "cat", _CAT.format(**places))
        _write(folder / "python3", _PYTHON.format(python=sys.executable, inside=_INSIDE))
        return folder


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
