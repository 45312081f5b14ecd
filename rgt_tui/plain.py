"""Panes as plain tables for pipes, dumb terminals and commands: the same rows, no screen."""

import re
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rgt_tui.domain.pod import Pod
from rgt_tui.facts import unreachable_why
from rgt_tui.invocation import narrate
from rgt_tui.panes import Cell, Pane, Row, Scene, Tone

_STYLES = {
    Tone.PLAIN: "",
    Tone.GOOD: "green",
    Tone.WARN: "yellow",
    Tone.BAD: "bold red",
    Tone.DIM: "dim",
    Tone.UNKNOWN: "dim",
    Tone.ACCENT: "cyan",
}
_ADDRESS = re.compile(r"\(\S+\): ")
"""Of a Pod, before why it was not reached: of several at once it says nothing."""
PIPE_COLUMNS = 240
"""Width for output that no terminal limits: wide enough that no cell is cut."""


def stdout() -> Console:
    """A console on standard output that interprets nothing and never wraps a pipe at 80."""
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=PIPE_COLUMNS)
    return console


def styled(cell: Cell) -> Text:
    """A cell as text that is never read as markup."""
    return Text(cell.text, style=_STYLES[cell.tone])


def print_pane(pane: Pane, scene: Scene, rows: tuple[Row, ...], console: Console) -> None:
    """Prints the rows of a pane under its headings, or the sentence that says why there are none."""
    if not rows:
        console.print(Text(pane.empty(scene)))
        return
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    kept = _fitting(pane, console.width)
    for index in kept:
        column = pane.columns[index]
        table.add_column(column.title, justify=column.align, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(styled(row.cells[index]) for index in kept))
    console.print(table)


def print_unreachable(pods: Iterable[Pod], scene: Scene) -> None:
    """Says on standard error why Pods were not looked into: one line a reason."""
    reasons: dict[str, list[str]] = {}
    for pod in pods:
        why = unreachable_why(pod, scene.account.about(pod.id))
        if why is not None:
            bare = _ADDRESS.sub("", why.removeprefix(f"{pod.name} "), count=1)
            reasons.setdefault(bare, []).append(pod.label)
    for why, names in reasons.items():
        narrate(f"not looked into: {', '.join(names)}: {why}")


def _fitting(pane: Pane, width: int) -> list[int]:
    """Indexes of the columns that fit, dropping the greatest rank first."""
    kept = list(range(len(pane.columns)))
    while len(kept) > 1 and sum(pane.columns[i].width + 2 for i in kept) > width:
        kept.remove(max(kept, key=lambda i: pane.columns[i].rank))
    return kept
