"""`date` in UTC: the Pod's clock, which may go wrong."""

from datetime import UTC, datetime

from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """The time in the form asked for."""
    at = view.now + view.machine.clock_ahead_s
    forms = [word[1:] for word in argv if word.startswith("+")]
    form = forms[0] if forms else "%a %b %e %H:%M:%S UTC %Y"
    whole = int(at)
    form = form.replace("%s", str(whole)).replace("%N", f"{int((at - whole) * 1e9):09d}")
    return Reply(datetime.fromtimestamp(at, UTC).strftime(form) + "\n")


COMMAND = Command(name="date", render=render)
