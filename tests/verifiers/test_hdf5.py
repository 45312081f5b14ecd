"""HDF5 as h5py writes it, by every generation of its format: read whole, and seen when damaged."""

import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from rgt_tui.clients.ranged import Blocks, RangedFile
from rgt_tui.verifiers._check import structure_of, verify_file
from rgt_tui.verifiers._hdf5_chunks import fletcher
from rgt_tui.verifiers._hdf5_tables import lookup3, width
from tests.verifiers.good import noise

GENERATIONS = ("earliest", "v108", "v110", "latest")
MANY = 120
"""Names of one group: more than one leaf and one block hold."""


def judged(path: Path, level: str = "full") -> tuple[str, str]:
    proof = verify_file(str(path), level, lambda count: None)
    return proof["verdict"], proof["reason"]


def write(path: Path, generation: str = "earliest", **options: Any) -> None:
    """One dataset `w` of 300 x 31 numbers and a small one beside it."""
    with h5py.File(path, "w", libver=generation) as file:
        file.create_dataset("w", data=noise(300, 31), **options)
        file["b"] = noise(7)


def every_kind(file: Any) -> int:
    """Datasets of each kind that is read; how many there are."""
    numbers = noise(300, 31)
    packings: list[dict[str, Any]] = [
        {}, {"compression": "gzip"}, {"fletcher32": True}, {"shuffle": True, "compression": 4},
        {"compression": "gzip", "shuffle": True, "fletcher32": True},
    ]  # fmt: skip
    for number, packing in enumerate(packings):
        file.create_dataset(f"chunks/{number}", data=numbers, chunks=(64, 16), **packing)
        file.create_dataset(f"one/{number}", data=numbers, chunks=(300, 31), **packing)
        file.create_dataset(f"rows/{number}", data=noise(1500, 2), chunks=(1, 2), **packing)
        endless = {"maxshape": (None, None), "chunks": (8, 8)}
        file.create_dataset(f"endless/{number}", data=numbers, **endless, **packing)
        file.create_dataset(f"growing/{number}", data=numbers, maxshape=(900, 90), chunks=(64, 16), **packing)  # fmt: skip
        longer = {"maxshape": (None, 90), "chunks": (7, 16)}
        file.create_dataset(f"longer/{number}", data=numbers, **longer, **packing)
        wider = {"maxshape": (900, None), "chunks": (64, 3)}
        file.create_dataset(f"wider/{number}", data=numbers, **wider, **packing)
    for kind in ("<f2", "<f8", ">f4", "<i8", "<c8", "S5"):
        file[f"kinds/{kind}"] = np.ones(9).astype(kind)
    file["scalar"] = 2.5
    file.create_dataset("none", data=np.zeros((0, 4)))
    file.create_dataset("null", dtype="f4")
    file.create_dataset("unwritten", shape=(9, 9), dtype="f4")
    file.create_dataset("words", data=["a", "bc"], dtype=h5py.string_dtype())
    file["type"] = np.dtype("f4")
    file.create_dataset("typed", data=np.ones(5, "f4"), dtype=file["type"])
    file["same"] = file["typed"]
    file["link"] = h5py.SoftLink("/typed")
    file["loop/back"] = file["chunks"]
    file.attrs["names"] = np.array([b"a", b"bc"])
    for number in range(MANY):
        file[f"many/a.layer.with.a.longer.name.{number}"] = noise(3)
    return 7 * len(packings) + 6 + 6 + MANY


@pytest.mark.parametrize("generation", GENERATIONS)
def test_whatever_h5py_writes_is_read_whole(generation: str, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver=generation) as file:
        count = every_kind(file)
    verdict, reason = judged(path)
    assert (verdict, reason.split(",")[0]) == ("ok", f"{count} datasets")
    assert "in chunks every number is finite; every number is finite" in reason


