"""Pulls over a real sshd: what arrives, what is proven, what is kept."""

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.clients import holds
from rgt_tui.domain.checkpoint import Verdict
from rgt_tui.domain.holding import held_copies
from rgt_tui.domain.pulling import Ended, PullError, PullFault
from rgt_tui.simulator.files import safetensors, trainer_checkpoint
from rgt_tui.verifiers._files import files_below
from tests.pull.pods import Pod, a_pod, contents, noise, run
from tests.verifiers.test_onnx import write

pytestmark = pytest.mark.usefixtures("cut_connections")


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with a_pod(tmp_path) as one:
        yield one


def test_a_folder_comes_home_equal_verified_and_held(pod: Pod) -> None:
    for file in trainer_checkpoint("out", 500, 100):
        pod.put(file.path, file.content)
    pod.put("out/big.bin", noise((20 << 20) + 17))
    pod.put("out/empty", b"")
    pulled = run(pod, pod.order())
    there = {f"out/{name}": content for name, content in contents(pod.disk / "out").items()}
    assert contents(pod.home) == there
    assert {file.ended for file in pulled.files} == {Ended.EQUAL}
    assert all(file.is_equal for file in pulled.files)
    weights = next(f for f in pulled.files if f.path.endswith("model.safetensors"))
    assert weights.proof is not None
    assert weights.proof.verdict is Verdict.OK
    assert [group.format for group in pulled.groups] == ["trainer"]
    written = json.loads(Path(pulled.manifest).read_text())
    assert {row["sha256_here"] for row in written["files"]} == {
        row["sha256_there"] for row in written["files"]
    }
    kept = held_copies(pulled.there.files, holds.look(str(pod.holds)))
    assert set(kept) == {file.remote.path for file in pulled.files}
    assert pulled.there.digest != pulled.here.digest


def test_a_second_pull_moves_nothing_and_says_the_same(pod: Pod) -> None:
    pod.put("out/a.safetensors", safetensors(3))
    pod.put("out/b.txt", b"b" * 3_000_000)
    first = run(pod, pod.order())
    assert not [told.said for told in pod.told if told.said]
    second = run(pod, pod.order())
    assert any("are here already" in told.said for told in pod.told)
    assert first.moved > 3_000_000
    assert second.moved == 0
    assert [f.sha256 for f in second.files] == [f.sha256 for f in first.files]
    assert second.is_whole


def test_a_file_here_with_the_same_bytes_is_compared_and_not_fetched(pod: Pod) -> None:
    content = noise(9 << 20)
    pod.put("out/a.bin", content)
    pod.home.mkdir()
    (pod.home / "out").mkdir()
    (pod.home / "out" / "a.bin").write_bytes(content)
    pulled = run(pod, pod.order())
    assert pulled.moved == 0
    assert pulled.files[0].is_equal


def test_a_file_here_with_other_bytes_is_left_alone_unless_replaced(pod: Pod) -> None:
    pod.put("out/a.txt", b"new!")
    pod.put("out/big.txt", b"n" * (3 << 20))
    (pod.home / "out").mkdir(parents=True)
    (pod.home / "out" / "a.txt").write_bytes(b"old!")
    (pod.home / "out" / "big.txt").write_bytes(b"o" * (3 << 20))
    pulled = run(pod, pod.order())
    assert [file.ended for file in pulled.files] == [Ended.EXISTS, Ended.EXISTS]
    assert (pod.home / "out" / "a.txt").read_bytes() == b"old!"
    pulled = run(pod, pod.order(replace=True))
    assert pulled.is_whole
    assert (pod.home / "out" / "a.txt").read_bytes() == b"new!"
    assert (pod.home / "out" / "big.txt").read_bytes() == b"n" * (3 << 20)


def test_links_pipes_and_hostile_names_stay_there_and_are_named(pod: Pod) -> None:
    pod.put("out/odd\nname\x1b[2J", b"1")
    pod.put("out/\udcff.pt", b"2")
    pod.put("out/.rgt-pull", b"inside")
    (pod.disk / "out" / "passwd").symlink_to("/etc/passwd")
    (pod.disk / "out" / "folder").symlink_to("/etc")
    os.mkfifo(pod.disk / "out" / "pipe")
    pulled = run(pod, pod.order())
    assert set(contents(pod.home)) == {"out/odd\nname\x1b[2J", "out/\udcff.pt", "out/.rgt-pull"}
    assert len(pulled.skipped) == 3
    assert all("\n" not in one.shown for one in pulled.skipped)


def test_a_file_named_like_the_staging_folder_cannot_get_in(pod: Pod) -> None:
    pod.put(".rgt-pull/journal.jsonl", b"{}")
    pulled = run(pod, pod.order(".rgt-pull"))
    assert [file.ended for file in pulled.files] == [Ended.UNSAFE]


def test_a_link_in_the_target_is_not_followed(pod: Pod, tmp_path: Path) -> None:
    pod.put("out/a.txt", b"a")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    pod.home.mkdir()
    (pod.home / "out").symlink_to(elsewhere)
    pulled = run(pod, pod.order())
    assert [file.ended for file in pulled.files] == [Ended.EXISTS]
    assert list(elsewhere.iterdir()) == []


def test_a_broken_checkpoint_is_equal_and_broken(pod: Pod) -> None:
    pod.put("out/a.safetensors", safetensors(3)[:-1])
    pulled = run(pod, pod.order())
    assert pulled.files[0].is_equal
    assert not pulled.is_whole


def test_a_model_comes_home_with_the_weights_that_it_names_and_is_judged_with_them(
    pod: Pod,
) -> None:
    write(pod.disk / "run", location="weights of it")
    pulled = run(pod, pod.order("run/model.onnx", "run/weights of it"))
    found = {one.path.rpartition("/")[2]: one.proof for one in pulled.files}
    assert {name: proof and (proof.format, proof.verdict) for name, proof in found.items()} == {
        "model.onnx": ("onnx", Verdict.OK),
        "weights of it": ("onnx-data", Verdict.OK),
    }


def test_what_is_not_there_is_said(pod: Pod) -> None:
    pod.put("out/a", b"a")
    pulled = run(pod, pod.order("out", "none"))
    assert not pulled.is_whole
    assert [one.why for one in pulled.skipped] == ["not listed: No such file or directory"]


@pytest.mark.hazard(49)
def test_a_target_in_memory_is_refused(pod: Pod) -> None:
    pod.put("out/a", b"a")
    with pytest.raises(PullError) as caught:
        run(pod, pod.order(to="/dev/shm/rgt-pull-test"))
    assert not os.path.lexists("/dev/shm/rgt-pull-test")
    assert caught.value.exit_code == 2
    assert caught.value.kind is PullFault.IN_MEMORY


def test_a_pull_of_nothing_leaves_nothing_behind(pod: Pod) -> None:
    pulled = run(pod, pod.order("none", to=str(pod.home / "a" / "b")))
    assert (pulled.is_whole, pulled.files, pulled.manifest) == (False, (), "")
    assert not pod.home.exists()
    pod.put("out/a", b"a")
    assert run(pod, pod.order()).is_whole
    assert run(pod, pod.order("none")).manifest == ""
    assert run(pod, pod.order()).moved == 0


def test_of_the_root_what_the_kernel_makes_up_is_left_out() -> None:
    first = itertools.islice((row["skip"] for row in files_below(["/"]) if "skip" in row), 3)
    assert "/proc" in {path for path, _ in first}
