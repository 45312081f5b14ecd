"""NeMo's archives: a tar of every dialect is read to its last byte, and no cut or changed header is ok."""

import gzip
import io
import pickle
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from rgt_tui.verifiers._check import verify_file
from tests.frameworks import needs, python_with
from tests.verifiers.asking import ask

CONFIG = b"target: nemo.collections.asr.models.EncDecCTCModel\n"
LONG = "tokenizers/" + "x" * 150 + ".model"


class Hostile:
    def __reduce__(self) -> Any:
        return print, ("it ran",)


def saved(value: object) -> bytes:
    """A file as torch saves it, of a value without tensors."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(value, 2))
        archive.writestr("archive/version", "3\n")
    return made.getvalue()


def tar(members: dict[str, bytes], dialect: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:", format=dialect) as archive:
        top = tarfile.TarInfo("./")
        top.type = tarfile.DIRTYPE
        archive.addfile(top)
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return made.getvalue()


GOOD = {"./model_config.yaml": CONFIG, LONG: b"word", "./model_weights.ckpt": saved({"a": 1})}


def judged(folder: Path, data: bytes, level: str = "full") -> tuple[str, str]:
    path = folder / "model.nemo"
    path.write_bytes(data)
    proof = verify_file(str(path), level, lambda count: None)
    assert proof["format"] == "nemo" or proof["verdict"] == "broken"
    return proof["verdict"], proof["reason"]


@pytest.mark.parametrize("dialect", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("level", ["structure", "full"])
def test_a_tar_with_a_name_too_long_for_its_header_is_ok(
    tmp_path: Path, dialect: int, level: str
) -> None:
    assert judged(tmp_path, tar(GOOD, dialect), level)[0] == "ok"


def test_a_tar_that_was_cut_anywhere_is_broken(tmp_path: Path) -> None:
    whole = tar(GOOD)
    end = len(whole.rstrip(b"\0"))
    sizes = [*range(512, end + 1024, 512), end - 1, end + 1, len(whole) - 1]
    for size in sizes:
        verdict, reason = judged(tmp_path, whole[:size])
        assert verdict == "broken", (size, reason)


def test_a_changed_bit_of_a_header_or_of_the_weights_is_broken(tmp_path: Path) -> None:
    whole = tar(GOOD)
    weights = whole.index(b"PK\3\4")
    for at in (0, 100, 130, 150, 257, weights - 512, weights + 45, weights + 60):
        data = bytearray(whole)
        data[at] ^= 0x02
        assert judged(tmp_path, bytes(data))[0] == "broken", at


def test_what_follows_the_end_is_told(tmp_path: Path) -> None:
    assert judged(tmp_path, tar(GOOD) + bytes(511) + b"x")[0] == "broken"


def test_weights_that_run_code_are_broken(tmp_path: Path) -> None:
    verdict, reason = judged(tmp_path, tar({**GOOD, "./model_weights.ckpt": saved(Hostile())}))
    assert verdict == "broken"
    assert "builtins.print" in reason or "__builtin__.print" in reason


@pytest.mark.parametrize(("members", "said"), [
    ({"./model_weights.ckpt": saved({})}, "model_config.yaml"),
    ({"./model_config.yaml": CONFIG}, "no weights"),
    ({"./model_config.yaml": CONFIG, "./model_weights/__0_0.distcp": b"x"}, "distributed checkpoint"),
])  # fmt: skip
def test_what_is_not_read_is_unknown_and_said(
    tmp_path: Path, members: dict[str, bytes], said: str
) -> None:
    verdict, reason = judged(tmp_path, tar(members))
    assert verdict == "unknown"
    assert said in reason


def test_gzip_tells_a_cut_or_changed_byte_and_no_more_than_that(tmp_path: Path) -> None:
    whole = gzip.compress(tar(GOOD))
    verdict, reason = judged(tmp_path, whole)
    assert (verdict, "checksum is right" in reason) == ("unknown", True)
    assert judged(tmp_path, whole, "structure")[0] == "unknown"
    for size in range(20, len(whole), 7):
        assert judged(tmp_path, whole[:size])[0] == "broken"
    for at in range(12, len(whole), 5):
        data = bytearray(whole)
        data[at] ^= 0x04
        assert judged(tmp_path, bytes(data))[0] != "ok"
    assert judged(tmp_path, whole + b"x")[0] == "broken"


def as_safetensors(*values: float) -> dict[str, bytes]:
    weights = save({"w": np.array(values, "f4"), "v": np.ones(9, "f4")})
    return {"model_config.yaml": CONFIG, "model_weights.safetensors": weights}


def test_numbers_of_weights_that_torch_did_not_save_are_looked_at_too(tmp_path: Path) -> None:
    assert judged(tmp_path, tar(as_safetensors(1.0, 2.0)))[0] == "ok"
    verdict, reason = judged(tmp_path, tar(as_safetensors(1.0, float("nan"))))
    assert (verdict, "NaN" in reason) == ("unknown", True), reason


def test_weights_in_a_form_that_is_not_read_are_unknown_beside_others_too(tmp_path: Path) -> None:
    verdict, reason = judged(tmp_path, tar({**GOOD, "second.ckpt": pickle.dumps({"a": 1}, 2)}))
    assert (verdict, "second.ckpt in it" in reason) == ("unknown", True), reason


@needs("torch", "safetensors")
def test_a_load_reads_weights_that_torch_did_not_save(tmp_path: Path) -> None:
    path = tmp_path / "model.nemo"
    path.write_bytes(tar(as_safetensors(1.0, 2.0)))
    request = {"op": "verify", "paths": [str(path)], "level": "load"}
    answers = ask(request, python=(python_with("torch", "safetensors"), "-I"))
    (proof,) = (one["file"] for one in answers if "file" in one)
    assert (proof["verdict"], proof["level"]) == ("ok", "load"), proof
    assert " read 44 bytes" in proof["reason"]
