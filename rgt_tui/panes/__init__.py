"""Panes as data: columns, rows and details computed from what is known. No screen in here.

One file is one pane. A row is a key and its cells; a cell is a text and a tone. Tones have
names here and colours only in `styles/`. Whatever a colour says, a word or mark says too.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Final, Literal

from rgt_tui import specs
from rgt_tui.domain.account import Account
from rgt_tui.domain.finding import Finding
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import PodId
from rgt_tui.guard.writemode import IMPOSSIBLE, LOCKED

if TYPE_CHECKING:  # the first frame can spare them
    from rgt_tui.domain.job import Job
    from rgt_tui.guard.batch import Batch
    from rgt_tui.guard.checklist import Checklist


class Tone(StrEnum):
    """What a cell means; a style sheet gives it a colour."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    DIM = "dim"
    UNKNOWN = "unknown"
    ACCENT = "accent"


VERDICTS: Final = {"ok": Tone.GOOD, "broken": Tone.BAD, "unknown": Tone.UNKNOWN}
"""What the verdict on a file means, by its word; unknown has no good colour."""
VERDICT_CELLS: Final = len("BROKEN! structure")
"""The width of a column of verdicts: the longest of them with its level."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of cleaned text and what it means."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Cell, ...]
"""Cells written one after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    Attributes:
        title: of the header; also the name a user sorts by.
        width: in cells of the screen.
        rank: columns with the greatest rank are dropped first when the screen is narrow.
        align: of the text within its width.
        grows: takes what is left of the width; at most one column of a pane does.
        kind: the report type its values come from, for their age; None is the pane's first kind.
    """

    title: str
    width: int
    rank: int
    align: Literal["left", "right"] = "left"
    grows: bool = False
    kind: type | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        key: unique within the pane and stable over time; the cursor is a key.
        cells: one for each column of the pane, in its order.
        pod: the Pod it speaks of, for actions and details.
        volume: id of the network volume it speaks of, which can be browsed.
        is_fault: whether the row itself is about a fault; None leaves that to its Pod.
        called: the title of a window about it; empty is its first cell.
    """

    key: str
    cells: tuple[Cell, ...]
    pod: PodId | None = None
    volume: str | None = None
    is_fault: bool | None = None
    called: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A titled group of lines about the selected row; `note` (an age, a source) stands at the right."""

    title: str
    lines: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything a pane may draw from.

    Attributes:
        account: what is known.
        findings: open findings of each Pod; those of the account are under None.
        now: Unix seconds of the session's clock.
        source: who is asked, for the status line: `demo`, `keyring`, `RUNPOD_API_KEY`, ...
        read_only: whether no write can be sent.
        write_left_s: seconds that write mode lasts; None while it is locked.
        quota: one phrase on the API's rate limit; empty when nothing is known.
        notices: newest-first messages with their time.
        periods: seconds between two reads of a report type, for judging staleness.
        trouble: why there is nothing live, e.g. no key; empty when all is well.
        as_of: Unix time of the state on disk while nothing live has come; None afterwards.
        high_performance: configured USD per GB and month of that tier of network volumes.
        auto_pay: configured USD that one automatic payment brings.
        jump_host: configured hosts on the way to each Pod, parted by commas; empty for none.
        jobs: long work, oldest first.
        checklists: the terminate checklists that are open, or ended a moment ago.
        batch: those of them that go together; None when none do.
    """

    account: Account = field(default_factory=Account)
    findings: Mapping[PodId | None, tuple[Finding, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    now: float = 0.0
    source: str = ""
    read_only: bool = True
    write_left_s: float | None = None
    quota: str = ""
    notices: tuple[tuple[float, str], ...] = ()
    periods: Mapping[type, float] = field(default_factory=lambda: MappingProxyType({}))
    trouble: str = ""
    as_of: float | None = None
    high_performance: Decimal | None = None
    auto_pay: Decimal | None = None
    jump_host: str = ""
    jobs: "tuple[Job, ...]" = ()
    checklists: "Mapping[PodId, Checklist]" = field(default_factory=lambda: MappingProxyType({}))
    batch: "Batch | None" = None

    @property
    def why_no_write(self) -> str | None:
        """Why no write may be asked for now; None when one may."""
        if self.read_only:
            return IMPOSSIBLE
        return LOCKED if self.write_left_s is None else None

    def of(self, pod_id: PodId | None) -> tuple[Finding, ...]:
        """The open findings of a Pod, or of the account for None."""
        return self.findings.get(pod_id, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Pane:
    """One pane.

    Attributes:
        name: one lower-case word; what `:name` opens and the command line calls it.
        title: on its tab.
        order: of the tabs, from 1; also the digit that opens it. From 10 on it has no tab of its
            own: a key or `:name` opens it.
        columns: of its table.
        kinds: report types it shows, for the ages in its title.
        rows: the rows, in their default order.
        detail: blocks about the row of a key; empty when there is no such row.
        count: the number shown on the tab.
        badge: what is shown there in its place, with what it means; a mark says what the tone says.
        empty: the sentence shown in place of rows.
        joins: whether its details of a Pod stand beside those of other panes.
        wants: more report types it shows where they are known, of those read on demand.
    """

    name: str
    title: str
    order: int
    columns: tuple[Column, ...]
    kinds: tuple[type, ...]
    rows: Callable[[Scene], tuple[Row, ...]]
    detail: Callable[[Scene, str], tuple[Block, ...]]
    count: Callable[[Scene], int | None] = lambda scene: None
    badge: Callable[[Scene], Cell | None] = lambda scene: None
    empty: Callable[[Scene], str]
    joins: bool = True
    wants: tuple[type, ...] = ()


@cache
def all_panes() -> tuple[Pane, ...]:
    """Every pane, in the order of the tabs."""
    return tuple(sorted(specs.find_specs(_family(), "PANE", Pane), key=lambda pane: pane.order))


def _family() -> ModuleType:
    import rgt_tui.panes as family  # the package itself, complete only once it is imported

    return family
