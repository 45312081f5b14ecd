"""The command line: global options, one file a command, errors and exit codes.

Commands live in `rgt_tui/commands/`, one file each, imported only when called. Exit codes:
0 done, 1 findings at or above the asked severity, 2 wrong usage, 3 no or bad API key,
4 the network or the service failed, 5 refused by the guard, 130 interrupted.
"""

import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from rgt_tui import __version__, commands, specs
from rgt_tui.domain.errors import Interrupted, RgtError, fault_of
from rgt_tui.domain.text import clean
from rgt_tui.invocation import Options, emit

STREAMS: Final = frozenset({"forward", "logs", "watch"})
"""Commands that answer with JSON a line until they are interrupted: that is their end, no error."""


class Commands(click.Group):
    """Finds each command in its own file, and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The command names, in alphabetical order."""
        return list(specs.module_names(commands))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None when there is none."""
        if cmd_name not in specs.module_names(commands):
            return None
        return specs.find_spec(commands, cmd_name, "COMMAND", click.Command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest known name in the error."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), 1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each command with the first line of its file, so that help imports none of them."""
        rows = [(name, _summary(name)) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="rgt-tui")
@click.option(
    "--demo", is_flag=True, help="Use a simulated account on loopback: no key, no network."
)
@click.option("--read-only", is_flag=True, help="Make it impossible to send a write.")
@click.option("--api-key-file", type=click.Path(path_type=Path), help="Read the API key from FILE.")
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), help="Read FILE as configuration."
)
@click.option(
    "--identity",
    "identities",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Private key for SSH to Pods, beside ssh-agent and ~/.ssh; repeatable.",
)
@click.option(
    "--wire",
    type=click.Choice(["diff", "stock"]),
    help="What the console writes to the terminal: changes only, or all that Textual draws.",
)
@click.pass_context
def root(ctx: click.Context, /, **options: object) -> None:
    """Operations console for RunPod GPU Pods.

    Without a command it opens the console; without a terminal it prints the triage report.
    """
    ctx.obj = Options(**options, console=_open_console)  # type: ignore[arg-type]  # click has checked each option
    if ctx.invoked_subcommand is None:
        ctx.exit(_open_console(ctx.obj))


def _open_console(options: Options) -> int:
    from rgt_tui.console import open_console  # heavy: only when the console is wanted

    return open_console(options)


def main(argv: Sequence[str]) -> int:
    """Runs one command line.

    Args:
        argv: the arguments without the program's name.

    Returns:
        The exit code.
    """
    as_json = "--json" in argv
    try:
        code = root.main(args=list(argv), prog_name="rgt-tui", standalone_mode=False)
        sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        if as_json and STREAMS.isdisjoint(argv):
            return tell(Interrupted("Interrupted."), as_json=True)
        return Interrupted.exit_code
    except click.ClickException as error:
        return _tell_usage(error, as_json=as_json)
    except RgtError as error:
        return tell(error, as_json=as_json)
    except BrokenPipeError:
        _silence_stdout()
        return 0
    except SystemExit:  # only click's answer to a broken pipe: 1, which means findings here
        _silence_stdout()
        return 0
    except OSError as error:
        _silence_stdout()
        return tell(RgtError(f"The answer cannot be written: {error.strerror}."), as_json=False)
    except Exception as error:  # noqa: BLE001  # a fault of ours: no traceback, which may hold secrets
        return tell(internal(error), as_json=as_json)
    return code if isinstance(code, int) else 0


def internal(error: Exception) -> RgtError:
    """A fault of ours as an error to tell: its kind and place, never its text."""
    fault = RgtError(f"Internal error: {fault_of(error)}.", hint="This is a bug; please report it.")
    fault.code = "internal"
    return fault


def _silence_stdout() -> None:
    """Points standard output nowhere, so that Python's own last flush does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _summary(name: str) -> str:
    path = Path(commands.__path__[0]) / f"{name}.py"
    with path.open(encoding="utf-8") as file:
        return file.readline().strip().strip('"')


def _tell_usage(error: click.ClickException, *, as_json: bool) -> int:
    if as_json:
        hint = "rgt-tui --help lists the commands and options"
        emit({"error": {"code": "usage", "message": error.format_message(), "hint": hint}})
    else:
        error.show()
    return 2


def tell(error: RgtError, *, as_json: bool) -> int:
    """Prints an error, as JSON on standard output or in words on standard error; its exit code."""
    if as_json:
        emit({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
    else:
        click.echo(f"rgt-tui: {clean(error.message)}", err=True)
        if error.hint:
            click.echo(f"  {clean(error.hint)}", err=True)
    return error.exit_code
