"""Six hundred damaged files: what structure must see, what checksums must, and what only a hash can."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from rgt_tui.verifiers._check import verify_file
from tests.verifiers.corruptions import CRAFTED, Case, cases
from tests.verifiers.good import has_torch, write_all

FORMATS = {
    "safetensors": ("safetensors/model.safetensors", "safetensors/large.safetensors",
                    "lora/adapter_model.safetensors"),
    "gguf": ("gguf/f32.gguf", "gguf/q8_0.gguf", "gguf/f16.gguf"),
    "npz": ("numpy/stored.npz", "numpy/packed.npz"),
    "npy": ("numpy/plain.npy",),
    "hdf5": ("hdf5/plain.h5", "hdf5/packed.hdf5", "hdf5/growing.h5"),
    "keras": ("keras/model.keras",),
    "msgpack": ("msgpack/checkpoint_500", "msgpack/flax_model.msgpack"),
    "onnx": ("onnx/model.onnx",),
    "torch": ("torch/single/model.pt", "torch/single/full.pth", "torch/single/large.pt",
              "torch/single/epoch=2-step=400.ckpt"),
    "torch-legacy": ("torch/single/legacy.pt", "torch/single/legacy_full.pth"),
    "dcp": ("torch/dcp/__0_0.distcp",),
}  # fmt: skip
SUMMED = {"npz", "keras", "torch", "dcp"}
"""Formats whose checksums cover every byte of data."""
NEEDS_TORCH = {"torch", "torch-legacy", "dcp"}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    write_all(folder)
    return folder


def of(good: Path, kind: str) -> list[Path]:
    if kind in NEEDS_TORCH and not has_torch():
        pytest.skip("python3-torch is not installed (make tools): no real torch files to damage")
    return [good / name for name in FORMATS[kind]]


def judged(case: Case, folder: Path) -> Iterator[tuple[str, str, str]]:
    """Verdict and reason of a damaged file; nothing where the damage changes nothing that counts."""
    content = case.source.read_bytes()
    damaged = case.damaged(content)
    if damaged is None or is_padding(content, damaged):
        return
    path = folder / case.source.name
    path.write_bytes(damaged)
    for name in (".metadata",):
        beside = case.source.parent / name
        if beside.exists():
            (folder / name).write_bytes(beside.read_bytes())
    proof = verify_file(str(path), "full", lambda count: None)
    yield case.name, proof["verdict"], proof["reason"]


def is_padding(content: bytes, damaged: bytes) -> bool:
    """Whether one byte differs that torch only wrote to align what follows."""
    if len(content) != len(damaged):
        return False
    at = next(i for i, (a, b) in enumerate(zip(content, damaged, strict=True)) if a != b)
    return content[at + 1 :] == damaged[at + 1 :] and b"ZZZZ" in content[at - 3 : at + 4]


def outcomes(good: Path, kind: str, wanted: str, folder: Path) -> list[tuple[str, str, str]]:
    every = (case for case in cases(of(good, kind)) if case.operator.kind == wanted)
    return [one for case in every for one in judged(case, folder)]


def test_the_corpus_has_at_least_600_cases() -> None:
    sources = [Path(name) for names in FORMATS.values() for name in names]
    assert len(list(cases(sources))) + len(CRAFTED) >= 600


def test_at_least_60_good_files_and_none_is_called_broken(good: Path) -> None:
    files = sorted(path for path in good.rglob("*") if path.is_file())
    if has_torch():
        assert len(files) >= 60
    proofs = [verify_file(str(path), "full", lambda count: None) for path in files]
    assert [p for p in proofs if p["verdict"] == "broken"] == []
    unsure = {p["format"] for p in proofs if p["verdict"] == "unknown"}
    assert unsure <= {"unknown"}
    for path, proof in zip(files, proofs, strict=True):
        if proof["format"] != "unknown":
            assert proof["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", FORMATS)
def test_cuts_additions_and_foreign_content_are_broken_in_every_format(
    good: Path, kind: str, tmp_path: Path
) -> None:
    found = outcomes(good, kind, "always", tmp_path)
    assert len(found) >= 15
    assert [one for one in found if one[1] != "broken"] == []


@pytest.mark.parametrize("kind", sorted(SUMMED))
def test_changed_data_are_broken_where_there_are_checksums(
    good: Path, kind: str, tmp_path: Path
) -> None:
    found = [*outcomes(good, kind, "summed", tmp_path), *outcomes(good, kind, "tail", tmp_path)]
    assert len(found) >= 7
    assert [one for one in found if one[1] != "broken"] == []


@pytest.mark.parametrize("kind", ["safetensors", "gguf", "torch-legacy", "hdf5"])
def test_ends_that_were_never_written_are_not_ok(good: Path, kind: str, tmp_path: Path) -> None:
    found = outcomes(good, kind, "tail", tmp_path)
    assert len(found) >= 7
    seen = [one for one in found if one[1] != "ok"]
    assert len(seen) >= 0.93 * len(found)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_hash_tells_every_damaged_file_from_the_good_one(good: Path, kind: str) -> None:
    for source in of(good, kind):
        content = source.read_bytes()
        own = hashlib.sha256(content).hexdigest()
        damaged = [case.damaged(content) for case in cases([source], seeds=3)]
        found = [hashlib.sha256(one).hexdigest() for one in damaged if one is not None]
        assert len(found) > 60
        assert own not in found


@pytest.mark.parametrize("name", CRAFTED)
def test_a_file_made_to_be_wrong_is_broken(name: str, tmp_path: Path) -> None:
    called, content = CRAFTED[name]
    path = tmp_path / called
    path.write_bytes(content)
    proof = verify_file(str(path), "full", lambda count: None)
    assert proof["verdict"] == "broken", proof["reason"]
