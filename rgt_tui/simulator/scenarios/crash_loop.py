"""A container that ends at once and is started again, every 17 seconds, at full price.

Interval and system-log form: a public report of a Pod that looped 11 times as RUNNING.
"""

from typing import Final

from rgt_tui.simulator.logbook import LogWriter
from rgt_tui.simulator.placing import Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World

_IMAGE: Final = "ghcr.io/acme/api-canary:2026.11.2"
_PERIOD_S: Final = 17.0


def build(world: World) -> Pod:
    """`api-canary`: its command exits; uptime never passes 17 seconds."""
    spec = Spec(
        name="api-canary",
        image=_IMAGE,
        args="python serve.py --port 8000",
        ports=("8000/http", "22/tcp"),
        gpu=("NVIDIA RTX A6000", 1),
        starts_ssh=False,
    )
    up = 52 * 60.0 + 5
    life = Life(created_s=up + 60, up_s=up, looping_s=_PERIOD_S)
    pod = place(world, spec, life, data_center="EU-RO-1", pod_id="6h5g4f3d2s")
    since = world.now - up
    pod.logs.attach(LogWriter(since=since, period=_PERIOD_S, source="system", text=_begin))
    pod.logs.attach(LogWriter(since=since + 3, period=_PERIOD_S, source="container", text=_fail))
    return pod


def _begin(number: int) -> str:
    del number
    return f"start container for {_IMAGE}: begin"


def _fail(number: int) -> str:
    del number
    return "serve.py: error: the following arguments are required: --model"


SCENARIO = Scenario(
    name="crash_loop", title="starts again every 17 seconds", build=build, demo_rank=8
)
