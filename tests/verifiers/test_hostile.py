"""Files made to harm whoever looks at them: nothing runs, nothing hangs, nothing grows without end."""

import gzip
import io
import os
import pickle
import signal
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rgt_tui.verifiers import Broken, Unsure, _worker, msgpack
from rgt_tui.verifiers._check import verify_file
from rgt_tui.verifiers._limits import MEMORY, Send, limited
from rgt_tui.verifiers._pickles import walk
from tests.verifiers.asking import ask, verify
from tests.verifiers.corruptions import safetensors_with

EVIL = b"cos\nsystem\n(S'touch /tmp/rgt-evil'\ntR."


def quiet(count: int) -> None:
    """No progress is wanted."""


def torch_zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", "3\n")
    return out.getvalue()


@pytest.mark.parametrize(
    "code",
    [
        EVIL,
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cbuiltins\ngetattr\n.",
        b"cposix\nsystem\n.",
        b"csubprocess\nPopen\n.",
        b"ctorch.hub\nload\n.",
        b"cruntime\n__import__\n.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
    ],
)
def test_a_pickle_that_names_what_runs_code_is_broken_and_runs_nothing(
    code: bytes, tmp_path: Path
) -> None:
    for name, content in (("a.pt", torch_zip(code)), ("b.pkl", b"\x80\x04" + code)):
        path = tmp_path / name
        path.write_bytes(content)
        proof = verify_file(str(path), "full", quiet)
        assert (proof["verdict"], "run code" in proof["reason"]) == ("broken", True), proof
    assert not Path("/tmp/rgt-evil").exists()


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04\x96\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"\x80\x04B\xff\xff\xff\x7f.",
        b"\x80\x02\x82\x01.",
        b"(" * 100_000,
        b"",
        b"\x80\x04.",
        b"\x80\x04N",
    ],
)
def test_a_damaged_pickle_is_refused_within_its_means(data: bytes) -> None:
    with pytest.raises((Broken, Unsure)):
        walk(data, "it")


def test_a_pickle_of_a_strange_class_is_unknown_not_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    path.write_bytes(torch_zip(b"cmymodels.nets\nNet\n)\x81."))
    proof = verify_file(str(path), "full", quiet)
    assert proof["verdict"] == "unknown"
    assert "mymodels.nets.Net" in proof["reason"]


def test_a_link_a_pipe_and_a_folder_without_rights_are_unknown(tmp_path: Path) -> None:
    (tmp_path / "real.npy").write_bytes(b"x")
    (tmp_path / "link.safetensors").symlink_to(tmp_path / "real.npy")
    os.mkfifo(tmp_path / "pipe.safetensors")
    for name in ("link.safetensors", "pipe.safetensors", "nothing.pt"):
        proof = verify_file(str(tmp_path / name), "full", quiet)
        assert proof["verdict"] == "unknown", name
        assert proof["sha256"] == ""


def test_a_name_with_a_line_end_and_bad_bytes_comes_back_as_it_is(tmp_path: Path) -> None:
    name = os.fsdecode(b"a\nb\xff\x1b[2J.npy")
    (tmp_path / name).write_bytes(b"\x93NUMPY")
    files, _ = verify(tmp_path)
    assert list(files) == [name]


def test_a_zip_bomb_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        head = (
            b"\x93NUMPY\x01\x00\x46\x00"
            + b"{'descr': '|u1', 'fortran_order': False, 'shape': (9,), }".ljust(69)
            + b"\n"
        )
        archive.writestr("a.npy", head + bytes(200_000_000))
    files, _ = verify(path)
    assert files["bomb.npz"]["verdict"] == "broken"


