"""RP16: RUNNING and paid for, but the container never starts."""

from rgt_tui.simulator.placing import HOUR, Life, place
from rgt_tui.simulator.pod import Pod, Spec
from rgt_tui.simulator.scenarios import Scenario
from rgt_tui.simulator.world import World

_IMAGE = "runpod/pytorch:1.1.0-cu1290-torch290-ubuntu2404"


def build(world: World) -> Pod:
    """`eval-b200`: six hours RUNNING, `runtime` null; the system log names the driver."""
    spec = Spec(
        name="eval-b200",
        image=_IMAGE,
        gpu=("NVIDIA B200", 1),
        persistent=(50, "/workspace"),
    )
    life = Life(created_s=6.1 * HOUR, running_s=6 * HOUR)
    pod = place(world, spec, life, data_center="US-MD-1", pod_id="0p9o8i7u6y")
    pod.cuda_version = "12.6"
    pod.machine.driver, pod.machine.cuda = "560.35.03", "12.6"
    begun = world.now - 6 * HOUR + 95
    pod.logs.write(begun, "system", f"start container for {_IMAGE}: begin")
    # Public system log of 2026-08, image name changed.
    pod.logs.write(
        begun + 1,
        "system",
        "error starting container: failed to create task for container: OCI runtime create failed: "
        "error running prestart hook #0: exit status 1,",
        "stderr: Auto-detected mode as 'legacy'",
        "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9,",
        "please update your driver to a newer version, or use an earlier cuda container",
    )
    return pod


SCENARIO = Scenario(
    name="rp16_running_never_started",
    title="RUNNING for hours, the container never started",
    build=build,
    demo_rank=5,
)
