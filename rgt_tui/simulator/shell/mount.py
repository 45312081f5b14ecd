"""`mount` of util-linux without arguments.

mfs#euro-3.runpod.net:9421 on /workspace type fuse (rw,nosuid,nodev,relatime,user_id=0,...)
"""

from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """All mounts, or those of the type `-t` names; anything else is refused."""
    wanted = None
    if argv:
        if len(argv) != 2 or argv[0] != "-t":
            return Reply("", 32, "mount: only root can do that\n")
        wanted = set(argv[1].split(","))
    lines = [
        f"{disk.source} on {disk.path} type {disk.fstype} ({disk.options})\n"
        for disk in view.machine.disks
        if wanted is None or disk.fstype in wanted
    ]
    return Reply("".join(lines))


COMMAND = Command(name="mount", render=render)
