"""A fleet's tick over SSH beside `ssh` with ControlMaster and one command a question, in one run.

Both sides ask the same questions, those of each tick, with the same shell text: ours as sections of
one line to the resident loop, theirs each on the stdin of an `ssh HOST exec /bin/sh -s` over the
shared connection. The Pods are simulated ones, in processes of their own, and real sshds. All of them
run on this machine, at a lower priority: a real Pod has a machine of its own. So what questions cost
the Pods counts in the latency of both sides. Each sshd has a PID namespace, as a Pod has, where this
may be made: else each would tell the processes of all the others. CPU is that of the client: ours
with the answers parsed; of `ssh`, all its processes, with nothing parsed.
"""

import asyncio
import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.clients.ssh_examine import examine
from rgt_tui.config import Config
from rgt_tui.domain.evidence import Failed
from rgt_tui.domain.secret import Secret
from rgt_tui.opening import Address, open_session
from rgt_tui.probes import EACH_TICK, all_probes
from rgt_tui.store import Store
from tests.bench.figures import Figure, print_table
from tests.clients.sshd import PRIVILEGE_FOLDER, SSHD, Sshd, free_port, make_key

PODS = 100
REAL = 50
MANY = 200
TICKS = 2
PATIENT_S = 90
"""In place of the sections' time limits: 150 Pods share the few CPUs of this machine."""
QUICK = tuple(
    replace(probe, limit_s=PATIENT_S) for probe in all_probes() if probe.every_s == EACH_TICK
)
LOWER = ("nice", "-n", "5")
APART = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


@dataclass(slots=True)
class Ticks:
    """What ticks of a fleet took.

    Attributes:
        latencies: of each host in each tick, seconds.
        cpu_s: of the client, a host and tick.
        lag_s: how late a task of the same loop was at most.
        own_s: the same without the time in which the loop was ready and other processes had the
            CPUs: lateness of our own making, whatever else runs on the machine.
        failed: sections that gave no report.
    """

    latencies: list[float]
    cpu_s: float
    lag_s: float = 0.0
    own_s: float = 0.0
    failed: int = 0

    @property
    def p50_ms(self) -> float:
        return 1000 * statistics.median(self.latencies)

    @property
    def p95_ms(self) -> float:
        return 1000 * statistics.quantiles(self.latencies, n=20)[-1]


@dataclass(slots=True)
class Account:
    """A simulated account in a process of its own."""

    url: str
    api_key: str
    identity: Path

    def targets(self) -> list[SshTarget]:
        """Its Pods with direct SSH."""
        asked = urllib.request.Request(
            f"{self.url}/v2/pods", headers={"Authorization": f"Bearer {self.api_key}"}
        )
        with urllib.request.urlopen(asked) as answer:
            pods = json.load(answer)
        return [
            SshTarget(
                host=direct["host"],
                port=direct["port"],
                username=direct["username"],
                name=pod["id"],
                pin_id=pod["id"],
                start="1",
            )
            for pod in pods["pods"]
            if (direct := (pod.get("ssh") or {}).get("direct"))
        ]


