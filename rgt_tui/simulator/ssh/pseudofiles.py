"""The files under /proc, /etc and /sys that scripts read inside a Pod."""

from typing import Final

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.world import World

_HOST_UP_S: Final = 3e6
"""How long the host had been up when the container started."""


def pseudofiles(world: World, pod: Pod) -> dict[str, bytes]:
    """Path below the root and content, as of now."""
    now = world.now
    machine = pod.machine
    uptime = float(pod.uptime(now) or 0)
    memory_kib = machine.memory_gib * 1024**2
    host_kib = 1_056_784_384
    return {
        "proc/mounts": _mounts(pod),
        "proc/self/mounts": _mounts(pod),
        "proc/1/environ": environ(pod),
        "proc/1/comm": b"docker-init\n",
        "proc/uptime": f"{uptime + _HOST_UP_S:.2f} 0.00\n".encode(),
        "proc/stat": _cpus(256),
        "sys/devices/system/cpu/online": b"0-255\n",
        "proc/sys/kernel/osrelease": b"6.8.0-79-generic\n",
        "proc/sys/kernel/random/boot_id": f"{machine.boot_id}\n".encode(),
        "proc/net/tcp": _sockets(pod),
        "proc/loadavg": b"41.20 40.11 39.87 12/9001 4711\n",
        # The host's memory: the Pod's own limit stands in the cgroup files.
        "proc/meminfo": f"MemTotal: {host_kib} kB\nMemAvailable: {host_kib // 2} kB\n".encode(),
        "proc/sys/kernel/hostname": f"{pod.host_token}{pod.host_token[:4]}\n".encode(),
        "proc/driver/nvidia/version": _driver(pod),
        "sys/fs/cgroup/memory.max": f"{machine.memory_gib * 1024**3}\n".encode(),
        "sys/fs/cgroup/memory.current": (
            f"{memory_kib * 1024 * machine.memory_percent // 100}\n".encode()
        ),
        "sys/fs/cgroup/memory.events": f"low 0\nhigh 0\nmax 0\noom {machine.oom_kills}\noom_kill {machine.oom_kills}\n".encode(),
        "sys/fs/cgroup/cpu.max": f"{machine.vcpus * 100_000} 100000\n".encode(),
        "sys/fs/cgroup/cpu.stat": (
            f"usage_usec 1\nnr_periods {machine.throttled[0]}\n"
            f"nr_throttled {machine.throttled[1]}\nthrottled_usec 0\n"
        ).encode(),
        "sys/fs/cgroup/memory.stat": b"anon 1\nfile 2\ninactive_file 0\n",
        "etc/os-release": b'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nID=ubuntu\nVERSION_ID="24.04"\n',
        "etc/hostname": f"{pod.host_token}{pod.host_token[:4]}\n".encode(),
        "etc/rp_environment": _rp_environment(pod),
        **_image(pod),
        **_processes(pod, uptime),
        **_places(pod),
    }


def environment(pod: Pod) -> dict[str, str]:
    """What PID 1 was started with: RunPod's variables and the owner's."""
    gpus = len(pod.machine.gpus)
    variables = {
        "PATH": "/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/local/sbin:/usr/local/bin:/usr/bin:/bin",
        "RUNPOD_POD_ID": pod.id,
        "RUNPOD_POD_HOSTNAME": pod.hostname,
        "RUNPOD_DC_ID": pod.data_center,
        "RUNPOD_GPU_COUNT": str(gpus),
        "RUNPOD_CPU_COUNT": str(pod.machine.vcpus),
        "RUNPOD_MEM_GB": str(pod.machine.memory_gib),
        "RUNPOD_PUBLIC_IP": pod.public_ip,
        "HF_HOME": "/workspace/.cache/huggingface/",
        "CUDA_VERSION": "12.8.1",
    }
    if pod.spec.network is not None:
        variables["RUNPOD_VOLUME_ID"] = pod.spec.network[0]
    if pod.ssh_port is not None:
        variables["RUNPOD_TCP_PORT_22"] = str(pod.ssh_port)
    return variables | pod.spec.env


def environ(pod: Pod) -> bytes:
    """`/proc/1/environ`."""
    return b"".join(f"{key}={value}\0".encode() for key, value in environment(pod).items())


