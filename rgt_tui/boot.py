"""The program's entry: a first frame at once, everything else after it.

Importing Textual takes a third of a second, and over a slow line the first live data take
longer. So when the console is wanted, the frame of the last session is painted before anything
heavy is imported, marked with the time it was saved.
"""

import _signal  # type: ignore[import-not-found]  # `signal` brings `enum`: 3 ms before the picture
import os
import sys

INTERRUPTED = 130
ENDING = (_signal.SIGTERM, _signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT)


def main() -> int:
    """Runs the command line of this process; gives its exit code."""
    argv = sys.argv[1:]
    if not _wants_console(argv):
        try:
            return _run(argv)
        except KeyboardInterrupt:
            return INTERRUPTED
    from rgt_tui import splash  # standard library only

    try:
        _take_signals()
        if splash.first_frame():
            _take_signals(also_ignored=True)
        return _run(argv)
    finally:
        _take_signals()  # the console had them meanwhile
        splash.leave()


def _take_signals(*, also_ignored: bool = False) -> None:
    """Ends on a signal at once, with the terminal as it was: no console is there to do it.

    A signal that came ignored stays so until a picture is up: under `nohup` without a terminal
    a report is printed.
    """
    for number in ENDING:
        if also_ignored or _signal.getsignal(number) is not _signal.SIG_IGN:
            _signal.signal(number, _end)


def _end(number: int, _frame: object) -> None:
    from rgt_tui import splash

    for other in ENDING:  # a second one must not cut the cleaning up short
        _signal.signal(other, _signal.SIG_IGN)
    splash.leave()
    os._exit(128 + number)


def _run(argv: list[str]) -> int:
    """Runs the command line; the bare program goes without its machinery, which costs 30 ms."""
    if argv:
        from rgt_tui.cli import main as run

        return run(argv)
    from rgt_tui.console import open_console
    from rgt_tui.domain.errors import RgtError
    from rgt_tui.invocation import Options

    try:
        return open_console(Options())
    except KeyboardInterrupt:
        return INTERRUPTED
    except RgtError as error:
        from rgt_tui.cli import tell

        return tell(error, as_json=False)


def _wants_console(argv: list[str]) -> bool:
    """Whether these arguments open the console on the person's own account."""
    takes_value = {"--wire", "--config", "--api-key-file", "--identity"}
    skip = False
    for argument in argv:
        if skip:
            skip = False
        elif argument in takes_value:
            skip = True
        elif argument != "--read-only" and argument.partition("=")[0] not in takes_value:
            return False
    return True