def test_a_file_that_changes_meanwhile_is_never_ok(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    head = (
        b"\x93NUMPY\x01\x00\x46\x00"
        + b"{'descr': '|u1', 'fortran_order': False, 'shape': (4000000,), }".ljust(69)
        + b"\n"
    )
    path.write_bytes(head + os.urandom(4_000_000))

    def touch(count: int) -> None:
        os.utime(path, ns=(1, 1))

    proof = verify_file(str(path), "full", touch)
    assert (proof["verdict"], proof["reason"]) == ("unknown", "changed during verification")


def test_a_verifier_that_is_killed_costs_its_file_only(tmp_path: Path) -> None:
    """A pickle whose memo grows beyond the memory limit: its file is unknown, the next one is judged."""
    (tmp_path / "a.pkl").write_bytes(b"\x80\x04" + b"".join(
        b"\x8c\x01x\x85" for _ in range(30)) + b".")  # fmt: skip
    (tmp_path / "b.npy").write_bytes(b"\x93NUMPY")
    files, _ = verify(tmp_path)
    assert files["b.npy"]["verdict"] == "broken"
    assert files["a.pkl"]["verdict"] != "ok" or files["a.pkl"]["level"] == "full"


def test_random_and_mutated_input_never_raises(tmp_path: Path) -> None:
    import random

    dice = random.Random(5)
    seeds = [torch_zip(pickle.dumps({"a": 1})), b"GGUF\3\0\0\0" + bytes(24), b"\x93NUMPY\1\0",
             b"\x89HDF\r\n\x1a\n" + bytes(90), b"\x08\x07:\x03\x0a\x01a", b"\x82\xa1a\x01\xa1b\xc0"]  # fmt: skip
    for number in range(400):
        data = bytearray(dice.choice(seeds))
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        ending = dice.choice((".pt", ".safetensors", ".gguf", ".npz", ".npy", ".h5", ".onnx",
                              ".msgpack", ".keras", ".ckpt", ".json", ".pkl"))  # fmt: skip
        path = tmp_path / f"{number}{ending}"
        path.write_bytes(data)
        assert verify_file(str(path), "full", quiet)["verdict"] in ("ok", "broken", "unknown")


def test_requests_are_answered_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(b"123456")
    answers = ask(
        {"op": "hello", "id": 1},
        {"op": "hash", "id": 2, "path": str(tmp_path / "a.npy"), "ranges": [[0, 3], [3, 3]]},
        {"op": "flush", "id": 3, "paths": [str(tmp_path / "a.npy")]},
        {"op": "stat", "id": 4, "paths": [str(tmp_path / "a.npy"), str(tmp_path / "none")]},
    )
    assert [a["done"] for a in answers if "done" in a] == [1, 2, 3, 4]
    assert [len(answers[i]["hash"]) for i in (2, 3)] == [64, 64]
    assert answers[5] == {"flushed": [str(tmp_path / "a.npy"), ""]}
    assert answers[8]["stat"] == [str(tmp_path / "none"), None]


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".bin"])
@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_has_one_verdict_whatever_its_name_and_protocol(
    tmp_path: Path, suffix: str, protocol: int
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(pickle.dumps({"a": [1, 2], "lr": 0.1}, protocol))
    proof = verify_file(str(path), "full", quiet)
    assert (proof["format"], proof["verdict"]) == ("pickle", "ok"), proof
    for evil in (EVIL, b"\x80\x02" + EVIL):
        path.write_bytes(evil)
        proof = verify_file(str(path), "full", quiet)
        assert (proof["verdict"], "run code" in proof["reason"]) == ("broken", True), proof


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".ckpt"])
def test_a_cut_pickle_stays_broken(tmp_path: Path, suffix: str) -> None:
    for protocol in range(6):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(pickle.dumps({"a": [1, 2], "lr": 0.1}, protocol)[:-1])
        assert verify_file(str(path), "full", quiet)["verdict"] == "broken"


@pytest.mark.parametrize("number", [b"r\xff\xff\xff\xff", b"p4294967295\n", b"r\x00\x00\x00\x10"])
def test_a_pickle_that_numbers_its_values_into_the_millions_is_not_ok(
    tmp_path: Path, number: bytes
) -> None:
    path = tmp_path / "a.pt"
    path.write_bytes(b"\x80\x02}" + number + b".")
    proof = verify_file(str(path), "full", quiet)
    assert (proof["verdict"], "numbers a value" in proof["reason"]) == ("unknown", True), proof
    path.write_bytes(b"\x80\x02}" + number + EVIL)
    assert "run code" in verify_file(str(path), "full", quiet)["reason"]