def _mounts(pod: Pod) -> bytes:
    lines = [
        f"{_escape(disk.source)} {_escape(disk.path)} {disk.fstype} {disk.options} 0 0\n"
        for disk in pod.machine.disks
    ]
    return "".join(lines).encode()


def _processes(pod: Pod, uptime: float) -> dict[str, bytes]:
    """/proc/<pid> of each process, with the fields of proc(5) that tools read."""
    files: dict[str, bytes] = {}
    for process in pod.machine.processes:
        age = min(uptime, process.age_s) if process.age_s else uptime
        name = process.command.split()[0].rsplit("/", 1)[-1].rstrip(":")[:15]
        pages = int(process.memory / 100 * pod.machine.memory_gib * 1024**3 / 4096)
        ticks = int(process.cpu / 100 * age * 100)
        started = int((uptime + _HOST_UP_S - age) * 100)
        parent = 0 if process.pid == 1 else process.parent
        stat = (
            f"{process.pid} ({name}) {process.state} {parent} 1 1 0 -1 0 0 0 0 0 "
            f"{ticks} 0 0 0 20 0 4 0 {started} 99999999 {pages} 18446744073709551615\n"
        )
        folder = f"proc/{process.pid}"
        argv = (
            b"" if process.state == "Z" else process.command.encode().replace(b" ", b"\0") + b"\0"
        )
        wchan = process.wchan if process.state == "D" else "0"
        files |= {
            f"{folder}/stat": stat.encode(),
            f"{folder}/cmdline": argv,
            f"{folder}/status": f"Name:\t{name}\nUid:\t0\t0\t0\t0\n".encode(),
            f"{folder}/wchan": wchan.encode(),
        }
    return files


def _places(pod: Pod) -> dict[str, bytes]:
    """Empty files where a glob must find something: unfinished downloads, trash, shared memory."""
    files = {
        file.path.lstrip("/"): b""
        for file in pod.machine.files
        if file.path.endswith((".incomplete", ".part", ".aria2")) or "/.Trash" in file.path
    }
    files |= {f"dev/shm/torch_{number}": b"" for number in range(pod.machine.shm_segments)}
    if pod.machine.is_amd:
        files |= {"dev/kfd": b"", "sys/module/amdgpu/version": b"6.10.5\n"}
    elif pod.machine.gpus:
        files["dev/nvidiactl"] = b""
    return files


def _image(pod: Pod) -> dict[str, bytes]:
    """What tells the CUDA of an image and of its PyTorch."""
    machine = pod.machine
    files: dict[str, bytes] = {}
    if machine.image_cuda is not None and not machine.is_amd and pod.spec.cpu is None:
        lines = (
            '{"cuda" : {',
            ' "name" : "CUDA SDK",',
            f' "version" : "{machine.image_cuda}"',
            "}}",
            "",
        )
        files["usr/local/cuda/version.json"] = "\n".join(lines).encode()
    if machine.torch is not None and pod.spec.cpu is None:
        kind = "hip" if machine.is_amd else "cuda"
        files["usr/local/lib/python3.12/dist-packages/torch/version.py"] = (
            f"__version__ = '{machine.torch[0]}'\n{kind}: Optional[str] = '{machine.torch[1]}'\n"
        ).encode()
    return files


def _cpus(count: int) -> bytes:
    rows = "".join(f"cpu{number} 1 2 3\n" for number in range(count))
    return f"cpu  1 2 3\n{rows}intr 0\n".encode()


def _sockets(pod: Pod) -> bytes:
    rows = [
        f"{number:4}: 00000000:{port:04X} 00000000:0000 0A 0 0 0\n"
        for number, port in enumerate(pod.machine.ports)
    ]
    return f"  sl  local_address rem_address   st\n{''.join(rows)}".encode()


def _escape(text: str) -> str:
    """The kernel's form of a space, tab or backslash in a mount row; `#` becomes octal too."""
    for sign in "\\ \t\n#":
        text = text.replace(sign, f"\\{ord(sign):03o}")
    return text


def _driver(pod: Pod) -> bytes:
    return f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {pod.machine.driver}\n".encode()


def _rp_environment(pod: Pod) -> bytes:
    """As the official image's start script writes it: upper-case names, naive quotes."""
    lines = [
        f'export {key}="{value}"\n'
        for key, value in environment(pod).items()
        if key.isupper() and key not in {"PUBLIC_KEY", "PATH"}
    ]
    return "".join(lines).encode()
