"""The files under /proc, /etc and /sys that scripts read inside a Pod."""

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.world import World


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
        "proc/1/cmdline": b"/sbin/docker-init\0--\0/start.sh\0",
        "proc/uptime": f"{uptime + 3e6:.2f} 0.00\n".encode(),
        "proc/loadavg": b"41.20 40.11 39.87 12/9001 4711\n",
        # The host's memory: the Pod's own limit stands in the cgroup files.
        "proc/meminfo": f"MemTotal: {host_kib} kB\nMemAvailable: {host_kib // 2} kB\n".encode(),
        "proc/sys/kernel/hostname": f"{pod.host_token}{pod.host_token[:4]}\n".encode(),
        "proc/driver/nvidia/version": _driver(pod),
        "sys/fs/cgroup/memory.max": f"{machine.memory_gib * 1024**3}\n".encode(),
        "sys/fs/cgroup/memory.current": (
            f"{memory_kib * 1024 * machine.memory_percent // 100}\n".encode()
        ),
        "sys/fs/cgroup/memory.events": b"low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n",
        "sys/fs/cgroup/cpu.max": f"{machine.vcpus * 100_000} 100000\n".encode(),
        "sys/fs/cgroup/cpu.stat": b"usage_usec 1\nnr_periods 0\nnr_throttled 0\n",
        "etc/os-release": b'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nID=ubuntu\nVERSION_ID="24.04"\n',
        "etc/hostname": f"{pod.host_token}{pod.host_token[:4]}\n".encode(),
        "etc/rp_environment": _rp_environment(pod),
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
