"""`ls -l /proc/*/fd`: which process has which file open; other folders are not told."""

from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """A file that grows is open for writing in the process that started last."""
    if not any(word.endswith("/fd") for word in argv):
        return Reply("", 1, "ls: only /proc/*/fd is told here\n")
    growing = [file.path for file in view.machine.files if file.growth]
    lines = []
    for process in view.machine.processes:
        lines += [f"/proc/{process.pid}/fd:", "total 0"]
        lines.append("lr-x------ 1 root root 64 Nov 20 12:00 0 -> /dev/null")
        if process is view.machine.processes[-1]:
            lines += [
                f"l-wx------ 1 root root 64 Nov 20 12:00 {number} -> {path}"
                for number, path in enumerate(growing, 3)
            ]
        lines.append("")
    return Reply("\n".join(lines) + "\n")


COMMAND = Command(name="ls", render=render)
