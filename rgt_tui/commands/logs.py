"""Prints a Pod's log, or follows it."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

import click

from rgt_tui.clients.logs import TAIL_MAX, LogAsk
from rgt_tui.clock import session_clock
from rgt_tui.commands._options import seconds
from rgt_tui.domain.errors import ApiError, Forbidden, UsageError
from rgt_tui.domain.log import LogLine
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.text import clean
from rgt_tui.domain.units import rfc3339
from rgt_tui.facts import find_pod
from rgt_tui.invocation import Options, emit, narrate
from rgt_tui.opening import Address, address, configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How lines are printed.

    Attributes:
        as_json: one JSON object a line.
        timestamps: with the time before each.
        labels: with the stream's name before each.
    """

    as_json: bool
    timestamps: bool
    labels: bool


class ReaderGone(Exception):
    """Standard output takes nothing any more."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


@click.command("logs", help=__doc__)
@click.argument("pod", metavar="POD")
@click.option("--system", is_flag=True, help="The host's log of the Pod, not the container's.")
@click.option("--both", is_flag=True, help="Both logs, with the name of each before its lines.")
@click.option(
    "--tail",
    type=click.IntRange(-1, TAIL_MAX),
    default=-1,
    metavar="N",
    help=f"Only the newest N lines. The service gives {TAIL_MAX} at most.",
)
@click.option("-f", "--follow", is_flag=True, help="Print new lines as they come.")
@click.option("--since", metavar="DURATION", help="Only lines newer than 30s, 5m, 2h, 1h30m, 1d.")
@click.option("--timestamps", is_flag=True, help="With the time of each line, in UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_obj
def run(options: Options, /, **given: Any) -> None:
    """Prints the log of one Pod; control characters in it become visible escapes."""
    if given["system"] and given["both"]:
        raise UsageError("--system and --both exclude each other.")
    source = None if given["both"] else "system" if given["system"] else "container"
    age_s = None if given["since"] is None else seconds(given["since"])
    clock = session_clock()
    began = clock()
    since = None if age_s is None else began - age_s
    is_all = given["tail"] < 0
    ask = LogAsk(
        source=source,
        tail=TAIL_MAX if is_all else given["tail"],
        # A tail goes before a time: the lines older than that are left out here.
        since=since - 1 if since is not None and is_all else None,
    )
    shown = Shown(as_json=given["as_json"], timestamps=given["timestamps"], labels=given["both"])
    printer = Printer(shown, since)
    with address(options, configuration(options)) as where:
        try:
            asyncio.run(
                _read(where, given["pod"], ask, printer, began if given["follow"] else None)
            )
        except ReaderGone as gone:
            raise gone.error from gone


async def _read(
    where: Address, word: str, ask: LogAsk, printer: "Printer", began: float | None
) -> None:
    """Prints once, or follows where a beginning is given."""
    from rgt_tui.clients.log_follow import Following, read_log
    from rgt_tui.clients.rest import Rest  # httpx: only now

    async with Rest(base_url=where.base_url, key=where.key) as rest:
        pod = find_pod((await rest.pods()).pods, word)

        async def ended() -> str | None:
            now = await rest.pod(pod.id)
            return _stands(now) if now.is_over else None

        if began is None or pod.is_over:
            try:
                await read_log(rest.http, pod.id, ask, printer.give)
            except Forbidden as error:
                raise _refused(error, pod) from error
            if not printer.printed and ask.tail:
                _nothing(pod, ask, printer)
            elif began is not None:
                narrate(f"{_stands(pod)}: its log has ended")
            return
        following = Following(
            http=rest.http,
            pod_id=pod.id,
            ask=ask,
            give=printer.give,
            say=narrate,
            ended=ended,
            began=began,
        )
        try:
            narrate(f"{await following.run()}: its log has ended")
        except Forbidden as error:
            raise _refused(error, pod) from error


class Printer:
    """Prints lines as they come, and counts them."""

    def __init__(self, shown: Shown, since: float | None) -> None:
        self.printed = 0
        self.since = since
        self._shown = shown

    def give(self, lines: Sequence[LogLine]) -> None:
        """Prints those that are new enough.

        Raises:
            ReaderGone: nobody reads any more.
        """
        try:
            for line in lines:
                if self.since is None or line.at >= self.since:
                    self._print(line)
                    self.printed += 1
            sys.stdout.flush()
        except OSError as error:
            raise ReaderGone(error) from error

    def _print(self, line: LogLine) -> None:
        if self._shown.as_json:
            emit({"at": rfc3339(line.at), "source": line.source, "line": line.text})
            return
        time = f"{rfc3339(line.at)} " if self._shown.timestamps else ""
        label = f"[{line.source or '?'}] " if self._shown.labels else ""
        sys.stdout.write(f"{time}{label}{line.text}\n")


def _stands(pod: Pod) -> str:
    return f"{pod.label} ({pod.id}) is {clean(pod.status, 32)}"


def _nothing(pod: Pod, ask: LogAsk, printer: Printer) -> None:
    """Says that the log is empty, beside the answer: silence would look like a fault."""
    which = "logs" if ask.source is None else f"{ask.source} log"
    new = "" if printer.since is None else f" since {rfc3339(printer.since)}"
    other = "; --system shows its start" if ask.source == "container" else ""
    narrate(f"{_stands(pod)}; no lines in its {which}{new}{other}")


def _refused(error: ApiError, pod: Pod) -> Forbidden:
    return Forbidden(
        f"{error.message}: this API key may not read the log of {pod.label}",
        hint="Use a key with the right to read Pods and their logs (RP44).",
        status=error.status,
    )


COMMAND = run
