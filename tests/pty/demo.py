"""Starting the demo app in a terminal."""

from collections.abc import Mapping

from tests.pty.harness import PYTHON, Terminal

READY = "004 "


def demo(
    *arguments: str,
    size: tuple[int, int] = (120, 40),
    env: Mapping[str, str | None] | None = None,
    in_band_resize: bool = False,
) -> Terminal:
    """The demo app, started; wait for `READY` to be on the screen."""
    command = [PYTHON, "-m", "tests.pty.apps.demo", *arguments]
    return Terminal(command, size=size, env=env, in_band_resize=in_band_resize)
