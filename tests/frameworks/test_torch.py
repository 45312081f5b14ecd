"""Files of torch and of the libraries on it: each is one checkpoint, none is called broken, damage is seen."""

import shutil
from pathlib import Path

import pytest

from tests.frameworks import needs, python_with
from tests.frameworks.written import (
    Damages,
    Shown,
    cut,
    flip,
    listed,
    loaded_once,
    shown,
    swap,
    written,
)

LIBRARIES = ("torch", "accelerate", "transformers", "peft", "lightning", "omegaconf")
pytestmark = [
    needs(*LIBRARIES),
    pytest.mark.timeout(300),  # the first waits for imports, slow on a busy machine
]
WRITERS = ("fully_sharded", "state_dicts", "accelerate_state", "transformers_run", "lightning_run",
           "zero", "megatron_ranks")  # fmt: skip
"""The last two leave stand-ins for modules that others would look for."""
Checkpoints = dict[str, tuple[str, int | None]]
STATE_DICTS = ("alone", "attributes", "bfloat16", "complex", "float8", "integers", "jagged", "meta", "model",
               "nested", "parameters", "protocol4", "protocol5", "quantised", "scripted", "sparse",
               "storage", "subclass", "tied", "typed", "unsummed", "views")  # fmt: skip
CHECKPOINTS: dict[str, Checkpoints] = {
    "state_dicts": {
        **{f"{name}.pt": ("torch", None) for name in STATE_DICTS},
        "training_step_120.pt": ("torch", 120), "exported.pt2": ("torch-export", None),
        "legacy.pth": ("torch-legacy", None), "bfloat16_legacy.pt": ("torch-legacy", None),
        "tied_legacy.pt": ("torch-legacy", None),
    },
    "fully_sharded": {
        "fsdp2": ("dcp", None), "step_30": ("dcp", 30), "accelerate": ("accelerate", None),
        "local": ("accelerate", None), "full": ("accelerate", None),
    },
    "accelerate_state": {
        "checkpoints/checkpoint_0": ("accelerate", 0), "checkpoints/checkpoint_1": ("accelerate", 1),
        "model/model": ("sharded", None), "old/pytorch_model": ("sharded", None),
        "step_70": ("accelerate", 70),
    },
    "transformers_run": {
        "trainer": ("trainer", None), "trainer/checkpoint-1": ("trainer", 1),
        "trainer/checkpoint-2": ("trainer", 2), "shards/model": ("sharded", None),
        "half/model.safetensors": ("safetensors", None), "lora/checkpoint-1": ("trainer", 1),
        "adapter": ("peft", None),
    },
    "lightning_run": {
        f"{name}/{file}": ("torch", step) for name in ("plain", "average", "omegaconf")
        for file, step in (("epoch=0-step=2.ckpt", 2), ("last.ckpt", None))
    },
    "zero": {
        "trainer/checkpoint-20": ("trainer", 20),
        **{f"stage{stage}/global_step{step}": ("deepspeed", step)
           for stage in (1, 2, 3) for step in (10, 20)},
    },
    "megatron_ranks": {
        "megatron/iter_0000050": ("megatron", 50), "megatron/iter_0000100": ("megatron", 100),
        "nemo/asr.nemo": ("nemo", None), "nemo/old.nemo": ("nemo", None),
    },
}  # fmt: skip
PACKED = "megatron_ranks/nemo/old.nemo"
UNSURE = {
    "state_dicts/subclass.pt": "names classes that are on no list: writer_state_dicts.Named",
    PACKED: "packed by gzip, whose checksum is right",
}
"""What is not ok at `full` although it is whole, with the reason that a person reads."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.getbasetemp(), python_with(*LIBRARIES), *WRITERS)


@pytest.mark.parametrize("writer", CHECKPOINTS)
def test_each_save_is_listed_as_one_checkpoint_with_its_step(real: Path, writer: str) -> None:
    assert listed(real / writer) == CHECKPOINTS[writer]


@pytest.mark.parametrize("level", ["structure", "full"])
def test_what_a_library_wrote_is_ok_or_says_why_it_cannot_be_told(real: Path, level: str) -> None:
    found = shown(real, level)
    said = found.less_than_ok()
    assert set(said) == (set(UNSURE) if level == "full" else {PACKED})
    for name, reason in said.items():
        assert reason.startswith("unknown: ")
        assert level != "full" or UNSURE[name] in reason
    assert {kind for kind, _ in found.groups} == {
        "dcp", "accelerate", "trainer", "sharded", "peft", "deepspeed", "megatron",
    }  # fmt: skip


def test_every_tensor_is_held_against_its_storage(real: Path) -> None:
    counts = {"training_step_120.pt": 28, "attributes.pt": 1, "parameters.pt": 2, "tied.pt": 2,
              "bfloat16.pt": 9, "legacy.pth": 28, "sparse.pt": 11}  # fmt: skip
    found = shown(real / "state_dicts").files
    for name, count in counts.items():
        assert found[name]["reason"].startswith(f"{count} tensors on "), found[name]


DAMAGES: Damages = {
    "state-flipped": ("state_dicts/training_step_120.pt", "", flip(), "broken"),
    "state-cut": ("state_dicts/training_step_120.pt", "", cut, "broken"),
    "legacy-cut": ("state_dicts/legacy.pth", "", cut, "broken"),
    "export-flipped": ("state_dicts/exported.pt2", "", flip(0.3), "broken"),
    "export-cut": ("state_dicts/exported.pt2", "", cut, "broken"),
    "script-flipped": ("state_dicts/scripted.pt", "", flip(0.2), "broken"),
    "nemo-flipped": ("megatron_ranks/nemo/asr.nemo", "", flip(0.4), "broken"),
    "nemo-header": ("megatron_ranks/nemo/asr.nemo", "", flip(0.001), "broken"),
    "nemo-cut": ("megatron_ranks/nemo/asr.nemo", "", cut, "broken"),
    "packed-nemo-flipped": ("megatron_ranks/nemo/old.nemo", "", flip(), "broken"),
    "packed-nemo-cut": ("megatron_ranks/nemo/old.nemo", "", cut, "broken"),
    "fsdp-flipped": ("fully_sharded/fsdp2", "__0_0.distcp", flip(0.04), "broken"),
    "fsdp-rank-missing": ("fully_sharded/fsdp2", "__1_0.distcp", Path.unlink, "broken"),
    "fsdp-ranks-swapped": ("fully_sharded/fsdp2", "__1_0.distcp", swap("__0_0.distcp"), "broken"),
    "fsdp-not-ended": ("fully_sharded/step_30", ".metadata", Path.unlink, "broken"),
    "fsdp-local-rank-missing": ("fully_sharded/local", "pytorch_model_fsdp_rank1.bin", Path.unlink,
                                "broken"),
    "fsdp-optimiser-rank-missing": ("fully_sharded/local", "optimizer_0_rank0.bin", Path.unlink, "broken"),
    "fsdp-full-missing": ("fully_sharded/full", "pytorch_model_fsdp.bin", Path.unlink, "broken"),
    "fsdp-of-accelerate-cut": ("fully_sharded/accelerate", "pytorch_model_fsdp_0/__1_0.distcp", cut,
                               "broken"),
    "accelerate-model-missing": ("accelerate_state/step_70", "model.safetensors", Path.unlink, "broken"),
    "accelerate-optimiser-flipped": ("accelerate_state/step_70", "optimizer.bin", flip(), "broken"),
    "accelerate-random-state-cut": ("accelerate_state/step_70", "random_states_0.pkl", cut, "broken"),
    "shard-missing": ("transformers_run/shards", "model-00002-of-00004.safetensors", Path.unlink, "broken"),
    "shards-swapped": ("transformers_run/shards", "model-00002-of-00004.safetensors",
                       swap("model-00003-of-00004.safetensors"), "broken"),
    "shard-cut": ("transformers_run/shards", "model-00004-of-00004.safetensors", cut, "broken"),
    "old-shards-swapped": ("accelerate_state/old", "pytorch_model-00001-of-00002.bin",
                           swap("pytorch_model-00002-of-00002.bin"), "broken"),
    "trainer-model-cut": ("transformers_run/trainer/checkpoint-2", "model.safetensors", cut, "broken"),
    "trainer-optimiser-flipped": ("transformers_run/trainer/checkpoint-2", "optimizer.pt", flip(), "broken"),
    "trainer-state-missing": ("transformers_run/trainer/checkpoint-2", "trainer_state.json", Path.unlink,
                              "broken"),
    "adapter-missing": ("transformers_run/adapter", "adapter_model.safetensors", Path.unlink, "broken"),
    "lightning-flipped": ("lightning_run/plain/last.ckpt", "", flip(), "broken"),
    "lightning-cut": ("lightning_run/omegaconf/last.ckpt", "", cut, "broken"),
    "lightning-step": ("lightning_run/plain", "epoch=0-step=2.ckpt",
                       lambda path: path.rename(path.with_name("epoch=0-step=9.ckpt")), "unknown"),
    "zero-model-of-before": ("zero/stage2", "global_step20/mp_rank_00_model_states.pt",
                             lambda path: shutil.copy(path.parent.parent / "global_step10" / path.name, path),
                             "broken"),
    "zero-rank-missing": ("zero/stage2/global_step20", "zero_pp_rank_1_mp_rank_00_optim_states.pt",
                          Path.unlink, "broken"),
    "zero-rank-flipped": ("zero/stage1/global_step20", "bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt",
                          flip(), "broken"),
    "zero-model-missing": ("zero/stage3/global_step20", "zero_pp_rank_0_mp_rank_00_model_states.pt",
                           Path.unlink, "broken"),
    "zero-step-renamed": ("zero/stage1", "global_step20",
                          lambda path: path.rename(path.with_name("global_step30")), "broken"),
    "zero-latest-stale": ("zero/stage1", "latest", lambda path: path.write_text("global_step10"), "unknown"),
    "megatron-rank-missing": ("megatron_ranks/megatron/iter_0000100", "mp_rank_01/model_optim_rng.pt",
                              Path.unlink, "broken"),
    "megatron-rank-flipped": ("megatron_ranks/megatron/iter_0000100", "mp_rank_01/model_optim_rng.pt",
                              flip(0.3), "broken"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_to_a_real_file_is_never_ok(judged: dict[str, Shown], name: str) -> None:
    source, _, _, verdict = DAMAGES[name]
    found = judged[name]
    assert found.worst() == verdict, found
    assert not any("cannot be opened" in one["reason"] for one in found.files.values())
    if source.rpartition("/")[2] in ("fsdp2", "local", "checkpoint-2", "global_step20"):
        assert any(one["verdict"] == verdict for one in found.groups.values())


def test_a_model_states_file_of_another_step_is_not_taken_for_this_ones(
    judged: dict[str, Shown],
) -> None:
    assert (
        "of step 10"
        in judged["zero-model-of-before"].groups["deepspeed", "global_step20"]["reason"]
    )


def test_what_no_checksum_protects_shows_only_in_its_hash(real: Path, tmp_path: Path) -> None:
    source = real / "transformers_run" / "half" / "model.safetensors"
    copy = tmp_path / source.name
    shutil.copy(source, copy)
    flip(0.95)(copy)
    before, after = (shown(path).files[source.name] for path in (source, copy))
    assert (before["verdict"], after["verdict"]) == ("ok", "ok")
    assert "no checksum" in after["reason"]
    assert before["sha256"] != after["sha256"]


REFUSED = {
    "model.pt": "torch.nn.modules.container.Sequential",
    "scripted.pt": "TorchScript, whose code would run",
    "parameters.pt": "torch.nn.parameter.UninitializedParameter",
    "protocol4.pt": "a pickle of a later protocol than 2",
    "protocol5.pt": "a pickle of a later protocol than 2",
    "training_args.bin": "transformers.training_args.TrainingArguments",
}
"""What a load of weights alone refuses of each file of this name, as a person is told."""
READ = {
    "state_dicts/training_step_120.pt": 14224, "state_dicts/legacy.pth": 14224, "state_dicts/float8.pt": 4100,
    "state_dicts/bfloat16.pt": 1610, "state_dicts/tied.pt": 640, "state_dicts/storage.pt": 200,
    "state_dicts/typed.pt": 200, "state_dicts/meta.pt": 12, "state_dicts/sparse.pt": 1176,
    "state_dicts/jagged.pt": 192, "state_dicts/views.pt": 6548, "megatron_ranks/nemo/asr.nemo": 3720,
    "fully_sharded/local/pytorch_model_fsdp_rank0.bin": 1072,
    "transformers_run/trainer/checkpoint-2/optimizer.pt": 45780,
    "transformers_run/trainer/checkpoint-2/model.safetensors": 22848,
}  # fmt: skip
"""The bytes of all tensors of a file, which a load has to read."""


@pytest.fixture(scope="module")
def loaded(real: Path) -> Shown:
    return loaded_once(real, python_with(*LIBRARIES))


def test_a_load_reads_every_byte_and_says_how_many(loaded: Shown) -> None:
    for name, count in READ.items():
        proof = loaded.files[name]
        assert (proof["verdict"], proof["level"]) == ("ok", "load"), proof
        assert f" read {count} bytes" in proof["reason"]


def test_a_load_says_why_it_was_not_done_and_never_calls_a_real_file_broken(loaded: Shown) -> None:
    assert loaded.worst() == "unknown"
    for path, proof in loaded.files.items():
        name = path.rpartition("/")[2]
        omegaconf = (
            "omegaconf.dictconfig.DictConfig" if path.startswith("lightning_run/omegaconf") else ""
        )
        refused = REFUSED.get(name, omegaconf)
        if refused:
            said = f"not loaded: it holds what a load of weights alone refuses: {refused}"
            assert (proof["verdict"], proof["level"], proof["reason"]) == ("unknown", "full", said)
        elif proof["format"] in ("pickle", "torch-export"):
            assert proof["reason"] == f"not loaded: nothing here loads {proof['format']}"
        elif path not in UNSURE and proof["format"] != "text":
            assert (proof["verdict"], proof["level"]) == ("ok", "load"), proof


def test_a_checkpoint_is_proven_by_a_load_of_its_weights(loaded: Shown) -> None:
    """Its arguments, which a load of weights alone refuses, do not count; nor does a pickle of places."""
    assert {one["verdict"] for one in loaded.groups.values()} == {"ok"}
