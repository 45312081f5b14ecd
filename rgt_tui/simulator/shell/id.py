"""`id`: root."""

from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """Root in every form asked for."""
    del view
    short = {"-u": "0", "-g": "0", "-un": "root", "-gn": "root", "-nu": "root"}
    return Reply(
        short.get(argv[0] if argv else "", "uid=0(root) gid=0(root) groups=0(root)") + "\n"
    )


COMMAND = Command(name="id", render=render)
