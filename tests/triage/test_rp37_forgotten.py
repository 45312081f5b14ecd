import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "orphaned network volume: nv-x 500GB, no pod attached",
        "network volume not attached to any pod",
        '{"pods":[],"networkVolumes":[{"id":"a","size":100}]}',
        "pod stopped for 12 days",
        "forgotten pod still billing",
    ],
)
def test_text_that_shows_it_is_rp37(text: str) -> None:
    assert "RP37" in codes(text)
