"""`hostname`: the container's host name, which is not the Pod's id."""

from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """One line, whatever the arguments."""
    del argv
    return Reply(f"{view.pod.host_token}{view.pod.host_token[:4]}\n")


COMMAND = Command(name="hostname", render=render)
