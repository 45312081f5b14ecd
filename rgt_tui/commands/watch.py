"""Watches without a screen: prints what changes as JSON lines, and sends alerts."""

import contextlib
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from rgt_tui import __version__
from rgt_tui.clock import steady
from rgt_tui.commands import _headless, _options
from rgt_tui.commands._changes import Changes
from rgt_tui.commands._courier import Courier, Receiver
from rgt_tui.commands._headless import Ended, Running, Wish
from rgt_tui.commands._printer import Printer
from rgt_tui.commands.triage import KINDS, LEVELS, NEVER, exit_code
from rgt_tui.config import Config
from rgt_tui.domain.errors import UsageError
from rgt_tui.domain.finding import Severity
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import rfc3339
from rgt_tui.invocation import Options, narrate
from rgt_tui.opening import configuration
from rgt_tui.panes import Scene
from rgt_tui.sources import Watched

TICK_S: Final = 1.0
ANYWAY_S: Final = 5.0
"""Some changes come with time alone; that the first state is whole does so each time."""
DRAIN_S: Final = 10.0
"""How long the last alerts may take at the end."""
EPILOG: Final = """
Each line is an object with "schema", "at" (UTC), "event", "pod", "name", "severity" and "text". The
first state comes as `watching`, a `pod` each, `account` and a `finding` each; then come pod_appeared,
pod_gone, pod_changed, finding_appeared, finding_changed, finding_cleared, runway, api_lost, api_back.

A symptom that is not critical is told when it has stood for a minute, and cleared when it was absent
for 30 s; one of which sight is lost stays up for 15 minutes and is `unknown` then, never cleared. What
changes more than 6 times in 10 minutes is told as flapping, and told again when it has kept still for
5 minutes. An outage of the API is told once and ends nothing.

Alerts are the events of --alert-on and above, those of the first state too; events of one moment come
together, as {"schema", "text", "events"}. Defaults for them stand under [alerts] in the configuration.
The URL of a webhook is a secret: $RGT_TUI_WEBHOOK_URL or a file holds it, no argument.

It ends with 130 on Ctrl-C, and with 0 on SIGTERM, when its reader leaves and after --for.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When the watch ends by itself, and what is an alert.

    Attributes:
        until: on the steady clock; None is never.
        fail_on: level of `--fail-on`.
        alert_on: least severity of an alert.
    """

    until: float | None
    fail_on: str
    alert_on: Severity


@click.command("watch", help=__doc__, epilog=EPILOG)
@click.argument("pods", nargs=-1, metavar="[POD]...")
@click.option(
    "--interval",
    type=click.IntRange(_headless.SHORTEST_S, _headless.LONGEST_S),
    default=_headless.INTERVAL_S,
    show_default=True,
    metavar="SECONDS",
    help="Between two looks at the API, which is slowed down further where the quota is short.",
)
@click.option("--no-ssh", is_flag=True, help="Ask the API only; what SSH would tell stays unknown.")
@click.option("--for", "lasts", metavar="DURATION", help="End after 30s, 5m, 8h, 1h30m, 1d.")
@click.option(
    "--fail-on",
    type=click.Choice(LEVELS),
    default=NEVER,
    show_default=True,
    help="End with 1 as soon as a symptom of this severity stands.",
)
@click.option(
    "--exec",
    "program",
    metavar="PROGRAM",
    help="Start it for alerts: words are split, no shell; JSON on its stdin, 30 s at most.",
)
@click.option(
    "--webhook-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Post alerts to the URL in FILE, which only you may read.",
)
@click.option(
    "--alert-on", type=click.Choice(LEVELS[:-1]), help="Least severity of an alert. [warning]"
)
@click.option("--no-alerts", is_flag=True, help="Send none, whatever the configuration says.")
@click.option("--json", is_flag=True, expose_value=False, help="Lines are JSON; errors too, then.")
@_options.identities
@click.pass_context
def run(ctx: click.Context, /, **given: Any) -> None:
    """Watches the account, or some of its Pods, until it is ended."""
    options = ctx.ensure_object(Options)
    config = configuration(options)
    lasts = None if given["lasts"] is None else _options.seconds(given["lasts"])
    terms = Terms(
        until=None if lasts is None else steady() + lasts,
        fail_on=given["fail_on"],
        alert_on=Severity[(given["alert_on"] or config.alert_on).upper()],
    )
    watched = Watched(
        only=given["pods"], shells=not given["no_ssh"], least_s=float(given["interval"])
    )
    told = Config() if options.demo else config  # a made-up account pages nobody by itself
    receivers = [] if given["no_alerts"] else list(receivers_of(told, given, options.demo))
    wish = Wish(watched=watched, kinds=KINDS, identities=given["identities"])
    with contextlib.suppress(Ended), _headless.ended_by_sigterm():
        ctx.exit(_watch((options, config, wish), receivers, terms))


