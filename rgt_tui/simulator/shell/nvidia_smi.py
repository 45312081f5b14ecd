"""`nvidia-smi`: queries as CSV, the list, and the table.

    NVIDIA GeForce RTX 5090, 32607 MiB, 610.43.02

On a Pod without its GPU nobody has published the output; "No devices were found" with exit
status 6 is what the tool says on a host without one.
"""

from collections.abc import Callable, Mapping
from typing import Final

from rgt_tui.simulator.machine import Gpu, Process
from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.shell import Command, Reply, View
from rgt_tui.simulator.shell._nvidia_table import table

Field = Callable[[View, Gpu], tuple[str, str]]
"""Gives the value and its unit, which `nounits` leaves away."""

_ABSENT: Final = "[N/A]"


def _plain(read: Callable[[View, Gpu], object]) -> Field:
    return lambda view, gpu: (str(read(view, gpu)), "")


def _with(unit: str, read: Callable[[View, Gpu], object]) -> Field:
    return lambda view, gpu: (str(read(view, gpu)), unit)


GPU_FIELDS: Final[dict[str, Field]] = {
    "timestamp": _plain(lambda view, _: f"{view.now:.0f}"),
    "index": _plain(lambda _, gpu: gpu.index),
    "count": _plain(lambda view, _: len(view.machine.gpus)),
    "name": _plain(lambda _, gpu: gpu.model.id),
    "gpu_name": _plain(lambda _, gpu: gpu.model.id),
    "uuid": _plain(lambda _, gpu: gpu.uuid),
    "gpu_uuid": _plain(lambda _, gpu: gpu.uuid),
    "serial": _plain(lambda _, __: _ABSENT),
    "pci.bus_id": _plain(lambda _, gpu: gpu.bus_id),
    "gpu_bus_id": _plain(lambda _, gpu: gpu.bus_id),
    "driver_version": _plain(lambda view, _: view.machine.driver),
    "compute_cap": _plain(lambda _, __: "9.0"),
    "persistence_mode": _plain(lambda _, __: "Enabled"),
    "compute_mode": _plain(lambda _, __: "Default"),
    "mig.mode.current": _plain(lambda _, __: "Disabled"),
    "pstate": _plain(lambda _, gpu: "P0" if gpu.util else "P8"),
    "fan.speed": _plain(lambda _, __: _ABSENT),
    "utilization.gpu": _with("%", lambda view, gpu: gpu.util_at(view.now)),
    "utilization.memory": _with("%", lambda view, gpu: gpu.util_at(view.now) * 6 // 10),
    "memory.total": _with("MiB", lambda _, gpu: gpu.model.memory_mib),
    "memory.used": _with("MiB", lambda _, gpu: gpu.memory_used_mib),
    "memory.free": _with("MiB", lambda _, gpu: gpu.model.memory_mib - gpu.memory_used_mib),
    "memory.reserved": _with("MiB", lambda _, __: 0),
    "temperature.gpu": _plain(lambda view, gpu: gpu.temperature_at(view.now)),
    "temperature.memory": _plain(lambda _, __: "N/A"),
    "power.draw": _with("W", lambda view, gpu: f"{gpu.watts_at(view.now):.2f}"),
    "power.limit": _with("W", lambda _, gpu: f"{gpu.model.watts:.2f}"),
    "enforced.power.limit": _with("W", lambda _, gpu: f"{gpu.model.watts:.2f}"),
    "power.max_limit": _with("W", lambda _, gpu: f"{gpu.model.watts:.2f}"),
    "clocks.sm": _with("MHz", lambda _, gpu: 1755 if gpu.util else 345),
    "clocks.gr": _with("MHz", lambda _, gpu: 1755 if gpu.util else 345),
    "clocks.mem": _with("MHz", lambda _, __: 2619),
    "clocks.max.sm": _with("MHz", lambda _, __: 1980),
    "clocks_event_reasons.active": _plain(lambda _, gpu: gpu.reasons),
    "clocks_throttle_reasons.active": _plain(lambda _, gpu: gpu.reasons),
    "pcie.link.gen.current": _plain(lambda _, __: 5),
    "pcie.link.width.current": _plain(lambda _, __: 16),
    "ecc.mode.current": _plain(lambda _, __: "Enabled"),
}
ROW_FIELDS: Final[dict[str, Field]] = {
    "gpu_uuid": _plain(lambda _, gpu: gpu.uuid),
    "gpu_bus_id": _plain(lambda _, gpu: gpu.bus_id),
    "gpu_name": _plain(lambda _, gpu: gpu.model.id),
    "remapped_rows.correctable": _plain(lambda _, __: 0),
    "remapped_rows.uncorrectable": _plain(lambda _, gpu: int(gpu.rows_pending)),
    "remapped_rows.pending": _plain(lambda _, gpu: "Yes" if gpu.rows_pending else "No"),
    "remapped_rows.failure": _plain(lambda _, __: "No"),
}
for _kind in ("clocks_event_reasons", "clocks_throttle_reasons"):
    for _reason in (
        "hw_slowdown",
        "hw_thermal_slowdown",
        "hw_power_brake_slowdown",
        "sw_thermal_slowdown",
        "sw_power_cap",
    ):
        GPU_FIELDS[f"{_kind}.{_reason}"] = _plain(lambda _, __: "Not Active")
for _span in ("volatile", "aggregate"):
    GPU_FIELDS[f"ecc.errors.corrected.{_span}.total"] = _plain(lambda _, gpu: gpu.corrected)
    GPU_FIELDS[f"ecc.errors.uncorrected.{_span}.total"] = _plain(lambda _, gpu: gpu.uncorrected)

APP_FIELDS: Final[dict[str, Callable[[Gpu, Process], tuple[str, str]]]] = {
    "gpu_uuid": lambda gpu, _: (gpu.uuid, ""),
    "gpu_name": lambda gpu, _: (gpu.model.id, ""),
    "gpu_bus_id": lambda gpu, _: (gpu.bus_id, ""),
    "pid": lambda _, process: (str(process.pid), ""),
    "process_name": lambda _, process: (process.command.split()[0], ""),
    "name": lambda _, process: (process.command.split()[0], ""),
    "used_memory": lambda _, process: (str(process.gpu_mib), "MiB"),
    "used_gpu_memory": lambda _, process: (str(process.gpu_mib), "MiB"),
}


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """What the tool prints for these arguments."""
    if view.machine.nvidia_smi_hangs:
        return Reply("", hangs=True)
    options, bad = _options(argv)
    if bad:
        return Reply(
            f"Invalid combination of input arguments. Please run 'nvidia-smi -h' ({bad}).\n", 2
        )
    if not view.machine.gpus:
        return Reply("No devices were found\n", 6)
    gpus = _selected(view, options.get("id"))
    if gpus is None:
        return Reply("No devices were found\n", 6)
    if "query-gpu" in options:
        return _query_gpus(view, gpus, options)
    if "query-remapped-rows" in options:
        renamed = {**options, "query-gpu": options["query-remapped-rows"]}
        return _query_gpus(view, gpus, renamed, ROW_FIELDS)
    if "query-compute-apps" in options:
        return _query_apps(view, gpus, options)
    if "list-gpus" in options:
        lines = [f"GPU {gpu.index}: {gpu.model.id} (UUID: {gpu.uuid})\n" for gpu in gpus]
        return Reply("".join(lines))
    return Reply(table(view, gpus))


def _options(argv: tuple[str, ...]) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}
    words = list(argv)
    while words:
        word = words.pop(0)
        name, _, value = word.partition("=")
        if name in {
            "--query-gpu",
            "--query-compute-apps",
            "--query-remapped-rows",
            "--format",
            "--id",
        }:
            found[name[2:]] = value
        elif word in {"-L", "--list-gpus"}:
            found["list-gpus"] = ""
        elif word == "-i" and words:
            found["id"] = words.pop(0)
        else:
            return found, word
    return found, ""


