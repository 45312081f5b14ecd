"""Examines this installation: key, network, terminal, files, programs."""

from collections.abc import Iterator

import click

from rgt_tui.commands import _account as account
from rgt_tui.commands._checks import MARKS, Check, State, exit_code, ok, unknown, warn
from rgt_tui.commands._machine import machine
from rgt_tui.config import Config
from rgt_tui.domain.errors import BadConfig, NoCredentials
from rgt_tui.invocation import Options, emit
from rgt_tui.opening import address, configuration


@click.command("doctor", help=__doc__)
@click.option("--offline", is_flag=True, help="Do not ask the API.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def run(ctx: click.Context, offline: bool, as_json: bool) -> None:
    """Runs every check; fails when one of them did."""
    checks = []
    for check in _examine(ctx.ensure_object(Options), offline=offline):
        checks.append(check)
        if not as_json:
            _print(check)
    code = exit_code(checks)
    if as_json:
        emit({"ok": code == 0, "exit_code": code, "checks": [_told(check) for check in checks]})
    ctx.exit(code)


def _examine(options: Options, *, offline: bool) -> Iterator[Check]:
    """The checks, each as soon as it is made."""
    why_offline = "--offline" if offline else ""
    try:
        config = configuration(options)
    except BadConfig as error:
        config = Config()
        # It may name another service, and the key is for that one.
        why_offline = why_offline or "the configuration cannot be followed"
        yield Check(name="configuration", state=State.FAIL, said=error.message, remedy=error.hint)
    else:
        yield _configuration(config)
    yield _own_symptoms()
    yield from _examine_account(options, config, why_offline)
    yield from machine()


def _examine_account(options: Options, config: Config, why_offline: str) -> Iterator[Check]:
    identities, source = config.identity_files, ""
    try:
        with address(options, config) as where:
            identities, source = where.identities, where.source
            yield account.key(where)
            if why_offline:
                yield unknown("API", f"not asked: {why_offline}")
            else:
                yield from account.network(where)
            yield account.ssh_keys(identities)
    except NoCredentials as error:
        yield Check(
            name="API key",
            state=State.FAIL,
            said=error.message,
            remedy=error.hint,
            exit_code=error.exit_code,
        )
        yield unknown("API", "not asked: there is no key")
        yield account.ssh_keys(identities)
    yield account.keyring(source)


def _configuration(config: Config) -> Check:
    said = "no file, all defaults" if config.file is None else str(config.file)
    if config.notes:
        return warn("configuration", said, " ".join(config.notes))
    return ok("configuration", said)


def _own_symptoms() -> Check:
    from rgt_tui.own_symptoms import load  # compiles the rules for text: only for this check

    own = load()
    codes = ", ".join(detector.code for detector in own.detectors)
    said = f"{codes}, from {own.folder}" if codes else f"none in {own.folder}"
    if own.faults:
        return warn("own symptoms", said, "\n".join(own.faults))
    return ok("own symptoms", said)


def _told(check: Check) -> dict[str, str]:
    return {
        "name": check.name,
        "state": check.state.value,
        "said": check.said,
        "remedy": check.remedy,
    }


def _print(check: Check) -> None:
    click.echo(f"{MARKS[check.state]}  {check.name}: {check.said}")
    for line in check.remedy.splitlines():
        click.echo(f"      {line}")


COMMAND = run
