"""Many small files: they come with the listing, processes of their own write them, all or none is named."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from rgt_tui.clients import pull_hand_process
from rgt_tui.clients.pull_folders import Folders
from rgt_tui.clients.pull_hand import Hand
from rgt_tui.clients.pull_hand_process import HANDS
from rgt_tui.clients.pull_target import Target
from rgt_tui.domain.errors import SshError, SshFault
from rgt_tui.domain.pulling import Ended, PullError, PullFault
from tests.clients.sshd import left_over
from tests.pull.lines import a_line
from tests.pull.pods import Pod, a_pod, contents, noise
from tests.pull.test_resume import KILLED, cancelled_after, is_home, parts
from tests.shared import ROOT

HAND = "pull_hand import serve"
MANY = 700


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with a_pod(tmp_path) as one:
        yield one


def many(pod: Pod, count: int = MANY, size: int = 900) -> int:
    """So many files in eight folders; their bytes together."""
    for number in range(count):
        pod.put(f"out/{number % 8}/{number}", noise(size))
    return count * size


def trees(pod: Pod) -> list[Path]:
    """What grew and was not planted."""
    return list(pod.holds.glob("*/tree/**/*"))


def our_hands() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if HAND in " ".join(one.cmdline())]


async def test_many_come_with_the_listing_and_are_written_beside_this_process(
    pod: Pod, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = many(pod)
    most = 0
    began: list[pull_hand_process._Process] = []
    starts = pull_hand_process._Process

    def started(given: tuple[int, ...], lock: int) -> pull_hand_process._Process:
        nonlocal most
        began.append(starts(given, lock))
        most = max(most, sum(one._process.poll() is None for one in began))
        return began[-1]

    monkeypatch.setattr(pull_hand_process, "_Process", started)
    pulled = await pod.pull(pod.order())
    assert most == HANDS
    assert our_hands() == []
    assert is_home(pod)
    assert pulled.is_whole
    assert pulled.moved == size
    assert all(file.hold for file in pulled.files)
    again = await pod.pull(pod.order())
    assert again.is_whole
    assert again.moved == 0


async def test_empty_files_come_as_well(pod: Pod) -> None:
    for number in range(3):
        pod.put(f"out/{number}", b"")
    pulled = await pod.pull(pod.order())
    assert is_home(pod)
    assert pulled.is_whole
    assert len(pulled.files) == 3


async def test_what_changes_while_the_last_are_on_their_way_is_told_or_whole(pod: Pod) -> None:
    """The Pod looks again once it has read all: what changed by then is told, what changes later is old."""
    many(pod, 300)
    before = (pod.disk / "out/0/0").read_bytes()
    changed: list[int] = []

    def touch(count: int) -> None:
        if count > 150_000 and not changed:
            changed.append(count)
            pod.put("out/0/0", noise(900))

    async with a_line(pod.server.port, on_bytes=touch) as line:
        pulled = await pod.pull(pod.order(), port=line.port)
    assert changed
    ends = {file.remote.path.rpartition("out/")[2]: file.ended for file in pulled.files}
    assert ends.pop("0/0") in (Ended.CHANGED, Ended.EQUAL)
    assert set(ends.values()) == {Ended.EQUAL}
    if pulled.is_whole:
        after = (pod.disk / "out/0/0").read_bytes()
        assert (pod.home / "out/0/0").read_bytes() in (before, after)


async def test_a_cut_in_the_listing_costs_no_more_than_what_came_with_it(pod: Pod) -> None:
    size = many(pod)
    pod.put("out/big.bin", noise(3 << 20))
    async with a_line(pod.server.port, cuts=deque([400_000, 900_000])) as line:
        pulled = await pod.pull(pod.order(), port=line.port)
    assert is_home(pod)
    assert pulled.is_whole
    assert pulled.moved - size - (3 << 20) <= 2 << 20
    assert any("lost" in told.said for told in pod.told)


async def test_a_killed_pull_names_none_of_them_and_its_hands_end_with_it(pod: Pod) -> None:
    many(pod, 1500)
    child = subprocess.Popen(  # noqa: ASYNC220  # it starts at once
        [sys.executable, "-c", KILLED, str(pod.home.parent), str(pod.server.port)], cwd=ROOT
    )
    async with asyncio.timeout(30):
        while not trees(pod):  # noqa: ASYNC110  # a file that appears has no event
            await asyncio.sleep(0.005)
    hands = [one.pid for one in psutil.Process(child.pid).children()]
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert contents(pod.home) == {}
    async with asyncio.timeout(10):
        while set(hands) & set(left_over(HAND)):  # noqa: ASYNC110  # a process has no event
            await asyncio.sleep(0.005)
    pulled = await pod.pull(pod.order())
    assert is_home(pod)
    assert pulled.is_whole


async def test_a_hand_that_dies_ends_the_pull_with_words_and_the_next_goes_on(pod: Pod) -> None:
    many(pod, 1500)
    running = asyncio.create_task(pod.pull(pod.order()))
    async with asyncio.timeout(30):
        while not (hands := our_hands()):  # noqa: ASYNC110  # a process has no event
            await asyncio.sleep(0.002)
    hands[0].kill()
    with pytest.raises(PullError, match="ended before its time"):
        await running
    assert our_hands() == []
    pulled = await pod.pull(pod.order())
    assert is_home(pod)
    assert pulled.is_whole


async def test_a_cut_in_the_listing_loses_a_frame_and_no_more(pod: Pod) -> None:
    size = many(pod, 400, 60_000)
    async with a_line(pod.server.port, cuts=deque([9_000_000])) as line:
        pulled = await pod.pull(pod.order(), port=line.port)
    assert is_home(pod)
    assert pulled.is_whole
    assert size <= pulled.moved <= size + (8 << 20)
    assert trees(pod) == []


async def test_what_grew_goes_one_by_one_where_its_folder_is_there_meanwhile(
    pod: Pod, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(pod, 300)
    pod.put("out/0/8", noise(5))
    mine, taken = pod.home / "out" / "mine", pod.home / "out" / "0" / "8"
    taken.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    taken.write_bytes(b"mine too")
    monkeypatch.setattr(Target, "lacks", lambda *_: True)
    pulled = await pod.pull(pod.order())
    ends = [file.ended for file in pulled.files]
    assert (ends.count(Ended.EQUAL), ends.count(Ended.EXISTS)) == (299, 1)
    assert mine.read_bytes() == b"mine"
    assert taken.read_bytes() == b"mine too"
    assert trees(pod) == []


async def test_a_file_alone_takes_no_name_that_is_there_meanwhile(
    pod: Pod, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod.put("out", b"theirs")
    pod.home.mkdir()
    (pod.home / "out").write_bytes(b"mine")
    monkeypatch.setattr(Target, "lacks", lambda *_: True)
    monkeypatch.setattr(Target, "status", lambda *_: None)
    pulled = await pod.pull(pod.order())
    assert [file.ended for file in pulled.files] == [Ended.EXISTS]
    assert (pod.home / "out").read_bytes() == b"mine"


async def test_copies_have_a_hold_of_their_own(pod: Pod) -> None:
    many(pod, 300)
    pulled = await pod.pull(pod.order())
    for file in pulled.files:
        assert file.hold is not None
        assert os.stat(file.hold).st_ino == os.stat(file.path).st_ino
    assert trees(pod) == []


async def test_copies_are_held_while_a_large_file_still_comes(pod: Pod) -> None:
    many(pod, 300)
    pod.put("out/big.bin", noise(40 << 20))
    await cancelled_after(pod, 20 << 20)
    assert len([part for part in parts(pod) if part.stat().st_nlink == 2]) == 300
    pulled = await pod.pull(pod.order())
    assert pulled.is_whole
    assert pulled.moved < 40 << 20


async def test_what_came_early_goes_where_the_whole_does_not_fit(pod: Pod) -> None:
    many(pod, 300)
    with (pod.disk / "out" / "vast.bin").open("wb") as file:
        file.truncate(1 << 43)
    with pytest.raises(PullError) as caught:
        await pod.pull(pod.order())
    assert caught.value.kind is PullFault.NO_ROOM
    assert parts(pod) == []
    assert trees(pod) == []
    assert not pod.home.exists()


def bury(folder: Path) -> None:
    """A file so deep that no path to it can be given whole."""
    where = os.open(folder, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 200, dir_fd=where)
        where = os.open("d" * 200, os.O_RDONLY, dir_fd=where)
    os.close(os.open("small", os.O_CREAT | os.O_WRONLY, dir_fd=where))


async def test_a_name_that_cannot_be_here_costs_only_its_own_file(pod: Pod) -> None:
    many(pod, 40)
    bury(pod.disk / "out")
    pulled = await pod.pull(pod.order())
    assert [file.ended for file in pulled.files if file.ended is not Ended.EQUAL] == [Ended.UNSAFE]
    assert len(pulled.files) == 41


@pytest.mark.parametrize(
    "frame",
    [
        '{"files":[[0,"a",5,1,1,1,"00"]],"n":3}\nabc',
        '{"files":[[0,"a",5,1,1,1,"00"]],"n":-5}\n',
        '{"files":[[0,"a",99999999,1,1,1,"00"]],"n":99999999}\n',
        '{"files":[[7,"a",1,1,1,1,"00"]],"n":1}\na',
        '{"files":[[0,"a",1,1,1,1,"00"]],"n":"1"}\na',
        '{"files":[],"n":1}\na',
    ],
)
async def test_bytes_that_no_row_accounts_for_are_refused(pod: Pod, frame: str) -> None:
    pod.put("answer", frame.encode())
    pod.server.stop()
    pod.server.options["ForceCommand"] = f"cat {pod.disk}/answer; exec cat > /dev/null"
    pod.server.start()
    with pytest.raises(SshError) as caught:
        await pod.pull(pod.order())
    assert caught.value.kind is SshFault.BAD_ANSWER
    assert contents(pod.home) == {}


def a_hand(folder: Path) -> tuple[Hand, int]:
    for path in ("parts/a", "home/.rgt-pull", "home/there"):
        (folder / path).mkdir(parents=True)
    opened = [os.open(folder / path, os.O_RDONLY) for path in ("parts", "home", "home/.rgt-pull")]
    (folder / "parts" / "a" / "a1").write_bytes(b"whole")
    return Hand(*opened), opened[1]


@pytest.mark.parametrize("way", ["link", "rename"])
@pytest.mark.parametrize("replace", [False, True])
def test_a_hand_names_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, *, replace: bool
) -> None:
    hand, _ = a_hand(tmp_path)
    if way == "rename":

        def no_links(*_: object, **__: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", no_links)
    assert hand.place([("a1", "there/new/file")], replace=replace) == [""]
    assert (tmp_path / "home/there/new/file").read_bytes() == b"whole"
    assert (tmp_path / "parts/a/a1").exists() is (way == "link")


@pytest.mark.parametrize("taken", ["file", "folder", "link", "above"])
def test_a_hand_takes_nothing_that_is_there(tmp_path: Path, taken: str) -> None:
    hand, _ = a_hand(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    at, wanted = tmp_path / "home/there/x", "there/x"
    match taken:
        case "file":
            at.write_bytes(b"mine")
        case "folder":
            at.mkdir()
        case "link":
            at.symlink_to(outside / "target")
        case _:
            at.symlink_to(outside)
            wanted = "there/x/file"
    (why,) = hand.place([("a1", wanted)], replace=False)
    assert "there/x" in why
    assert list(outside.iterdir()) == []
    assert (tmp_path / "parts/a/a1").read_bytes() == b"whole"


def test_a_hand_writes_no_bytes_of_another_hash(tmp_path: Path) -> None:
    hand, _ = a_hand(tmp_path)
    assert hand.stage([("ab", 3, 5, "00" * 32)], memoryview(b"abc"), grows=False) == [False]
    assert not (tmp_path / "parts/a/ab").exists()


def test_more_folders_than_may_be_open_are_opened_again(tmp_path: Path) -> None:
    _, root = a_hand(tmp_path)
    folders = Folders(root)
    for number in range(300):
        os.fstat(folders.get(f"there/{number}/below", make=True))
    assert len(os.listdir(tmp_path / "home" / "there")) == 300
    before = len(os.listdir("/proc/self/fd"))
    folders.close()
    assert len(os.listdir("/proc/self/fd")) < before


def test_two_threads_have_each_the_answers_to_what_it_asked(tmp_path: Path) -> None:
    with open_folders(tmp_path) as given:
        hands = pull_hand_process.HandProcesses(*given, lock=given[0])
        try:
            with ThreadPoolExecutor(4) as threads:
                asked = [threads.submit(staged, hands, number) for number in range(40)]
            for number, answer in enumerate(asked):
                assert answer.result() == [at % 7 != number % 7 for at in range(60)]
        finally:
            hands.close()


def staged(hands: pull_hand_process.HandProcesses, number: int) -> list[bool]:
    """Sixty small files, of which those whose number leaves the same rest by 7 have another hash."""
    content, files = b"", []
    for at in range(60):
        data = b"%d %d" % (number, at)
        sha256 = hashlib.sha256(b"" if at % 7 == number % 7 else data).hexdigest()
        files.append((f"{number}/{at}", len(data), 0, sha256))
        content += data
    return hands.stage(files, memoryview(content), grows=True)


@contextmanager
def open_folders(folder: Path) -> Iterator[tuple[int, int, int]]:
    """Descriptors of parts, target and staging."""
    opened = []
    for name in ("parts", "root", "staging"):
        (folder / name).mkdir()
        opened.append(os.open(folder / name, os.O_RDONLY | os.O_DIRECTORY))
    yield opened[0], opened[1], opened[2]
    for descriptor in opened:
        os.close(descriptor)
