"""When the first state is whole: everything was asked once and examined, or waited for long enough."""

from typing import Final

from rgt_tui.domain.money import Balance
from rgt_tui.domain.pod import PodList
from rgt_tui.domain.readiness import Answered
from rgt_tui.domain.volume import VolumeList
from rgt_tui.panes import Scene
from rgt_tui.sources import Watched, has_road

SETTLES_S: Final = 20.0
"""How long Pods that do not answer are waited for."""
CONCLUDES_S: Final = 1.0
"""What was read last is examined within this time."""


class Settling:
    """Waits for the first state."""

    def __init__(self, watched: Watched, patience_s: float = SETTLES_S) -> None:
        self._watched = watched
        self._patience_s = patience_s
        self._listed_at: float | None = None
        self._read_at: float | None = None

    def is_over(self, scene: Scene) -> bool:
        """Whether `scene` is to be taken as the first state."""
        account = scene.account
        if account.evidence.latest(PodList) is None:
            return False
        if self._listed_at is None:
            self._listed_at = scene.now
        if scene.now - self._listed_at >= self._patience_s:
            return True
        asked = [account.evidence.reading(kind) for kind in (VolumeList, Balance)]
        if self._watched.shells:
            asked += [
                account.about(pod.id).reading(Answered)
                for pod in account.pods
                if self._watched.wants(pod) and pod.is_running and has_road(pod)
            ]
        if self._read_at is None and scene.findings and all(it.good or it.failure for it in asked):
            self._read_at = scene.now
        return self._read_at is not None and scene.now - self._read_at >= CONCLUDES_S
