"""Gives metrics to Prometheus: as a file for node_exporter, or to whoever scrapes."""

import contextlib
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from rgt_tui.clock import session_clock
from rgt_tui.commands import _headless, _options
from rgt_tui.commands._headless import Ended, Running, Wish
from rgt_tui.commands._settling import Settling
from rgt_tui.commands.triage import KINDS
from rgt_tui.config import Config
from rgt_tui.domain.account import Account, Change
from rgt_tui.domain.errors import NoCredentials, RgtError, UsageError
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.objects import StoredUses
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.text import clean
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.look import Wanted, look
from rgt_tui.opening import configuration
from rgt_tui.panes import Scene
from rgt_tui.places import replace_file, why
from rgt_tui.sources import Watched

if TYPE_CHECKING:  # prometheus_client is loaded when there is something to tell
    from rgt_tui.commands._scraped import Scraped

S3_S: Final = 15.0
PATIENCE_S: Final = 5.0
"""A scraper does not wait long for Pods that do not answer."""
TICK_S: Final = 0.25
LARGEST: Final = 64 * 1024 * 1024
MODE: Final = 0o644
"""node_exporter is another user."""
EPILOG: Final = """
The textfile is written once, for a cron job or a timer, or every --interval seconds until it is ended:
beside the old one, then it takes its name. node_exporter wants its name to end in .prom; - is stdout. When the API
cannot be read, runpod_up is 0, values that are not known are left out, and a single run exits with 4.

--listen serves /metrics until it is ended, on loopback unless --allow-remote is given; port 0 is a free one.
"""


@click.command("export", help=__doc__, epilog=EPILOG)
@click.option("--textfile", metavar="FILE", help="Write the metrics into FILE, in one step.")
@click.option("--listen", metavar="HOST:PORT", help="Serve them there.")
@click.option(
    "--interval",
    type=click.IntRange(_headless.SHORTEST_S, _headless.LONGEST_S),
    metavar="SECONDS",
    help="Between two looks at the API. Makes --textfile go on. [15 with --listen]",
)
@click.option("--allow-remote", is_flag=True, help="Listen where other machines come, in clear.")
@click.option("--no-ssh", is_flag=True, help="Ask the API only; what SSH would tell is left out.")
@_options.identities
@_options.as_json
@click.pass_context
def run(ctx: click.Context, /, **given: Any) -> None:
    """Tells what is known, in Prometheus' text format."""
    options = ctx.ensure_object(Options)
    textfile, listen, interval = given["textfile"], given["listen"], given["interval"]
    if (textfile is None) == (listen is None):
        raise UsageError("Give either --textfile FILE or --listen HOST:PORT.")
    config = configuration(options)
    watched = Watched(shells=not given["no_ssh"], least_s=float(interval or _headless.INTERVAL_S))
    wish = Wish(watched=watched, kinds=KINDS | {StoredUses}, identities=given["identities"])
    file = None if textfile in (None, "-") else _checked(Path(textfile))
    if listen is None and interval is None:
        _once(options, wish, file, as_json=given["as_json"])
        return
    with contextlib.suppress(Ended), _headless.ended_by_sigterm():
        if listen is not None:
            _serve((options, config, wish), given)
        else:
            _keep_writing((options, config, wish), file)


def _once(options: Options, wish: Wish, file: Path | None, *, as_json: bool) -> None:
    """Looks once and writes.

    Raises:
        RgtError: the Pods could not be listed; that was written.
    """
    wanted = Wanted(
        shells=wish.watched.shells,
        identities=wish.identities,
        kinds=wish.kinds,
        patience_s=S3_S,
    )
    try:
        scene = look(options, wanted).scene
    except NoCredentials:
        raise
    except RgtError as error:
        _write(_failed(error), file, None)
        raise
    count = _write(scene, file, None)
    if as_json and file is not None:
        emit({"file": str(file), "series": count, "up": True})