def test_a_number_without_end_in_a_header_is_told_in_our_words(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    header = b'{"a":{"dtype":"F32","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,0]}}'
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    proof = verify_file(str(path), "full", quiet)
    assert proof["verdict"] == "broken"
    assert "5000 digits, more than any size has" in proof["reason"]


def test_small_files_share_a_child_and_one_that_kills_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcdef":
        (tmp_path / f"{name}.pkl").write_bytes(pickle.dumps({"a": 1}))
    (tmp_path / "g.npy").write_bytes(bytes(_worker.SMALL + 1))
    children: list[float] = []

    def counted(
        work: Callable[[Send], None], seconds: float, memory: int = MEMORY
    ) -> Iterator[Any]:
        children.append(seconds)
        return limited(work, seconds, memory)

    def deadly(path: str, level: str, progress: Callable[[int], None]) -> dict[str, Any]:
        if path.endswith("c.pkl"):
            os.kill(os.getpid(), signal.SIGKILL)
        return verify_file(path, level, progress)

    monkeypatch.setattr(_worker, "limited", counted)
    monkeypatch.setattr(_worker, "verify_file", deadly)
    request = {"paths": [str(tmp_path)], "level": "full"}
    answers = list(_worker._OPERATIONS["verify"](request))
    found = {Path(a["file"]["path"]).name: a["file"] for a in answers if "file" in a}
    assert {name: proof["verdict"] for name, proof in found.items()} == {
        "a.pkl": "ok", "b.pkl": "ok", "c.pkl": "unknown", "d.pkl": "ok", "e.pkl": "ok",
        "f.pkl": "ok", "g.npy": "broken",
    }  # fmt: skip
    assert "it was killed" in found["c.pkl"]["reason"]
    assert len(children) == 5, "the walk, a to c, c again, d to f, the large one"


def gguf(alignment: int, tail: bytes) -> bytes:
    """No tensors, and one key."""
    key = b"general.alignment"
    pair = struct.pack("<Q", len(key)) + key + struct.pack("<IQ", 10, alignment)
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + pair + tail


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("storages"))
    return out.getvalue()


KERAS = {"config.json": b"{}", "metadata.json": b"{}"}
WRONG: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "after tables without tensors": ("a.gguf", lambda: gguf(32, bytes(5000)), "broken"),
    "an alignment of exabytes": ("a.gguf", lambda: gguf(2**63, b""), "broken"),
    "a name that is no text": ("a.safetensors", lambda: safetensors_with(
        b'{"\\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', b"1"), "broken"),
    "a shape beyond all numbers": ("a.safetensors", lambda: safetensors_with(
        {"a": {"dtype": "U8", "shape": [2**62] * 3000, "data_offsets": [0, 1]}}, b"1"), "broken"),
    "packed weights of zeros": ("a.keras", lambda: zipped(
        {**KERAS, "model.weights.h5": bytes(9999)}), "broken"),
    "a configuration without end": ("a.keras", lambda: zipped(
        {**KERAS, "config.json": b"[" * 200_000, "model.weights.h5": b"\x89HDF\r\n\x1a\n"}), "unknown"),
    "a record outside": ("a.pt", lambda: zipped(
        {"archive/data.pkl": b"\x80\x02N.", "archive/../../x": b""}), "broken"),
    "a tar archive": ("a.pt", tarred, "unknown"),
    "packed by gzip": ("a.pt", lambda: gzip.compress(b"weights"), "unknown"),
    "packed by zstd": ("a.ckpt", lambda: b"\x28\xb5\x2f\xfd" + bytes(90), "unknown"),
    "a table of TensorFlow 1": ("model.ckpt", lambda: bytes(99) + bytes.fromhex("57fb808b247547db"),
                                "unknown"),
    "a length near 2**63": ("a.safetensors", lambda: struct.pack("<Q", 2**63 - 1) + b'{"a":1}', "broken"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_was_made_to_slip_through_does_not(name: str, tmp_path: Path) -> None:
    called, make, wanted = WRONG[name]
    (tmp_path / called).write_bytes(make())
    proof = verify_file(str(tmp_path / called), "full", quiet)
    assert proof["verdict"] == wanted, proof["reason"]
    assert len(proof["reason"]) < 300


def test_a_value_of_millions_within_each_other_is_not_walked_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(msgpack, "_VALUES_MAX", 1000)
    path = tmp_path / "a.msgpack"
    path.write_bytes(b"\x91" * 1100 + b"\xc0")
    proof = verify_file(str(path), "full", quiet)
    assert (proof["verdict"], proof["reason"]) == ("unknown", "it has more values than are walked")
