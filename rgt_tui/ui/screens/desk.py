"""What every screen has in common: it shows a scene, and may send words and outcomes to the app."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Protocol

from textual import events
from textual.geometry import Size
from textual.screen import Screen

from rgt_tui.actions import Aim, Wish
from rgt_tui.domain.shelf import Glance
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Scene
from rgt_tui.ui.keys import Key
from rgt_tui.ui.widgets.canvas import Canvas
from rgt_tui.ui.widgets.lines import Glyphs

if TYPE_CHECKING:  # a checklist is opened later, if at all
    from rgt_tui.guard.events import Event


class Desk(Protocol):
    """What a screen may ask of the app."""

    glyphs: Glyphs

    @property
    def now_shown(self) -> Scene:
        """The scene that is on the screen."""

    def messages(self) -> tuple[tuple[float, str], ...]:
        """Everything that was said, newest first."""

    def news(self) -> tuple[tuple[float, str], ...]:
        """Everything that was said, what the message line is to show first."""

    def echo(self) -> tuple[float, str] | None:
        """What the screen itself said last, while that is worth showing."""

    def say(self, text: str) -> None:
        """Puts a message on the message line."""

    def action_act(self, name: str) -> None:
        """Carries out an action by its name."""

    def action_help(self) -> None:
        """Opens the help of the screen."""

    def action_messages(self) -> None:
        """Opens all messages."""

    def perform(self, wish: Wish, approval: str) -> None:
        """Does what a person has confirmed: a request, long work, or leaving."""

    def action_write_mode(self) -> None:
        """Unlocks write mode, or locks it again."""

    def tell_checklist(self, pod: PodId, event: "Event") -> None:
        """Hands what a person did on a terminate checklist to the engine."""

    def tell_batch(self, event: "Event") -> None:
        """Hands what a person did on several of them at once to the engine."""

    def browse(self, glance: Glance) -> None:
        """Asks the engine about a network volume."""

    def leave(self) -> None:
        """Ends the program."""


class Shown(Screen[None], inherit_bindings=False):
    """A screen that paints scenes."""

    AUTO_FOCUS = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._is_due = False
        self._has_shown = False
        self._shown_size: Size | None = None

    @property
    def is_settled(self) -> bool:
        """Whether it has shown something, and nothing more was asked for."""
        return self._has_shown and not self._is_due

    @property
    def is_drawn(self) -> bool:
        """Whether something worth looking at has been composed."""
        return any(canvas.is_drawn for canvas in self.query(Canvas))

    @abstractmethod
    def show(self, scene: Scene) -> None:
        """Paints what changed."""

    @property
    @abstractmethod
    def pod(self) -> PodId | None:
        """The Pod that an action would be about."""

    @property
    def aim(self) -> Aim | None:
        """The row that an action would be about."""
        return None

    @property
    def marked(self) -> tuple[PodId, ...]:
        """The Pods that an action for several would be about, in their order."""
        return ()

    @property
    def kinds(self) -> frozenset[type]:
        """Report types that it shows now, of those that are read only on demand."""
        return frozenset()

    @property
    @abstractmethod
    def keys(self) -> tuple[Key, ...]:
        """The keys of this screen, for its help."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """What the help is about, in two words."""

    async def takes_at_once(self, event: events.Key | events.Paste) -> bool:
        """Whether this key put something else in front: what follows it is for what is there then.

        A widget hears a key only after the app has handed out those that came in one burst with it.
        """
        return False

    def on_resize(self) -> None:
        """Paints for the new size: at once where the places stay, else when they have moved."""
        before, self._shown_size = self._shown_size, self.size
        if self.takes_new_places():
            self.show_soon()
        elif self.size != before:
            self.show_now()

    def on_screen_resume(self) -> None:
        """Shows what happened while another screen was in front."""
        if self._has_shown:
            self.show_soon()

    def takes_new_places(self) -> bool:
        """Moves the widgets for a new size; whether any has moved."""
        return False

    def show_soon(self) -> None:
        """Paints again once the widgets have the sizes of the present layout."""
        if not self._is_due:
            self._is_due = True
            self.call_after_refresh(self.show_now)

    def show_now(self) -> None:
        """Paints the newest scene, if this is the screen in front."""
        self._is_due = False
        if self.is_attached and self.is_current:
            self._has_shown = True
            self.show(self.desk.now_shown)
