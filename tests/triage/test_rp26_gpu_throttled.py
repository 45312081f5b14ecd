import pytest

from tests.triage.texts import codes


@pytest.mark.parametrize(
    "text",
    [
        "        HW Thermal Slowdown               : Active",
        "        SW Thermal Slowdown               : 12345678 us",
        "        HW Power Brake Slowdown           : Active",
        "thermal violation in GPU 3",
        "GPU 0 thermal throttling at 91C",
        "index, clocks_throttle_reasons.hw_thermal_slowdown\n0, Active",
        "the GPU is throttled because of overheating",
    ],
)
def test_text_that_shows_it_is_rp26(text: str) -> None:
    assert "RP26" in codes(text)
