"""Distributed checkpoints by torch's own writer: good ones are ok, and each damage is told.

They were written by torch 2.13 (`dcp_writer.py`), and where there is a torch 2, it loads them.
"""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from rgt_tui.verifiers import Broken
from rgt_tui.verifiers._check import verify_file, verify_group
from rgt_tui.verifiers._pickles import walk
from tests.frameworks import needs, python_with
from tests.verifiers.asking import ask

CAPTURED = Path(__file__).parent.parent / "data" / "dcp-torch-2.13.zip"
LAYOUTS = ("alone", "parts", "bare", "pair")

Damage = Callable[[Path], object]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    with zipfile.ZipFile(CAPTURED) as archive:
        archive.extractall(tmp_path)  # our own file
    return tmp_path


def judged(folder: Path, level: str = "full") -> tuple[str, list[str]]:
    """The verdict on the folder, and every reason there is for less than ok."""
    group = verify_group("dcp", str(folder))
    files = [verify_file(str(path), level, lambda count: None) for path in sorted(folder.iterdir())]
    said = [one["reason"] for one in (group, *files) if one["verdict"] != "ok"]
    order = ("broken", "unknown", "ok")
    return min((one["verdict"] for one in (group, *files)), key=order.index), said


@pytest.mark.parametrize("level", ["structure", "full"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_torch_wrote_is_ok(written: Path, layout: str, level: str) -> None:
    assert judged(written / layout, level) == ("ok", [])


def test_every_number_of_the_tensors_is_looked_at(written: Path) -> None:
    for layout, name in (("alone", "__0_0"), ("bare", "__0_0"), ("pair", "__1_0")):
        path = written / layout / f"{name}.distcp"
        proof = verify_file(str(path), "full", lambda count: None)
        assert proof["reason"].endswith("every number is finite"), proof["reason"]


def flip(at: float) -> Damage:
    def change(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[int(len(data) * at)] ^= 0x20
        path.write_bytes(data)

    return change


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def link(path: Path) -> None:
    path.rename(path.parent.parent / "x")
    path.symlink_to("../x")


def zeros(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))


DAMAGES: dict[str, tuple[str, str, Damage, str]] = {
    "no-metadata": ("pair", ".metadata", Path.unlink, "broken"),
    "not-renamed": ("pair", ".metadata", lambda p: p.rename(p.with_name(".metadata.tmp")), "broken"),
    "metadata-cut": ("pair", ".metadata", cut, "broken"),
    "metadata-empty": ("pair", ".metadata", lambda p: p.write_bytes(b""), "broken"),
    "rank-missing": ("pair", "__1_0.distcp", Path.unlink, "broken"),
    "rank-empty": ("pair", "__1_0.distcp", lambda p: p.write_bytes(b""), "broken"),
    "rank-cut": ("pair", "__1_0.distcp", cut, "broken"),
    "rank-longer": ("pair", "__1_0.distcp", lambda p: p.write_bytes(p.read_bytes() + b"\0"), "broken"),
    "rank-half-zero": ("pair", "__0_0.distcp", zeros, "broken"),
    "rank-of-another": ("pair", "__1_0.distcp",
                        lambda p: shutil.copy(p.with_name("__0_0.distcp"), p), "broken"),
    "rank-too-many": ("pair", "__1_0.distcp",
                      lambda p: shutil.copy(p, p.with_name("__2_0.distcp")), "unknown"),
    "rank-is-a-link": ("pair", "__1_0.distcp",
                       link, "unknown"),
    "flip-first": ("alone", "__0_0.distcp", flip(0.03), "broken"),
    "flip-late": ("alone", "__0_0.distcp", flip(0.9), "broken"),
    "part-missing": ("parts", "__0_4.distcp", Path.unlink, "broken"),
    "parts-swapped": ("parts", "__0_0.distcp",
                      lambda p: shutil.copy(p.with_name("__0_9.distcp"), p), "broken"),
    "bare-cut": ("bare", "__0_0.distcp", cut, "broken"),
    "bare-half-zero": ("bare", "__0_0.distcp", zeros, "broken"),
    "page": ("alone", "__0_0.distcp", lambda p: p.write_text("<!DOCTYPE html><p>404"), "broken"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_told(written: Path, name: str) -> None:
    layout, file, damage, wanted = DAMAGES[name]
    damage(written / layout / file)
    verdict, said = judged(written / layout)
    assert verdict == wanted, said
    assert all(said)


def test_a_changed_byte_of_a_tensor_without_a_checksum_is_only_seen_by_a_hash(
    written: Path,
) -> None:
    """What cannot be seen is known: safetensors have none, in a distributed checkpoint, too."""
    path = written / "bare" / "__0_0.distcp"
    before = verify_file(str(path), "full", lambda count: None)
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(data)
    after = verify_file(str(path), "full", lambda count: None)
    assert (before["verdict"], after["verdict"]) == ("ok", "ok")
    assert before["sha256"] != after["sha256"]


def test_a_member_of_an_enumeration_is_no_code() -> None:
    data = (
        b"ctransformers.trainer_utils\nIntervalStrategy\n\x940cbuiltins\ngetattr\n(h\0VSTEPS\ntR."
    )
    found = walk(b"\x80\x04" + data, "it")
    assert ("transformers.trainer_utils", "IntervalStrategy.STEPS") in found.named


@pytest.mark.parametrize("code", [
    b"cbuiltins\ngetattr\n(cos\npath\nVsystem\ntR.",
    b"cbuiltins\ngetattr\n(czipfile\nZipFile\nV__init__\ntR.",
    b"cbuiltins\ngetattr\n(S'text'\nVupper\ntR.",
    b"cbuiltins\ngetattr\n(czipfile\nZipFile\nVa.b\ntR.",
    b"ctorch.hub\n\x940cbuiltins\ngetattr\n(h\0Vload\ntR.",
    b"ctorch\nos\n\x940cbuiltins\ngetattr\n(h\0Vsystem\ntR.",
    b"\x8c\x05torch\x8c\x09os.system\x93.",
    b"cmap\nx\n(cbuiltins\ngetattr\nV1\ntR.",
    b"(lp0\ncbuiltins\ngetattr\na.",
    b"cbuiltins\ngetattr\n(cbuiltins\ngetattr\nVx\ntR.",
])  # fmt: skip
def test_no_way_around_by_names_of_modules_or_by_handing_on(code: bytes) -> None:
    with pytest.raises(Broken):
        walk(b"\x80\x04" + code, "it")


@needs("torch")
def test_torch_loads_every_item_of_them(written: Path) -> None:
    python = python_with("torch")
    answers = ask({"op": "verify", "paths": [str(written)], "level": "load"}, python=(python, "-I"))
    groups = {Path(one["group"]["path"]).name: one["group"] for one in answers if "group" in one}
    assert {name: one["verdict"] for name, one in groups.items()} == dict.fromkeys(LAYOUTS, "ok")
    loaded = [one["file"] for one in answers if "file" in one and "distcp" in one["file"]["path"]]
    assert {one["level"] for one in loaded} == {"load"}
    assert all("torch 2" in one["reason"] for one in loaded)
