"""The first picture: last session's frame, painted before anything else is imported.

Only `os` and `termios` are imported (`typing` alone takes seven milliseconds), so that the
picture is there within a few milliseconds of the interpreter's start. The file is written by
`rgt_tui.ui.terminal.frame`:

    rgt-frame 1 <columns> <rows> <saved at, Unix s> <TERM>/<COLORTERM> <stamp's row>
    as of HH:MM, connecting
    <row: text with SGR sequences>
    ...

One character is one cell in it. The stamp goes to the right end of its row. Whatever else is
found in the file is not painted.
"""

import os
import termios

from rgt_tui.places import frame_file

SCHEMA = "rgt-frame 1"
SMALLEST = (60, 18)
"""Columns and rows below which the console shows a list without panes: not this picture."""
LARGEST_FILE = 512 * 1024
_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"
_LEAVE = "\x1b[m\x1b[?7h\x1b[?1049l\x1b[?25h"
_SYNC = ("\x1b[?2026h", "\x1b[?2026l")

_FIRST_COLOUR = 30
"""SGR codes from here on are colours, but for a few that no frame of ours holds."""

_before: list[int | list[bytes | int]] | None = None
"""The terminal's settings from before the picture, while this module owns the terminal."""


def first_frame() -> bool:
    """Paint the last session's frame at the terminal's size, if there is one; see `paint`."""
    try:
        size = os.get_terminal_size(2)
    except OSError:
        return False
    return paint(frame_file(), size.columns, size.lines)


def paint(path: str, columns: int, lines: int) -> bool:
    """Enter the alternate screen and show the saved frame at the present size.

    Echo and line editing are switched off, so that early keys wait unseen for the console.

    Args:
        path: The saved frame: a regular file of ours that nobody else may read.
        columns: The terminal's width, cells.
        lines: The terminal's height, cells.

    Returns:
        True if the picture is on the screen: `leave` or the console must take it off again.
        False if nothing at all was written.
    """
    global _before
    if _before is not None or not _is_paintable(columns, lines):
        return False
    saved = _read(path)
    picture = _picture(saved, columns, lines) if saved else ""
    if not picture:
        return False
    try:
        before = termios.tcgetattr(0)
        quiet = termios.tcgetattr(0)
        quiet[3] &= ~(termios.ECHO | termios.ICANON)
        _before = before  # first: a signal's handler may have to leave from the next line on
        termios.tcsetattr(0, termios.TCSANOW, quiet)
    except termios.error:
        _before = None
        return False
    _write(_ENTER + _SYNC[0] + picture + _SYNC[1])
    return True


def hand_over() -> list[int | list[bytes | int]] | None:
    """Settings to restore at the end, if a picture is up; the caller owns the terminal now."""
    global _before
    before, _before = _before, None
    return before


def leave() -> None:
    """Take the picture off, if one is up that was not handed over."""
    if _before is None:
        return
    _write(_LEAVE)
    try:  # noqa: SIM105  # contextlib is not loaded yet
        termios.tcsetattr(0, termios.TCSANOW, _before)
    except termios.error:
        pass  # the terminal has hung up
    hand_over()  # last: a signal's handler that comes in between does it all once more


def colours() -> str:
    """What decides the colours a terminal gets; a frame saved for others is painted without."""
    name = f"{os.environ.get('TERM', '')}/{os.environ.get('COLORTERM', '')}"
    return "".join(c for c in name if c.isprintable() and c != " ")


def _is_paintable(columns: int, lines: int) -> bool:
    if columns < SMALLEST[0] or lines < SMALLEST[1] or columns > 2000 or lines > 1000:
        return False
    if os.environ.get("TERM", "") in ("", "dumb"):
        return False
    return os.isatty(0) and os.isatty(2)


def _read(path: str) -> list[str]:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return []
    try:
        status = os.fstat(descriptor)
        is_regular = status.st_mode & 0o170000 == 0o100000
        is_ours = status.st_uid == os.geteuid() and not status.st_mode & 0o077
        if not is_regular or not is_ours or status.st_size > LARGEST_FILE:
            return []
        return os.read(descriptor, LARGEST_FILE).decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return []
    finally:
        os.close(descriptor)


def _picture(saved: list[str], columns: int, lines: int) -> str:
    fields = saved[0].split(" ")
    if " ".join(fields[:2]) != SCHEMA or len(fields) != 7:
        return ""
    numbers = (*fields[2:5], fields[6])
    if not all(map(_is_number, numbers)) or int(fields[3]) != len(saved) - 3 or saved[-1]:
        return ""
    stamp = f" {saved[1]} "
    if "as of " not in stamp or not stamp.isprintable() or len(stamp) > columns:
        return ""  # a picture that does not say how old it is would pass for the present state
    coloured = "NO_COLOR" not in os.environ and fields[5] == colours()
    rows = [_row(line, columns, coloured=coloured) for line in saved[2:-1][:lines]]
    rows += [_row("", columns, coloured=coloured)] * (lines - len(rows))
    picture = "".join(f"\x1b[{y}H{row}" for y, row in enumerate(rows, 1))
    place = f"\x1b[{min(int(fields[6]) + 1, lines)};{columns - len(stamp) + 1}H"
    return f"{picture}{place}\x1b[7m{stamp}\x1b[m"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def _row(line: str, columns: int, *, coloured: bool) -> str:
    out: list[str] = []
    room = columns
    for number, part in enumerate(line.split("\x1b")):
        text = part
        if number:
            codes, end, text = part[1:].partition("m")
            if not end or part[:1] != "[" or not _are_codes(codes):
                text = part
            else:
                out.append(f"\x1b[{codes}m" if coloured else _attributes(codes))
        shown = "".join(c for c in text if c.isprintable())[:room]
        room -= len(shown)
        out.append(shown)
    return f"{''.join(out)}\x1b[m{' ' * room}"


def _are_codes(codes: str) -> bool:
    return len(codes) < 64 and all(c in "0123456789;" for c in codes)


def _attributes(codes: str) -> str:
    kept: list[str] = []
    rest = codes.split(";") if codes else []
    while rest:
        code = rest[0]
        length = {"2": 5, "5": 3}.get(rest[1], 1) if code in ("38", "48") and rest[1:] else 1
        if int(code or 0) < _FIRST_COLOUR:
            kept.append(code)
        rest = rest[length:]
    return f"\x1b[{';'.join(kept)}m" if kept or not codes else ""


def _write(text: str) -> None:
    data = text.encode("utf-8")
    try:
        while data:
            data = data[os.write(2, data) :]
    except OSError:
        return
