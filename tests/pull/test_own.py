"""Files of a Pod never get among those of the program itself: host keys, settings, journal, holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.domain.pulling import PullError, PullFault
from tests.pull.pods import Pod, a_pod, contents, run

pytestmark = pytest.mark.usefixtures("cut_connections")


@pytest.fixture
def pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pod]:
    monkeypatch.setenv("RGT_TUI_HOME", str(tmp_path / "rgt"))
    with a_pod(tmp_path) as one:
        one.put("state/hostkeys.json", b"{}")
        yield one


@pytest.mark.parametrize(
    ("to", "name"),
    [
        ("rgt/state", "state"),
        ("rgt/state/deeper", "state"),
        ("rgt", "state"),
        ("link", "state"),
        ("rgt/config", "state"),
        ("rgt/cache", "state"),
        ("state/holds", "state"),
        ("", "state"),
    ],
    ids=["in it", "below it", "in its place", "by a link", "settings", "cache", "holds", "above"],
)
def test_no_file_of_a_pod_gets_into_a_folder_of_the_program(
    pod: Pod, tmp_path: Path, to: str, name: str
) -> None:
    own = tmp_path / "rgt" / "state"
    own.mkdir(parents=True)
    (own / "hostkeys.json").write_bytes(b"mine")
    (tmp_path / "link").symlink_to(own)
    with pytest.raises(PullError) as caught:
        run(pod, pod.order(name, to=str(tmp_path / to), replace=True))
    assert caught.value.kind is PullFault.NOT_WRITABLE
    assert "keeps its own files" in caught.value.message
    assert contents(own) == {"hostkeys.json": b"mine"}
    assert not (tmp_path / "rgt" / "config").exists()


@pytest.mark.parametrize("to", ["file", "file/below"])
def test_a_file_in_the_place_of_the_target_is_told_as_one(
    pod: Pod, tmp_path: Path, to: str
) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(PullError, match="is no folder") as caught:
        run(pod, pod.order("state", to=str(tmp_path / to)))
    assert (caught.value.kind, caught.value.exit_code) == (PullFault.NOT_WRITABLE, 2)
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_beside_the_folders_of_the_program_a_pull_may_go(pod: Pod, tmp_path: Path) -> None:
    assert run(pod, pod.order("state", to=str(tmp_path / "rgt" / "mine"))).is_whole
