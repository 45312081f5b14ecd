"""What a typed command does: a pane, an action, or one of the console's own words."""

from typing import TYPE_CHECKING

from rgt_tui.actions import all_actions
from rgt_tui.ui.screens import words

if TYPE_CHECKING:
    from rgt_tui.ui.screens.main import MainScreen


def carry_out(screen: "MainScreen", text: str) -> None:
    """Carries out a command by its name or the beginning of it; says which there are for any other."""
    argument = text.strip().partition(" ")[2].strip()
    match words.matches(text, screen.panes)[:1]:
        case ["quit"]:
            screen.desk.leave()
        case ["help"]:
            screen.desk.action_help()
        case ["messages"]:
            screen.desk.action_messages()
        case ["browse"]:
            screen.action_browse(argument)
        case [command] if any(pane.name == command for pane in screen.panes):
            screen.action_show_pane(command)
            if argument:
                screen.look(text=argument.removeprefix("/"))
        case [command]:
            screen.desk.action_act(next(a.name for a in all_actions() if a.title == command))
        case _:
            known = ", ".join(words.commands(screen.panes))
            screen.desk.say(f"no command {text.strip()!r}: {known}")
