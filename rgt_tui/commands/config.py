"""The configuration file: where it is, what is in force, a first one to edit."""

import json
from pathlib import Path

import click

from rgt_tui import places
from rgt_tui.config import Config, as_sections, load, template
from rgt_tui.domain.errors import UsageError
from rgt_tui.invocation import Options, emit


@click.group("config", help=__doc__)
def run() -> None:
    """Groups the three commands below."""


@run.command("path")
@click.pass_obj
def path(options: Options) -> None:
    """Prints the file's path, whether or not it exists."""
    click.echo(str(_file(options)))


@run.command("init")
@click.option("--stdout", "to_stdout", is_flag=True, help="Print it, write nothing.")
@click.pass_obj
def init(options: Options, to_stdout: bool) -> None:
    """Writes a file in which every setting is explained; one that exists is left as it is."""
    if to_stdout:
        click.echo(template(), nl=False)
        return
    file = _file(options)
    try:
        if options.config_file is None:
            places.ensure_private(file.parent)
        places.create_private(file, template().encode())
    except FileExistsError as error:
        raise UsageError(
            f"{file} exists and is left as it is.",
            hint="rgt-tui config init --stdout prints a fresh one.",
        ) from error
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {places.why(error)}") from error
    click.echo(f"Wrote {file}", err=True)


@run.command("print")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def show(options: Options, as_json: bool) -> None:
    """Prints the settings in force: of the file, the environment, or the default."""
    from rgt_tui.own_symptoms import load as load_own  # compiles the rules for text: only here

    config, own = load(options.config_file), load_own()
    for note in (*config.notes, *own.faults):
        click.echo(f"Note: {note}", err=True)
    if as_json:
        sections = as_sections(config)
        file = None if config.file is None else str(config.file)
        symptoms = {
            "folder": str(own.folder),
            "codes": [detector.code for detector in own.detectors],
            "faults": list(own.faults),
        }
        settings = {**sections.pop(""), **sections}
        emit({"file": file, "settings": settings, "own_symptoms": symptoms})
        return
    click.echo(_as_toml(config))
    for detector in own.detectors:
        click.echo(f"# own symptom {detector.code}: {detector.title} ({own.folder})")


def _file(options: Options) -> Path:
    return options.config_file or places.config_file()


def _as_toml(config: Config) -> str:
    source = "no file, all defaults" if config.file is None else config.file
    lines = [f"# {source}"]
    for section, settings in as_sections(config).items():
        lines += ["", f"[{section}]"] if section else []
        for key, value in settings.items():
            # JSON's strings, numbers, booleans and lists are TOML's as well.
            line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
            lines.append(f"# {key} is not set" if value is None else line)
    return "\n".join(lines)


COMMAND = run
