"""RP34: a CPU quota that is used up."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`few-cores`: the control group counts it, and its log shows it."""
    pod = training(world, "few-cores")
    pod.machine.throttled = (21_000, 20_100)
    tell(
        world,
        pod,
        "cat /sys/fs/cgroup/cpu.stat",
        "nr_periods 21000",
        "nr_throttled 20100",
        "throttled_usec 1116278539",
    )
    return pod


SCENARIO = Scenario(name="rp34_cpu_throttled", title="a CPU quota that is used up", build=build)
