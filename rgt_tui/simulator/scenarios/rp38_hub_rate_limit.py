"""RP38: Hugging Face answers 429."""

from rgt_tui.simulator.machine import File
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.scenarios._told import tell, training
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`fetch-70b`: a download stands still, and its log shows why."""
    pod = training(world, "fetch-70b")
    part = "/workspace/.cache/huggingface/hub/models--acme--llama-70b/blobs/ab12.incomplete"
    pod.machine.files.append(File(path=part, size_bytes=734_003_200, idle_s=2_000.0))
    tell(
        world,
        pod,
        "huggingface_hub.errors.HfHubHTTPError: 429 Client Error: Too Many Requests for url: https://huggingface.co/api/models/acme/llama-70b/tree/main",
    )
    return pod


SCENARIO = Scenario(name="rp38_hub_rate_limit", title="Hugging Face answers 429", build=build)
