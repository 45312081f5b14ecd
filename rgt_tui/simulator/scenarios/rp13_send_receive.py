"""RP13: runpodctl receive does not meet its other end."""

from rgt_tui.simulator.machine import Process
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`recv-ckpt`: its log shows it."""
    pod = training(world, "recv-ckpt")
    command = "runpodctl receive 1100-yahoo-boat-friend-0"
    pod.machine.processes.append(Process(pid=822, command=command, age_s=2700))
    tell(
        world,
        pod,
        "$ runpodctl receive 1100-yahoo-boat-friend-0",
        "securing channel...croc: receive: room (secure channel) not ready, maybe peer disconnected",
    )
    return pod


SCENARIO = Scenario(
    name="rp13_send_receive", title="runpodctl receive does not meet its other end", build=build
)
