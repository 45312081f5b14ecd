"""What scripts see inside a Pod."""

import asyncio
import time
from pathlib import Path

import asyncssh
import httpx
import psutil
import pytest

from rgt_tui.simulator import Simulator
from rgt_tui.simulator.machine import GIB
from tests.simulator.conftest import act
from tests.simulator.ssh import connect, sh


async def test_a_full_container_disk_stands_beside_a_roomy_workspace(simulator: Simulator) -> None:
    status, out, _ = await sh(simulator, "sweep-07", "df -P -k / /workspace")
    rows = {line.split()[5]: line.split() for line in out.splitlines()[1:]}
    assert status == 0
    assert rows["/"][:2] == ["overlay", str(20 * GIB // 1024)]
    assert rows["/"][4] == "98%"
    assert rows["/workspace"][0] == "/dev/mapper/pod-9x2k4m1n0p"
    assert rows["/workspace"][4] in ("11%", "12%")


async def test_df_of_a_network_volume_shows_the_cluster_and_not_the_volume(
    simulator: Simulator,
) -> None:
    _, out, _ = await sh(simulator, "train-a", "df -PT -B1 /workspace")
    source, kind, size = out.splitlines()[1].split()[:3]
    assert (source, kind) == ("mfs#euro.runpod.net:9421", "fuse")
    assert int(size) > 2 * 1024**5


async def test_df_lists_the_rows_that_mean_nothing(simulator: Simulator) -> None:
    _, out, _ = await sh(simulator, "train-a", "df -h")
    assert "/run/nvidia-ctk-hook" in out
    assert "100%" in out
    assert "/usr/bin/nvidia-smi" in out


async def test_growth_fills_a_disk_and_never_beyond_it(simulator: Simulator) -> None:
    simulator.world.find("lora-4090").machine.disks[0].growth_per_hour = GIB
    simulator.world.advance(3600)
    _, later, _ = await sh(simulator, "lora-4090", "df -P -B1 / | sed -n 2p")
    simulator.world.advance(2 * 3600)
    full = simulator.world.find("lora-4090").machine.disks[0].used_bytes(simulator.world.now + 1e6)
    assert int(later.split()[2]) == int(5.1 * GIB) + GIB
    assert full == 20 * GIB


async def test_nvidia_smi_answers_queries_as_csv(simulator: Simulator) -> None:
    query = "index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw"
    _, out, _ = await sh(
        simulator, "sweep-07", f"nvidia-smi --query-gpu={query} --format=csv,noheader,nounits"
    )
    rows = [line.split(", ") for line in out.splitlines()]
    assert [row[0] for row in rows] == ["0", "1", "2", "3"]
    assert rows[0][1:5] == ["NVIDIA A100 80GB PCIe", "0", "512", "81920"]


async def test_nvidia_smi_refuses_a_field_it_does_not_know(simulator: Simulator) -> None:
    status, out, _ = await sh(simulator, "train-a", "nvidia-smi --query-gpu=mood --format=csv")
    assert status == 2
    assert 'Field "mood" is not a valid field to query.' in out


async def test_the_table_of_nvidia_smi_is_as_wide_as_the_real_one(simulator: Simulator) -> None:
    _, out, _ = await sh(simulator, "train-a", "nvidia-smi")
    assert "CUDA Version: 12.8" in out
    assert {len(line) for line in out.splitlines()[1:] if line} == {91}


async def test_a_cpu_pod_has_no_nvidia_smi(simulator: Simulator) -> None:
    status, _, err = await sh(simulator, "etl-cpu", "nvidia-smi -L")
    assert status == 127
    assert "nvidia-smi: not found" in err


async def test_a_pod_without_its_gpu_finds_no_devices(simulator: Simulator) -> None:
    status, out, _ = await sh(simulator, "resume-a6k", "nvidia-smi -L")
    assert (status, out) == (6, "No devices were found\n")


@pytest.mark.parametrize("tool", ["findmnt", "lsblk", "docker", "apt-get", "ssh"])
async def test_no_tool_of_the_host_shines_through(simulator: Simulator, tool: str) -> None:
    status, out, _ = await sh(simulator, "train-a", f"command -v {tool}")
    assert (status, out) == (127, "")


async def test_a_hung_mount_hangs_df_of_it_and_of_nothing_else(simulator: Simulator) -> None:
    script = "df -P / >/dev/null; echo $?; timeout -s KILL 0.3 df -P /workspace; echo $?"
    _, out, _ = await sh(simulator, "prep-nv", script)
    assert out.split() == ["0", "137"]


async def test_a_hung_tool_ignores_term(simulator: Simulator) -> None:
    simulator.world.find("train-a").machine.nvidia_smi_hangs = True
    script = "timeout -k 0.3 0.2 nvidia-smi; echo $?"
    _, out, _ = await sh(simulator, "train-a", script)
    assert out.split() == ["137"]


async def test_proc_names_the_mounts_and_what_pid_1_was_given(simulator: Simulator) -> None:
    script = 'grep /workspace "$RGT_PROC/mounts"; cat /proc/1/environ | tr "\\0" "\\n"'
    _, out, _ = await sh(simulator, "train-a", script)
    lines = out.splitlines()
    assert lines[0].startswith("mfs\\043euro.runpod.net:9421 /workspace fuse rw,nosuid,nodev")
    assert "RUNPOD_POD_ID=7h9k2m4n6p" in lines
    assert "WANDB_API_KEY=demo-not-a-real-key" in lines


async def test_an_exec_session_does_not_see_the_environment_of_pid_1(simulator: Simulator) -> None:
    _, out, _ = await sh(simulator, "train-a", 'printf "%s" "${RUNPOD_POD_ID-absent}"')
    assert out == "absent"


async def test_arguments_reach_a_tool_unchanged(simulator: Simulator) -> None:
    _, _, err = await sh(simulator, "train-a", "df -P 'a  b\n*'")
    assert err == "df: a  b\n*: No such file or directory\n"


async def test_many_sessions_at_once_get_their_own_answers(simulator: Simulator) -> None:
    script = "for n in 1 2 3 4 5; do df -P / | sed -n 2p; nvidia-smi -L | head -1; done"
    names = ["train-a", "lora-4090", "sweep-07"] * 4
    answers = await asyncio.gather(*(sh(simulator, name, script) for name in names))
    for name, (status, out, err) in zip(names, answers, strict=True):
        uuid = simulator.world.find(name).machine.gpus[0].uuid
        assert (status, err, out.count(uuid)) == (0, "", 5)


async def test_closing_the_channel_kills_the_whole_group(
    simulator: Simulator, tmp_path: Path
) -> None:
    note = tmp_path / "pid"
    async with await connect(simulator, "train-a") as connection:
        process = await connection.create_process("exec /bin/sh -s", encoding=None)
        process.stdin.write(f"sleep 600 & echo $! > {note}; echo up; wait\n".encode())
        assert await process.stdout.readline() == b"up\n"
        process.close()
    await _ends(int(note.read_text()))


async def test_the_end_of_the_input_reaches_the_script(simulator: Simulator) -> None:
    async with await connect(simulator, "train-a") as connection:
        process = await connection.create_process("exec /bin/sh -s", encoding=None)
        process.stdin.write(b"{ while read -r line; do :; done; echo over; }\n")
        process.stdin.write_eof()
        assert await process.stdout.read() == b"over\n"


async def test_exit_codes_and_signals_come_through(simulator: Simulator) -> None:
    async with await connect(simulator, "train-a") as connection:
        assert (await connection.run("exit 255")).exit_status == 255
        killed = await connection.run("kill -9 $$")
    assert killed.exit_signal is not None
    assert killed.exit_signal[0] == "KILL"


async def test_the_eleventh_session_on_a_connection_is_refused(simulator: Simulator) -> None:
    async with await connect(simulator, "train-a") as connection:
        held = [await connection.create_process("sleep 60") for _ in range(10)]
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.create_process("true")
        for process in held:
            process.close()


async def test_only_the_simulators_own_key_gets_in(simulator: Simulator) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519")
    port = simulator.world.find("train-a").ssh_port
    assert port is not None
    with pytest.raises(asyncssh.PermissionDenied):
        await asyncssh.connect(
            "127.0.0.1",
            port,
            username="root",
            client_keys=[stranger],
            known_hosts=None,
            config=None,
        )


async def test_the_server_shows_the_host_key_of_the_boot_log(simulator: Simulator) -> None:
    pod = simulator.world.find("train-a")
    async with await connect(simulator, "train-a") as connection:
        key = connection.get_server_host_key()
        assert key is not None
        shown = key.get_fingerprint()
    boot = pod.started(simulator.world.now)
    assert boot is not None
    logged = " ".join(line.text for line in pod.logs.read(boot + 120, "container"))
    assert shown in logged


async def test_a_changed_host_key_keeps_the_port(simulator: Simulator) -> None:
    pod = simulator.world.find("train-a")
    before = (pod.ssh_port, pod.host_keys())
    simulator.change_host_key("train-a")
    async with await connect(simulator, "train-a") as connection:
        key = connection.get_server_host_key()
        assert key is not None
        assert key.get_fingerprint() not in {it.fingerprint for it in before[1]}
    assert pod.ssh_port == before[0]


async def test_a_refused_port_stays_published_and_comes_back(
    simulator: Simulator, api: httpx.Client
) -> None:
    pod = simulator.world.find("train-a")
    simulator.refuse_ssh("train-a")
    with pytest.raises(ConnectionRefusedError):
        await connect(simulator, "train-a")
    shown = await asyncio.to_thread(api.get, f"/v2/pods/{pod.id}")
    assert shown.json()["ssh"]["direct"]["port"] == pod.ssh_port
    simulator.allow_ssh("train-a")
    async with await connect(simulator, "train-a") as connection:
        assert (await connection.run("true")).exit_status == 0


async def test_a_dropped_connection_ends_its_sessions(simulator: Simulator) -> None:
    async with await connect(simulator, "train-a") as connection:
        process = await connection.create_process("sleep 60")
        assert simulator.ssh_connections("train-a") == 1
        simulator.drop_ssh("train-a")
        await connection.wait_closed()
        assert process.exit_status is None
    assert simulator.ssh_connections("train-a") == 0


async def test_a_stopped_pod_cuts_its_connections_and_closes_its_port(
    simulator: Simulator, api: httpx.Client
) -> None:
    pod = simulator.world.find("train-a")
    port = pod.ssh_port
    async with await connect(simulator, "train-a") as connection:
        act(api, pod.id, "stop")
        await connection.wait_closed()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def _ends(pid: int) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return
        except psutil.NoSuchProcess:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"process {pid} is still there")


async def test_every_tool_of_a_pod_sees_the_same_files(simulator: Simulator) -> None:
    simulator.write("lora-4090", "/workspace/late.pt", b"late")
    walk = (
        "import os; [print(os.stat(p).st_size, p) for r in ('/workspace', '/root') for d, f in"
        " [(r, os.listdir(r))] for p in (d + '/' + n for n in f) if os.path.isfile(p)]"
    )
    _, of_python, _ = await sh(simulator, "lora-4090", f'python3 -I -S -c "{walk}"')
    _, found, _ = await sh(simulator, "lora-4090", r"find /workspace -type f -printf '%s %p\n'")
    seen = {line for line in found.splitlines() if line.split()[1].count("/") == 2}
    assert "4 /workspace/late.pt" in seen
    assert {line for line in of_python.splitlines() if " /workspace/" in line} == seen
    large = "/workspace/lora/merged.safetensors"
    _, told, _ = await sh(simulator, "lora-4090", f"stat -c '%s %n' {large}")
    size = f"import os; print(os.stat('{large}').st_size, '{large}')"
    assert (await sh(simulator, "lora-4090", f'python3 -I -S -c "{size}"'))[1] == told


async def test_a_large_file_is_drawn_and_the_same_however_it_is_read(simulator: Simulator) -> None:
    read = """
import hashlib, os
fd = os.open('/workspace/lora/merged.safetensors', os.O_RDONLY)
size = os.fstat(fd).st_size
several = [bytearray(70_000), bytearray(1_100_000)]
def whole(take, step):
    digest, at = hashlib.sha256(), 0
    while at < size:
        piece = take(at, step)
        digest.update(piece)
        at += len(piece)
    return digest.hexdigest()
def filled(at, step):
    count = os.preadv(fd, several, at)
    return b''.join(several)[:count]
print(whole(lambda at, step: os.pread(fd, step, at), 999_983) == whole(filled, 0)
      == whole(lambda at, step: os.read(fd, step), 1 << 20), os.fstat(fd).st_blocks < 100)
"""
    status, out, err = await sh(simulator, "lora-4090", f'python3 -I -S -c "{read}"')
    assert (status, out) == (0, "True True\n"), err


async def test_python3_in_a_pod_sees_the_files_of_that_pod_only(simulator: Simulator) -> None:
    look = 'python3 -I -S -c "import os; print(sorted(os.listdir(chr(47))))"'
    status, out, _ = await sh(simulator, "train-a", look)
    assert (status, out) == (0, "['root', 'tmp', 'workspace']\n")
    read = "python3 -I -S -c \"print(open('/etc/hostname').read())\""
    status, _, _ = await sh(simulator, "train-a", read)
    assert status == 1
