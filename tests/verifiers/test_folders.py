"""Faults of checkpoints of several files: none may be called ok."""

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rgt_tui.verifiers import orbax
from rgt_tui.verifiers._check import verify_file, verify_group, worst
from rgt_tui.verifiers._layout import Entry, checkpoints_in, groups_in
from rgt_tui.verifiers._walk import walk
from rgt_tui.verifiers._worker import _weighs
from tests.verifiers.asking import ask
from tests.verifiers.good import (
    copy,
    has_torch,
    write_lora,
    write_orbax,
    write_sharded,
    write_torch,
    write_trainer,
)

Fault = Callable[[Path], object]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("folders")
    for write in (write_sharded, write_lora, write_trainer, write_orbax):
        own = folder / write.__name__.removeprefix("write_")
        own.mkdir()
        write(own)
    if has_torch():
        write_torch(folder)
    return folder


def groups_of(folder: Path) -> dict[str, tuple[str, str]]:
    """The verdict on each group below a folder, its files taken into account."""
    rows: list[dict[str, object]] = []
    walk(str(folder), ["*"], rows.append)
    entries = [Entry(*row["entry"]) for row in rows if "entry" in row]  # type: ignore[misc]
    proofs = [verify_file(entry.path, "full", lambda count: None) for entry in entries]
    found = {}
    for kind, path in groups_in(entries):
        below = [p for p in proofs if p["path"].startswith(path + "/")]
        inside = [p for p in below if _weighs(p, kind)]
        group = worst(verify_group(kind, path), inside)
        found[f"{kind}:{os.path.relpath(path, folder)}"] = (group["verdict"], group["reason"])
    return found


def edit(name: str, change: Callable[[dict[str, object]], None]) -> Fault:
    def fault(folder: Path) -> None:
        value = json.loads((folder / name).read_text())
        change(value)
        (folder / name).write_text(json.dumps(value))

    return fault


def swap(one: str, two: str) -> Fault:
    def fault(folder: Path) -> None:
        (folder / one).rename(folder / "aside")
        (folder / two).rename(folder / one)
        (folder / "aside").rename(folder / two)

    return fault


def remove(name: str) -> Fault:
    return lambda folder: (folder / name).unlink()


def write(name: str, text: str) -> Fault:
    return lambda folder: (folder / name).write_text(text)


def rename(one: str, two: str) -> Fault:
    return lambda folder: (folder / one).rename(folder / two)


def replace(one: str, two: str) -> Fault:
    return lambda folder: shutil.copy(folder / one, folder / two)