def test_weights_as_keras_lays_them_out_are_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "model.weights.h5"
    with h5py.File(path, "w") as file:
        for number in range(30):
            group = file.create_group(f"layers/dense_{number}/vars")
            group["0"], group["1"] = noise(40, 40), noise(40)
        file.create_group("layers/dropout/vars")
        file["optimizer/vars/0"] = 12
        file.attrs["layer_names"] = [f"dense_{number}" for number in range(30)]
        file.attrs["keras_version"] = "2.15.0"
    assert judged(path)[0] == "ok"


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("packing", [
    {}, {"chunks": (64, 16)}, {"chunks": (64, 16), "compression": "gzip", "shuffle": True},
])  # fmt: skip
def test_a_number_that_is_none_is_told_with_its_dataset(
    generation: str, packing: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    write(path, generation, **packing)
    with h5py.File(path, "r+") as file:
        file["w"][299, 30] = np.inf
    verdict, reason = judged(path)
    assert (verdict, "of w is no number" in reason) == ("unknown", True), reason


def test_what_fills_up_a_chunk_at_the_edge_is_no_number_of_the_dataset(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    write(path, chunks=(64, 16), fillvalue=np.nan)
    assert judged(path)[0] == "ok"


@pytest.mark.parametrize("packing", [
    {"compression": "gzip"}, {"fletcher32": True}, {"shuffle": True, "fletcher32": True},
])  # fmt: skip
def test_every_changed_byte_of_a_chunk_with_a_checksum_is_seen(
    packing: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    write(path, chunks=(64, 16), **packing)
    with h5py.File(path) as file:
        at = file["w"].id.get_chunk_info(3).byte_offset + 40
        size = file["w"].id.get_chunk_info(3).size
    content = path.read_bytes()
    for place in range(at, at + size - 48, 97):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        assert judged(path)[0] == "broken", place


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_dataset_that_lies_behind_the_end_is_broken_by_structure(
    generation: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.h5"
    write(path, generation)
    content = path.read_bytes()
    with h5py.File(path) as file:
        at = file["w"].id.get_offset()
    place, behind = (struct.pack("<BQQ", 1, n, 300 * 31 * 4) for n in (at, at + len(content)))
    assert content.count(place) == 1
    path.write_bytes(content.replace(place, behind))
    assert judged(path, "structure")[0] == "broken"


def test_two_datasets_on_the_same_bytes_are_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    write(path)
    content = path.read_bytes()
    with h5py.File(path) as file:
        at, other = (file[name].id.get_offset() for name in ("w", "b"))
    place, same = (struct.pack("<BQQ", 1, n, 7 * 4) for n in (other, at))
    assert content.count(place) == 1
    path.write_bytes(content.replace(place, same))
    verdict, reason = judged(path)
    assert (verdict, "share bytes" in reason) == ("broken", True)


def _virtual(file: Any) -> None:
    layout = h5py.VirtualLayout(shape=(9,), dtype="f4")
    layout[:] = h5py.VirtualSource("other.h5", "w", shape=(9,))
    file.create_virtual_dataset("w", layout)


def _outside(file: Any) -> None:
    file["w"] = h5py.ExternalLink("other.h5", "/w")


UNREAD: dict[str, tuple[Callable[[Any], object], str]] = {
    "lzf": (lambda file: file.create_dataset("w", data=noise(300, 31), compression="lzf"), "lzf"),
    "virtual": (_virtual, "is of a kind that is not read"),
    "outside": (_outside, "w leads to another file"),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_is_not_read_is_said_and_is_neither_ok_nor_broken(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="latest") as file:
        UNREAD[name][0](file)
    for level in ("structure", "full"):
        verdict, reason = judged(path, level)
        assert (verdict, UNREAD[name][1] in reason) == ("unknown", True), reason


@pytest.mark.parametrize(("size", "calls", "verdict"), [(40, 1, "ok"), (1100, 2, "unknown")])
def test_from_afar_few_calls_are_made(tmp_path: Path, size: int, calls: int, verdict: str) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for number in range(3):
            file[f"layers/{number}/w"] = noise(size, size // 2)
    content, asked = path.read_bytes(), []

    def fetch(start: int, count: int) -> bytes:
        asked.append(count)
        return content[start : start + count]

    _, judged = structure_of(RangedFile("a.h5", Blocks(len(content), fetch)))
    assert judged.verdict == verdict
    assert len(asked) <= calls


def test_a_large_dataset_that_was_never_written_is_not_ok(tmp_path: Path) -> None:
    for packing in ({}, {"chunks": (64, 64), "compression": "gzip"}):
        path = tmp_path / "a.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset("w", shape=(512, 512), dtype="f4", **packing)
        assert judged(path) == ("unknown", "1048576 bytes of w were never written")


def test_a_packed_dataset_of_zeros_is_not_ok(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("w", data=np.zeros((512, 512)), compression="gzip")
    assert judged(path) == ("unknown", "w holds nothing but zeros")


def test_a_file_that_its_writer_never_closed_is_not_ok(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w", libver="latest") as file:
        file["w"] = noise(30, 30)
        file.flush()
        copied = path.read_bytes()
    (tmp_path / "b.h5").write_bytes(copied)
    assert judged(path)[0] == "ok"
    assert judged(tmp_path / "b.h5")[0] != "ok"


@pytest.mark.parametrize("generation", GENERATIONS)
def test_tables_with_a_checksum_show_every_flipped_byte(generation: str, tmp_path: Path) -> None:
    """In older generations a changed table is seen where it contradicts the file; it never raises."""
    path = tmp_path / "a.h5"
    write(path, generation, chunks=(64, 16), compression="gzip")
    content = path.read_bytes()
    seen = 0
    places = [at for sign in (b"OHDR", b"FAHD", b"FADB", b"TREE", b"SNOD")
              for at in range(len(content)) if content.startswith(sign, at)]  # fmt: skip
    for start in places:
        for at in range(start, start + 24):
            path.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
            seen += judged(path)[0] == "broken"
    assert places
    if generation in ("v110", "latest"):
        assert seen == 24 * len(places)


def test_the_checksums_are_those_of_the_library() -> None:
    """Of lookup3 its author's own test vector; of fletcher32 the library's loop, word by word."""
    assert lookup3(b"Four score and seven years ago") == 0x17770551
    for size in (0, 1, 2, 5, 1000, (128 << 10) + 3):
        data = np.random.default_rng(size).bytes(size)
        one = two = 0
        for at in range(0, size, 2):
            one += int.from_bytes((data[at : at + 2] + b"\0")[:2], "big")
            two += one
        assert fletcher(data) == (one % 65535, two % 65535)
    assert [width(n) for n in (1, 255, 256, 65535, 65536)] == [1, 1, 2, 2, 3]


ARRAYS = (b"EAHD", b"EAIB", b"EASB", b"EADB", b"FAHD", b"FADB", b"BTHD", b"BTIN", b"BTLF")
"""What the tables of new indexes of chunks begin with."""


def write_indexes(path: Path) -> None:
    """Datasets of one index each: a growing array down to its pages, a fixed one, both kinds of tree."""
    with h5py.File(path, "w", libver="latest") as file:
        numbers = noise(300, 2)
        for name, most in (("growing", (None, 2)), ("fixed", (2000, 2)), ("tree", (None, None))):
            packing = {"compression": "gzip", "shuffle": True, "fletcher32": True}
            file.create_dataset(name, data=numbers, maxshape=most, chunks=(1, 2), **packing)
        paged = {"maxshape": (None,), "chunks": (1,), "dtype": "u1", "fletcher32": True}
        paged_one = file.create_dataset("paged", shape=(140_000,), **paged)
        paged_one[131_060:131_070] = 7  # the first of a block that is so large that it has pages


def places_of(content: bytes, signs: Sequence[bytes]) -> list[int]:
    return [at for sign in signs for at in range(len(content)) if content.startswith(sign, at)]


def test_every_table_of_an_index_of_chunks_shows_a_flipped_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    write_indexes(path)
    content = path.read_bytes()
    assert judged(path) == ("unknown", "139990 bytes of paged were never written")
    places = places_of(content, ARRAYS)
    assert {content[at : at + 4] for at in places} == set(ARRAYS)
    for number, start in enumerate(places[::3]):
        for at in (start + number % 4, start + 5 + number % 19):
            path.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
            assert judged(path)[0] == "broken", (content[start : start + 4], at - start)


def test_every_chunk_of_an_array_that_grows_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    write_indexes(path)
    content = path.read_bytes()
    with h5py.File(path) as file:
        chunks = {name: [file[name].id.get_chunk_info(n).byte_offset
                         for n in range(0, file[name].id.get_num_chunks(), 23)]
                  for name in ("growing", "fixed", "tree", "paged")}  # fmt: skip
    for name, places in chunks.items():
        for at in (*places[:3], places[-1]):
            path.write_bytes(content[: at + 1] + bytes([content[at + 1] ^ 4]) + content[at + 2 :])
            verdict, reason = judged(path)
            assert (verdict, name in reason) == ("broken", True), (name, at, reason)


def test_a_dataset_that_grew_and_shrank_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    for most in ((None, 40), (40, None), (None, None), (900, 90)):
        with h5py.File(path, "w", libver="latest") as file:
            one = file.create_dataset("w", data=noise(40, 40), maxshape=most, chunks=(5, 8))
            for size in (3, 900, 77):
                one.resize(size, axis=1 if most[0] == 40 else 0)
                one[...] = noise(*one.shape)
        assert judged(path)[0] == "ok", judged(path)


def test_a_chunk_that_lies_outside_of_the_shape_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    write(path, chunks=(64, 16))
    content = path.read_bytes()
    row = struct.pack("<IIQQQ", 64 * 16 * 4, 0, 256, 16, 0)
    assert content.count(row) == 1
    path.write_bytes(content.replace(row, struct.pack("<IIQQQ", 64 * 16 * 4, 0, 640, 16, 0)))
    assert judged(path) == ("broken", "w: a chunk begins outside of its shape")


def test_the_structure_of_a_file_of_many_chunks_leaves_most_to_a_full_read(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for name in "abc":
            file.create_dataset(name, data=noise(3000, 1), chunks=(1, 1), compression="gzip")
    assert judged(path, "structure") == (
        "ok", "3 datasets, each within the file; 6000 chunks wait for a full read"
    )  # fmt: skip
    assert "checksums of 9000 of 9000 chunks" in judged(path)[1]


def test_old_tables_that_the_library_does_not_follow_are_broken(tmp_path: Path) -> None:
    """They have no checksum; whatever makes h5py refuse a name or the file is seen by its sense."""
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for name in ("b", "a", "d/e"):
            file[name] = noise(9, 4)
    content = path.read_bytes()
    heap, names, nodes = (content.index(sign) for sign in (b"HEAP", b"SNOD", b"TREE"))
    group = 2 * 40 + 8 + names  # the third name, a group, whose place is kept beside it
    places = {
        "a flag of the superblock": 22, "a version of it": 9, "its free space": 33, "a kind of root": 73,
        "a version of the heap": heap + 4, "its free blocks": heap + 18, "a key": nodes + 25,
        "a version of names": names + 4, "the order of names": names + 8, "a kind of name": names + 25,
        "where a group lies": group + 24,
    }  # fmt: skip
    assert judged(path)[0] == "ok"
    for what, at in places.items():
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :])
        assert judged(path, "structure")[0] == "broken", what


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_file_that_was_changed_over_and_over_is_read_whole(
    generation: str, tmp_path: Path
) -> None:
    dice = np.random.default_rng(5)
    path = tmp_path / "a.h5"
    for number in range(12):
        with h5py.File(path, "a", libver=generation) as file:
            for _ in range(40):
                name = f"g{dice.integers(4)}/{'long' * dice.integers(9)}{dice.integers(30)}"
                if name in file:
                    del file[name]
                elif dice.integers(9):
                    file.create_dataset(
                        name, data=noise(9, 9), **({"chunks": (4, 4)} if number % 2 else {})
                    )
                else:
                    file.create_group(name)
        assert judged(path)[0] == "ok", (number, judged(path))
