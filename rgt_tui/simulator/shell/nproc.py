"""`nproc`: the host's CPUs, not the Pod's share."""

from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """One line, whatever the arguments."""
    del view, argv
    return Reply("256\n")


COMMAND = Command(name="nproc", render=render)
