"""The way through the gateway: against the simulator's, and real shells behind a real sshd.

`make gateway` sets RGT_GATEWAY_RUNS to a thousand for the test that counts wrong readings.
"""

import asyncio
import os
import random
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rgt_tui.clients.hostkeys import HostKeys
from rgt_tui.clients.ssh import SshPool, SshTarget
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pod import SshRoad
from rgt_tui.probes import Probe, quick_probes
from rgt_tui.probes.df import parse as parse_df
from rgt_tui.simulator import Simulator, build_world
from tests.clients.sshd import Sshd, left_over, running_sshd, saying, vanishes

pytestmark = pytest.mark.usefixtures("cut_connections")

RELAY = Path(__file__).with_name("terminal_relay.py")
RUNS = int(os.environ.get("RGT_GATEWAY_RUNS", "20"))
AT_ONCE = 4

SHELLS = {
    "bash": ("bash", "-i"),
    "dash": ("dash", "-i"),
    "zsh": ("zsh", "-i"),
    "mksh": ("mksh", "-i"),
    "fish": ("fish", "-i"),
    "busybox": ("busybox", "ash", "-i"),
}
HABITS = {
    "plain": (),
    "wrap": ("--wrap", "80"),
    "chatter": ("--chatter", "0.03"),
    "motd": ("--motd", "--dribble"),
    "all": ("--wrap", "80", "--chatter", "0.2", "--motd", "--dribble"),
}
FORGED = "@@deadbeef-END b64 gz again 4 0\n@@x E 0\n~:QUJD\n$(reboot) `id` \\ ' \" !\n"
"""Text that looks like our marks and like shell syntax."""


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(build_world()) as served:
        yield served


def gateway_target(simulator: Simulator, pod: str) -> SshTarget:
    host, port, _ = simulator.gateway
    return SshTarget(
        host=host,
        port=port,
        username=simulator.world.find(pod).hostname,
        name=pod,
        pin_id=f"gateway {host}",
        start="always",
        road=SshRoad.PROXY,
        owner=pod,
    )


def pool_of(simulator: Simulator, folder: Path) -> SshPool:
    return SshPool(
        identities=(Path(simulator.ssh_identity),),
        host_keys=HostKeys(folder / "hostkeys.json"),
        connect_timeout_s=60,
    )


def behind(server: Sshd, shell: str, *habits: str) -> SshTarget:
    """The server as a gateway to that login shell."""
    words = SHELLS[shell]
    if shutil.which(words[0]) is None:
        pytest.skip(f"no {words[0]} here: `make tools` installs it")
    home = server.folder / shell
    home.mkdir(exist_ok=True)
    (home / ".bashrc").write_text("PS1='\\[\\e[1;31m\\]root@pod:\\w# \\[\\e[0m\\]'\n")
    (home / ".zshrc").write_text("PROMPT='%F{red}root@pod%f %# '\n")
    (home / ".shrc").write_text("PS1='root@pod# '\n")
    return relayed(server, "--home", str(home), *habits, *words)


def relayed(server: Sshd, *words: str) -> SshTarget:
    server.stop()
    server.options["ForceCommand"] = shlex.join([sys.executable, str(RELAY), *words])
    server.start()
    return replace(server.target(), road=SshRoad.PROXY)


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path, MaxStartups="100:30:200") as server:
        yield server


def telling(seed: int) -> tuple[Probe, bytes]:
    """A probe that prints bytes of every kind, and what must come back of it."""
    dice = random.Random(seed)
    data = bytes(dice.choice(range(1, 256)) for _ in range(dice.randrange(3000))) + FORGED.encode()
    octal = "".join(f"\\{byte:03o}" for byte in data)
    lines = "\n".join(f"printf '{octal[at : at + 200]}'" for at in range(0, len(octal), 200))
    return saying(f"{lines}\nprintf .", limit_s=20), data + b"."


