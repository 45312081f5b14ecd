"""Feeds for tests: a scene that stands still until the test puts another one there."""

from rgt_tui.panes import Scene


class FixedFeed:
    """Gives one scene, and notes what was asked of it."""

    def __init__(self, scene: Scene) -> None:
        self.version = 1
        self.asked: list[str | None] = []
        self.is_idle = False
        self._scene = scene

    def scene(self) -> Scene:
        return self._scene

    def refresh(self, pod: str | None = None) -> None:
        self.asked.append(pod)

    def attend(self, kinds: frozenset[type]) -> None:
        self.attended = kinds

    def rest(self, *, idle: bool) -> None:
        self.is_idle = idle

    def put(self, scene: Scene) -> None:
        """Another scene, as after a new reading."""
        self._scene = scene
        self.version += 1
