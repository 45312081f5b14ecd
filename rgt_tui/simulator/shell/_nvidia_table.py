"""The table `nvidia-smi` prints without arguments (public paste of a B300 Pod, driver 580)."""

from datetime import UTC, datetime

from rgt_tui.simulator.machine import Gpu
from rgt_tui.simulator.shell import View

_RULE = (
    "+-----------------------------------------+------------------------+----------------------+"
)
_END = "+-----------------------------------------------------------------------------------------+"


def table(view: View, gpus: list[Gpu]) -> str:
    """Date, versions, one block per GPU, and the processes."""
    when = datetime.fromtimestamp(view.now, UTC).strftime("%a %b %e %H:%M:%S %Y")
    versions = (
        f"| NVIDIA-SMI {view.machine.driver:<22} Driver Version: {view.machine.driver:<14} "
        f"CUDA Version: {view.machine.cuda:<9}|"
    )
    lines = [
        when,
        _END,
        versions,
        _RULE,
        "| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |",
        "| Fan  Temp   Perf          Pwr:Usage/Cap |           Memory-Usage | GPU-Util  Compute M. |",
        "|                                         |                        |               MIG M. |",
        _RULE.replace("-", "=").replace("+=", "|=", 1)[:-1] + "|",
    ]
    for gpu in gpus:
        lines += [*_block(view, gpu), _RULE]
    lines += ["", *_processes(view)]
    return "\n".join(lines) + "\n"


def _block(view: View, gpu: Gpu) -> list[str]:
    now = view.now
    memory = f"{gpu.memory_used_mib}MiB / {gpu.model.memory_mib}MiB"
    power = f"{gpu.watts_at(now):.0f}W / {gpu.model.watts:>4}W"
    state = "P0" if gpu.util else "P8"
    levels = f"| N/A  {gpu.temperature_at(now):>3}C    {state}  {power:>22} | {memory:>22} |"
    return [
        f"| {gpu.index:>3}  {gpu.model.id:<29.29}  On  |   {gpu.bus_id} Off |                    0 |",
        f"{levels} {gpu.util_at(now):>6}%      Default |",
        "|                                         |                        |             Disabled |",
    ]


def _processes(view: View) -> list[str]:
    shown = [
        f"| {process.gpu:>4}   N/A  N/A {process.pid:>15}      C   {process.command:<36.36}"
        f" {process.gpu_mib:>6}MiB |"
        for process in view.machine.processes
        if process.gpu is not None
    ]
    empty = f"|  No running processes found{' ' * 60} |"
    return [
        _END,
        "| Processes:" + " " * 78 + "|",
        "|  GPU   GI   CI              PID   Type   Process name                        GPU Memory |",
        "|        ID   ID                                                               Usage      |",
        "|" + "=" * 89 + "|",
        *(shown or [empty]),
        _END,
    ]
