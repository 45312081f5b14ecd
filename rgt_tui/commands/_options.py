"""Options that several commands have, so that they are called and explained alike."""

from pathlib import Path

import click

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
