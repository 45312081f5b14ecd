"""What goes wrong on the way has a name, leaves nothing half under its final name, and goes on later."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.clients.answers import Proven
from rgt_tui.clients.pod_verifier import verify_on_pod
from rgt_tui.clients.pull_target import open_target
from rgt_tui.domain.checkpoint import Level, Verdict
from rgt_tui.domain.errors import RgtError, SshError
from rgt_tui.domain.pulling import Ended, PullError, PullFault
from tests.clients.sshd import kill_connections
from tests.pull.lines import a_line
from tests.pull.pods import Pod, a_pod, contents, noise, run
from tests.shared import ROOT
from tests.unprivileged import without_privileges

pytestmark = pytest.mark.usefixtures("cut_connections")

CHILD = """
import asyncio, resource, sys
from pathlib import Path
from rgt_tui.domain.pulling import PullError
from tests.clients.sshd import Sshd
from tests.pull.pods import Pod
folder, port, limit = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
pod = Pod(Sshd(folder / "sshd", port), folder / "disk", folder / "home", folder / "state" / "holds")
try:
    asyncio.run(pod.pull(pod.order()))
except PullError as error:
    print(error.kind.value)
"""


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with a_pod(tmp_path) as one:
        yield one


def restart(pod: Pod, command: str) -> None:
    """The Pod's sshd runs this in place of what it is asked for, which is `$SSH_ORIGINAL_COMMAND`."""
    pod.server.stop()
    pod.server.options["ForceCommand"] = command
    pod.server.start()


def in_child(pod: Pod, *before: str, limit: int = 0) -> str:
    """How a pull by a process of its own ends: the fault, or nothing."""
    argv = [sys.executable, "-c", CHILD, str(pod.home.parent), str(pod.server.port), str(limit)]
    ran = subprocess.run([*before, *argv], cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.mark.hazard(49)
def test_a_disk_that_fills_up_here_ends_the_pull_and_it_goes_on_later(pod: Pod) -> None:
    pod.put("out/big.bin", noise(20 << 20))
    assert in_child(pod, limit=6 << 20) == PullFault.NO_ROOM
    assert contents(pod.home) == {}
    pulled = run(pod, pod.order())
    assert contents(pod.home / "out") == contents(pod.disk / "out")
    assert pulled.is_whole
    assert pulled.moved < 20 << 20


def test_too_little_room_is_told_before_a_byte_moves(pod: Pod) -> None:
    with pod.put("out/huge.bin", b"").open("r+b") as file:
        file.truncate(4 << 40)
    with pytest.raises(PullError) as caught:
        run(pod, pod.order())
    assert caught.value.kind is PullFault.NO_ROOM
    assert "free; 4.0T are to come" in caught.value.message
    assert not pod.home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk, which needs root")
def test_a_full_disk_there_holds_up_nothing(pod: Pod) -> None:
    ran = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(pod.disk)], check=False
    )
    if ran.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        pod.put("out/a.bin", b"a" * 1_500_000)
        with pytest.raises(OSError, match="No space"):
            pod.put("rest", b"r" * (2 << 20))
        assert run(pod, pod.order()).is_whole
        proven = asyncio.run(verified(pod, "out"))
        assert [(proof.verdict, proof.bytes_read) for proof in proven.files] == [
            (Verdict.UNKNOWN, 1_500_000)
        ]
    finally:
        subprocess.run(["umount", "-l", str(pod.disk)], check=True)


async def verified(pod: Pod, name: str) -> Proven:
    async with pod.server.pool() as pool:
        return await verify_on_pod(pool, pod.server.target(), [str(pod.disk / name)], Level.FULL)


def test_what_may_not_be_read_there_is_named_and_the_rest_comes(pod: Pod) -> None:
    words = without_privileges()
    if words:
        restart(pod, f'{" ".join(words)} /bin/sh -c "$SSH_ORIGINAL_COMMAND"')
    pod.put("out/a.txt", b"a")
    pod.put("out/closed.txt", b"c").chmod(0)
    pod.put("out/closed.bin", b"c" * (3 << 20)).chmod(0)
    pod.put("out/folder/x", b"x").parent.chmod(0)
    try:
        pulled = run(pod, pod.order())
    finally:
        (pod.disk / "out" / "folder").chmod(0o700)
    by_name = {Path(file.remote.path).name: file.ended for file in pulled.files}
    assert by_name == {
        "a.txt": Ended.EQUAL,
        "closed.txt": Ended.DENIED,
        "closed.bin": Ended.DENIED,
    }
    assert [one.why for one in pulled.skipped] == ["not listed: Permission denied"]
    assert set(contents(pod.home)) == {"out/a.txt"}
    assert not pulled.is_whole


