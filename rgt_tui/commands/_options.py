"""Options that several commands have, so that they are called and explained alike."""

import re
from pathlib import Path
from typing import Final

import click

from rgt_tui.domain.errors import UsageError
from rgt_tui.domain.text import clean

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
identities = click.option(
    "--identity",
    "identities",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Private key for SSH, tried before the agent's; repeatable.",
)
pods = click.argument("pods", nargs=-1, metavar="[POD]...")
transport = click.option(
    "--transport",
    type=click.Choice(["auto", "direct", "proxy"]),
    default="auto",
    show_default=True,
    help="How to reach it: `proxy` is RunPod's gateway, `auto` takes it where nothing else is.",
)

_UNITS: Final = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_DURATION: Final = re.compile(r"(?=.)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?")
"""Days, hours, minutes, seconds, as far as given."""


def seconds(text: str) -> float:
    """The seconds of a duration such as `1h30m`.

    Raises:
        UsageError: it is none.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise UsageError(
            f"{clean(text, 40)!r} is no duration.", hint="For instance 30s, 5m, 2h, 1h30m or 1d."
        )
    return sum(
        int(count) * unit
        for count, unit in zip(found.groups(), _UNITS.values(), strict=True)
        if count is not None
    )
