"""What this installation is: version, folders, files, environment, documentation."""

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from rgt_tui import __version__, places
from rgt_tui.domain.text import clean
from rgt_tui.invocation import Options, emit

SECRET: Final = ("RUNPOD_API_KEY", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
"""Variables of which only the name is told: proxies carry passwords, too."""
VARIABLES: Final = (
    *SECRET,
    "RUNPOD_API_KEY_FILE",
    "RUNPOD_API_BASE_URL",
    "RGT_TUI_HOME",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SSH_AUTH_SOCK",
    "PYTHON_KEYRING_BACKEND",
    "NO_COLOR",
    "COLORTERM",
    "TERM",
    "LC_ALL",
    "LANG",
)
DOCUMENTATION: Final = {
    "commands": "rgt-tui --help, rgt-tui COMMAND --help",
    "keys": "? inside the console",
    "settings": "rgt-tui config init --stdout",
    "examination": "rgt-tui doctor",
    "API keys": "https://docs.runpod.io/get-started/api-keys",
}


@click.command("info", help=__doc__)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def run(options: Options, as_json: bool) -> None:
    """Shows where everything is; asks neither network nor keyring."""
    told = _told(options)
    if as_json:
        emit(told)
        return
    click.echo(f"rgt-tui {__version__}, Python {told['python']} ({told['executable']})")
    if told["home_note"]:
        click.echo(str(told["home_note"]))
    for title in ("folders", "files", "environment", "documentation"):
        click.echo(f"\n{title}")
        _print_rows(told[title])


def _told(options: Options) -> dict[str, object]:
    folders = {name: Path(places.folder(name)) for name in ("config", "state", "cache")}
    files = {
        "configuration": options.config_file or places.config_file(),
        "API key in clear text": places.credentials_file(),
        "last known state": places.account_file("*"),
        "host keys": places.host_keys_file(),
        "last frame": Path(places.frame_file()),
    }
    return {
        "version": __version__,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "executable": clean(sys.executable),
        "home_note": places.home_note(),
        "folders": {name: _place(path) for name, path in folders.items()},
        "files": {name: _place(path) for name, path in files.items()},
        "environment": _environment(os.environ),
        "documentation": DOCUMENTATION,
    }


def _place(path: Path) -> dict[str, object]:
    try:
        mode = f"{stat.S_IMODE(path.stat().st_mode):04o}"
    except (OSError, ValueError):
        mode = None
    return {"path": clean(str(path)), "exists": mode is not None, "mode": mode}


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables in force, without what could be a secret."""
    told = {}
    for name in VARIABLES:
        value = environment.get(name)
        if value is not None:
            hidden = name in SECRET or "@" in value
            told[name] = "set (not shown)" if hidden else clean(value, 200)
    return told


def _print_rows(rows: object) -> None:
    if not isinstance(rows, Mapping):
        return
    width = max((len(name) for name in rows), default=0)
    for name, value in rows.items():
        shown = value
        if isinstance(value, Mapping):
            shown = f"{value['path']}  {value['mode'] or 'not there yet'}"
        click.echo(f"  {name:<{width}}  {shown}")


COMMAND = run