def _failed(error: RgtError) -> Scene:
    """What is known when nothing could be read."""
    now = session_clock()()
    failure = Failed(error.message, now, error.code, error.hint)
    return Scene(account=Account().after(Change(PodList, failure)), now=now)


def _keep_writing(opened: tuple[Options, Config, Wish], file: Path | None) -> None:
    """Writes until it is ended; a later write that fails is said once and tried again.

    Raises:
        UsageError: the first write failed.
    """
    options, config, wish = opened
    failing: str | None = None
    with _headless.running(options, config, wish) as running:
        _await_first(running, Settling(wish.watched))
        _write(running.engine.scene(), file, dict(running.failures))
        while True:
            time.sleep(wish.watched.least_s)
            try:
                _write(running.engine.scene(), file, dict(running.failures))
                failing = None
            except UsageError as error:
                if failing != error.message:
                    narrate(f"{error.message}; it is tried again")
                failing = error.message


def _serve(opened: tuple[Options, Config, Wish], given: Mapping[str, Any]) -> None:
    """Serves until it is ended."""
    from rgt_tui.commands._metrics import metrics_of
    from rgt_tui.commands._scraped import Scraped, place

    options, config, wish = opened
    host, port = place(given["listen"], is_remote_allowed=given["allow_remote"])
    with (
        contextlib.closing(Scraped(host, port)) as server,
        _headless.running(options, config, wish) as running,
    ):
        _await_first(running, Settling(wish.watched, PATIENCE_S))
        server.start(lambda: metrics_of(running.engine.scene(), dict(running.failures)))
        _announce(server, host, as_json=given["as_json"])
        while True:
            time.sleep(60.0)


def _announce(server: "Scraped", host: str, *, as_json: bool) -> None:
    if as_json:
        emit({"url": server.url, "address": host, "port": server.port})
    else:
        sys.stdout.write(f"Serving {server.url}\n")
    sys.stdout.flush()


def _await_first(running: Running, settling: Settling) -> None:
    """Waits until there is something whole to tell, or nothing to be had.

    Raises:
        RgtError: the API does not accept the key.
    """
    while True:
        scene = running.engine.scene()
        _headless.require_sense(scene, ())
        if settling.is_over(scene) or scene.trouble:
            return
        time.sleep(TICK_S)


def _checked(file: Path) -> Path:
    """The file, in a folder that is there.

    Raises:
        UsageError: its folder is not there, or it is one itself.
    """
    if not file.name or file.is_dir() or not file.parent.is_dir():
        shown = clean(str(file), 200)
        raise UsageError(f"{shown}: the metrics need a file in a folder that is there.")
    if file.suffix != ".prom":
        narrate(f"{clean(file.name, 80)}: node_exporter reads only files that end in .prom")
    return file


def _write(scene: Scene, file: Path | None, failures: Mapping[str, int] | None) -> int:
    """Writes the file, or standard output for None; gives the number of series.

    Raises:
        UsageError: the file cannot be written.
        OSError: standard output takes nothing.
    """
    from rgt_tui.commands._metrics import LISTS, metrics_of, read_times, text_of

    evidence = scene.account.evidence
    lacks = any(evidence.latest(kind) is None for _, kind in LISTS)
    remembered = read_times(_old(file)) if lacks and file is not None else {}
    content = text_of(metrics_of(scene, failures, remembered))
    if file is None:
        sys.stdout.write(content.decode())
        sys.stdout.flush()
    else:
        try:
            replace_file(file, content, MODE)
        except OSError as error:
            shown = clean(str(file), 200)
            raise UsageError(f"{shown}: the metrics cannot be written: {why(error)}") from error
    return sum(1 for line in content.splitlines() if line and not line.startswith(b"#"))


def _old(file: Path) -> str:
    """What an earlier run wrote; empty where there is nothing that can be read."""
    try:
        with file.open("rb") as old:
            return old.read(LARGEST).decode(errors="replace")
    except OSError:
        return ""


COMMAND = run
