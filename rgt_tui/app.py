"""The console: it polls the engine's feed, paints what changed, and turns keys into requests.

It never waits for the engine and never writes its state. A clock of 10 Hz looks at the feed's
version, which costs nothing while it stands still; once a second the ages are painted, which
move in steps, so that an idle screen sends no byte.
"""

import contextlib
import gc
import sys
from collections import deque
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Literal

# First: it sets what Textual reads once, at import.
from rgt_tui.ui.terminal.app import TerminalApp  # isort: skip

from textual import events
from textual.binding import BindingType
from textual.reactive import Reactive
from textual.screen import Screen
from textual.timer import Timer

from rgt_tui import places
from rgt_tui.actions import (
    Action,
    Begin,
    CancelJob,
    Confirm,
    Copy,
    DismissJob,
    Examine,
    Go,
    Leave,
    Outcome,
    Pick,
    Refresh,
    Show,
    Wish,
    all_actions,
)
from rgt_tui.domain.pod import Pod
from rgt_tui.domain.shelf import Glance
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Block, Scene, all_panes
from rgt_tui.ui import keys
from rgt_tui.ui.examining import examine, examine_named
from rgt_tui.ui.feed import Feed
from rgt_tui.ui.screens.confirm import Asking, ConfirmScreen
from rgt_tui.ui.screens.desk import Shown
from rgt_tui.ui.screens.help import availability, help_blocks, why_not
from rgt_tui.ui.screens.main import MainScreen
from rgt_tui.ui.screens.reader import Blocks, Reader, again
from rgt_tui.ui.styles import THEME, stylesheets
from rgt_tui.ui.terminal.frame import save
from rgt_tui.ui.widgets.lines import glyphs_for
from rgt_tui.ui.widgets.messages import message_blocks
from rgt_tui.ui.work import do_job

if TYPE_CHECKING:
    from rgt_tui.guard.events import Event

PAINT_S: Final = 0.1
EAGER_S: Final = 0.02
"""Between two looks at the feed until the first live data: a person is waiting for them."""
AGES_EVERY: Final = 10
"""Ticks of the paint clock between two looks at the ages."""
IDLE_TICKS: Final = 1200
"""Ticks of the paint clock without a key after which nobody is taken to be looking: 2 minutes."""
TWICE_S: Final = 1.0
"""How long a first Ctrl-C counts."""
MESSAGES_KEPT: Final = 200
ECHO_S: Final = 8.0
"""How long what the screen itself said stands before what the engine said."""


