"""Feeds for tests: a scene that stands still until the test puts another one there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rgt_tui.domain.request import Request
from rgt_tui.domain.units import PodId
from rgt_tui.panes import Scene

if TYPE_CHECKING:  # a start is measured with this feed: it loads what a console's feed loads
    from rgt_tui.domain.job import Order
    from rgt_tui.domain.shelf import Glance
    from rgt_tui.guard.checklist import Checklist
    from rgt_tui.guard.events import Event


class FixedFeed:
    """Gives one scene, and notes what was asked of it."""

    def __init__(self, scene: Scene) -> None:
        self.version = 1
        self.asked: list[str | None] = []
        self.is_idle = False
        self.glances: list[Glance] = []
        self.performed: list[tuple[Request, str]] = []
        self.begun: list[Order] = []
        self.cancelled: list[int] = []
        self.dismissed: list[int] = []
        self.ready: dict[PodId, Checklist] = {}
        self.opened: list[PodId] = []
        self.told: list[Event] = []
        self._scene = scene

    def scene(self) -> Scene:
        return self._scene

    def refresh(self, pod: str | None = None) -> None:
        self.asked.append(pod)

    def attend(self, kinds: frozenset[type]) -> None:
        self.attended = kinds

    def rest(self, *, idle: bool) -> None:
        self.is_idle = idle

    def unlock(self) -> None:
        self.put(replace(self._scene, write_left_s=600.0))

    def lock(self) -> None:
        self.put(replace(self._scene, write_left_s=None))

    def perform(self, request: Request, approval: str) -> None:
        self.performed.append((request, approval))

    def begin(self, order: Order) -> None:
        self.begun.append(order)

    def cancel(self, job: int) -> None:
        self.cancelled.append(job)

    def dismiss(self, job: int) -> None:
        self.dismissed.append(job)

    def open_checklist(self, *pods: PodId) -> None:
        """Opens what the test has laid ready, or an empty one; several with their batch."""
        self.opened.extend(pods)
        for pod in pods:
            self._show(pod, self.ready.get(pod))
        if len(pods) > 1:
            from rgt_tui.guard.batch import Batch

            batch = Batch(pods=pods, seed=0, opened_at=0.0, now=0.0)
            self.put(replace(self._scene, batch=batch))

    def tell_batch(self, event: Event) -> None:
        """As the engine: one step of the batch."""
        self.told.append(event)
        from rgt_tui.guard.batch import after

        batch = self._scene.batch
        if batch is not None:
            self.put(replace(self._scene, batch=after(batch, event, self._scene.checklists)))

    def tell_checklist(self, pod: PodId, event: Event) -> None:
        """As the engine: one step, and what came of it is on the screen."""
        self.told.append(event)
        checklist = self._scene.checklists.get(pod)
        from rgt_tui.guard.step import step

        self._show(pod, None if checklist is None else step(checklist, event))

    def _show(self, pod: PodId, checklist: Checklist | None) -> None:
        if checklist is not None:
            self.put(replace(self._scene, checklists={**self._scene.checklists, pod: checklist}))

    def browse(self, glance: Glance) -> None:
        self.glances.append(glance)

    def put(self, scene: Scene) -> None:
        """Another scene, as after a new reading."""
        self._scene = scene
        self.version += 1
