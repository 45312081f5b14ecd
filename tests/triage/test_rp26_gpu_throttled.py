import pytest

from rgt_tui.probes.nvidia_smi import GpuReport
from tests.triage.asking import a_gpu, finding
from tests.triage.texts import codes
from tests.values import a_pod


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


def test_heat_and_the_power_supply_are_faults_and_the_power_cap_is_not() -> None:
    hot = a_gpu(slowed_by=("hardware heat limit", "power cap"), temperature_c=91.0)
    found = finding("RP26", a_pod(), GpuReport(gpus=(a_gpu(), hot)))
    assert found.verdict == "present"
    assert "hardware heat limit; 91 degrees" in found.evidence[0].said
    capped = GpuReport(gpus=(a_gpu(slowed_by=("power cap",)), a_gpu(slowed_by=("idle",))))
    assert finding("RP26", a_pod(), capped).verdict == "absent"
    assert finding("RP26", a_pod(), GpuReport(gpus=(a_gpu(slowed_by=None),))).verdict == "unknown"
