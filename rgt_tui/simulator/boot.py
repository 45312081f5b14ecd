"""What the log streams say while a Pod starts.

Line forms: a public system log of 2026-10 (image pull) and the official image's `start.sh`
(github.com/runpod/containers, container-template), which prints every host-key fingerprint.
"""

import hashlib
from typing import Final

from rgt_tui.simulator.logbook import LogBook
from rgt_tui.simulator.pod import NEVER, Pod, Run

_LAYERS: Final = 5


def write_boot(pod: Pod, run: Run) -> None:
    """Writes the whole start of `pod` ahead of time, as far as it gets."""
    _write_pull(pod.logs, pod.spec.image, run)
    if run.container_at == NEVER or run.looping_s is not None:
        return
    pod.logs.write(run.container_at, "system", _begin(pod.spec.image))
    if "runpod/" in pod.spec.image:
        _write_start_script(pod, run.container_at)


def write_restart(pod: Pod, run: Run) -> None:
    """Writes a restart in place: no pull, the keys are there already."""
    pod.logs.write(run.container_at, "system", _begin(pod.spec.image))
    if "runpod/" in pod.spec.image:
        _write_start_script(pod, run.container_at)


def layers(image: str) -> tuple[str, ...]:
    """Short ids of the image's layers."""
    digest = hashlib.sha256(image.encode()).hexdigest()
    return tuple(digest[index * 12 : index * 12 + 12] for index in range(_LAYERS))


def _begin(image: str) -> str:
    return f"start container for {image}: begin"


def _write_pull(logs: LogBook, image: str, run: Run) -> None:
    start = run.assigned_at
    whole = 60.0 if run.container_at == NEVER else max(run.container_at - start, 1.0)
    name, _, tag = image.partition(":")
    logs.write(start, "system", f"create container {image}")
    logs.write(start + 0.05 * whole, "system", f"{tag or 'latest'} Pulling from {name}")
    ids = layers(image)
    logs.write(start + 0.1 * whole, "system", *(f"{layer} Pulling fs layer" for layer in ids))
    for index, layer in enumerate(ids):
        at = start + (0.2 + 0.12 * index) * whole
        logs.write(at, "system", f"{layer} Downloading")
        logs.write(at + 0.05 * whole, "system", f"{layer} Extracting")
        logs.write(at + 0.1 * whole, "system", f"{layer} Pull complete")
    logs.write(start + 0.95 * whole, "system", f"Status: Downloaded newer image for {image}")


def _write_start_script(pod: Pod, at: float) -> None:
    logs = pod.logs
    logs.write(at + 1, "container", "Starting Nginx service...", " * Starting nginx nginx")
    logs.write(at + 2, "container", "Pod Started")
    if pod.spec.starts_ssh:
        logs.write(at + 2, "container", "Setting up SSH...", *printed_keys(pod))
    logs.write(at + 3, "container", "Exporting environment variables...")
    logs.write(at + 3, "container", "Start script(s) finished, Pod is ready to use.")


def printed_keys(pod: Pod) -> list[str]:
    """What the start script prints of the host keys that the Pod has."""
    host = pod.hostname
    keys = pod.host_keys()
    lines = []
    for key in keys:
        lines += [f"{key.kind} key fingerprint:", key.listing(host)]
    lines += [" * Starting OpenBSD Secure Shell server sshd", "   ...done.", "SSH host keys:"]
    for key in keys:
        lines += [f"Key: {key.file}", key.listing(host)]
    return lines
