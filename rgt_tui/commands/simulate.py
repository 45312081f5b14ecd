"""Serve a simulated account on loopback."""

import click


@click.command("simulate", help=__doc__)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="0 picks a free one.",
)
@click.option(
    "--pods", type=click.IntRange(0, 5000), help="So many mixed Pods in place of the demo fleet."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed gives the same world."
)
@click.option("--scenario", "scenarios", multiple=True, help="Only these scenarios; repeatable.")
@click.option(
    "--speed", type=click.FloatRange(min=0), default=1.0, show_default=True, help="Of world time."
)
def run(port: int, pods: int | None, seed: int, scenarios: tuple[str, ...], speed: float) -> None:
    """Runs until SIGTERM; prints one JSON line when ready."""
    from rgt_tui.simulator import serve  # aiohttp and asyncssh: only for this command

    try:
        serve(port=port, pods=pods, seed=seed, scenarios=scenarios, speed=speed)
    except (ValueError, OSError) as error:
        # An unknown scenario or a taken port; the message names what would do.
        raise click.UsageError(str(error)) from error


COMMAND = run
