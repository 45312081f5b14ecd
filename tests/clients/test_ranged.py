"""Files read by ranges: the same verdicts as from a local copy, for few and bounded reads."""

from pathlib import Path

import pytest

from rgt_tui.clients.ranged import BLOCK, BYTES_MAX, CALLS_MAX, Blocks, RangedFile
from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._check import structure_of
from rgt_tui.verifiers._content import File
from tests.verifiers import good


class Counted:
    """Content that counts what is read of it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.calls: list[tuple[int, int]] = []

    def fetch(self, start: int, count: int) -> bytes:
        self.calls.append((start, count))
        return self.content[start : start + count]

    def file(self, name: str) -> RangedFile:
        return RangedFile(name, Blocks(len(self.content), self.fetch))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("good")
    for write in (good.write_safetensors, good.write_gguf, good.write_numpy):
        write(found)
    return found


def test_each_good_file_has_the_verdict_of_its_local_copy(folder: Path) -> None:
    files = [path for path in folder.iterdir() if path.is_file()]
    assert len(files) > 10
    for path in files:
        local = File(str(path))
        expected = structure_of(local)
        local.close()
        assert structure_of(Counted(path.read_bytes()).file(path.name)) == expected, path.name


def test_the_tables_of_a_large_file_cost_little(tmp_path: Path) -> None:
    from safetensors.numpy import save

    counted = Counted(save({"a": good.noise(1500, 1500), "b": good.noise(9)}))
    kind, judged = structure_of(counted.file("model.safetensors"))
    assert (kind, judged.verdict) == ("safetensors", "ok")
    assert sum(count for _, count in counted.calls) <= 2 * BLOCK < len(counted.content) / 40


def test_a_file_that_is_cut_is_broken(folder: Path) -> None:
    content = (folder / "model.safetensors").read_bytes()[:-1]
    assert structure_of(Counted(content).file("model.safetensors"))[1].verdict == "broken"


def test_a_part_reads_its_own_bytes_and_not_beyond() -> None:
    part = Counted(bytes(range(256)) * 1024).file("a").part(BLOCK - 2, 4)
    assert part.read(0, 4) == bytes([254, 255, 0, 1])
    with pytest.raises(Broken, match="ends at byte 4"):
        part.read(1, 4)


def test_what_would_cost_too_much_is_unknown_and_says_so() -> None:
    blocks = Blocks(BYTES_MAX * 2, lambda start, count: bytes(count))
    with pytest.raises(Unsure, match="verify it in a Pod"):
        RangedFile("a", blocks).read(0, BYTES_MAX + 1)
    far = RangedFile("a", Blocks(BLOCK * CALLS_MAX * 4, lambda start, count: bytes(count)))

    def scattered() -> None:
        for at in range(0, BLOCK * CALLS_MAX * 4, 2 * BLOCK):
            far.read(at, 1)

    with pytest.raises(Unsure, match=str(CALLS_MAX)):
        scattered()


def test_an_object_that_became_shorter_is_unknown() -> None:
    with pytest.raises(Unsure, match="shorter"):
        RangedFile("a", Blocks(10, lambda start, count: b"123")).read(0, 5)


def test_a_file_that_needs_its_neighbours_is_unknown_and_no_local_file_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".metadata").write_bytes(b"x")
    _, judged = structure_of(Counted(b"PK\3\4" + bytes(99)).file("__0_0.distcp"))
    assert judged.verdict == "unknown"
    assert "not looked at" in judged.reason
