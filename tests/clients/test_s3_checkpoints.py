"""Checkpoints of a volume seen over a real S3 server (moto's), without any Pod."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from rgt_tui.clients import s3_checkpoints
from rgt_tui.clients.s3 import S3, S3Keys
from rgt_tui.clients.s3_checkpoints import look_outside
from rgt_tui.clients.s3_open import verify_closure
from rgt_tui.domain.checkpoint import FileProof, FileStamp, Level, Verdict
from rgt_tui.domain.durable import Durable, Evident, Lies, durable
from rgt_tui.domain.errors import ApiError
from rgt_tui.domain.objects import HeaderCheck
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.stored import StoredVolume
from rgt_tui.domain.volume import MountKind, NetworkVolume
from rgt_tui.saved_facts import UNREAD
from rgt_tui.simulator.files import safetensors, trainer_checkpoint
from tests.clients.buckets import client, serving
from tests.verifiers.onnx_models import model

REGION = "us-ks-2"
VOLUME = NetworkVolume(
    id="8w5k1z3v", name="runs", size_gb=100, data_center="US-KS-2", tier="STANDARD"
)
GOOD = safetensors(7)
FILES = {
    **{file.path: file.content for file in trainer_checkpoint("out", 500, 0)},
    "cut/model.safetensors": GOOD[:-3],
    "page/model.safetensors": b"<html><body>502 Bad Gateway</body></html>",
    "deep/old.pt": b"PK\x03\x04" + bytes(60),
    "deep/weights.bin": b"just numbers",
    "empty/a.safetensors": b"",
    "odd/\u00fc [@click=x] \u202e#1.safetensors": GOOD,
    ".Trash-0/files/gone.safetensors": GOOD,
    "venv/site-packages/torch/x.pt": b"PK\x03\x04",
    "notes.txt": b"hello",
}


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving({VOLUME.id: FILES}, REGION) as found:
        s3 = client(found, REGION)
        parts = s3.create_multipart_upload(Bucket=VOLUME.id, Key="multi/a.safetensors")
        sent = s3.upload_part(
            Bucket=VOLUME.id, Key="multi/a.safetensors", PartNumber=1,
            UploadId=parts["UploadId"], Body=GOOD,
        )  # fmt: skip
        s3.complete_multipart_upload(
            Bucket=VOLUME.id,
            Key="multi/a.safetensors",
            UploadId=parts["UploadId"],
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": sent["ETag"]}]},
        )
        s3.close()
        yield found


SHARDS = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}


def one_tensor(name: str) -> bytes:
    entry = {name: {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}
    head = json.dumps(entry).encode()
    return len(head).to_bytes(8, "little") + head + b"1234"


def shards(names: dict[str, str]) -> dict[str, bytes]:
    """An index, and shards with one tensor each."""
    index = json.dumps({"metadata": {}, "weight_map": SHARDS}).encode()
    parts = {file: one_tensor(tensor) for tensor, file in names.items()}
    return {"model.safetensors.index.json": index, **parts}


GROUPS = {
    "whole": shards(SHARDS),
    "short": shards({"a": SHARDS["a"]}),
    "swapped": shards({"a": SHARDS["b"], "b": SHARDS["a"]}),
}


async def test_the_parts_of_a_checkpoint_are_all_there_or_it_is_broken() -> None:
    files = {f"{group}/{name}": body for group, of in GROUPS.items() for name, body in of.items()}
    with serving({VOLUME.id: files}, REGION) as origin:
        found = await seen(origin)
    verdicts = {one.folder: found.verdict_of(one) for one in found.checkpoints}
    assert verdicts["whole"][0] is Verdict.OK
    assert verdicts["short"][0] is Verdict.BROKEN
    assert "model-00002-of-00002.safetensors is missing" in verdicts["short"][2]
    assert verdicts["swapped"][0] is Verdict.BROKEN
    assert "which the index places there" in verdicts["swapped"][2]


async def test_parts_that_nobody_asked_for_are_not_said_to_be_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {f"{group}/{name}": body for group in "abc" for name, body in GROUPS["whole"].items()}

    async def fails_in_a(s3: S3, bucket: str, of: tuple[str, str], sizes: Any) -> HeaderCheck:
        if of[0] == "a":
            raise ApiError("503 Slow Down")
        return await verify_closure(s3, bucket, of, sizes)

    monkeypatch.setattr(s3_checkpoints, "verify_closure", fails_in_a)
    with serving({VOLUME.id: files}, REGION) as origin:
        asked = await seen(origin)
        monkeypatch.setattr(s3_checkpoints, "GROUPS_MAX", 0)
        unasked = await seen(origin)
    verdicts = {one.folder: asked.verdict_of(one) for one in asked.checkpoints}
    assert [verdicts[group][0] for group in "abc"] == [Verdict.UNKNOWN, Verdict.OK, Verdict.OK]
    assert "could not be asked: 503 Slow Down" in verdicts["a"][2]
    for one in unasked.checkpoints:
        verdict, _, said = unasked.verdict_of(one)
        assert verdict is Verdict.UNKNOWN
        assert "was asked only of the 0 newest" in said


NOW = 4_000_000_000.0


def _entry(file: FileStamp) -> FileProof:
    return replace(UNREAD, stamp=file)


async def seen(origin: str, volume: NetworkVolume = VOLUME) -> StoredVolume:
    keys = S3Keys(access="user_abc", secret=Secret("rps_def"), source="a test")
    async with S3(endpoint=origin, region=REGION, keys=keys) as s3:
        return await look_outside(s3, volume, lambda: NOW)


async def test_what_can_be_a_checkpoint_is_found_and_the_rest_is_not(origin: str) -> None:
    found = await seen(origin)
    assert {one.path for one in found.checkpoints} == {
        "out/checkpoint-500",
        "cut/model.safetensors",
        "page/model.safetensors",
        "deep/old.pt",
        "empty/a.safetensors",
        "odd/\u00fc [@click=x] \u202e#1.safetensors",
        "multi/a.safetensors",
    }
    assert found.gaps == ()
    step = {one.path: one.step for one in found.checkpoints}
    assert step["out/checkpoint-500"] == 500


async def test_headers_prove_as_far_as_they_can_and_never_further(origin: str) -> None:
    found = await seen(origin)
    verdicts = {one.path: found.verdict_of(one) for one in found.checkpoints}
    good, level, said = verdicts["out/checkpoint-500"]
    assert (good, level) == (Verdict.OK, Level.STRUCTURE)
    assert "no content was read" in said
    for broken in ("cut/model.safetensors", "page/model.safetensors", "empty/a.safetensors"):
        assert verdicts[broken][0] is Verdict.BROKEN, broken
    assert verdicts["deep/old.pt"][0] is not Verdict.OK


async def test_an_odd_key_is_read_as_it_is_and_shown_cleaned(origin: str) -> None:
    found = await seen(origin)
    odd = next(one for one in found.checkpoints if one.path.startswith("odd/"))
    assert found.verdict_of(odd)[0] is Verdict.OK
    assert "\u202e" not in odd.shown


@pytest.mark.hazard(50)
async def test_the_etag_of_parts_is_no_md5(origin: str) -> None:
    found = await seen(origin)
    assert found.looks["multi/a.safetensors"].md5 is None
    assert found.looks["cut/model.safetensors"].md5 is not None


async def test_a_look_is_the_witness_that_a_stopped_pods_volume_needs(origin: str) -> None:
    found = await seen(origin)
    lies = Lies(
        real_path="/workspace/out", mount="/workspace", kind=MountKind.NETWORK,
        label="network volume runs", place=found.place,
    )  # fmt: skip
    one = next(one for one in found.checkpoints if one.path == "out/checkpoint-500")
    for file in one.files:
        kept = durable(_entry(file), Evident(lies=lies, looks=[found.looks[file.path]]), NOW + 900)
        assert isinstance(kept, tuple)
        assert isinstance(kept[0], Durable)
    cut = next(one for one in found.checkpoints if one.path == "cut/model.safetensors").files[0]
    kept = durable(_entry(cut), Evident(lies=lies, looks=[found.looks[cut.path]]), NOW)
    assert not isinstance(kept, tuple)


async def test_a_volume_that_is_gone_is_an_error_and_not_an_empty_list(origin: str) -> None:
    with pytest.raises(ApiError):
        await seen(origin, replace(VOLUME, id="nosuchbucket"))


async def test_a_model_and_the_weights_that_it_names_are_one_checkpoint() -> None:
    files = {
        "good/m.onnx": model("w/any name", offset=904), "good/w/any name": bytes(5000),
        "short/m.onnx": model("m.data"), "short/m.data": bytes(4095),
        "gone/m.onnx": model("m.data"),
        "out/m.onnx": model("../good/m.data"),
        "root.onnx": model("a/../root.bin"), "root.bin": b"PK\x03\x04" + bytes(4092),
    }  # fmt: skip
    models = replace(VOLUME, id="7m0d3l5x")
    with serving({models.id: files}, REGION) as origin:
        found = await seen(origin, models)
    parts = {one.path: [file.path for file in one.files] for one in found.checkpoints}
    assert parts["good/m.onnx"] == ["good/m.onnx", "good/w/any name"]
    assert parts["root.onnx"] == ["root.bin", "root.onnx"]
    assert "good/w/any name" not in parts
    verdicts = {one.path: found.verdict_of(one) for one in found.checkpoints}
    assert verdicts["good/m.onnx"][0] is Verdict.OK
    assert verdicts["root.onnx"][0] is Verdict.OK
    for path, why in (("short/m.onnx", "which has 4095"), ("gone/m.onnx", "m.data is missing"),
                      ("out/m.onnx", "outside the model's folder")):  # fmt: skip
        assert verdicts[path][0] is Verdict.BROKEN, path
        assert why in verdicts[path][2], verdicts[path]
    assert found.gaps == ("gone/m.onnx: its weights gone/m.data are not there",)
