import pytest

from tests.triage.asking import finding
from tests.triage.test_rp25_gpu_lost import gpus
from tests.triage.texts import codes
from tests.values import a_pod


@pytest.mark.parametrize(
    "text",
    [
        "| N/A   36C    P0   62W / 300W |  40000MiB / 81920MiB |      0%      Default |\n|  No running processes found                                                 |",
        "zombie process still holding VRAM",
        "GPU memory is not released after the job was killed",
        "python <defunct> holds gpu memory",
        "VRAM is full but no process is visible in nvidia-smi",
    ],
)
def test_text_that_shows_it_is_rp35(text: str) -> None:
    assert "RP35" in codes(text)


def test_memory_held_at_no_use_and_little_power_is_rp35() -> None:
    held = gpus(1, util_percent=0.0, memory_used_bytes=70 * 2**30, power_w=60.0)
    assert finding("RP35", a_pod(), held).is_present


@pytest.mark.parametrize(
    "figures",
    [
        {"util_percent": 97.0, "memory_used_bytes": 70 * 2**30},
        {"util_percent": 0.0, "memory_used_bytes": 2**20},
        {"util_percent": 0.0, "memory_used_bytes": 70 * 2**30, "power_w": 380.0},
    ],
    ids=["at work", "empty", "draws power"],
)
def test_a_gpu_at_work_or_empty_is_not_rp35(figures: dict[str, object]) -> None:
    assert finding("RP35", a_pod(), gpus(1, **figures)).verdict == "absent"


def test_memory_that_is_used_by_no_process_is_rp35_unless_the_gpu_works() -> None:
    said = "nvidia-smi shows 40GB used but no running processes, GPU-Util {} %"
    assert codes(said.format(0)) == ["RP35"]
    assert codes(said.format(97)) == []
