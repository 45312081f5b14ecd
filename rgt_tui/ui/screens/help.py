"""The help of a screen, made from the keys and actions that work on it."""

from collections.abc import Sequence
from typing import Final

from rgt_tui.actions import Action
from rgt_tui.domain.pod import Pod
from rgt_tui.panes import Block, Cell, Line, Scene, Tone
from rgt_tui.ui.keys import Key, all_shown, shown

_WIDTH: Final = 22
_MARKS: Final = (
    ("!", "look soon: behind a symptom's code such as RP11 (x explains it) or behind a value"),
    ("!!", "act now: data or money are being lost"),
    ("hung!", "this disk does not answer: programs that touch it wait for ever"),
    ("?", "unknown: it was not seen, which is not zero and not fine"),
    ("-", "nothing to name: under TRIAGE no symptom, under GPU no single one, ssh - none to ask"),
    ("--", "there is no such thing for this row"),
    ("~97%", "an old value: the last one seen, more than five periods ago; ~5h a rough one"),
    ("0.01*", "computed: the API reports 0 for a stopped Pod whose disk still bills"),
    ("api now", "how old data are: api from RunPod, ssh from the Pods themselves"),
)


def help_blocks(
    subject: str,
    own: Sequence[Key],
    everywhere: Sequence[Key],
    actions: Sequence[tuple[Action, str | None]],
) -> tuple[Block, ...]:
    """The help.

    Args:
        subject: what the screen is called.
        own: keys of that screen.
        everywhere: keys that work on every screen.
        actions: each action with the reason why it is not available now, None when it is.
    """
    return (
        Block(f"Keys of {subject}", tuple(_line(all_shown(key), key.tooltip) for key in own)),
        Block("Actions", tuple(_action(action, why) for action, why in actions)),
        Block("Everywhere", tuple(_line(all_shown(key), key.tooltip) for key in everywhere)),
        Block("Marks", tuple(_line(mark, text) for mark, text in _MARKS)),
    )


def availability(
    actions: Sequence[Action], scene: Scene, pod: Pod | None
) -> list[tuple[Action, str | None]]:
    """Each action with the reason why it is not available, None when it is."""
    return [(action, why_not(action, scene, pod)) for action in actions]


def why_not(action: Action, scene: Scene, pod: Pod | None) -> str | None:
    """Why an action is not available now; None when it is."""
    if action.needs_pod and pod is None:
        return "no Pod is selected"
    why = action.why_not(scene, pod)
    if why is None and action.writes:
        return scene.why_no_write
    return why


def _line(key: str, text: str) -> Line:
    return (Cell(f"  {key:<{_WIDTH}}", Tone.ACCENT), Cell(text))


def _action(action: Action, why: str | None) -> Line:
    line = _line(shown(action.key), action.tooltip)
    return line if why is None else (*line, Cell(f"  (not now: {why})", Tone.UNKNOWN))
