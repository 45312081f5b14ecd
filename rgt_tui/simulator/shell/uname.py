"""`uname` on a RunPod host."""

from rgt_tui.simulator.shell import Command, Reply, View

_KERNEL = "6.8.0-79-generic"


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """Kernel name, release, machine, or all of it."""
    option = argv[0] if argv else "-s"
    host = f"{view.pod.host_token}{view.pod.host_token[:4]}"
    known = {
        "-s": "Linux",
        "-r": _KERNEL,
        "-m": "x86_64",
        "-n": host,
        "-o": "GNU/Linux",
        "-a": f"Linux {host} {_KERNEL} #79-Ubuntu SMP PREEMPT_DYNAMIC x86_64 x86_64 x86_64 GNU/Linux",
        "-sr": f"Linux {_KERNEL}",
        "-srm": f"Linux {_KERNEL} x86_64",
    }
    if option not in known:
        return Reply("", 1, f"uname: invalid option {option!r}\n")
    return Reply(known[option] + "\n")


COMMAND = Command(name="uname", render=render)