def flip(name: str, share: float) -> Fault:
    def fault(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        at = int(len(data) * share)
        while data[at - 4 : at + 4].count(b"Z") or not all(data[at - 4 : at + 4]):
            at += 1  # what torch wrote to align its data may change without harm
        data[at] ^= 0x40
        (folder / name).write_bytes(data)

    return fault


EVIL_FILE = "/tmp/rgt-evil"


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {EVIL_FILE}",)


def hostile(name: str) -> Fault:
    return lambda folder: (folder / name).write_bytes(pickle.dumps({"a": Evil()}))


def link(name: str) -> Fault:
    def fault(folder: Path) -> None:
        (folder / name).rename(folder.parent / "elsewhere")
        (folder / name).symlink_to(folder.parent / "elsewhere")

    return fault


SHARD = "model-{:05d}-of-00003.safetensors".format
INDEX = "model.safetensors.index.json"
CKPT = "checkpoint-500"
BIN = "pytorch_model-{:05d}-of-00003.bin".format
DS = "global_step20"
RANK = "bf16_zero_pp_rank_{}_mp_rank_00_optim_states.pt".format

FAULTS: dict[str, list[tuple[str, Fault]]] = {
    "sharded": [
        ("a shard is missing", remove(SHARD(2))),
        ("two shards are swapped", swap(SHARD(1), SHARD(2))),
        ("a shard is another's copy", replace(SHARD(1), SHARD(3))),
        ("the index is cut", lambda f: os.truncate(f / INDEX, 100)),
        ("the index is empty", write(INDEX, "")),
        ("the index is no table", write(INDEX, "[]")),
        ("the index names a shard that is not there",
         edit(INDEX, lambda v: v["weight_map"].update(x="model-00009-of-00003.safetensors"))),  # type: ignore[attr-defined]
        ("the index names a tensor that is not there",
         edit(INDEX, lambda v: v["weight_map"].update(x=SHARD(1)))),  # type: ignore[attr-defined]
        ("the index leaves tensors out", edit(INDEX, lambda v: v["weight_map"].popitem())),  # type: ignore[attr-defined]
        ("the index leads out of the folder",
         edit(INDEX, lambda v: v["weight_map"].update(x="../../etc/passwd"))),  # type: ignore[attr-defined]
        ("the total is another", edit(INDEX, lambda v: v["metadata"].update(total_size=7))),  # type: ignore[attr-defined]
        ("a shard more", replace(SHARD(1), "model-00004-of-00004.safetensors")),
        ("a shard is empty", write(SHARD(3), "")),
        ("a shard is a Git LFS pointer", write(SHARD(3), "version https://git-lfs.github.com/x\n")),
        ("a shard is cut", lambda f: os.truncate(f / SHARD(1), 3000)),
        ("a shard is a link", link(SHARD(1))),
    ],
    "lora": [
        ("the weights are missing", remove("adapter_model.safetensors")),
        ("the configuration is missing", remove("adapter_config.json")),
        ("the configuration is cut", lambda f: os.truncate(f / "adapter_config.json", 9)),
        ("the configuration is of something else", write("adapter_config.json", "{}")),
        ("the weights are empty", write("adapter_model.safetensors", "")),
    ],
    "trainer": [
        ("the weights are missing", remove(f"{CKPT}/model.safetensors")),
        ("the state is missing", remove(f"{CKPT}/trainer_state.json")),
        ("the state is cut", lambda f: os.truncate(f / CKPT / "trainer_state.json", 9)),
        ("the folder is called a later step", rename(CKPT, "checkpoint-900")),
        ("a file is empty", write(f"{CKPT}/rng_state.pth", "")),
        ("the weights are cut", lambda f: os.truncate(f / CKPT / "model.safetensors", 900)),
        ("the step is missing", write(f"{CKPT}/trainer_state.json", "{}")),
    ],
    "orbax": [
        ("it was never renamed", rename("300", "300.orbax-checkpoint-tmp-17")),
        ("a part was never renamed", rename("300/default", "300/default.orbax-checkpoint-tmp-9")),
        ("the manifest is missing", remove("300/default/manifest.ocdbt")),
        ("the manifest is empty", write("300/default/manifest.ocdbt", "")),
        ("a data file is empty", write("300/default/d/0abc", "")),
        ("it tells no commit", write("300/_CHECKPOINT_METADATA", '{"init_timestamp_nsecs": 1}')),
    ],
    "deepspeed": [
        ("the last rank is missing", remove(f"{DS}/{RANK(3)}")),
        ("a rank in the middle is missing", remove(f"{DS}/{RANK(1)}")),
        ("the model states are missing", remove(f"{DS}/mp_rank_00_model_states.pt")),
        ("latest names what is not there", write("latest", "global_step99")),
        ("latest is empty", write("latest", "")),
        ("latest holds a path", write("latest", "../../x")),
        ("latest is of an earlier save", write("latest", "global_step10")),
        ("the folder is called a later step", rename(DS, "global_step30")),
        ("model states of another step", replace("global_step10/mp_rank_00_model_states.pt",
                                                 f"{DS}/mp_rank_00_model_states.pt")),
        ("a rank has a flipped bit", flip(f"{DS}/{RANK(2)}", 0.5)),
        ("a rank is empty", write(f"{DS}/{RANK(2)}", "")),
        ("a rank is hostile", hostile(f"{DS}/{RANK(0)}")),
    ],
    "megatron": [
        ("a rank is missing",
         lambda f: shutil.rmtree(f / "iter_0000500" / "mp_rank_00")),
        ("a rank's file is missing", remove("iter_0000500/mp_rank_01/model_optim_rng.pt")),
        ("the tracker is empty", write("latest_checkpointed_iteration.txt", "")),
        ("the tracker names what is not there", write("latest_checkpointed_iteration.txt", "900")),
        ("a rank is cut",
         lambda f: os.truncate(f / "iter_0000500/mp_rank_01/model_optim_rng.pt", 5000)),
    ],
    "accelerate": [
        ("a rank's random state is missing", remove("random_states_0.pkl")),
        ("a rank's random state is empty", write("random_states_1.pkl", "")),
        ("the model is missing", remove("pytorch_model.bin")),
        ("the optimiser is cut", lambda f: os.truncate(f / "optimizer.bin", 700)),
        ("a random state is hostile", hostile("random_states_1.pkl")),
    ],
    "sharded_bin": [
        ("a shard is missing", remove(BIN(3))),
        ("two shards are swapped", swap(BIN(1), BIN(2))),
        ("a shard has a flipped bit", flip(BIN(2), 0.5)),
        ("a shard is hostile", hostile(BIN(2))),
    ],
    "dcp": [
        ("the metadata are missing", remove(".metadata")),
        ("the metadata were never renamed", rename(".metadata", ".metadata.tmp")),
        ("the metadata are hostile", hostile(".metadata")),
        ("the metadata are cut", lambda f: os.truncate(f / ".metadata", 200)),
        ("a rank is missing", remove("__1_0.distcp")),
        ("a rank is cut", lambda f: os.truncate(f / "__1_0.distcp", 2000)),
        ("a rank of another save is left", replace("__1_0.distcp", "__7_0.distcp")),
        ("the ranks are swapped and cut", lambda f: os.truncate(f / "__0_0.distcp", 100)),
        ("a rank has a flipped bit", flip("__0_0.distcp", 0.3)),
    ],
}  # fmt: skip
ALL = [(kind, name, fault) for kind, faults in FAULTS.items() for name, fault in faults]
WITHOUT_TORCH = {"sharded", "lora", "trainer", "orbax"}


@pytest.mark.parametrize(("kind", "name", "fault"), ALL, ids=[f"{k}: {n}" for k, n, _ in ALL])
def test_a_fault_of_a_folder_is_never_silent(
    good: Path, kind: str, name: str, fault: Fault, tmp_path: Path
) -> None:
    if kind not in WITHOUT_TORCH and not has_torch():
        pytest.skip("python3-torch is not installed (make tools): no real torch files to damage")
    folder = copy(good / kind, tmp_path / kind)
    fault(folder)
    found = groups_of(folder)
    assert found, "the damaged folder is not seen as a checkpoint any more"
    bad = {key: why for key, (verdict, why) in found.items() if verdict != "ok"}
    assert bad
    if kind == "orbax":
        assert any(verdict == "broken" for verdict, _ in found.values())
    assert not Path(EVIL_FILE).exists()


def test_every_file_of_orbax_is_listed_with_it_whatever_its_name(tmp_path: Path) -> None:
    """Orbax 0.12 keeps the arrays in `d` and `ocdbt.process_0/d`, under hashes for names."""
    write_orbax(tmp_path)
    deep = tmp_path / "300" / "default" / "ocdbt.process_0" / "d"
    deep.mkdir(parents=True)
    (deep / "391ec5621d3dfdea34926d163caa389e").write_bytes(b"\1" * 99)
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "391ec").write_bytes(b"\1" * 99)
    rows: list[dict[str, object]] = []
    walk(str(tmp_path), [], rows.append)
    (found,) = checkpoints_in([Entry(*row["entry"]) for row in rows if "entry" in row], 1e12)  # type: ignore[misc]
    listed = {os.path.relpath(one.path, tmp_path / "300") for one in found.entries}
    there = [path for path in (tmp_path / "300").rglob("*") if path.is_file()]
    assert found.kind == "orbax"
    assert listed == {str(path.relative_to(tmp_path / "300")) for path in there}