async def test_a_pod_without_direct_ssh_answers_every_question(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with pool_of(simulator, tmp_path) as pool:
        answer = await pool.probe(gateway_target(simulator, "infer-x"), quick_probes())
    assert answer.fault is None
    assert set(answer.sections) == {probe.name for probe in quick_probes()}
    machine = simulator.world.find("infer-x").machine
    root = next(it for it in parse_df(answer.sections["df"]).mounts if it.path == "/")
    disk = next(it for it in machine.disks if it.path == "/")
    assert root.size_bytes == disk.size_bytes
    assert root.used_bytes is not None
    assert abs(root.used_bytes - disk.used_bytes(simulator.world.now)) < 2**20


async def test_the_second_probe_uses_the_same_terminal(sshd: Sshd) -> None:
    target = behind(sshd, "bash")
    async with sshd.pool() as pool:
        said = [
            (await pool.probe(target, [saying("tty; ps -o ppid= -p $PPID")]))
            .sections["said"]
            .output.split(b"\n")[0]
            for _ in range(3)
        ]
    assert len(set(said)) == 1


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("shell", SHELLS)
async def test_every_login_shell_and_habit_gives_the_bytes_back(
    sshd: Sshd, shell: str, habit: str
) -> None:
    target = behind(sshd, shell, *HABITS[habit])
    async with sshd.pool() as pool:
        for seed in (1, 2):
            probe, wanted = telling(seed)
            answer = await pool.probe(target, [probe])
            assert answer.fault is None
            assert answer.sections["said"].output == wanted


async def _count(pool: SshPool, targets: list[SshTarget], runs: int) -> tuple[int, int]:
    """Wrong readings and faults in so many runs, each on a terminal of its own."""
    gate = asyncio.Semaphore(AT_ONCE)
    wrong = faults = 0

    async def run(number: int) -> None:
        nonlocal wrong, faults
        target = targets[number % len(targets)]
        target = replace(target, owner=f"run {number}")  # a connection of its own
        probe, wanted = telling(number)
        async with gate:
            try:
                answer = await pool.probe(target, [probe])
            except SshError as error:
                print(f"run {number}: {error}")  # shown when the test fails
                faults += 1
            else:
                wrong += answer.fault is None and answer.sections["said"].output != wanted
            await pool.forget(target)

    async with asyncio.TaskGroup() as tasks:
        for number in range(runs):
            tasks.create_task(run(number))
    return wrong, faults


@pytest.mark.timeout(3600)
async def test_no_run_against_the_simulator_is_read_wrong(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with pool_of(simulator, tmp_path) as pool:
        assert await _count(pool, [gateway_target(simulator, "infer-x")], RUNS) == (0, 0)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("shell", SHELLS)
async def test_no_run_against_a_real_sshd_is_read_wrong(sshd: Sshd, shell: str) -> None:
    target = behind(sshd, shell, "--wrap", "80", "--chatter", "0.1")
    async with sshd.pool(connect_timeout_s=60) as pool:
        assert await _count(pool, [target], max(2, RUNS // 5)) == (0, 0)


@pytest.mark.timeout(3600)
async def test_a_way_that_loses_bytes_is_never_believed(sshd: Sshd) -> None:
    target = behind(sshd, "bash", "--lose", "0.05", "--seed", "7")
    async with sshd.pool(connect_timeout_s=60) as pool:
        wrong, _ = await _count(pool, [target], max(2, RUNS // 5))
    assert wrong == 0


async def test_a_start_up_file_that_eats_what_is_typed_is_waited_for(sshd: Sshd) -> None:
    target = behind(sshd, "bash")
    eats = "sleep 3; while read -r -t 0.1 -n 1; do :; done\n"
    (sshd.folder / "bash" / ".bashrc").write_text(eats)
    async with sshd.pool() as pool:
        answer = await pool.probe(target, [saying("echo here")])
    assert answer.sections["said"].output == b"here\n"


async def fault_through(pool: SshPool, target: SshTarget, *probes: Probe) -> SshError:
    with pytest.raises(SshError) as caught:
        await pool.probe(target, probes or [saying("echo here")])
    return caught.value


@pytest.mark.parametrize(
    "said",
    ["Error: Your SSH client doesn't support PTY", "OCI runtime exec failed: exec failed: EOF"],
)
async def test_an_error_text_with_status_0_is_a_named_state_and_recovers(
    sshd: Sshd, said: str
) -> None:
    target = relayed(sshd, "--home", "/", "--ends-with", said)
    async with sshd.pool() as pool:
        fault = await fault_through(pool, target)
        assert fault.kind is SshFault.NO_SHELL
        assert f"it said: {said}" in fault.message
        target = behind(sshd, "bash")
        answer = await pool.probe(target, [saying("echo here")])
    assert answer.sections["said"].output == b"here\n"


async def test_a_stopped_pod_and_one_without_a_container_are_told_apart(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with pool_of(simulator, tmp_path) as pool:
        stopped = await fault_through(pool, gateway_target(simulator, "old-ckpt"))
        empty = await fault_through(pool, gateway_target(simulator, "eval-b200"))
    assert (stopped.kind, empty.kind) == (SshFault.NO_SHELL, SshFault.NO_SHELL)
    assert "without a word" in stopped.message
    assert "OCI runtime exec failed" in empty.message


async def test_a_shell_that_takes_no_commands_is_told(
    sshd: Sshd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rgt_tui.clients.gateway.BOOT_S", (0.3, 0.3, 0.3))
    target = relayed(sshd, "--home", "/", "sh", "-c", "trap '' INT; echo press any key; sleep 60")
    async with sshd.pool() as pool:
        fault = await fault_through(pool, target)
    assert fault.kind is SshFault.NO_SHELL
    assert "does not take commands; it said: press any key" in fault.message


async def test_a_pod_stopped_in_the_middle_is_lost_and_comes_back(
    simulator: Simulator, tmp_path: Path
) -> None:
    target = gateway_target(simulator, "infer-x")
    async with pool_of(simulator, tmp_path) as pool:
        async with asyncio.TaskGroup() as tasks:
            asked = tasks.create_task(fault_through(pool, target, saying("sleep 10", limit_s=15)))
            await asyncio.sleep(2)
            simulator.cut_gateway()
        assert asked.result().kind is SshFault.LOST
        answer = await pool.probe(target, [saying("echo here")])
    assert answer.sections["said"].output == b"here\n"


async def test_a_probe_that_is_given_up_leaves_nothing_on_the_pod(sshd: Sshd) -> None:
    target = behind(sshd, "bash")
    probe = saying("sleep 86413", limit_s=60)
    async with sshd.pool() as pool:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await pool.probe(target, [probe])
        await vanishes("sleep 86413")
        answer = await pool.probe(target, [saying("echo here")])
    assert answer.sections["said"].output == b"here\n"
    assert not left_over("sleep 86413")


async def test_a_machine_with_od_alone_is_read_too(sshd: Sshd, tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for tool in ("od", "stty", "cat", "sh", "ps"):
        (few / tool).symlink_to(shutil.which(tool) or "/missing")
    target = behind(sshd, "bash")
    (sshd.folder / "bash" / ".bashrc").write_text(f"PATH={few}\n")
    probe, wanted = telling(3)
    async with sshd.pool() as pool:
        for _ in range(2):
            answer = await pool.probe(target, [probe])
            assert answer.sections["said"].output == wanted


async def test_a_machine_without_any_encoder_says_so(sshd: Sshd, tmp_path: Path) -> None:
    target = behind(sshd, "bash")
    (sshd.folder / "bash" / ".bashrc").write_text(f"PATH={tmp_path}\n")
    async with sshd.pool() as pool:
        fault = await fault_through(pool, target)
    assert fault.kind is SshFault.BAD_ANSWER
    assert "neither base64 nor od" in fault.message


async def test_files_are_refused_with_the_reason(simulator: Simulator, tmp_path: Path) -> None:
    async with pool_of(simulator, tmp_path) as pool:
        with pytest.raises(SshError, match="RP6"):
            async with pool.talk(gateway_target(simulator, "infer-x")):
                pass