@contextlib.contextmanager
def an_account(pods: int, seed: int) -> Iterator[Account]:
    """Serves so many generated Pods."""
    argv = [*LOWER, sys.executable, "-m", "rgt_tui", "simulate", "--pods", str(pods)]
    with subprocess.Popen([*argv, "--seed", str(seed)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            yield Account(told["url"], told["api_key"], Path(told["ssh_identity"]))
        finally:
            process.terminate()


def may_be_apart() -> bool:
    """Whether a PID namespace may be made here."""
    return (
        shutil.which(APART[0]) is not None
        and subprocess.run([*APART, "true"], capture_output=True, check=False).returncode == 0
    )


def end(server: Sshd) -> None:
    """Ends a server at once: `unshare` is deaf to other signals."""
    if server.process is not None:
        server.process.kill()
    server.stop()


@contextlib.contextmanager
def real_sshds(folder: Path, count: int) -> Iterator[list[Sshd]]:
    """So many servers, with one key to log in to all."""
    if os.geteuid() == 0:
        PRIVILEGE_FOLDER.mkdir(exist_ok=True, mode=0o755)
    login = make_key(folder / "login")
    wrapper = (*LOWER, *APART) if may_be_apart() else LOWER
    with contextlib.ExitStack() as stack:
        servers = []
        for number in range(count):
            place = folder / f"sshd{number}"
            place.mkdir()
            for name in (login, login.with_suffix(".pub")):
                (place / name.name).symlink_to(name)
            # With that level bash passes over the start-up files of whoever runs this, which may be slow.
            server = Sshd(place, free_port(), {"SetEnv": "SHLVL=5"}, wrapper=wrapper)
            server.new_host_key()
            server.start()
            stack.callback(end, server)
            servers.append(server)
        yield servers


def queued_s() -> float:
    """How long this thread has been ready to run while others had the CPUs (Linux; else 0)."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9
    return 0.0


async def lag_of(body: Callable[[], Awaitable[Any]]) -> tuple[Any, float, float]:
    """What `body` gives, how late a task of the same loop was at most, and how late by ourselves."""
    worst = own = 0.0

    async def watch() -> None:
        nonlocal worst, own
        while True:
            began, queued = time.perf_counter(), queued_s()
            await asyncio.sleep(0.01)
            late = time.perf_counter() - began - 0.01
            worst, own = max(worst, late), max(own, late - (queued_s() - queued))

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch())
        found = await body()
        watching.cancel()
    return found, worst, own


@contextlib.asynccontextmanager
async def a_pool(identity: Path, folder: Path) -> AsyncIterator[SshPool]:
    """Connections that log in with that key."""
    keys = HostKeys(folder / f"keys.{time.monotonic_ns()}.json")
    async with SshPool(identities=(identity,), host_keys=keys, connect_timeout_s=60) as pool:
        yield pool


async def ours(fleets: Sequence[tuple[SshPool, Sequence[SshTarget]]]) -> Ticks:
    """Ticks over connections that stay."""

    async def one(pool: SshPool, target: SshTarget) -> tuple[float, int]:
        began = time.perf_counter()
        events = await examine(pool, target, QUICK, time.time)
        took = time.perf_counter() - began
        return took, sum(isinstance(event, Failed) for _, event in events)

    hosts = [(pool, target) for pool, targets in fleets for target in targets]
    began = time.process_time()

    async def ticks() -> list[tuple[float, int]]:
        found = []
        for _ in range(TICKS):
            found += await asyncio.gather(*(one(*host) for host in hosts))
        return found

    found, lag, by_us = await lag_of(ticks)
    cpu = (time.process_time() - began) / len(found)
    failed = sum(failed for _, failed in found)
    return Ticks([took for took, _ in found], cpu, lag, by_us, failed)


@dataclass(slots=True)
class Master:
    """One `ssh` that others share the connection of."""

    process: "subprocess.Popen[bytes]"
    argv: list[str]


def a_master(target: SshTarget, identity: Path, socket: Path) -> Master:
    """Connects; the first to use it waits until it has."""
    argv = ["ssh", "-S", str(socket), "-o", "LogLevel=ERROR", "-o", "StrictHostKeyChecking=no"]
    argv += ["-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-F", "none"]
    argv += ["-i", str(identity), "-p", str(target.port), f"{target.username}@{target.host}"]
    process = subprocess.Popen(["ssh", "-M", "-N", *argv[1:]], stdin=subprocess.DEVNULL)
    return Master(process, argv)


async def theirs(masters: Sequence[Master]) -> Ticks:
    """A tick of one `ssh` a question, each host's one after the other."""

    async def one(master: Master) -> float:
        began = time.perf_counter()
        for probe in QUICK:
            command = await asyncio.create_subprocess_exec(
                *master.argv,
                "exec /bin/sh -s",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            await command.communicate(probe.script.encode())
            assert command.returncode == 0, (probe.name, command.returncode)
        return time.perf_counter() - began

    def used() -> float:
        ran = resource.getrusage(resource.RUSAGE_CHILDREN)
        held = [psutil.Process(master.process.pid).cpu_times() for master in masters]
        return float(ran.ru_utime + ran.ru_stime + sum(it.user + it.system for it in held))

    before = used()
    latencies = await asyncio.gather(*(one(master) for master in masters))
    return Ticks(list(latencies), (used() - before) / len(masters))


@contextlib.contextmanager
def masters_of(
    fleets: Sequence[tuple[Path, Sequence[SshTarget]]], folder: Path
) -> Iterator[list[Master]]:
    """Connected ones for all hosts."""
    masters: list[Master] = []
    try:
        for identity, targets in fleets:
            for target in targets:
                socket = folder / f"s{len(masters)}"
                masters.append(a_master(target, identity, socket))
                while not socket.exists():
                    assert masters[-1].process.poll() is None, "ssh ended"
                    time.sleep(0.01)
        yield masters
    finally:
        for master in masters:
            master.process.terminate()
        for master in masters:
            master.process.wait()


async def fleet(accounts: Sequence[Account], servers: Sequence[Sshd], folder: Path) -> list[Figure]:
    """100 simulated Pods and connections to 50 real sshds."""
    simulated = [account.targets()[: PODS // len(accounts)] for account in accounts]
    real = [server.target(pin_id=f"real{number}") for number, server in enumerate(servers)]
    sides = [
        *zip([account.identity for account in accounts], simulated, strict=True),
        (servers[0].identity, real),
    ]
    hosts = sum(len(targets) for _, targets in sides)
    async with contextlib.AsyncExitStack() as stack:
        fleets = [
            (await stack.enter_async_context(a_pool(identity, folder)), targets)
            for identity, targets in sides
        ]
        first = [asyncio.gather(*(p.probe(t, QUICK) for t in ts[:1])) for p, ts in fleets]
        await asyncio.gather(*first)  # everything is imported
        held = psutil.Process().memory_info().rss
        all_hosts = [(pool, target) for pool, targets in fleets for target in targets[1:]]
        await asyncio.gather(*(pool.probe(target, QUICK) for pool, target in all_hosts))
        held = (psutil.Process().memory_info().rss - held) // len(all_hosts)
        own = await ours(fleets)
        real_alone = await ours(fleets[-1:])
    with masters_of(sides, folder) as masters:
        other = await theirs(masters)
        other_real = await theirs(masters[-REAL:])
    return [
        Figure(f"{hosts} hosts: sections that gave no report", own.failed, 0, ""),
        Figure("CPU a host and tick: ours / ssh", own.cpu_s / other.cpu_s, 0.15, "x"),
        Figure("  of which: ours, parsed", 1000 * own.cpu_s, None, "ms"),
        Figure(f"  of which: ssh, {len(QUICK)} questions", 1000 * other.cpu_s, None, "ms"),
        Figure("p95 of a tick: ours / ssh", own.p95_ms / other.p95_ms, 0.3, "x"),
        Figure("  of which: ours, p50", own.p50_ms, None, "ms"),
        Figure("  of which: ours, p95", own.p95_ms, None, "ms"),
        Figure("  of which: ssh, p50", other.p50_ms, None, "ms"),
        Figure("  of which: ssh, p95", other.p95_ms, None, "ms"),
        Figure(
            f"{REAL} on real sshd alone: CPU, ours / ssh",
            real_alone.cpu_s / other_real.cpu_s,
            0.15,
            "x",
        ),
        Figure(
            f"{REAL} on real sshd alone: p95, ours / ssh",
            real_alone.p95_ms / other_real.p95_ms,
            0.3,
            "x",
        ),
        Figure("  of which: ours, p50", real_alone.p50_ms, None, "ms"),
        Figure("  of which: ours, p95", real_alone.p95_ms, None, "ms"),
        Figure("  of which: ssh, p50", other_real.p50_ms, None, "ms"),
        Figure("  of which: ssh, p95", other_real.p95_ms, None, "ms"),
        Figure("lateness of the loop by itself, at most", 1000 * own.own_s, 250, "ms"),
        Figure("  with the wait for a CPU", 1000 * own.lag_s, None, "ms"),
        Figure("memory a connection", held / 1024, None, "KiB"),
    ]


async def many(folder: Path) -> list[Figure]:
    """A session that watches an account of 200 Pods, its loop's lateness over half a minute."""
    with an_account(MANY, 9) as account:
        where = Address(
            base_url=account.url,
            key=Secret(account.api_key),
            source="bench",
            identities=(account.identity,),
            host_keys=folder / "many.json",
            history=folder / "many.sqlite",
            journal=folder / "many" / "journal.jsonl",
            read_only=True,
        )
        store = Store()

        async def watched() -> None:
            async with open_session(where, Config(), store, time.time) as session:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(30):
                        await session.watch()

        _, lag, by_us = await lag_of(watched)
    seen = len(store.state.account.pods)
    return [
        Figure(f"{seen} Pods watched: lateness by itself, at most", 1000 * by_us, 250, "ms"),
        Figure("  with the wait for a CPU", 1000 * lag, None, "ms"),
    ]


def main() -> None:
    """Prints the table."""
    if not Path(SSHD).exists():
        print("\nssh: no sshd here, nothing measured")
        return
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="rgt") as name:
        folder = Path(name)
        with (
            an_account(PODS, 1) as first,
            an_account(PODS, 2) as second,
            real_sshds(folder, REAL) as servers,
        ):
            figures += asyncio.run(fleet([first, second], servers, folder))
        figures += asyncio.run(many(folder))
    print_table("ssh", figures)


if __name__ == "__main__":
    main()
