"""A Pod without python3: its shell lists, sends and hashes, and what comes is as equal as ever."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.domain.errors import SshError
from rgt_tui.domain.pulling import Ended
from tests.pull.pods import Pod, a_pod, contents, noise, run

pytestmark = pytest.mark.usefixtures("cut_connections")
TOOLS = "sh dd od tr stat find tail head cat cut sha256sum"


@pytest.fixture(params=["tools of this machine", "busybox"])
def pod(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Pod]:
    with a_pod(tmp_path) as one:
        tools = tmp_path / "tools"
        tools.mkdir()
        busybox = shutil.which("busybox")
        if request.param == "busybox" and busybox is None:
            pytest.skip("no busybox here")
        for name in TOOLS.split():
            found = busybox if request.param == "busybox" else shutil.which(name)
            assert found is not None
            (tools / name).symlink_to(found)
        one.server.stop()
        shell = f"{busybox} sh" if request.param == "busybox" else "/bin/sh"
        one.server.options["ForceCommand"] = (
            f'exec env -i PATH={tools} {shell} -c "$SSH_ORIGINAL_COMMAND"'
        )
        one.server.start()
        yield one


def test_large_small_and_oddly_named_files_come_equal(pod: Pod) -> None:
    pod.put("out/big.bin", noise((9 << 20) + 7))
    pod.put("out/empty", b"")
    pod.put("out/odd\nname\x1b[2J\\n'\"$(id) ", b"odd")
    pod.put("out/deep/-rf", b"dash")
    pod.put("out/\udcff", b"bytes")
    (pod.disk / "out" / "link").symlink_to("/etc/passwd")
    os.mkfifo(pod.disk / "out" / "pipe")
    pulled = run(pod, pod.order())
    there = contents(pod.disk / "out")
    assert contents(pod.home / "out") == there
    assert pulled.is_whole
    assert len(pulled.skipped) == 2
    assert any("its shell does it" in told.said for told in pod.told)
    assert run(pod, pod.order()).moved == 0


def test_what_is_not_there_or_a_single_file_is_told_alike(pod: Pod) -> None:
    pod.put("out/a", b"a")
    pulled = run(pod, pod.order("out/a", "none"))
    assert contents(pod.home) == {"a": b"a"}
    assert [one.why for one in pulled.skipped] == ["not listed: No such file or directory"]


def test_a_file_that_changed_since_it_was_listed_is_never_equal(pod: Pod) -> None:
    path = pod.put("out/a.bin", b"a" * (2 << 20))
    pod.put("out/b", b"b")
    home = pod.order()

    def tell_and_change(*_: object) -> None:
        if path.stat().st_size < 3 << 20:
            path.write_bytes(b"c" * (3 << 20))

    pod.told = _Changing(tell_and_change)
    pulled = run(pod, home)
    by_name = {Path(file.remote.path).name: file.ended for file in pulled.files}
    assert by_name["a.bin"] is Ended.CHANGED
    assert by_name["b"] is Ended.EQUAL


class _Changing(list):  # type: ignore[type-arg]  # of progress
    def __init__(self, change: object) -> None:
        super().__init__()
        self.change = change

    def append(self, told: object, /) -> None:
        if getattr(told, "stage", "") == "copying":
            self.change()  # type: ignore[operator]  # a function
        super().append(told)


def test_a_pod_without_both_is_told(tmp_path: Path) -> None:
    with a_pod(tmp_path) as one:
        one.put("out/a", b"a")
        one.server.stop()
        one.server.options["ForceCommand"] = "exit 127"
        one.server.start()
        with pytest.raises(SshError):
            run(one, one.order(waits_s=(0.1,)))
