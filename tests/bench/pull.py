"""Pulls beside rsync over the same sshd, in turns within one run; medians of the ratios.

A copy by a pull has every byte hashed at both ends, is synced to the disk and named; rsync hashes
nothing of it and syncs nothing. So it is measured twice: with nothing synced on either side
(our syncs do nothing then), and with all of it on the disk on both (`sync -f` after rsync). A copy
ends when every file has its name and the Pod was asked once more; holding it and reading it again
here for the proof, which rsync has not, are in the lines `whole pull` alone.
Set TMPDIR to a file system of its own where others write to the disk: a sync waits for them too.
"""

import asyncio
import gc
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest import mock

from rgt_tui.clients import pull_part
from rgt_tui.clients.pull_parts import Parts
from rgt_tui.domain.pulling import PullProgress, Stage
from tests.bench.figures import Figure, print_table
from tests.clients.sshd import free_port
from tests.pull.lines import a_line
from tests.pull.pods import Pod, a_pod, run

ROUNDS = 5
LARGE = 256 << 20
SMALL = 10_000
FEW = 1_000
FAR = 320 << 20
"""Enough that the second in which connections are made, at this distance, weighs as it does in life."""
FAR_ROUNDS = 1
DELAY_S = 0.04

LINE = """
import asyncio, sys
from tests.pull import lines
from tests.pull.lines import Line
lines.CHUNK = 1 << 18  # it must not be what is measured
async def main():
    line = Line(int(sys.argv[2]), delay_s=float(sys.argv[3]))
    server = await asyncio.start_server(line.serve, "127.0.0.1", int(sys.argv[1]), limit=1 << 20)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()
asyncio.run(main())
"""


def set_aside(pod: Pod) -> None:
    """Makes room for a fresh target. Few files are deleted: their memory is used again.

    Many are moved away. ext4 passes over inodes that were deleted in the last minutes, one by one, for each
    new file: whoever comes after a deletion of ten thousand files would pay for it. What was not synced is
    synced, for the same reason.
    """
    os.sync()
    for path in (pod.home, pod.holds):
        if len(list(path.rglob("*"))) < FEW:
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.rename(path.with_name(f"{path.name}.{time.monotonic_ns()}"))


def fresh(pod: Pod) -> None:
    """An empty disk of the Pod."""
    out = pod.disk / "out"
    out.rename(pod.disk / f"old.{time.monotonic_ns()}")


def rsync_s(pod: Pod, port: int = 0, *, is_synced: bool = False) -> float:
    """Seconds rsync takes for the folder, into an empty one."""
    set_aside(pod)
    pod.home.mkdir()
    ssh = (
        f"ssh -F /dev/null -p {port or pod.server.port} -i {pod.server.identity} -o LogLevel=ERROR "
        "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
    )
    began = time.perf_counter()
    subprocess.run(
        ["rsync", "-rt", "-e", ssh, f"127.0.0.1:{pod.disk}/out", f"{pod.home}/"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    if is_synced:
        subprocess.run(["sync", "-f", "--", pod.home], check=True)
    return time.perf_counter() - began


class _Copied(Exception):
    """All is here: the proof is not measured."""


def copy_s(pod: Pod, port: int = 0, lanes: int = 0, *, is_synced: bool = True) -> float:
    """Seconds a pull takes from the first request until every file has its name."""

    def tell(told: PullProgress) -> None:
        if told.stage is Stage.PROVING:
            raise _Copied

    set_aside(pod)
    pod.told = _Told(tell)
    began = time.perf_counter()
    with nullcontext() if is_synced else _nothing_synced():
        try:
            asyncio.run(pod.pull(pod.order(lanes=lanes), port=port))
        except _Copied:
            return time.perf_counter() - began
    raise AssertionError("a pull without a proof")


def pull_s(pod: Pod) -> float:
    """Seconds a whole pull takes."""
    set_aside(pod)
    pod.told = []
    began = time.perf_counter()
    pulled = run(pod, pod.order())
    assert pulled.files
    assert all(file.is_equal for file in pulled.files)
    return time.perf_counter() - began


@contextmanager
def _nothing_synced() -> Iterator[None]:
    """A machine whose syncs do nothing, as for rsync, which makes none."""
    with (
        mock.patch.object(Parts, "sync", return_value=None),
        mock.patch.object(os, "fsync", return_value=None),
        mock.patch.object(pull_part, "_begin_writing", return_value=None),
    ):
        yield


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


def beside_rsync(pod: Pod, what: str, limit: float, size: float, unit: str) -> list[Figure]:
    """A copy beside rsync, with nothing synced and with all of it; a whole pull for context.

    One round before is not counted: what comes first has the memory still to get from the host.
    """
    rsync_s(pod)
    copy_s(pod, is_synced=False)
    bare, own, other = ratio(lambda: copy_s(pod, is_synced=False), lambda: rsync_s(pod))
    synced, on_disk, there = ratio(lambda: copy_s(pod), lambda: rsync_s(pod, is_synced=True))
    return [
        Figure(f"{what}: copy / rsync, nothing synced", bare, limit, "x"),
        Figure("  of which: copy", size / own, None, unit),
        Figure("  of which: rsync", size / other, None, unit),
        Figure(f"{what}: copy / rsync, all on the disk", synced, limit, "x"),
        Figure("  of which: copy", size / on_disk, None, unit),
        Figure("  of which: rsync and sync -f", size / there, None, unit),
        Figure("  copy on the disk / rsync not synced", on_disk / other, None, "x"),
        Figure("  whole pull, read again / rsync not synced", pull_s(pod) / other, None, "x"),
    ]


def large(pod: Pod) -> list[Figure]:
    """One large file."""
    fresh(pod)
    pod.put("out/big.bin", os.urandom(1 << 20) * (LARGE >> 20))
    return beside_rsync(pod, f"{LARGE >> 20} MiB", 1.0, LARGE / 1e6, "MB/s")


def small(pod: Pod) -> list[Figure]:
    """Ten thousand small files."""
    fresh(pod)
    for number in range(SMALL):
        pod.put(f"out/{number * 10 // SMALL}/{number % 5}/{number}", os.urandom(4096))
    return beside_rsync(pod, f"{SMALL:,} files", 1 / 1.3, SMALL, "/s")


def far(pod: Pod) -> list[Figure]:
    """One large file over 80 ms."""
    fresh(pod)
    pod.put("out/big.bin", os.urandom(1 << 20) * (FAR >> 20))
    with a_far_port(pod) as port:
        times, own, other = ratio(
            lambda: copy_s(pod, port, lanes=4), lambda: rsync_s(pod, port), FAR_ROUNDS
        )
    return [
        Figure("80 ms: copy by four ranges / rsync, time", times, 1 / 2.5, "x"),
        Figure("  of which: copy", FAR / 1e6 / own, None, "MB/s"),
        Figure("  of which: rsync", FAR / 1e6 / other, None, "MB/s"),
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
            gc.freeze()  # of that, much is the tests' alone
            began = time.perf_counter()
            figures = [*large(pod), *small(pod), *far(pod), *resumed(pod)]
            figures.append(Figure("time of all this", time.perf_counter() - began, None, "s"))
    finally:
        subprocess.run(["rm", "-rf", "--", folder], check=True)
    print_table("pull", figures)


if __name__ == "__main__":
    main()
