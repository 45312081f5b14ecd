"""Opens the console: the engine on its thread, the screen on this one.

Without a terminal there is no console: the triage report is printed instead.
"""

import contextlib
import functools
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from rgt_tui import splash
from rgt_tui.clients.state import load_account
from rgt_tui.clock import Clock, session_clock
from rgt_tui.config import Config
from rgt_tui.domain.account import Account
from rgt_tui.domain.errors import NoCredentials, RgtError
from rgt_tui.engine import Engine, NoSession, Opener, Setting
from rgt_tui.invocation import Options, narrate
from rgt_tui.opening import address, configuration, open_session
from rgt_tui.places import account_file, frame_file
from rgt_tui.store import Store

PLAIN_TERMS: Final = ("", "dumb")


def open_console(options: Options) -> int:
    """Runs the console until it is left; gives the exit code.

    Raises:
        RgtError: the configuration cannot be followed.
    """
    why = why_no_console()
    if why:
        return _plain_report(options, why)
    try:
        config = configuration(options)
    except RgtError:
        splash.leave()
        raise
    gc.disable()  # until the first frame: collecting is a tenth of the start, and finds nothing
    with _engine(options, config) as engine:
        engine.start()
        try:
            from rgt_tui.app import RgtApp  # Textual: the engine connects while it is imported

            stock = (options.wire or config.wire) == "stock"
            frame = None if options.demo else Path(frame_file())
            wire: Literal["stock", "diff"] = "stock" if stock else "diff"
            app = RgtApp(engine, wire=wire, frame=frame, examine=options.examine)
            app.run(mouse=False)
            return app.return_code or 0
        finally:
            engine.close()
            gc.enable()


def why_no_console() -> str:
    """Why a full screen cannot be drawn here; empty when it can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "there is no terminal"
    term = os.environ.get("TERM", "")
    if term in PLAIN_TERMS:
        return f"the terminal says it is TERM={term or 'unset'} and cannot draw a screen"
    return ""


def _plain_report(options: Options, why: str) -> int:
    from rgt_tui.commands.triage import report
    from rgt_tui.look import Wanted, look

    narrate(f"{why}, so here is the triage report. `rgt-tui --help` lists commands.")
    return report(look(options, Wanted()), as_json=False, fail_on="critical")


@contextlib.contextmanager
def _engine(options: Options, config: Config) -> Iterator[Engine]:
    """An engine ready to start; without a key it has nothing to open and says so."""
    clock = session_clock()
    with contextlib.ExitStack() as stack:
        try:
            where = stack.enter_context(address(options, config))
        except NoCredentials as error:
            opener: Opener = functools.partial(NoSession, error)
            setting = Setting(source="no key", read_only=True)
        else:
            opener = functools.partial(open_session, where, config)
            state = None if options.demo else account_file(where.tag)
            setting = Setting(
                source=where.source,
                read_only=where.read_only,
                state=state,
                high_performance=config.high_performance,
                auto_pay=config.auto_pay,
                jump_host="" if options.demo else config.jump_host,
            )
        yield Engine(opener, _remembered(setting.state, clock), clock, setting)


def _remembered(path: Path | None, clock: Clock) -> Store:
    """A store that starts with the last known state, if there is one on disk."""
    if path is None:
        return Store()
    loaded = load_account(path, clock())
    store = Store(loaded.account or Account())
    for problem in loaded.problems:
        store.say(clock(), f"w {problem}")
    return store
