import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "nr_periods 5000\nnr_throttled 4100\nthrottled_usec 12",
        "the CPU is being throttled by the cgroup quota",
    ],
)
def test_text_that_shows_it_is_rp34(text: str) -> None:
    assert "RP34" in codes(text)
