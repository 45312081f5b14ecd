"""Questions about a Pod that are answered by typing what is asked for."""

from collections.abc import Callable

from rgt_tui.actions import Confirm, Field
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.request import Request
from rgt_tui.panes import Block


def question(
    pod: Pod,
    button: str,
    blocks: tuple[Block, ...],
    request: Callable[[Pod], Request],
    *,
    word: str = "",
) -> Confirm:
    """Asks for the Pod's name or id, after `word` where one is given.

    Args:
        pod: whom it is about.
        button: the verb, as the button and the title name it.
        blocks: what it means.
        request: what is sent.
        word: what is typed before the name.
    """
    asked = request(pod)
    lead = f"{word} " if word else ""
    wanted = (f"{lead}{pod.name}", f"{lead}{pod.id}")
    what = f"type: {lead}{pod.label}" if word else f"type the Pod's name or id, {pod.label}"

    def typed(text: str) -> Request | str:
        return asked if text in wanted else "what was typed is not what was asked"

    return Confirm(
        title=f"{button.upper()} {pod.label}  {pod.id}",
        blocks=blocks,
        button=button,
        field=Field(what),
        request=typed,
    )
