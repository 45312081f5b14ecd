"""The only border between the screen and the engine.

The engine runs on a thread of its own. The screen asks for the newest frozen scene when it is
about to paint, and sends requests that return at once; neither waits for the other.
"""

from typing import TYPE_CHECKING, Protocol

from rgt_tui.domain.request import Request
from rgt_tui.domain.shelf import Glance
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Scene

if TYPE_CHECKING:  # the first frame can spare them
    from rgt_tui.domain.job import Order
    from rgt_tui.guard.events import Event


class Feed(Protocol):
    """What the screen needs of the engine; every member is safe from any thread and never blocks."""

    @property
    def version(self) -> int:
        """Changes whenever something a scene shows may have changed."""

    def scene(self) -> Scene:
        """The newest state, with `now` of this moment."""

    def refresh(self, pod: str | None = None) -> None:
        """Asks for a new reading of everything, or of what concerns one Pod."""

    def attend(self, kinds: frozenset[type]) -> None:
        """Tells which report types are on the screen: some are read only then."""

    def unlock(self) -> None:
        """Lets writes be asked for, for ten minutes; not in a read-only session."""

    def lock(self) -> None:
        """Ends that at once."""

    def perform(self, request: Request, approval: str) -> None:
        """Asks for a request to be carried out; what becomes of it is said in the notices."""

    def begin(self, order: "Order") -> None:
        """Asks for long work; how far it is stands in the scene."""

    def cancel(self, job: int) -> None:
        """Asks for the end of a job."""

    def dismiss(self, job: int) -> None:
        """Forgets a job that has ended."""

    def open_checklist(self, *pods: PodId) -> None:
        """Opens terminate checklists: their evidence is gathered until they are over."""

    def tell_checklist(self, pod: PodId, event: "Event") -> None:
        """Hands on what a person did on it."""

    def tell_batch(self, event: "Event") -> None:
        """Hands on what a person did on several of them at once."""

    def browse(self, glance: Glance) -> None:
        """Asks about a network volume; answers come in the scene, as `Shelves`."""

    def rest(self, *, idle: bool) -> None:
        """Tells whether somebody is looking; while nobody is, the API is read less often."""