def test_a_target_that_may_not_be_written_is_named(pod: Pod) -> None:
    words = without_privileges()
    pod.put("out/a.txt", b"a")
    pod.home.mkdir()
    pod.home.chmod(0o500)
    assert in_child(pod, *words) == PullFault.NOT_WRITABLE
    with pytest.raises(PullError) as caught:
        run(pod, pod.order(to="/proc/nowhere"))
    assert caught.value.kind is PullFault.NOT_WRITABLE


async def test_a_pod_that_stops_half_way_is_told_and_gone_on_with(pod: Pod) -> None:
    pod.put("out/big.bin", noise(30 << 20))

    def stop(count: int) -> None:
        if count > 12_000_000 and pod.server.process is not None:
            kill_connections(pod.server)
            pod.server.stop()

    async with a_line(pod.server.port, on_bytes=stop) as line:
        with pytest.raises(PullError) as caught:
            await pod.pull(pod.order(waits_s=(0.1, 0.1)), port=line.port)
        assert caught.value.kind is PullFault.LOST
        assert "the same command goes on" in caught.value.hint
        assert contents(pod.home) == {}
        line.on_bytes = lambda count: None
        pod.server.start()
        pulled = await pod.pull(pod.order(), port=line.port)
    assert pulled.is_whole
    assert pulled.moved < 25 << 20


def test_a_volume_that_stalls_is_told_and_not_waited_for(pod: Pod) -> None:
    pod.put("out/big.bin", noise(20 << 20))
    restart(pod, '/bin/sh -c "$SSH_ORIGINAL_COMMAND" | { head -c 5000000; exec sleep 600; }')
    with pytest.raises(PullError) as caught:
        run(pod, pod.order(silence_s=1.5, waits_s=(0.1, 0.1)))
    assert caught.value.kind is PullFault.STALLED
    assert "hangs" in caught.value.message
    assert contents(pod.home) == {}


async def test_two_pulls_into_one_folder_do_not_meet(pod: Pod) -> None:
    pod.put("out/x", b"abc")
    other = open_target(str(pod.home))
    with pytest.raises(PullError) as caught:
        await pod.pull(pod.order())
    assert caught.value.kind is PullFault.BUSY
    other.close()
    assert (await pod.pull(pod.order())).is_whole


async def test_a_folder_that_a_killed_pull_lets_go_of_is_waited_for(pod: Pod) -> None:
    pod.put("out/x", b"abc")
    target = open_target(str(pod.home))
    running = asyncio.create_task(pod.pull(pod.order()))
    await asyncio.sleep(0.2)
    target.close()
    assert (await running).is_whole


HOSTILE = """
import json, os, sys
length = int(sys.stdin.buffer.readline())
sys.stdin.buffer.read(length)
case = json.loads(open({case!r}).read())
out = os.fdopen(1, "wb", 0)
for line in sys.stdin.buffer:
    request = json.loads(line)
    if request["op"] == "files":
        for name in case["names"]:
            row = [0, name, case.get("size", 3), *case.get("stamp", [1, 2, 3])]
            out.write(json.dumps(dict(files=[row])).encode() + b"\\n")
    elif request["op"] == "hello":
        pass
    else:
        out.write(case["answer"].encode("latin-1"))
    out.write(b'{{"done": 0}}\\n')
"""
GOOD = '{"bundle": [[0, 3, "%s"]], "n": 3}\nabc' % (  # noqa: UP031  # braces
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
)


