"""Pulls beside rsync over the same sshd, in turns within one run; medians of the ratios.

A pull's time is that of its copy: both ends hashed, every byte synced to disk, names given, holds
made. rsync hashes nothing and syncs nothing unless told to: with `--fsync` its promise comes near.
Set TMPDIR to a file system of its own where others write to the disk: a sync waits for them too.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rgt_tui.domain.pulling import PullProgress, Stage
from tests.bench.figures import Figure, print_table
from tests.clients.sshd import free_port
from tests.pull.lines import a_line
from tests.pull.pods import Pod, a_pod, run

ROUNDS = 3
LARGE = 512 << 20
SMALL = 10_000
FAR = 128 << 20
FAR_ROUNDS = 2
SYNCED = 1_000
"""Small files that `rsync --fsync` brings: of all, it alone would take half of the module's time."""
DELAY_S = 0.04

LINE = """
import asyncio, sys
from tests.pull.lines import Line
async def main():
    line = Line(int(sys.argv[2]), delay_s=float(sys.argv[3]))
    server = await asyncio.start_server(line.serve, "127.0.0.1", int(sys.argv[1]), limit=1 << 20)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()
asyncio.run(main())
"""


def set_aside(pod: Pod) -> None:
    """Makes room for a fresh target without deleting anything.

    ext4 passes over inodes that were deleted in the last minutes, one by one, for each new file:
    whoever comes after a deletion of ten thousand files would pay for it.
    """
    for path in (pod.home, pod.holds):
        if path.exists():
            path.rename(path.with_name(f"{path.name}.{time.monotonic_ns()}"))


def fresh(pod: Pod) -> None:
    """An empty disk of the Pod."""
    out = pod.disk / "out"
    out.rename(pod.disk / f"old.{time.monotonic_ns()}")


def rsync_s(pod: Pod, *options: str, port: int = 0, below: str = "out") -> float:
    """Seconds rsync takes for the folder, into an empty one."""
    set_aside(pod)
    pod.home.mkdir()
    ssh = (
        f"ssh -p {port or pod.server.port} -i {pod.server.identity} -o LogLevel=ERROR "
        "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    )
    began = time.perf_counter()
    subprocess.run(
        ["rsync", "-rt", *options, "-e", ssh, f"127.0.0.1:{pod.disk}/{below}", f"{pod.home}/"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def pull_s(pod: Pod, port: int = 0, lanes: int = 0) -> float:
    """Seconds a pull takes from the first request until every file has its name."""
    set_aside(pod)
    began = time.perf_counter()
    ended = began

    def tell(told: PullProgress) -> None:
        nonlocal ended
        if told.stage is not Stage.PROVING:
            ended = time.perf_counter()

    pod.told = _Told(tell)
    pulled = asyncio.run(pod.pull(pod.order(lanes=lanes), port=port))
    assert pulled.is_whole or all(file.is_equal for file in pulled.files)
    return ended - began


class _Told(list[PullProgress]):
    def __init__(self, tell: Callable[[PullProgress], None]) -> None:
        super().__init__()
        self._tell = tell

    def append(self, told: PullProgress, /) -> None:
        self._tell(told)


@contextmanager
def a_far_port(pod: Pod) -> Iterator[int]:
    """A port 80 ms away, served by a process of its own."""
    port = free_port()
    argv = [sys.executable, "-c", LINE, str(port), str(pod.server.port), str(DELAY_S)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield port
        finally:
            process.kill()


def ratio(
    first: Callable[[], float], second: Callable[[], float], count: int = ROUNDS
) -> tuple[float, float, float]:
    """Median of first/second over rounds, and the medians of both."""
    rounds = [(first(), second()) for _ in range(count)]
    return (
        statistics.median(a / b for a, b in rounds),
        statistics.median(a for a, _ in rounds),
        statistics.median(b for _, b in rounds),
    )


def large(pod: Pod) -> list[Figure]:
    """One large file."""
    fresh(pod)
    pod.put("out/big.bin", os.urandom(1 << 20) * (LARGE >> 20))
    times, own, other = ratio(lambda: pull_s(pod), lambda: rsync_s(pod))
    synced = rsync_s(pod, "--fsync")
    return [
        Figure("512 MiB: pull / rsync, time", times, 1.0, "x"),
        Figure("  of which: pull", (LARGE >> 20) / own, None, "MB/s"),
        Figure("  of which: rsync", (LARGE >> 20) / other, None, "MB/s"),
        Figure("512 MiB: pull / rsync --fsync, time", own / synced, 1.0, "x"),
    ]


def small(pod: Pod) -> list[Figure]:
    """Ten thousand small files."""
    fresh(pod)
    for number in range(SMALL):
        pod.put(f"out/{number * 10 // SMALL}/{number % 5}/{number}", os.urandom(4096))
    times, own, other = ratio(lambda: pull_s(pod), lambda: rsync_s(pod))
    synced = rsync_s(pod, "--fsync", below="out/0") * SMALL / SYNCED
    return [
        Figure("10,000 files of 4 KiB: pull / rsync, time", times, 1 / 1.3, "x"),
        Figure("  of which: pull", SMALL / own, None, "/s"),
        Figure("  of which: rsync", SMALL / other, None, "/s"),
        Figure("  pull / rsync --fsync, time of one file", own / synced, 1 / 1.3, "x"),
    ]


def far(pod: Pod) -> list[Figure]:
    """One large file over 80 ms."""
    fresh(pod)
    pod.put("out/big.bin", os.urandom(1 << 20) * (FAR >> 20))
    with a_far_port(pod) as port:
        times, own, other = ratio(
            lambda: pull_s(pod, port, lanes=4), lambda: rsync_s(pod, port=port), FAR_ROUNDS
        )
    return [
        Figure("80 ms: pull with four ranges / rsync, time", times, 1 / 2.5, "x"),
        Figure("  of which: pull", (FAR >> 20) / own, None, "MB/s"),
        Figure("  of which: rsync", (FAR >> 20) / other, None, "MB/s"),
    ]


def resumed(pod: Pod) -> list[Figure]:
    """Five cuts in a row."""
    fresh(pod)
    set_aside(pod)
    size = 128 << 20
    pod.put("out/big.bin", os.urandom(size))
    pod.told = []

    async def body() -> tuple[int, int]:
        cuts = deque([20_000_000, 21_000_001, 3_333_333, 30_000_000, 11_111_111])
        async with a_line(pod.server.port, cuts=cuts) as line:
            pulled = await pod.pull(pod.order(), port=line.port)
        assert pulled.is_whole or all(file.is_equal for file in pulled.files)
        return pulled.moved, line.passed

    moved, passed = asyncio.run(body())
    return [
        Figure("five cuts: content fetched twice", (moved - size) / 1e6, 8.0, "MB"),
        Figure("  on the wire beyond the content", (passed - size) / 1e6, None, "MB"),
    ]


def main() -> None:
    """Prints the table."""
    folder = Path(tempfile.mkdtemp(prefix="rgt-bench-"))
    try:
        with a_pod(folder) as pod:
            pod.put("out/first", b"1")
            run(pod, pod.order())  # everything is imported before anything is measured
            figures = [*large(pod), *small(pod), *far(pod), *resumed(pod)]
    finally:
        subprocess.run(["rm", "-rf", "--", folder], check=True)
    print_table("pull", figures)


if __name__ == "__main__":
    main()
