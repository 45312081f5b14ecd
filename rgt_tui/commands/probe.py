"""Examine a Pod or any SSH host once: its disks and GPUs."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from rgt_tui import places
from rgt_tui.clients.hostkeys import HostKeys, KnownHosts
from rgt_tui.clients.record_json import encode
from rgt_tui.clients.ssh import ProbeAnswer, SshPool, SshTarget
from rgt_tui.clients.ssh_examine import events_of
from rgt_tui.clients.ssh_route import Routes
from rgt_tui.clock import session_clock
from rgt_tui.commands import _options, gpu
from rgt_tui.commands._targets import pod_target, ssh_target, with_printed
from rgt_tui.config import Config
from rgt_tui.domain.errors import SshError, SshFault, UsageError
from rgt_tui.domain.evidence import Failed, Observed
from rgt_tui.domain.pod import SshRoad
from rgt_tui.domain.records import dataclass
from rgt_tui.domain.units import rfc3339, show_bytes, show_percent
from rgt_tui.domain.volume import MountKind
from rgt_tui.invocation import Options, emit
from rgt_tui.opening import address, configuration
from rgt_tui.probes import Probe, all_probes, quick_probes
from rgt_tui.probes._script import SHELL, resident
from rgt_tui.probes.cgroup import CgroupReport
from rgt_tui.probes.cuda import CudaReport
from rgt_tui.probes.df import DiskMount, DiskReport
from rgt_tui.probes.gpu_health import GpuHealthReport
from rgt_tui.probes.nvidia_smi import GpuReport
from rgt_tui.probes.processes import ProcessReport

Report = TypeVar("Report")
Events = Mapping[type, Observed[Any] | Failed]

_POOLED: Final = (MountKind.NETWORK, MountKind.GLOBAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One examination.

    Attributes:
        events: by report type what was seen, or why not.
        at: when, in Unix seconds.
    """

    target: SshTarget
    answer: ProbeAnswer
    events: Events
    at: float


@dataclass(frozen=True, slots=True)
class Keys:
    """Which private keys to offer, and which host keys to believe.

    Attributes:
        identities: private keys, beside the agent's.
        pins: file of the host keys seen before.
        known_hosts: OpenSSH file to believe in place of the pins.
    """

    identities: tuple[Path, ...]
    pins: Path
    known_hosts: Path | None


@click.command("probe", help=__doc__)
@click.argument("pod", required=False, metavar="[POD]")
@click.option(
    "--ssh", "address", metavar="[USER@]HOST[:PORT]", help="Any SSH host; the user is root."
)
@_options.identities
@click.option(
    "--known-hosts",
    type=click.Path(path_type=Path),
    help="Accept only host keys listed in FILE, in place of those seen before.",
)
@_options.transport
@click.option(
    "--slow", is_flag=True, help="Ask also what takes minutes: largest files, use of volumes."
)
@click.option("--explain", is_flag=True, help="Print the script that would run, and end.")
@_options.as_json
@click.pass_context
def run(ctx: click.Context, /, **given: Any) -> None:
    """Asks every probe in one round trip, and prints what came back."""
    if given["explain"]:
        _explain(asked_probes(slow=given["slow"]), as_json=given["as_json"])
        return
    examined = _examined(ctx.obj, given)
    if given["as_json"]:
        emit(probe_json(examined))
    else:
        _print(examined)
    if examined.answer.fault is not None:
        click.echo(f"rgt-tui: {examined.answer.fault.message}", err=True)
        ctx.exit(examined.answer.fault.exit_code)


def _examined(options: Options, given: Mapping[str, Any]) -> Examined:
    if (given["pod"] is None) == (given["address"] is None):
        raise UsageError(
            "Name either a Pod or an SSH host.",
            hint="rgt-tui probe POD, or rgt-tui probe --ssh [USER@]HOST[:PORT]",
        )
    config = configuration(options)
    asked, known = given["identities"], given["known_hosts"]
    if given["address"] is not None:
        keys = Keys(asked or config.identity_files, places.host_keys_file(), known)
        target = ssh_target(given["address"], given["transport"])
        return asyncio.run(_examine(target, keys, config, asked_probes(slow=given["slow"])))
    with address(options, config) as where:
        target = asyncio.run(pod_target(where, given["pod"], given["transport"]))
        keys = Keys((*asked, *where.identities), where.host_keys, known)
        asked_for = asked_probes(slow=given["slow"])
        try:
            return asyncio.run(_examine(target, keys, config, asked_for))
        except SshError as error:
            is_known = known is not None or target.printed
            if error.kind is not SshFault.HOST_KEY_CHANGED or is_known:
                raise
        target = asyncio.run(with_printed(where, target))
        return asyncio.run(_examine(target, keys, config, asked_for))


