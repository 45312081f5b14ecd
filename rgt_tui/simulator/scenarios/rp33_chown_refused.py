"""RP33: rsync cannot change owners on a network volume."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import Order, tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`sync-in`: its log shows it."""
    pod = training(world, "sync-in", Order(on_network_volume=True))
    tell(
        world,
        pod,
        'rsync: [receiver] chown "/workspace/data/.x.bin.Ab12Cd" failed: Operation not permitted (1)',
    )
    return pod


SCENARIO = Scenario(
    name="rp33_chown_refused", title="rsync cannot change owners on a network volume", build=build
)
