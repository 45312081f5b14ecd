"""RP2: stopped and started again: the container disk is a new one."""

from rgt_tui.simulator.placing import DAY
from rgt_tui.simulator.pod import Pod, Run
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """One Pod with it."""
    pod = training(world, "back-again", Order(is_busy=False))
    pod.created_at = world.now - 2 * DAY
    began = world.now - 300
    pod.run = Run(assigned_at=began - 50, running_at=began - 40, container_at=began, boot=2)
    tell(world, pod, "-bash: /root/venv/bin/activate: No such file or directory", ago_s=60)
    return pod


SCENARIO = Scenario(
    name="rp02_container_disk_wiped",
    title="stopped and started again: the container disk is a new one",
    build=build,
)
