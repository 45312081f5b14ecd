"""The simulated account: its Pods, volumes, money and time."""

import random
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from rgt_tui.simulator.agenda import Agenda
from rgt_tui.simulator.boot import write_boot, write_restart
from rgt_tui.simulator.clock import WorldClock
from rgt_tui.simulator.ledger import RUNNING_DISK, STOPPED_DISK, Ledger, Part, volume_rate
from rgt_tui.simulator.machine import Disk, DiskKind
from rgt_tui.simulator.pod import NEVER, Pod, Run, Spec
from rgt_tui.simulator.templates import CATALOGUE, Template

_ID_ALPHABET: Final = string.ascii_lowercase + string.digits


class Refused(Exception):
    """The platform does not do what was asked.

    Attributes:
        status: the HTTP status of the answer.
    """

    def __init__(self, status: int, detail: str) -> None:
        """Says why, in the platform's words."""
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A network volume; what lies on it is known to the Pods that mount it."""

    id: str
    name: str
    size: int
    data_center: str
    tier: str = "STANDARD"
    used_bytes: int = 0
    cluster: str = "euro"
    """Name of the MooseFS cluster it lies on."""


class World:
    """Everything the servers show. Belongs to the simulator's loop while one runs."""

    def __init__(self, *, seed: int, start: float, ticks: Callable[[], float]) -> None:
        """An empty account.

        Args:
            seed: makes ids, figures and host keys repeatable.
            start: UTC Unix seconds at which the world begins.
            ticks: monotonic seconds that drive it while it runs by itself.
        """
        self.seed = seed
        self.random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.clock = WorldClock(start, ticks)
        self.started_at = start
        self.pods: dict[str, Pod] = {}
        self.volumes: dict[str, Volume] = {}
        self.registries: dict[str, str] = {}
        self.templates: dict[str, Template] = {}
        self.ledger = Ledger()
        self.opening_balance = 100.0
        self.spend_limit = 80.0
        self.ssh_keys: list[str] = []
        self.withheld: list[str] = []
        """Patterns of paths for which the account's API key has no scope, e.g. `/v2/pods/*/logs`."""
        self._agenda = Agenda()
        self.user_id = f"user_{self.new_id(20)}"
        self.email = "ops@example.com"

    @property
    def now(self) -> float:
        """World time, UTC Unix seconds."""
        return self.clock.now

    def advance(self, seconds: float) -> None:
        """Moves the world forward at once; everything that was due has then happened."""
        self.clock.advance(seconds)

    def later(self, seconds: float, happens: Callable[[], None]) -> None:
        """Has something happen by itself, so many seconds from now."""
        self._agenda.add(self.now + seconds, happens)

    def catch_up(self) -> None:
        """Lets happen what is due by now; the servers ask for it before they show anything."""
        self._agenda.catch_up(self.now)

    def freeze(self) -> None:
        """Lets no time pass until `thaw`; `advance` still works."""
        self.clock.set_speed(0.0)

    def thaw(self, speed: float = 1.0) -> None:
        """Lets time pass again."""
        self.clock.set_speed(speed)

    @property
    def balance(self) -> float:
        """USD left: the opening balance less what was spent since the world began."""
        return self.opening_balance - self.ledger.total(self.started_at, self.now)

    @property
    def burn(self) -> float:
        """USD per hour spent at this instant."""
        return self.ledger.rate(self.now)

    def new_id(self, length: int = 14) -> str:
        """A fresh identifier in RunPod's form."""
        return "".join(self.random.choices(_ID_ALPHABET, k=length))

    def find(self, name: str) -> Pod:
        """The Pod of that name or id, for tests.

        Raises:
            KeyError: none, with the names that exist.
        """
        for pod in self.pods.values():
            if name in (pod.id, pod.spec.name):
                return pod
        raise KeyError(f"{name!r}: no such Pod among {[p.spec.name for p in self.pods.values()]}")

    def newest_first(self) -> list[Pod]:
        """All Pods in the order the API lists them."""
        return sorted(self.pods.values(), key=lambda pod: (-pod.created_at, pod.id))

    def add_pod(self, pod: Pod, *, ran_since: float | None, run: Run | None = None) -> Pod:
        """Puts a Pod into the account with the life it had so far.

        Args:
            pod: not yet known to the world.
            ran_since: when the present charge began: its start, or the stop of a stopped Pod.
            run: the start it lives in; None for a stopped Pod.
        """
        self.pods[pod.id] = pod
        since = pod.created_at if ran_since is None else ran_since
        self.ledger.open(pod.id, self._rates(pod, is_running=run is not None), since)
        pod.run = run
        if run is not None:
            self._enter(pod, run)
        return pod

    def add_volume(self, volume: Volume, since: float) -> Volume:
        """Puts a network volume into the account, charged from `since` on."""
        self.volumes[volume.id] = volume
        self.ledger.open(volume.id, volume_rate(volume.size, volume.tier), since)
        return volume

    def template(self, template_id: str) -> Template | None:
        """The account's own or a public template, or None."""
        public = {template.id: template for template in CATALOGUE}
        return self.templates.get(template_id) or public.get(template_id)

    def start(self, pod: Pod) -> None:
        """Boots a stopped Pod on a fresh container.

        Raises:
            Refused: it is not stopped, or its host has no GPU left.
        """
        now = self._demand(pod, "start")
        if pod.start_refusal is not None:
            raise Refused(400, pod.start_refusal)
        assign, schedule, pull = pod.boot_delays
        assigned = now + assign
        pod.has_failed = False
        pod.run = Run(
            assigned_at=assigned,
            running_at=assigned + schedule,
            container_at=assigned + schedule + pull,
            boot=pod.boots + 1,
        )
        self.ledger.open(pod.id, self._rates(pod, is_running=True), now)
        self._enter(pod, pod.run)

    def stop(self, pod: Pod) -> None:
        """Ends the container; its disk is wiped, host keys and port are gone.

        Raises:
            Refused: there is nothing to stop.
        """
        now = self._demand(pod, "stop")
        self._halt(pod, now)
        self.ledger.open(pod.id, self._rates(pod, is_running=False), now)

    def restart(self, pod: Pod) -> None:
        """Starts the container anew in place: same disk, same host keys, same port.

        Raises:
            Refused: it is not RUNNING.
        """
        now = self._demand(pod, "restart")
        run = pod.run
        if run is None:
            raise Refused(409, "action 'restart' is not valid for the pod's current status")
        pod.logs.cut(now)
        stays_down = run.container_at == NEVER
        again = NEVER if stays_down else now + 3.0
        pod.run = replace(run, running_at=now, container_at=again)
        if not stays_down and run.looping_s is None:
            write_restart(pod, pod.run)

    def terminate(self, pod: Pod) -> None:
        """Removes the Pod for good; a network volume stays."""
        self.ledger.close(pod.id, self.now)
        del self.pods[pod.id]

    def respecify(self, pod: Pod, spec: Spec) -> None:
        """Gives a Pod another specification; a larger volume disk grows at once."""
        pod.spec = spec
        container = pod.machine.find(DiskKind.CONTAINER)
        if container is not None:
            _resize(container, spec.disk)
        volume = pod.machine.find(DiskKind.VOLUME)
        if volume is not None and spec.persistent is not None:
            _resize(volume, spec.persistent[0])
            volume.path = spec.persistent[1]
        self.ledger.open(pod.id, self._rates(pod, is_running=pod.run is not None), self.now)

    def resize_volume(self, volume: Volume) -> None:
        """Replaces a volume by its changed self."""
        self.volumes[volume.id] = volume
        self.ledger.open(volume.id, volume_rate(volume.size, volume.tier), self.now)

    def remove_volume(self, volume: Volume) -> None:
        """Deletes a network volume."""
        self.ledger.close(volume.id, self.now)
        del self.volumes[volume.id]

    def mounting(self, volume: Volume) -> Iterable[Pod]:
        """The Pods that mount a network volume."""
        pods = self.pods.values()
        return [pod for pod in pods if pod.spec.network and pod.spec.network[0] == volume.id]

    def enforce_zero_balance(self) -> None:
        """At $0 Pods with a network volume stop and all others are terminated.

        RunPod documentation, accounts-billing/billing, rule of 2026-06-16.
        """
        if self.balance > 0:
            return
        for pod in list(self.pods.values()):
            if pod.spec.network is None:
                self.terminate(pod)
            elif pod.run is not None:
                self.stop(pod)

    def _demand(self, pod: Pod, action: str) -> float:
        now = self.now
        if action not in pod.actions(now):
            status = pod.status(now)
            raise Refused(409, f"action '{action}' is not valid for a pod in status {status}")
        return now

    def _enter(self, pod: Pod, run: Run) -> None:
        pod.boots = run.boot
        pod.ssh_port = None
        write_boot(pod, run)
        if run.container_at != NEVER:
            for disk in pod.machine.disks:
                disk.resume(max(run.container_at, self.now))
            if not pod.machine.processes:
                pod.machine.resume(run.container_at)

    def _halt(self, pod: Pod, now: float) -> None:
        pod.started_at = pod.started(now)
        pod.logs.cut(now)
        pod.machine.halt(now)
        pod.run = None
        pod.ssh_port = None

    def _rates(self, pod: Pod, *, is_running: bool) -> dict[Part, float]:
        persistent = pod.spec.persistent[0] if pod.spec.persistent else 0
        if not is_running:
            return {"disk": persistent * STOPPED_DISK}
        compute: Part = "cpu" if pod.spec.cpu else "gpu"
        return {compute: pod.hourly, "disk": (persistent + pod.spec.disk) * RUNNING_DISK}


def _resize(disk: Disk, size_gb: int) -> None:
    scale = 0.98 if disk.kind is DiskKind.VOLUME else 1.0
    disk.size_bytes = int(size_gb * 1024**3 * scale)
