"""`stat -c` of GNU coreutils with %s, %Y and %n, for files that are told by name."""

from rgt_tui.simulator.contents import files_of, inside
from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """One line a file."""
    if len(argv) < 3 or argv[0] != "-c":
        return Reply("", 1, "stat: missing operand\n")
    known = {it.path: it for it in files_of(view.pod, view.now, view.world_began)}
    lines, complaints = [], []
    for path in argv[2:]:
        file = known.get(inside(path)[1])
        if file is None:
            complaints.append(f"stat: cannot statx '{path}': No such file or directory\n")
            continue
        values = {"%s": str(file.size_bytes), "%Y": f"{file.changed_at:.0f}", "%n": path}
        form = argv[1]
        for code, value in values.items():
            form = form.replace(code, value)
        lines.append(f"{form}\n")
    return Reply("".join(lines), 1 if complaints else 0, "".join(complaints))


COMMAND = Command(name="stat", render=render)
