"""RP52: a run that trains in an image without tmux and screen."""

from rgt_tui.simulator.machine import Process
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`bare-image`: it trains, and nothing there would hold a session."""
    pod = training(world, "bare-image", Order(image="acme/train:2.1", is_busy=False))
    run = Process(pid=741, command="python train.py", cpu=96.0, age_s=5400, parent=733)
    pod.machine.processes.append(run)
    return pod


SCENARIO = Scenario(
    name="rp52_no_session", title="a run in an image without tmux and screen", build=build
)