def _selected(view: View, wanted: str | None) -> list[Gpu] | None:
    gpus = view.machine.gpus
    if wanted is None:
        return gpus
    chosen = [gpu for gpu in gpus if wanted in (str(gpu.index), gpu.uuid, gpu.bus_id)]
    return chosen or None


def _query_gpus(
    view: View,
    gpus: list[Gpu],
    options: dict[str, str],
    fields: Mapping[str, Field] = GPU_FIELDS,
) -> Reply:
    names = [name.strip() for name in options["query-gpu"].split(",")]
    unknown = [name for name in names if name not in fields]
    if unknown:
        return _not_a_field(unknown[0])
    cells = [[fields[name](view, gpu) for name in names] for gpu in gpus]
    return _csv(names, cells, options)


def _query_apps(view: View, gpus: list[Gpu], options: dict[str, str]) -> Reply:
    names = [name.strip() for name in options["query-compute-apps"].split(",")]
    unknown = [name for name in names if name not in APP_FIELDS]
    if unknown:
        return _not_a_field(unknown[0])
    by_index = {gpu.index: gpu for gpu in gpus}
    cells = [
        [APP_FIELDS[name](by_index[process.gpu], process) for name in names]
        for process in view.machine.processes
        if process.gpu is not None and process.gpu in by_index
    ]
    return _csv(names, cells, options)


def _not_a_field(name: str) -> Reply:
    return Reply(f'Field "{name}" is not a valid field to query.\n\n', 2)


def _csv(names: list[str], rows: list[list[tuple[str, str]]], options: dict[str, str]) -> Reply:
    form = options.get("format", "").split(",")
    if "csv" not in form:
        return Reply('"--format=" switch is missing. Format must be specified.\n', 2)
    shows_units = "nounits" not in form
    lines = []
    if "noheader" not in form:
        lines.append(", ".join(names))
    for row in rows:
        cells = [f"{value} {unit}" if unit and shows_units else value for value, unit in row]
        lines.append(", ".join(cells))
    return Reply("".join(f"{line}\n" for line in lines))


def _is_there(pod: Pod) -> bool:
    return pod.machine.has_nvidia_smi and not pod.machine.is_amd


COMMAND = Command(name="nvidia-smi", render=render, is_installed=_is_there)
