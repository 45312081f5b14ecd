"""Damaged, hostile and odd files: from the bytes over the verdict to the gate."""

import json
import os
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from rgt_tui.clients.answers import checkpoint_list
from rgt_tui.guard.items import Item
from rgt_tui.guard.table import Mark, Phase
from rgt_tui.verifiers import _walk
from rgt_tui.verifiers._compose import BOOT, preamble
from tests.dossier.worlds import NETWORK, ROOT
from tests.hazards.judged import age, copies, facts, listed, opened
from tests.verifiers.corruptions import LFS, XML
from tests.verifiers.good import (
    has_torch,
    noise,
    tensors,
    write_lora,
    write_sharded,
    write_torch,
    write_trainer,
)
from tests.verifiers.test_folders import EVIL_FILE, FAULTS, Fault, hostile

NAME = "model.safetensors"
FAILED, UNSEEN = Mark.FAILED, Mark.UNSEEN
TORCH = {"deepspeed", "dcp", "model.pt"}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    for write in (write_sharded, write_lora, write_trainer):
        own = folder / write.__name__.removeprefix("write_")
        own.mkdir()
        write(own)
    (folder / "weights").mkdir()
    save_file(tensors(), folder / "weights" / NAME)
    if has_torch():
        write_torch(folder)
    return folder


def taken(good: Path, kind: str, tmp_path: Path) -> Path:
    """A copy of one kind of good files."""
    if kind in TORCH and not has_torch():
        pytest.skip("python3-torch is not installed (make tools): no real torch files to damage")
    folder = tmp_path / "out"
    if kind == "model.pt":
        folder.mkdir()
        shutil.copy(good / "single" / kind, folder / kind)
    else:
        shutil.copytree(good / kind, folder)
    return folder


def cut(folder: Path) -> None:
    os.truncate(folder / NAME, (folder / NAME).stat().st_size - 1)