def hostile(pod: Pod, **case: object) -> str:
    """A Pod whose python3 answers what it likes; how the pull ends."""
    import json

    place = pod.disk / "case.json"
    place.write_text(json.dumps({"names": ["x"], "answer": GOOD, **case}))
    program = pod.disk / "hostile.py"
    program.write_text(HOSTILE.format(case=str(place)))
    restart(pod, f"{sys.executable} {program}")
    try:
        pulled = run(pod, pod.order(waits_s=(0.1,)))
    except (PullError, SshError) as error:
        return error.code
    except RgtError as error:
        return f"other: {error.message}"
    return ", ".join(sorted({file.ended.value for file in pulled.files}))


NAMES = [
    "../x", "../../../../tmp/rgt-escaped", "/etc/rgt-escaped", "a/../../x", "a//x", "./x", ".", "..",
    "a/", "x\0y", "\ud800", "n" * 256, "/".join(["d" * 200] * 30), "a/./x",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_that_climbs_never_leaves_the_target(pod: Pod, tmp_path: Path, name: str) -> None:
    assert hostile(pod, names=[name]) == "unsafe_name"
    assert contents(pod.home) == {}
    assert {path.name for path in tmp_path.iterdir()} == {"sshd", "disk", "state", "home"}


def test_a_hostile_pod_that_behaves_is_believed(pod: Pod) -> None:
    assert hostile(pod) == "equal"
    assert contents(pod.home) == {"out/x": b"abc"}


ANSWERS = {
    "other bytes": GOOD.replace("abc", "abd"),
    "more bytes": GOOD.replace("3, ", "4, ").replace('"n": 3', '"n": 4') + "d",
    "another file": GOOD.replace("[[0", "[[7"),
    "a negative file": GOOD.replace("[[0", "[[-1"),
    "bytes without end": GOOD.replace('"n": 3', '"n": 99999999999'),
    "no row": '{"bundle": [], "n": 3}\nabc',
    "no table": "[]\n",
    "no JSON": "\x1b]0;x\x07\n",
    "no line end": "x" * (2 << 20),
    "nothing": "",
    "twice": GOOD + GOOD,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_amiss_is_never_equal(pod: Pod, answer: str) -> None:
    ended = hostile(pod, answer=answer)
    assert ended in ("ssh_bad_answer", "differs", "unreadable", "pull_stalled", "pull_lost")
    # Of two answers the first was good: it may have been placed before the second was seen.
    assert contents(pod.home) in ({}, {"out/x": b"abc"} if answer == ANSWERS["twice"] else {})


@pytest.mark.parametrize("size", [-1, 1 << 80, 1.5, "3", None])
def test_a_size_that_is_none_is_refused(pod: Pod, size: object) -> None:
    assert hostile(pod, size=size) in ("ssh_bad_answer", "pull_no_room", "differs", "unreadable")
    assert contents(pod.home) == {}


STAMPS = {
    "far in the future": [10**30, 2, 3],
    "far in the past": [-(10**30), 2, 3],
    "endless": [float("inf"), 2, 3],
    "half": [1.5, 2, 3],
    "text": ["1", 2, 3],
    "short": [1, 2],
    "long": [1, 2, 3, 4],
}


@pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
def test_a_stamp_that_no_file_has_is_refused(pod: Pod, stamp: list[object]) -> None:
    assert hostile(pod, stamp=stamp) == "ssh_bad_answer"
    assert contents(pod.home) == {}


@pytest.mark.parametrize("time_ns", [1 << 65, -(1 << 65), 1 << 63])
def test_a_time_that_is_only_odd_is_set_as_far_as_it_goes(pod: Pod, time_ns: int) -> None:
    assert hostile(pod, stamp=[time_ns, 2, 3]) == "equal"


def test_of_two_files_of_one_name_one_comes(pod: Pod) -> None:
    assert hostile(pod, names=["x", "x"]) == "equal, exists"
    assert contents(pod.home) == {"out/x": b"abc"}


HARMLESS = [
    "n" * 255,
    "\u202egpj.exe",
    "new\nline",
    "\x1b]0;title\x07",
    "-rf",
    "\udcff",
    "$(id)",
    "a\\b",
]


@pytest.mark.parametrize("name", HARMLESS, ids=range(len(HARMLESS)))
def test_a_name_that_is_only_odd_comes_under_it(pod: Pod, name: str) -> None:
    assert hostile(pod, names=[name]) == "equal"
    assert contents(pod.home) == {f"out/{name}": b"abc"}
