"""A Community Pod without 22/tcp: only the SSH gateway reaches it."""

from rgt_tui.simulator.machine import Process
from rgt_tui.simulator.placing import OFFICIAL_IMAGE, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World


def build(world: World) -> Pod:
    """`infer-x`: an inference server with an HTTP port and nothing mounted at /workspace."""
    spec = Spec(
        name="infer-x",
        image=OFFICIAL_IMAGE,
        ports=("8000/http",),
        gpu=("NVIDIA L40S", 1),
        cloud="COMMUNITY",
        env={"WANDB_API_KEY": "demo-not-a-real-key"},
    )
    life = Life(created_s=23 * 60.0, up_s=22 * 60.0)
    pod = place(world, spec, life, data_center="EU-SE-1", pod_id="3c5v7b9n1m")
    gpu = pod.machine.gpus[0]
    gpu.util, gpu.memory_used_mib, gpu.temperature, gpu.watts = 38, 31_744, 58, 188.0
    command = "python -m vllm.entrypoints.openai.api_server --port 8000"
    pod.machine.processes.append(
        Process(pid=233, command=command, cpu=61.0, memory=9.4, age_s=1200, gpu=0, gpu_mib=31_290)
    )
    pod.logs.write(
        world.now - 300,
        "container",
        'INFO 127.0.0.1 - "POST /v1/completions HTTP/1.1" 200 OK, 148.2 s',
        "client retry: HTTP 524 from the proxy, body: error code: 524",
        "wandb: ERROR api_key not configured (no-tty). call wandb.login(key=[your_api_key])",
    )
    return pod


SCENARIO = Scenario(
    name="proxy_only", title="reachable through the SSH gateway only", build=build, demo_rank=3
)