def test_good_folders_are_ok(good: Path) -> None:
    for kind in FAULTS:
        if (good / kind).exists() and kind != "orbax":
            found = groups_of(good / kind)
            assert found
            assert {verdict for verdict, _ in found.values()} == {"ok"}, found


def run_of(folder: Path) -> Path:
    """What a Trainer leaves: steps 500 and 1000, and the final model beside them."""
    write_trainer(folder)
    out = folder / "out"
    out.mkdir()
    for step in (500, 1000):
        place = copy(folder / CKPT, out / f"checkpoint-{step}")
        (place / "trainer_state.json").write_text(json.dumps({"global_step": step}))
        for path in place.iterdir():
            os.utime(path, (step, step))
    for name in ("model.safetensors", "config.json"):
        shutil.copy(folder / CKPT / name, out)
    (out / "trainer_state.json").write_text('{"global_step": 1000}')
    shutil.rmtree(folder / CKPT)
    return out


def listed(folder: Path) -> list[Entry]:
    rows: list[dict[str, object]] = []
    walk(str(folder), [], rows.append)
    return [Entry(*row["entry"]) for row in rows if "entry" in row]  # type: ignore[misc]


def test_each_step_of_a_trainers_run_is_a_checkpoint_of_its_own(tmp_path: Path) -> None:
    out = run_of(tmp_path)
    found = checkpoints_in(listed(out), 1e12)
    assert [(one.kind, os.path.relpath(one.path, out), one.step) for one in found] == [
        ("trainer", ".", None), ("trainer", "checkpoint-1000", 1000),
        ("trainer", "checkpoint-500", 500),
    ]  # fmt: skip
    assert {os.path.dirname(one.path) for one in found[0].entries} == {str(out)}


