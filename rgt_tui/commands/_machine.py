"""What `doctor` examines on this machine: folders, terminal, programs, packages."""

import importlib.metadata
import os
import platform
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Final

from rgt_tui import __version__, places
from rgt_tui.clients.handed_down import handed_down
from rgt_tui.commands._checks import Check, State, ok, unknown, warn
from rgt_tui.domain.text import clean, decode

PROGRAM_S: Final = 5.0
"""How long a program may take to tell its version."""
PACKAGES: Final = ("textual", "asyncssh", "httpx", "keyring", "runpod")
SMALLEST: Final = (60, 18)
"""Columns and rows below which the console is a one-line list."""
_OTHERS_WRITE: Final = 0o022


def machine() -> tuple[Check, ...]:
    """Everything that needs neither key nor network."""
    return (
        *_folders(),
        _terminal(),
        _size(),
        _encoding(),
        _colours(),
        _clipboard(),
        _versions(),
        _program("ssh", ("-V",), "rgt-tui connects by itself, but `ssh` in a shell needs it"),
        _rsync(),
    )


def _folders() -> tuple[Check, ...]:
    note = places.home_note()
    home = (warn("home", note, "Set HOME or RGT_TUI_HOME."),) if note else ()
    return (*home, *(_folder(kind) for kind in ("config", "state", "cache")))


def _folder(kind: str) -> Check:
    name, path = f"{kind} folder", places.folder(kind)
    try:
        found = os.lstat(path)
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return ok(name, f"{clean(path)}, not there yet")
        return unknown(name, f"{clean(path)}: {places.why(error)}")
    mode = stat.S_IMODE(found.st_mode)
    said = f"{clean(path)}, mode {mode:04o}"
    is_open = found.st_uid != os.geteuid() or mode & _OTHERS_WRITE
    if not stat.S_ISDIR(found.st_mode) or is_open:
        why = "a link or no folder" if not stat.S_ISDIR(found.st_mode) else "others can change it"
        remedy = f"Make it a folder of your own: chmod 700 {clean(path)}"
        return Check(name=name, state=State.FAIL, said=f"{said}: {why}", remedy=remedy)
    if not os.access(path, os.W_OK):
        return warn(name, f"{said}: it is read-only", "Nothing is kept between runs like this.")
    return ok(name, said)


def _terminal() -> Check:
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        said = f"TERM={term or 'unset'} cannot draw a screen; the console prints a plain report"
        return warn("terminal", said, "export TERM=xterm-256color, if your terminal is one")
    if not (os.isatty(0) and os.isatty(1)):
        return unknown("terminal", f"TERM={clean(term, 60)}; no terminal is attached here")
    return ok("terminal", f"TERM={clean(term, 60)}")


def _size() -> Check:
    for descriptor in (1, 0, 2):
        try:
            size = os.get_terminal_size(descriptor)
        except OSError:
            continue
        said = f"{size.columns} x {size.lines}"
        if size.columns < SMALLEST[0] or size.lines < SMALLEST[1]:
            remedy = f"Below {SMALLEST[0]} x {SMALLEST[1]} the console is a list of lines."
            return warn("terminal size", said, remedy)
        return ok("terminal size", said)
    return unknown("terminal size", "no terminal is attached here")


def _encoding() -> Check:
    names = ["LC_ALL", "LC_CTYPE", "LANG"]
    if os.environ.get("LC_CTYPE") == "C.UTF-8" and os.environ.get("LANG", "C") in ("C", "POSIX"):
        names.remove("LC_CTYPE")  # Python set it by itself (PEP 538); the terminal's is unknown
    chosen = next((name for name in names if os.environ.get(name)), None)
    said = f"{chosen}={clean(os.environ[chosen], 60)}" if chosen else "LANG is not set"
    if chosen and os.environ[chosen].lower().replace("-", "").endswith("utf8"):
        return ok("encoding", said)
    return warn(
        "encoding", f"{said}: not UTF-8, lines and names may look wrong", "export LANG=C.UTF-8"
    )


def _colours() -> Check:
    if os.environ.get("NO_COLOR"):
        return ok("colours", "none: NO_COLOR is set")
    depth = os.environ.get("COLORTERM", "").lower()
    if depth in ("truecolor", "24bit"):
        return ok("colours", f"16 million (COLORTERM={depth})")
    if "256color" in os.environ.get("TERM", ""):
        return ok("colours", "256 (by TERM)")
    return ok("colours", "8 or 16 (by TERM); export COLORTERM=truecolor if it has more")


def _clipboard() -> Check:
    """Copying goes by OSC 52, which tmux passes on only when told to (tmux manual, set-clipboard)."""
    if not os.environ.get("TMUX"):
        return ok("clipboard", "OSC 52; not inside tmux")
    said = _output(("tmux", "show-options", "-sv", "set-clipboard"))
    if said is None:
        return unknown("clipboard", "inside tmux, which does not tell its set-clipboard option")
    if said == "on":
        return ok("clipboard", "inside tmux, set-clipboard is on")
    remedy = "tmux set -s set-clipboard on (and the same line in ~/.tmux.conf)"
    return warn("clipboard", f"inside tmux, set-clipboard is {clean(said, 20)}", remedy)


def _versions() -> Check:
    found = [f"rgt-tui {__version__}", f"Python {platform.python_version()}"]
    missing = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        said = f"{', '.join(found)}; missing: {', '.join(missing)}"
        remedy = "Install rgt-tui again."
        return Check(name="versions", state=State.FAIL, said=said, remedy=remedy)
    return ok("versions", ", ".join(found))


def _program(name: str, argv: tuple[str, ...], needed: str) -> Check:
    path = shutil.which(name)
    if path is None:
        return warn(name, f"not found on PATH; {needed}", f"Install {name}.")
    said = _output((path, *argv))
    if said is None:
        return unknown(name, f"{clean(path)}, which does not tell its version")
    return ok(name, f"{clean(path)}, {said}")


def _rsync() -> Check:
    """Pulls do without it; `pull --with rsync` takes one without known holes only."""
    from rgt_tui.clients.rsync_version import find_rsync

    found = find_rsync()
    if found is None:
        return ok("rsync", "not on PATH; pulls have a transfer of their own")
    said = f"{clean(found.path)}, version {found.version or '?'}: {found.said}"
    if found.is_usable:
        return ok("rsync", said)
    return warn("rsync", said, "Update rsync. Pulls use their own transfer and never this one.")


def _output(argv: tuple[str, ...]) -> str | None:
    """The first line a program prints, cleaned; None when it fails or takes too long.

    No key is handed down to it.
    """
    try:
        ran = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PROGRAM_S,
            check=True,
            cwd=Path("/"),
            env=handed_down(),
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return clean(decode(ran.stdout).strip().split("\n")[0], 80) or None
