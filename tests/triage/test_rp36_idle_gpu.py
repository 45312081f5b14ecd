import pytest

from rgt_tui.domain.finding import Severity
from rgt_tui.domain.idle import GpuIdle
from tests.triage.asking import finding
from tests.triage.texts import codes
from tests.values import NOW, a_pod


@pytest.mark.parametrize(
    "text",
    [
        "GPU has been idle for 3 hours while the pod bills",
        "pod idle for 7.4 h at $0.79/h",
        "GPU utilization: 0% for 45 minutes",
    ],
)
def test_text_that_shows_it_is_rp36(text: str) -> None:
    assert "RP36" in codes(text)


def test_two_idle_hours_are_told_with_their_dollars() -> None:
    found = finding("RP36", a_pod(), GpuIdle(NOW - 7200, NOW), source="api")
    assert found.severity is Severity.WARNING
    assert found.evidence[0].said == "every GPU at 0% use for 2h00m"
    assert found.evidence[1].said == "$2.38 spent meanwhile, at $1.19 an hour"


@pytest.mark.parametrize("since", [None, NOW - 300])
def test_a_gpu_at_work_or_idle_for_minutes_is_not_rp36(since: float | None) -> None:
    idle = GpuIdle(since, NOW)
    assert finding("RP36", a_pod(), idle, source="api").verdict == "absent"


def test_without_a_look_over_time_it_cannot_be_told() -> None:
    assert finding("RP36", a_pod()).verdict == "unknown"
