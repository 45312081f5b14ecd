"""RP40: Jupyter did not start."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`notebook`: nothing listens on its port, and its log shows it."""
    pod = training(world, "notebook")
    pod.spec.env["JUPYTER_PASSWORD"] = "simulated"  # noqa: S105  # of a simulated account
    pod.machine.ports = (22,)
    tell(
        world,
        pod,
        "Starting Jupyter Lab...",
        "Jupyter Lab FAILED to start. /jupyter.log:",
    )
    return pod


SCENARIO = Scenario(name="rp40_jupyter", title="Jupyter did not start", build=build)
