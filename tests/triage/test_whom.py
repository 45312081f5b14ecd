"""Whom a symptom can befall is asked once for a shape of Pod: it may look at nothing else."""

from typing import Any, cast

import pytest

from rgt_tui.domain.account import Account
from rgt_tui.domain.evidence import Evidence
from rgt_tui.domain.finding import Detector, Scope, Subject
from rgt_tui.domain.pod import Pod, PodStatus
from rgt_tui.triage import all_detectors
from tests.values import NOW, a_pod

SHAPED = {
    *("status", "is_alive", "is_running", "is_stopped"),
    *("gpu_id", "ssh_direct", "volume_disk", "network_mounts"),
}
"""What `shape` tells of a Pod."""


class Watched:
    """A thing that notes which of its attributes are looked at."""

    def __init__(self, thing: object, seen: set[str]) -> None:
        self._thing = thing
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        self._seen.add(name)
        return getattr(self._thing, name)


@pytest.mark.parametrize("detector", all_detectors(), ids=lambda it: it.code)
def test_a_detector_asks_its_whom_of_the_shape_alone(detector: Detector) -> None:
    seen: set[str] = set()
    pods = (a_pod(), a_pod(status=PodStatus.EXITED), a_pod(gpu_id=None), a_pod(ssh_direct=None))
    for pod in pods if detector.scope is Scope.POD else (None,):
        subject = Subject(
            account=cast("Account", Watched(Account(), seen)),
            pod=cast("Pod | None", Watched(pod, seen) if pod is not None else None),
            evidence=cast("Evidence", Watched(Evidence(), seen)),
            now=NOW,
        )
        detector.applies(subject)
    assert seen <= SHAPED
