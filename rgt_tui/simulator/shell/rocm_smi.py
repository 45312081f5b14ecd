"""`rocm-smi --csv` of ROCm 6: a line that warns, an empty one, and a table.

device,Temperature (Sensor junction) (C),Current Socket Graphics Package Power (W),...
"""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.shell import Command, Reply, View

_HEAD = (
    "device,Temperature (Sensor junction) (C),Current Socket Graphics Package Power (W),"
    "Max Graphics Package Power (W),GPU use (%),VRAM Total Memory (B),VRAM Total Used Memory (B),"
    "Card Series,Card Model"
)


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """The table of all GPUs; without `--csv` nothing a script could read."""
    if "--csv" not in argv:
        return Reply("====== ROCm System Management Interface ======\n")
    rows = [
        f"card{gpu.index},{gpu.temperature_at(view.now):.1f},{gpu.watts_at(view.now):.1f},"
        f"{gpu.model.watts:.1f},{gpu.util_at(view.now)},{gpu.model.memory_mib * 1024**2},"
        f"{gpu.memory_used_mib * 1024**2},{gpu.model.id},0x74a1"
        for gpu in view.machine.gpus
    ]
    idle = any(not gpu.util for gpu in view.machine.gpus)
    warning = "WARNING: AMD GPU device(s) is/are in a low-power state.\n\n" if idle else ""
    return Reply(warning + "\n".join([_HEAD, *rows]) + "\n")


def _is_there(pod: Pod) -> bool:
    return pod.machine.is_amd


COMMAND = Command(name="rocm-smi", render=render, is_installed=_is_there)
