"""How long GPUs have idled, from look to look and from console to console."""

from rgt_tui.domain.idle import GpuIdle
from rgt_tui.domain.pod import Runtime
from rgt_tui.sources.pods import _longer
from tests.values import NOW, a_pod


def test_a_spell_goes_on_and_a_gap_in_the_looks_is_counted() -> None:
    pod = a_pod(runtime=Runtime(uptime_s=86_400.0))
    spell = GpuIdle(NOW - 3600, NOW - 60)
    assert _longer(spell, pod, NOW) == GpuIdle(NOW - 3600, NOW, 0.0)
    spell = GpuIdle(NOW - 36_000, NOW - 7200, 600.0)
    assert _longer(spell, pod, NOW) == GpuIdle(NOW - 36_000, NOW, 7800.0)


def test_a_spell_is_no_older_than_the_container() -> None:
    pod = a_pod(runtime=Runtime(uptime_s=120.0))
    spell = GpuIdle(NOW - 36_000, NOW - 7200, 600.0)
    assert _longer(spell, pod, NOW) == GpuIdle(NOW - 120, NOW, 0.0)