def zero_tail(folder: Path) -> None:
    data = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(data[: len(data) * 2 // 3] + bytes(len(data) - len(data) * 2 // 3))


def never_written(folder: Path) -> None:
    size = (folder / NAME).stat().st_size
    head = 8 + int.from_bytes((folder / NAME).read_bytes()[:8], "little")
    os.truncate(folder / NAME, head)
    os.truncate(folder / NAME, size)


def content(data: bytes) -> Fault:
    return lambda folder: (folder / NAME).write_bytes(data)


def of(kind: str, name: str) -> Fault:
    """A fault that the verifiers' tests know already."""
    return dict(FAULTS[kind])[name]


def flip(name: str) -> Fault:
    def change(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        data[len(data) // 2] ^= 0x40
        (folder / name).write_bytes(data)

    return change


def untrained(folder: Path) -> None:
    found = {"base.0.lora_A.weight": noise(8, 64), "base.0.lora_B.weight": np.zeros((64, 8), "f4")}
    save_file(found, folder / "adapter_model.safetensors")


def no_numbers(folder: Path) -> None:
    save_file({**tensors(), "late": np.full((200, 200), np.nan, "f4")}, folder / NAME)


def bomb(folder: Path) -> None:
    head = (
        b"\x93NUMPY\x01\x00\x46\x00" + b"{'descr': '|u1', 'fortran_order': False, 'shape': (9,), }"
    )
    with zipfile.ZipFile(folder / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", head.ljust(79) + b"\n" + bytes(100_000_000))


def deep_pickle(folder: Path) -> None:
    inner = b"\x80\x04" + b"(" * 200_000
    with zipfile.ZipFile(folder / "model.pt", "w") as archive:
        archive.writestr("archive/data.pkl", inner)
        archive.writestr("archive/version", "3\n")


def legacy_hostile(folder: Path) -> None:
    magic = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")
    (folder / "old.pt").write_bytes(magic + b"\x80\x02M\xe9\x03.\x80\x02}.cos\nsystem\n(S'x'\ntR.")


SHUT = [
    pytest.param("weights", cut, FAILED, id="cut", marks=pytest.mark.hazard(1)),
    pytest.param("weights", zero_tail, UNSEEN, id="zero tail", marks=pytest.mark.hazard(2)),
    pytest.param("weights", never_written, UNSEEN, id="sparse", marks=pytest.mark.hazard(3)),
    pytest.param("model.pt", flip("model.pt"), FAILED, id="a bit", marks=pytest.mark.hazard(5)),
    pytest.param("sharded", of("sharded", "a shard is missing"), FAILED, id="a shard missing",
                 marks=pytest.mark.hazard(7)),
    pytest.param("sharded", of("sharded", "the index names a shard that is not there"), FAILED,
                 id="a shard in the index alone", marks=pytest.mark.hazard(8)),
    pytest.param("sharded", of("sharded", "two shards are swapped"), FAILED, id="shards swapped",
                 marks=pytest.mark.hazard(9)),
    pytest.param("sharded", of("sharded", "the index leaves tensors out"), None,
                 id="a short index", marks=pytest.mark.hazard(10)),
    pytest.param("deepspeed", of("deepspeed", "latest names what is not there"), FAILED,
                 id="latest dangles", marks=pytest.mark.hazard(11)),
    pytest.param("deepspeed", of("deepspeed", "latest is empty"), FAILED, id="latest empty",
                 marks=pytest.mark.hazard(11)),
    pytest.param("deepspeed", lambda f: (f / "latest").write_bytes(b"global\0step20"), FAILED,
                 id="latest with a NUL", marks=pytest.mark.hazard(11)),
    pytest.param("deepspeed", of("deepspeed", "latest is of an earlier save"), None,
                 id="latest is old", marks=pytest.mark.hazard(11)),
    pytest.param("trainer", of("trainer", "the folder is called a later step"), FAILED,
                 id="folder renamed", marks=pytest.mark.hazard(12)),
    pytest.param("deepspeed", of("deepspeed", "the last rank is missing"), FAILED,
                 id="last rank missing", marks=pytest.mark.hazard(13)),
    pytest.param("deepspeed", of("deepspeed", "model states of another step"), None,
                 id="a rank of another step", marks=pytest.mark.hazard(14)),
    pytest.param("dcp", of("dcp", "the metadata were never renamed"), None, id="metadata.tmp",
                 marks=pytest.mark.hazard(15)),
    pytest.param("dcp", of("dcp", "a rank of another save is left"), None, id="a stale rank",
                 marks=pytest.mark.hazard(16)),
    pytest.param("weights", content(LFS), FAILED, id="LFS", marks=pytest.mark.hazard(17)),
    pytest.param("weights", content(XML), FAILED, id="XML", marks=pytest.mark.hazard(18)),
    pytest.param("weights", content(b""), FAILED, id="empty", marks=pytest.mark.hazard(19)),
    pytest.param("lora", untrained, UNSEEN, id="untrained", marks=pytest.mark.hazard(20)),
    pytest.param("weights", no_numbers, UNSEEN, id="NaN", marks=pytest.mark.hazard(21)),
    pytest.param("model.pt", hostile("model.pt"), FAILED, id="hostile pt",
                 marks=pytest.mark.hazard(22)),
    pytest.param("dcp", hostile(".metadata"), FAILED, id="hostile metadata",
                 marks=pytest.mark.hazard(22)),
    pytest.param("weights", legacy_hostile, FAILED, id="hostile legacy",
                 marks=pytest.mark.hazard(22)),
    pytest.param("weights", bomb, None, id="zip bomb", marks=pytest.mark.hazard(23)),
    pytest.param("weights", deep_pickle, None, id="deep pickle", marks=pytest.mark.hazard(23)),
    pytest.param("sharded", of("sharded", "the index leads out of the folder"), FAILED,
                 id="out of the folder", marks=pytest.mark.hazard(24)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "harm", "mark"), SHUT)
def test_with_harmed_files_the_gate_stays_shut(
    good: Path, tmp_path: Path, kind: str, harm: Fault, mark: Mark | None
) -> None:
    folder = taken(good, kind, tmp_path)
    harm(folder)
    age(folder)
    checklist = opened(facts(folder))
    assert checklist.phase is Phase.GATHERING
    line = checklist.line(Item.LOADS)
    assert line.mark is mark or (mark is None and line.mark in (FAILED, UNSEEN)), line.why
    assert not Path(EVIL_FILE).exists()


@pytest.mark.parametrize("kind", ["weights", "sharded", "trainer", "lora", "deepspeed", "dcp"])
def test_with_the_good_files_it_opens(good: Path, tmp_path: Path, kind: str) -> None:
    folder = taken(good, kind, tmp_path)
    age(folder)
    checklist = opened(facts(folder))
    assert checklist.phase is Phase.COUNTING, [(it.item, it.why) for it in checklist.lines]


def half_old(folder: Path) -> None:
    data = (folder / NAME).read_bytes()
    start, end = int(len(data) * 0.55), int(len(data) * 0.9)
    (folder / NAME).write_bytes(
        data[:start] + bytes(b ^ 0x15 for b in data[start:end]) + data[end:]
    )


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(half_old, id="half of it old", marks=pytest.mark.hazard(4)),
        pytest.param(flip(NAME), id="one bit", marks=pytest.mark.hazard(5)),
    ],
)
def test_what_no_checksum_tells_the_hash_of_the_copy_does(
    good: Path, tmp_path: Path, harm: Fault
) -> None:
    folder = taken(good, "weights", tmp_path)
    age(folder)
    before = copies(folder)
    assert opened(facts(folder, holds=before)).phase is Phase.COUNTING
    harm(folder)
    age(folder)
    checklist = opened(facts(folder, holds=before))
    assert checklist.phase is Phase.GATHERING
    assert checklist.line(Item.LOADS).mark is Mark.OK
    assert checklist.line(Item.DURABLE).mark is Mark.FAILED


def without_checksums(path: Path) -> None:
    """Writes zeros where the archive's checksums are, as `set_crc32_options(False)` does."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        at = archive.start_dir
    for entry in entries:
        struct.pack_into("<I", data, entry.header_offset + 14, 0)
        name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        struct.pack_into("<I", data, at + 16, 0)
        at += 46 + name + extra + comment
        if entry.flag_bits & 8:
            lengths = struct.unpack_from("<HH", data, entry.header_offset + 26)
            end = entry.header_offset + 30 + sum(lengths) + entry.compress_size
            struct.pack_into("<I", data, end + 4, 0)
    path.write_bytes(data)


@pytest.mark.hazard(6)
def test_an_archive_without_checksums_opens_it_and_says_so(good: Path, tmp_path: Path) -> None:
    if not has_torch():
        pytest.skip("python3-torch is not installed (make tools): no real torch files")
    folder = taken(good, "model.pt", tmp_path)
    without_checksums(folder / "model.pt")
    age(folder)
    checklist = opened(facts(folder))
    assert checklist.phase is Phase.COUNTING, checklist.line(Item.LOADS).why
    assert "checksum" in checklist.line(Item.LOADS).data[0].said


@pytest.mark.hazard(25)
@pytest.mark.parametrize("where", ["below a listed folder", "elsewhere"])
def test_a_link_to_the_container_disk_is_not_taken_for_the_place_it_lies_in(
    good: Path, tmp_path: Path, where: str
) -> None:
    folder = taken(good, "weights", tmp_path)
    other = tmp_path / "root"
    (other / "out").mkdir(parents=True)
    save_file(tensors(), other / "out" / NAME)
    (folder / "newest").symlink_to(other / "out")
    age(folder)
    age(other)
    more = (other,) if where == "below a listed folder" else ()
    checklist = opened(facts(folder, *more))
    assert checklist.phase is Phase.GATHERING
    assert not checklist.line(Item.DURABLE).mark.opens


@pytest.mark.hazard(26)
def test_two_names_of_one_file_are_one_loss(good: Path, tmp_path: Path) -> None:
    folder = taken(good, "weights", tmp_path)
    os.link(folder / NAME, folder / "best.safetensors")
    age(folder)
    dossier = facts(folder, disks=(ROOT,))
    assert opened(dossier).phase is Phase.GATHERING
    assert dossier.loss.bytes == (folder / NAME).stat().st_size


@pytest.mark.hazard(27)
def test_an_odd_name_is_one_line_of_plain_text_everywhere(good: Path, tmp_path: Path) -> None:
    folder = taken(good, "weights", tmp_path)
    odd = os.fsdecode(b"a\nb\x1b[2Jc\xff") + "\u202etxt.safetensors"
    (folder / NAME).rename(folder / odd)
    age(folder)
    dossier = facts(folder, disks=(ROOT,))
    checklist = opened(dossier)
    told = [it.why for it in checklist.lines] + [d.what for it in checklist.lines for d in it.data]
    told += [file.path for file in dossier.loss.single]
    assert any("safetensors" in it for it in told)
    assert not any(c in it for it in told for c in "\n\x1b\u202e\udcff")
    assert json.loads(json.dumps(told)) == told


@pytest.mark.hazard(28)
def test_where_there_are_more_files_than_are_listed_nothing_counts_as_seen(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = taken(good, "weights", tmp_path)
    for number in range(60):
        shutil.copy(folder / NAME, folder / f"{number}.safetensors")
    age(folder)
    monkeypatch.setattr(_walk, "KEPT_MAX", 20)
    rows: list[dict[str, object]] = []
    _walk.walk(str(folder), [], rows.append)
    rows.append({"now": _walk.clock()[0]})
    checklist = opened(facts(folder, seen=checkpoint_list(rows)))
    assert checklist.phase is Phase.GATHERING
    assert checklist.line(Item.BLAST).mark is Mark.UNSEEN
    assert "more files than are listed" in checklist.line(Item.BLAST).why
    assert checklist.line(Item.DURABLE).mark is Mark.UNSEEN


@pytest.mark.hazard(29)
def test_a_folder_that_may_not_be_read_is_not_an_empty_one(good: Path) -> None:
    """Asked by a user without rights, in a folder that all may reach."""
    if os.getuid() != 0:
        pytest.skip("only root can ask as somebody without rights")
    folder = Path("/var/tmp") / f"rgt-hazard-{os.getpid()}"  # reached by all
    shutil.copytree(good / "weights", folder / "open")
    try:
        (folder / "shut").mkdir(mode=0o700)
        for path in (folder, folder / "open"):
            path.chmod(0o755)
        age(folder)
        request = json.dumps({"op": "list", "roots": [str(folder)]}).encode() + b"\n"
        ran = subprocess.run(
            ["/usr/bin/python3", "-I", "-S", "-c", BOOT],
            input=preamble() + request,
            capture_output=True,
            check=True,
            user=65534,
        )
        found = checkpoint_list([json.loads(line) for line in ran.stdout.splitlines()])
        assert len(found.checkpoints) == 1
        checklist = opened(facts(folder, seen=found))
    finally:
        shutil.rmtree(folder)
    assert checklist.phase is Phase.GATHERING
    assert checklist.line(Item.BLAST).mark is Mark.UNSEEN
    assert "shut: Permission denied" in checklist.line(Item.BLAST).why


@pytest.mark.hazard(30)
def test_an_adapter_without_its_base_model_is_whole(good: Path, tmp_path: Path) -> None:
    folder = taken(good, "lora", tmp_path)
    age(folder)
    checklist = opened(facts(folder))
    assert checklist.phase is Phase.COUNTING
    assert "base" in " ".join(datum.said for datum in checklist.line(Item.LOADS).data)


def test_the_folder_is_where_the_network_volume_is(good: Path, tmp_path: Path) -> None:
    """What all of this rests on: the same files beside the mount are lost."""
    folder = taken(good, "weights", tmp_path)
    age(folder)
    assert listed(folder).checkpoints
    there = NETWORK  # at /workspace, not at the folder
    checklist = opened(facts(folder, disks=(ROOT, there)))
    assert checklist.line(Item.DURABLE).mark is Mark.FAILED