def test_a_damaged_step_says_nothing_of_the_model_beside_it(tmp_path: Path) -> None:
    out = run_of(tmp_path)
    (out / "checkpoint-500" / "model.safetensors").write_bytes(b"cut")
    answers = ask({"op": "verify", "paths": [str(out)], "level": "full"})
    verdicts = {
        Path(a["group"]["path"]).name: a["group"]["verdict"] for a in answers if "group" in a
    }
    assert verdicts == {"out": "ok", "checkpoint-1000": "ok", "checkpoint-500": "broken"}


def test_only_the_files_that_are_asked_for_are_read_and_judged(tmp_path: Path) -> None:
    out = run_of(tmp_path)
    only = [str(path) for path in out.iterdir() if path.is_file()]
    answers = ask({"op": "verify", "paths": [str(out)], "level": "full", "only": only})
    assert sorted(a["file"]["path"] for a in answers if "file" in a) == sorted(only)
    assert [a["group"]["path"] for a in answers if "group" in a] == [str(out)]


def test_what_orbax_has_put_there_is_told_from_what_lies_beside_it() -> None:
    own = {
        "_CHECKPOINT_METADATA", "default/_METADATA", "default/manifest.ocdbt", "default/d/0abc",
        "default/ocdbt.process_0/manifest.ocdbt", "default/ocdbt.process_0/d/1f", "default/_sharding",
        "default/array_metadatas/process_0", "z/w.kernel/.zarray", "z/w.kernel/0.1", "z/b/.zarray",
        "z/b/0", "v3/a/zarr.json", "v3/a/c/0/1", "v3/s/zarr.json", "v3/s/c",
    }  # fmt: skip
    other = {"d/0abc", "notes.xyz", "default/mine.bin", "z/w.kernel/notes", "0.1", "v3/a/d/0"}
    assert orbax.own(own | other) == own