def receivers_of(config: Config, given: dict[str, Any], is_demo: bool) -> Iterator[Receiver]:
    """Whom alerts are for: in a demo, those alone that the command line names.

    Raises:
        UsageError: the program is not there, or a webhook has no URL that can be used.
    """
    from rgt_tui.clients.alert_program import AlertProgram
    from rgt_tui.clients.alert_webhook import Webhook, find_url, is_clear  # httpx: only now

    argv = config.alert_exec if given["program"] is None else _words(given["program"])
    if argv:
        if shutil.which(argv[0]) is None:
            raise UsageError(f"There is no program {clean(argv[0], 80)!r} to give alerts to.")
        yield AlertProgram(argv)
    url = find_url(given["webhook_file"], config.alert_webhook_file)
    if url is not None and not (is_demo and given["webhook_file"] is None):
        if is_clear(url):
            narrate("the webhook's URL begins with http://: alerts travel in clear text")
        yield Webhook(url)


def _words(text: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"--exec {clean(text, 80)!r}: {error}".lower()) from error
    if not words:
        raise UsageError("--exec names no program.")
    return words


def _watch(opened: tuple[Options, Config, Wish], receivers: list[Receiver], terms: Terms) -> int:
    """Watches; gives the exit code.

    Raises:
        RgtError: nothing can come of it: a Pod that is not there, a key that is refused.
        OSError: standard output takes nothing any more.
    """
    options, config, wish = opened
    with contextlib.ExitStack() as stack:
        # Left last, in this order: the printer, the alerts, the engine.
        engine = stack.enter_context(_headless.running(options, config, wish))
        couriers = [Courier(receiver, narrate) for receiver in receivers]
        stack.callback(_drain, couriers)
        printer = Printer(sys.stdout.fileno())
        stack.callback(printer.close)
        return _follow(engine, wish.watched, (printer, couriers), terms)


def _follow(
    running: Running, watched: Watched, out: tuple[Printer, list[Courier]], terms: Terms
) -> int:
    printer, couriers = out
    changes, version, looked_at, is_named = Changes(watched), -1, 0.0, False
    while terms.until is None or steady() < terms.until:
        anyway_s = ANYWAY_S if changes.has_begun else TICK_S
        if running.engine.version != version or steady() - looked_at >= anyway_s:
            version, looked_at = running.engine.version, steady()
            scene = running.engine.scene()
            if not is_named:
                _headless.require_sense(scene, watched.only)
                is_named = scene.account.evidence.latest(PodList) is not None
                if is_named:
                    printer.put(_watching(scene, watched))
            for happening in changes.after(scene):
                printer.put(happening.as_json())
                if happening.severity >= terms.alert_on:
                    for courier in couriers:
                        courier.put(happening)
            if exit_code(changes.present, terms.fail_on):
                return 1
        printer.wait(TICK_S)
    return 0


def _watching(scene: Scene, watched: Watched) -> dict[str, Any]:
    pods = [pod for pod in scene.account.pods if watched.wants(pod)]
    return {
        "at": rfc3339(scene.now),
        "event": "watching",
        "pod": None,
        "name": None,
        "severity": Severity.INFO.word,
        "text": f"watching {len(pods)} Pods every {watched.least_s:.0f} s",
        "pods": [pod.id for pod in pods],
        "source": scene.source,
        "interval_seconds": watched.least_s,
        "over_ssh": watched.shells,
        "version": __version__,
    }


def _drain(couriers: list[Courier]) -> None:
    until = steady() + DRAIN_S
    for courier in couriers:
        courier.close(max(0.1, until - steady()))


COMMAND = run
