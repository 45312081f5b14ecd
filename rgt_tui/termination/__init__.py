"""Deleting Pods: one case a Pod, from the first look to what is read afterwards.

This is the only place that reaches the one function that sends DELETE (an import contract and a test
of the sources make sure). It does what the checklist says and decides nothing by itself.
"""

from collections.abc import Callable, Coroutine
from dataclasses import field
from pathlib import Path
from typing import Final, Protocol

from rgt_tui.clock import Clock
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.records import dataclass
from rgt_tui.guard.checklist import Dossier, Policy
from rgt_tui.guard.writemode import WriteMode
from rgt_tui.sources import Source, Wires
from rgt_tui.store import Store
from rgt_tui.writer import Writer


class Eyes(Protocol):
    """What looks at the thing that a checklist is about."""

    async def read_api(self) -> bool:
        """Reads what the service says; whether the thing is there, or may be."""

    async def is_gone(self) -> bool:
        """Whether it is neither found by its id nor listed."""

    async def read_volumes(self) -> None:
        """Reads the network volumes, where they were not read yet."""

    async def read_inside(self) -> None:
        """Reads what it holds."""

    async def prove(self) -> bool:
        """Verifies the next thing that has no proof; whether there was one and it came out."""

    def dossier(self, *, is_looking: bool) -> Dossier:
        """Everything that is known at this moment."""


TICK_S: Final = 0.25
"""How often the clock is told to a checklist."""
TOLD_S: Final = 1.0
"""That time went by alone is told so seldom."""
AGAIN_S: Final = 15.0
"""Pause between two looks into the Pod while its checklist is open."""
LOOK_S: Final = 60.0
"""The longest one look into a Pod may take."""
FENCE_LOOK_S: Final = 25.0
"""The longest the last look may take: it would be too old to be used."""
UNWATCHED_S: Final = 5.0
"""An approval falls when the screen has not shown its checklist for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What a case works with.

    Attributes:
        wires: the open connections.
        store: where everything that is read goes.
        clock: Unix seconds.
        writer: whose write mode, journal folder and voice are used.
        read: reads a source into the store; whether it succeeded.
        tag: tells accounts apart.
        policy: what may be waived.
    """

    wires: Wires
    store: Store
    clock: Clock
    writer: Writer
    read: Callable[[Source, Pod | None], Coroutine[None, None, bool]]
    tag: str
    policy: Policy = field(default_factory=Policy)

    @property
    def mode(self) -> WriteMode:
        """Whether writes may be asked for."""
        return self.writer.mode

    @property
    def state(self) -> Path:
        """Folder of the journal; locks and evidence files lie below it."""
        return self.writer.locks.parent

    def say(self, text: str) -> None:
        """Tells a person what goes on."""
        self.writer.say(text)
