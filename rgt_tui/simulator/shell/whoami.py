"""`whoami`: root, as in every Pod."""

from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """One line, whatever the arguments."""
    del view, argv
    return Reply("root\n")


COMMAND = Command(name="whoami", render=render)