def asked_probes(*, slow: bool) -> tuple[Probe, ...]:
    """What is asked: everything that is quick, and with `slow` what takes minutes too."""
    return all_probes() if slow else quick_probes()


def _explain(probes: tuple[Probe, ...], *, as_json: bool) -> None:
    """Prints what would run on the host, and nothing else: no host is asked."""
    script = resident(probes)
    if not as_json:
        click.echo(f"# Sent to `{SHELL} -s` on the host. It reads; it writes nothing there. A line")
        click.echo(f"# such as `1 {' '.join(script.limits)}` then runs these sections.")
        click.echo(script.text)
        return
    questions = [
        {
            "name": probe.name,
            "limit_s": probe.limit_s,
            "max_bytes": probe.max_bytes,
            "script": probe.script,
        }
        for probe in probes
    ]
    emit({"shell": SHELL, "script": script.text, "questions": questions})


async def _examine(
    target: SshTarget, keys: Keys, config: Config, probes: tuple[Probe, ...]
) -> Examined:
    pins = HostKeys(keys.pins)
    pool = SshPool(
        identities=keys.identities,
        host_keys=pins if keys.known_hosts is None else KnownHosts(keys.known_hosts),
        connect_timeout_s=config.connect_timeout_s,
        routes=Routes(
            book=pins,
            identities=keys.identities,
            timeout_s=config.connect_timeout_s,
            jump=config.jump_host,
        ),
    )
    clock = session_clock()
    try:
        async with pool:
            answer = await pool.probe(target, probes)
    finally:
        for note in pins.notes:
            click.echo(f"rgt-tui: {note}", err=True)
    at = clock()
    events = dict(events_of(answer, target, probes, at))
    return Examined(target=target, answer=answer, events=events, at=at)