class RgtApp(TerminalApp, inherit_bindings=False):
    """The console.

    Args:
        feed: the engine, or whatever else gives scenes.
        wire: how frames reach the terminal.
        start_pane: name of the pane to begin with.
        frame: where the last picture is kept for the next start; None keeps none.
        examine: name or id of the Pod whose checklist is opened first.
    """

    ENABLE_COMMAND_PALETTE = False
    TITLE = "rgt-tui"
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings((*keys.EVERYWHERE, *keys.of_actions(all_actions())))
    ]
    theme: Reactive[str] = Reactive(THEME)

    def __init__(
        self,
        feed: Feed,
        *,
        wire: Literal["diff", "stock"] = "diff",
        start_pane: str = "pods",
        frame: Path | None = None,
        examine: str = "",
    ) -> None:
        common = (keys.EVERYWHERE, keys.of_actions(all_actions()))
        keys.check(*common, keys.LIST, keys.of_panes(all_panes()))
        keys.check(*common, keys.READER)
        keys.check(*common, keys.BROWSER)
        reports = Path(places.folder("state"))
        super().__init__(wire=wire, css_path=list(stylesheets()), report_folder=reports)
        self.glyphs = glyphs_for(getattr(sys.stdout, "encoding", None))
        self._feed = feed
        self._frame, self._to_examine = frame, examine
        self._start_pane = start_pane
        self._scene = feed.scene()
        self._version = feed.version
        self._ticks = self._key_tick = 0
        self._attended: frozenset[type] = frozenset()
        self._said: deque[tuple[float, str]] = deque(maxlen=MESSAGES_KEPT)
        self._is_painted = False
        self._is_typed_ahead = False
        self._moving = keys.moving(all_panes())
        self._interrupted: Timer | None = None

    @property
    def now_shown(self) -> Scene:
        """The scene that is on the screen."""
        return self._scene

    @property
    def is_early(self) -> bool:
        """Whether what is on the screen is not live yet, and nothing has been said about why.

        A key pressed then may have been meant for another picture: it moves, it does not act.
        """
        waiting = self._scene.as_of is not None and not self._scene.trouble
        return waiting or not self._is_painted

    def get_default_screen(self) -> Screen[None]:
        """The panes."""
        return MainScreen(self, self._start_pane, self.size)

    async def on_event(self, event: events.Event) -> None:
        """Lets keys typed at a picture that was not there yet move, and do nothing else."""
        if isinstance(event, events.Key | events.Paste):
            if self._exit or not self.screen_stack:
                return
            moves = isinstance(event, events.Key) and event.key in self._moving
            if not self._is_painted and not moves:
                self._is_typed_ahead = True
                return
            self._attend()
            screen = self.screen
            is_held = isinstance(screen, Asking) and screen.takes(event)
            if is_held or (isinstance(screen, Shown) and await screen.takes_at_once(event)):
                return
        await super().on_event(event)

    def on_mount(self) -> None:
        """Starts the paint clock."""
        self.set_interval(PAINT_S, self._tick, name="paint clock")
        self._eager = self.set_interval(EAGER_S, self._look_for_news, name="first news")

    def post_display_hook(self) -> None:
        """Lets the first frame with content out: until then the terminal keeps what it shows.

        The collector may be off until then (`console`): most of what a start makes stays.
        """
        if not self._is_painted and isinstance(self.screen, Shown) and self.screen.is_drawn:
            self._is_painted = True
            self.mark_ready()
            gc.freeze()
            gc.enable()
            if self._is_typed_ahead:
                self.call_later(self.say, "keys typed before the first picture were ignored")

    def messages(self) -> tuple[tuple[float, str], ...]:
        """What the engine and the screen said, newest first."""
        both = (*self._scene.notices, *self._said)
        return tuple(sorted(both, key=lambda said: -said[0]))

    def news(self) -> tuple[tuple[float, str], ...]:
        """What the message line shows first, and the rest: our own words give way after a while."""
        own = [said for said in self._said if self._scene.now - said[0] <= ECHO_S]
        first = max((*own, *self._scene.notices), key=lambda said: said[0], default=None)
        if first is None:
            return self.messages()
        return (first, *(said for said in self.messages() if said is not first))

    def echo(self) -> tuple[float, str] | None:
        """What the screen itself said last, for a while."""
        newest = self._said[0] if self._said else None
        is_due = newest is not None and self._scene.now - newest[0] <= ECHO_S
        return newest if is_due else None

    def say(self, text: str) -> None:
        """Puts a message on the message line; `n` shows all of them."""
        self._said.appendleft((self._feed.scene().now, text))
        self._paint()

    def leave(self) -> None:
        """Ends the program; asks first when jobs run, for they end with it."""
        from rgt_tui.ui.screens.leaving import leaving  # a quit, not a start

        question = leaving(self._feed.scene())
        if question is None:
            self.exit(return_code=0)
        elif not isinstance(self.screen, Asking):
            self.push_screen(ConfirmScreen(self, question, None))

    def exit(self, result: int | None = None, return_code: int = 0, message: object = None) -> None:
        """Keeps the last picture for the next start, and ends."""
        is_live = self._scene.as_of is None and not self._scene.trouble
        if self._frame is not None and is_live and self._shows_what_a_start_shows():
            with contextlib.suppress(OSError):  # the next start has no first picture, that is all
                save(self._frame, self, now=self._scene.now)
        super().exit(result, return_code)

    def _shows_what_a_start_shows(self) -> bool:
        """A picture of another pane, or of a filtered list, would jump when the next start draws."""
        return isinstance(self.screen, MainScreen) and self.screen.is_as_at_start

    def use_encoding(self, encoding: str | None) -> None:
        """Draws frames with what this encoding can show."""
        self.glyphs = glyphs_for(encoding)
        self._paint()

    def _look_for_news(self) -> None:
        if self._feed.version != self._version:
            self._paint()
        if self._scene.trouble or (self._scene.as_of is None and self._scene.account.pods):
            self._eager.stop()
            examine_named(self, self._feed, self._to_examine)

    def _attend(self) -> None:
        """A key was pressed: somebody is looking, and is to see fresh data."""
        if self._ticks - self._key_tick >= IDLE_TICKS:
            self._feed.rest(idle=False)
            self._feed.refresh()
        self._key_tick = self._ticks

    def _tick(self) -> None:
        if not self.screen_stack:
            return  # the end: the screens have been taken away
        self._ticks += 1
        if self._ticks - self._key_tick == IDLE_TICKS:
            self._feed.rest(idle=True)
        if self._feed.version != self._version or self._ticks % AGES_EVERY == 0:
            self._paint()

    def _paint(self) -> None:
        self._version = self._feed.version
        self._scene = self._feed.scene()
        if isinstance(self.screen, Shown) and self.screen.is_mounted:
            self.screen.show(self._scene)
        self._tell_what_is_shown()

    def _tell_what_is_shown(self) -> None:
        """Lets the engine read what some pane on the stack of screens shows, and no more."""
        shown = [s.kinds for s in self.screen_stack if isinstance(s, Shown)]
        kinds = frozenset[type]().union(*shown)
        if kinds != self._attended:
            self._attended = kinds
            self._feed.attend(kinds)

    def action_act(self, name: str) -> None:
        """Carries out an action on the Pod in question, or says why not."""
        action = next(action for action in all_actions() if action.name == name)
        why = "wait for the first live data" if self.is_early else None
        pod = self._pod()
        why = why or why_not(action, self._scene, pod)
        if why is not None:
            self.say(f"{action.title}: {why}")
            return
        if action.aimed is None:
            self._follow(action, pod, action.run(self._scene, pod))
            return
        aim = self.screen.aim if isinstance(self.screen, Shown) else None
        outcome = action.aimed(self._scene, pod, aim)
        if isinstance(outcome, str):
            self.say(f"{action.title}: {outcome}")
        else:
            self._follow(action, pod, outcome)

    def action_write_mode(self) -> None:
        """Unlocks write mode, or locks it again."""
        if self._scene.read_only:
            self.say(f"w {self._scene.why_no_write}")
        elif self._scene.write_left_s is None:
            self._feed.unlock()
            self.say("w write mode: what you confirm now is sent; E locks it again")
        else:
            self._feed.lock()
            self.say("i write mode is locked")

    def perform(self, wish: Wish, approval: str) -> None:
        """Does what a person has confirmed."""
        match wish:
            case Leave():
                self.exit(return_code=0)
            case Begin(order=order):
                self._feed.begin(order)
            case _:
                self._feed.perform(wish, approval)

    def browse(self, glance: Glance) -> None:
        """Asks the engine about a network volume."""
        self._feed.browse(glance)

    def action_refuse(self, what: str) -> None:
        """Says why a key that destroys elsewhere does nothing here."""
        self.say(keys.REFUSALS[what])

    def action_help(self) -> None:
        """Opens the help of the screen in front."""
        screen = self.screen
        if isinstance(screen, Shown):
            subject, own, pod = screen.subject, screen.keys, self._pod()
            common = keys.EVERYWHERE

            def blocks(scene: Scene) -> tuple[Block, ...]:
                return help_blocks(subject, own, common, availability(all_actions(), scene, pod))

            self._read("Help", blocks)

    def action_messages(self) -> None:
        """Opens all messages."""
        self._read("Messages", lambda scene: message_blocks(self.messages()))

    def action_interrupt(self) -> None:
        """The second of two within a second quits."""
        if self._interrupted is not None:
            self.exit(return_code=0)
            return
        self._interrupted = self.set_timer(TWICE_S, self._forget_interrupt)
        count = sum(job.is_open for job in self._scene.jobs)
        lost = f", which ends {count} running job{'s' if count > 1 else ''}" if count else ""
        self.say(f"press Ctrl-C again within a second to quit{lost}; q quits too")

    def _forget_interrupt(self) -> None:
        self._interrupted = None

    def _pod(self) -> Pod | None:
        pod = self.screen.pod if isinstance(self.screen, Shown) else None
        return self._scene.account.pod(pod) if pod is not None else None

    def _follow(self, action: Action, pod: Pod | None, outcome: Outcome) -> None:
        match outcome:
            case Refresh(pod=whom):
                self._feed.refresh(whom)
                self.say("asked for new readings")
            case Copy(text=text):
                self.copy_to_clipboard(text)
                self.say(f"copied: {text}")
            case Confirm():
                self.push_screen(ConfirmScreen(self, outcome, pod))
            case Go():
                self._go(outcome)
            case Begin() | CancelJob() | DismissJob():
                do_job(self._feed, outcome, self.say)
            case Pick():
                self._pick(outcome, action, pod)
            case Examine(volume=volume):
                examine(self, self._feed, pod, volume)
            case Show():
                self._read(outcome.title, again(outcome), pod, action.kinds)

    def _pick(self, pick: Pick, action: Action, pod: Pod | None) -> None:
        from rgt_tui.ui.screens.pick import PickScreen  # not at the start: it is rare

        self.push_screen(PickScreen(self, pick, pod, partial(self._follow, action, pod)))

    def _go(self, to: Go) -> None:
        """Goes to a pane, out of what stands in front of the panes."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        if isinstance(main := self.screen, MainScreen):
            main.go(to.pane, to.text)

    def tell_checklist(self, pod: PodId, event: "Event") -> None:
        """Hands what a person did on a terminate checklist to the engine."""
        self._feed.tell_checklist(pod, event)

    def tell_batch(self, event: "Event") -> None:
        """The same for several that go together."""
        self._feed.tell_batch(event)

    def _read(
        self,
        title: str,
        blocks: Blocks,
        pod: Pod | None = None,
        kinds: frozenset[type] = frozenset(),
    ) -> None:
        """Opens a reading window, in place of one that is open."""
        reader = Reader(self, title, blocks, pod.id if pod is not None else None, kinds)
        if isinstance(self.screen, Reader):
            self.switch_screen(reader)
        else:
            self.push_screen(reader)
