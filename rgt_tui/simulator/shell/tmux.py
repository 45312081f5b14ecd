"""`tmux ls`: the sessions of root."""

from datetime import UTC, datetime

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """The session list; any other command finds no terminal."""
    if argv[:1] not in {("ls",), ("list-sessions",)}:
        return Reply("", 1, "open terminal failed: not a terminal\n")
    if not view.machine.tmux:
        return Reply("", 1, "no server running on /tmp/tmux-0/default\n")
    if argv[1:2] == ("-F",) and len(argv) > 2:
        return Reply("".join(_formed(view, name, argv[2]) for name in view.machine.tmux))
    created = datetime.fromtimestamp(view.pod.created_at, UTC).strftime("%a %b %e %H:%M:%S %Y")
    return Reply("".join(f"{name}: 1 windows (created {created})\n" for name in view.machine.tmux))


def _formed(view: View, name: str, form: str) -> str:
    values = {
        "#{session_name}": name,
        "#{session_windows}": "1",
        "#{session_attached}": "0",
        "#{session_created}": f"{view.pod.created_at:.0f}",
    }
    for key, value in values.items():
        form = form.replace(key, value)
    return f"{form}\n"


def _is_official(pod: Pod) -> bool:
    return pod.spec.image.startswith("runpod/")


COMMAND = Command(name="tmux", render=render, is_installed=_is_official)
