"""Folders that become links and files that go while a pull runs: nothing is read or written through one."""

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.domain.pulling import Ended, Pulled, PullError, PullFault
from tests.pull.lines import a_line
from tests.pull.pods import Pod, a_pod, contents, noise, run

pytestmark = pytest.mark.usefixtures("cut_connections")


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with a_pod(tmp_path) as one:
        yield one


def exchange(one: Path, other: Path) -> None:
    """Gives each the other's name, in one step: between two the pull would make the folder anew."""
    libc, here, exchanges = ctypes.CDLL(None, use_errno=True), -100, 2
    if libc.renameat2(here, os.fsencode(one), here, os.fsencode(other), exchanges):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


async def swapped(pod: Pod, folder: Path, other: Path) -> Pulled:
    """A pull during which a folder is moved away and a link to another put in its place."""
    done: list[int] = []

    def swap(count: int) -> None:
        if count > 4_000_000 and not done:
            done.append(count)
            moved = folder.with_name("moved")
            moved.symlink_to(other, target_is_directory=True)
            exchange(folder, moved)

    async with a_line(pod.server.port, on_bytes=swap) as line:
        pulled = await pod.pull(pod.order(), port=line.port)
    assert done
    return pulled


async def test_a_target_folder_that_becomes_a_link_is_never_written_through(
    pod: Pod, tmp_path: Path
) -> None:
    pod.put("out/sub/big.bin", noise(24 << 20))
    pod.put("out/sub/small.txt", b"small")
    outside = tmp_path / "outside"
    outside.mkdir()
    (pod.home / "out" / "sub").mkdir(parents=True)
    pulled = await swapped(pod, pod.home / "out" / "sub", outside)
    assert list(outside.iterdir()) == []
    assert not pulled.is_whole
    for file in pulled.files:
        assert not file.is_equal, "its path leads out of the target"
        assert file.why


async def test_a_whole_target_that_becomes_a_link_is_never_written_through(
    pod: Pod, tmp_path: Path
) -> None:
    pod.put("out/sub/big.bin", noise(24 << 20))
    outside = tmp_path / "outside"
    outside.mkdir()
    (pod.home / "out").mkdir(parents=True)
    pulled = await swapped(pod, pod.home / "out", outside)
    assert list(outside.iterdir()) == []
    assert not any(file.is_equal for file in pulled.files)


async def test_a_folder_of_the_pod_that_becomes_a_link_gives_nothing_of_what_it_leads_to(
    pod: Pod, tmp_path: Path
) -> None:
    pod.put("out/a.bin", noise(48 << 20))
    late = pod.put("out/sub/late.bin", noise(3 << 20))
    small = pod.put("out/sub/small.txt", b"mine")
    secret = tmp_path / "secret"
    secret.mkdir()
    for file, content in ((late, b"s" * (3 << 20)), (small, b"evil")):
        (secret / file.name).write_bytes(content)
        found = file.stat()
        os.utime(secret / file.name, ns=(found.st_atime_ns, found.st_mtime_ns))
    pulled = await swapped(pod, pod.disk / "out" / "sub", secret)
    by_name = {Path(file.remote.path).name: file for file in pulled.files}
    assert by_name["late.bin"].ended in (Ended.CHANGED, Ended.GONE)
    assert by_name["small.txt"].ended in (Ended.EQUAL, Ended.CHANGED)
    assert not pulled.is_whole
    for path in pod.home.rglob("*"):
        if path.is_file() and not path.name.startswith("rgt-manifest"):
            assert b"evil" not in path.read_bytes()[:64]
            assert b"ssssssss" not in path.read_bytes()[:64]


def test_where_a_disk_takes_large_letters_for_small_one_of_two_names_comes(pod: Pod) -> None:
    """No such disk can be mounted in every test: a second name stands for what it would find."""
    for name in ("model.bin", "Model.bin", "e\u0301", "\xe9"):
        pod.put(f"out/{name}", name.encode())
    (pod.home / ".RGT-PULL").mkdir(parents=True)
    pulled = run(pod, pod.order(replace=True))
    assert sorted(file.ended for file in pulled.files) == [Ended.EQUAL] * 2 + [Ended.EXISTS] * 2
    assert len(contents(pod.home / "out")) == 2
    assert not pulled.is_whole


def test_a_target_that_is_a_link_into_memory_is_refused(pod: Pod, tmp_path: Path) -> None:
    pod.put("out/a", b"a")
    (tmp_path / "link").symlink_to("/dev/shm")
    with pytest.raises(PullError) as caught:
        run(pod, pod.order(to=str(tmp_path / "link" / "rgt-pull-none")))
    assert caught.value.kind is PullFault.IN_MEMORY
    assert not os.path.lexists("/dev/shm/rgt-pull-none")


async def test_a_file_that_vanishes_while_it_is_read_is_never_equal(pod: Pod) -> None:
    path = pod.put("out/big.bin", noise(40 << 20))
    pod.put("out/calm.bin", noise(2 << 20))
    async with a_line(pod.server.port) as line:
        line.on_bytes = lambda count: path.unlink(missing_ok=True) if count > 10_000_000 else None
        pulled = await pod.pull(pod.order(), port=line.port)
    by_name = {Path(file.remote.path).name: file.ended for file in pulled.files}
    assert by_name["big.bin"] in (Ended.CHANGED, Ended.GONE)
    assert by_name["calm.bin"] is Ended.EQUAL
    assert set(contents(pod.home)) == {"out/calm.bin"}
