"""All messages as a text to read: nothing that was said vanishes. Pure."""

from collections.abc import Sequence

from rgt_tui.domain.units import clock_time
from rgt_tui.panes import Block, Cell, Tone

_TONES = {"! ": Tone.BAD, "w ": Tone.WARN}


def message_blocks(messages: Sequence[tuple[float, str]]) -> tuple[Block, ...]:
    """The messages, newest first."""
    lines = tuple(
        (Cell(f"  {clock_time(at)}  ", Tone.DIM), Cell(text, _TONES.get(text[:2], Tone.PLAIN)))
        for at, text in messages
    )
    nothing = ((Cell("  Nothing has been said yet.", Tone.DIM),),)
    return (Block("Newest first", lines or nothing),)