def probe_json(examined: Examined) -> dict[str, Any]:
    """The JSON object of one examination, without its schema; what is unknown is null."""
    answer = examined.answer
    return {
        "target": examined.target.name,
        "transport": examined.target.road.value,
        "observed_at": rfc3339(examined.at),
        "host_key": {"fingerprint": answer.host_key.fingerprint, "how": answer.host_key.how},
        "disk": disk_json(examined.events.get(DiskReport)),
        "gpu": gpu_json(examined.events),
        "reports": {
            probe.name: report_json(examined.events.get(probe.report)) for probe in all_probes()
        },
        "sections": [
            {
                "name": name,
                "exit_code": section.exit_code,
                "timed_out": section.timed_out,
                "cut": section.cut,
                "seconds": _rounded(answer.seconds.get(name)),
            }
            for name, section in answer.sections.items()
        ],
        "fault": _fault(answer.fault),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def disk_json(event: Observed[Any] | Failed | None) -> dict[str, Any]:
    """The mounts of a host; null with the reason when they were not seen."""
    if not isinstance(event, Observed):
        return {"mounts": None, "unknown": _why(event)}
    return {"mounts": [mount_json(mount) for mount in event.value.mounts], "unknown": None}


def mount_json(mount: DiskMount) -> dict[str, Any]:
    """One mount; on a network or global volume `df` shows the cluster's pool, so no figures."""
    is_own = mount.kind not in _POOLED
    has_size = is_own and mount.size_bytes is not None
    return {
        "path": mount.path,
        "kind": mount.kind.value,
        "source": mount.source,
        "fstype": mount.fstype,
        "used_bytes": mount.used_bytes if is_own else None,
        "size_bytes": mount.size_bytes if is_own else None,
        "free_bytes": mount.free_bytes if is_own else None,
        "inodes_used": mount.inodes_used if is_own else None,
        "inodes_total": mount.inodes_total if is_own else None,
        "size_source": "df" if has_size else "none",
        "survives_stop": mount.kind.survives_stop,
        "survives_terminate": mount.kind.survives_terminate,
        "answered": mount.answered,
    }


def gpu_json(events: Events) -> dict[str, Any]:
    """The GPUs of a host; null with the reason when `nvidia-smi` did not answer."""
    event = events.get(GpuReport)
    cuda, health = _value(events, CudaReport), _value(events, GpuHealthReport)
    if not isinstance(event, Observed):
        return {**gpu.answer(None, cuda, health), "unknown": _why(event)}
    return {**gpu.answer(event.value, cuda, health), "unknown": None}


def report_json(event: Observed[Any] | Failed | None) -> dict[str, Any]:
    """One report with all its fields, or why it is not there."""
    if not isinstance(event, Observed):
        return {"report": None, "unknown": _why(event)}
    return {"report": encode(event.value), "unknown": None}


def _value(events: Events, kind: type[Report]) -> Report | None:
    event = events.get(kind)
    return event.value if isinstance(event, Observed) else None


def _why(event: Failed | None) -> str:
    return event.error if event is not None else "not asked"


def _fault(fault: SshError | None) -> dict[str, str] | None:
    if fault is None:
        return None
    return {"code": str(fault.kind), "message": fault.message, "hint": fault.hint}


def _print(examined: Examined) -> None:
    key = examined.answer.host_key
    click.echo(f"{examined.target.name}  host key {key.fingerprint} ({key.how})")
    if examined.target.road is SshRoad.PROXY:
        click.echo("  by RunPod's gateway: no scp, sftp, rsync or forwards that way (RP6)")
    disks = examined.events.get(DiskReport)
    if isinstance(disks, Observed):
        for mount in disks.value.mounts:
            click.echo(_mount_line(mount))
    else:
        click.echo(f"disks: ? {_why(disks)}")
    gpus = examined.events.get(GpuReport)
    if not isinstance(gpus, Observed):
        click.echo(f"GPUs: ? {_why(gpus)}")
        return
    for line in (*_gpu_lines(gpus.value), *_other_lines(examined.events)):
        click.echo(line)


def _other_lines(events: Events) -> list[str]:
    """CUDA, memory and processes in a line each, as far as they were seen."""
    lines = []
    cuda, group = _value(events, CudaReport), _value(events, CgroupReport)
    table = _value(events, ProcessReport)
    if cuda is not None and (cuda.driver_cuda or cuda.wanted):
        lines.append(
            f"  CUDA of the driver {cuda.driver_cuda or '?'}, of the image {cuda.wanted or '?'}: "
            f"{cuda.verdict or 'not compared'}"
        )
    if group is not None:
        limit = show_bytes(group.memory_limit_bytes) if group.is_limited else "no limit"
        kills = "?" if group.oom_kills is None else group.oom_kills
        used = show_bytes(group.memory_used_bytes)
        lines.append(f"  memory {used} of {limit}, killed for memory: {kills}")
    if table is not None:
        stuck = f", hanging: {', '.join(str(it.pid) for it in table.stuck)}" if table.stuck else ""
        sshd = "" if table.has_sshd else ", no sshd among those told"
        lines.append(f"  processes {'?' if table.total is None else table.total}{stuck}{sshd}")
    return lines


def _mount_line(mount: DiskMount) -> str:
    row = mount_json(mount)
    size = (
        "does not answer"
        if not mount.answered
        else (f"{show_bytes(row['used_bytes'])} of {show_bytes(row['size_bytes'])}")
    )
    return f"  {mount.path:<24} {mount.kind.value:<10} {size:<20} {_fate(mount.kind):<34} {mount.source}"


def _fate(kind: MountKind) -> str:
    if kind.survives_terminate:
        return "kept by stop and terminate"
    if kind.survives_stop:
        return "kept by stop, deleted by terminate"
    return "wiped by stop and terminate"


def _gpu_lines(report: GpuReport) -> list[str]:
    if report.absent is not None:
        return [f"  {report.absent}"]
    return [
        f"  GPU {it.index} {it.name}  {show_percent(it.util_percent)}  "
        f"{show_bytes(it.memory_used_bytes)} of {show_bytes(it.memory_total_bytes)}"
        for it in report.gpus
    ]


COMMAND = run
