"""Writes real PyTorch files into the folder named first: run by a Python that has torch.

Not a test and not imported: `good.py` runs it with Debian's `python3-torch`.
"""

import json
import os
import pickle
import random
import sys
import types

import numpy as np
import torch

OUT = sys.argv[1]
torch.manual_seed(0)


def at(*names):
    path = os.path.join(OUT, *names)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


def state(scale=1, layers=4):
    found = {f"layer.{i}.weight": torch.randn(24 * scale, 24) for i in range(layers)}
    found.update({f"layer.{i}.bias": torch.randn(24) for i in range(layers)})
    return found


def trained():
    model = torch.nn.Sequential(torch.nn.Linear(24, 24), torch.nn.Linear(24, 4))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
    for _ in range(3):
        model(torch.randn(8, 24)).sum().backward()
        optimizer.step()
        scheduler.step()
    return model, optimizer, scheduler


def singles():
    model, optimizer, scheduler = trained()
    torch.save(state(), at("single", "model.pt"))
    torch.save(state(), at("single", "pytorch_model.bin"))
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": 3},
               at("single", "full.pth"))  # fmt: skip
    torch.save({"scheduler": scheduler.state_dict()}, at("single", "scheduler.pt"))
    torch.save(state(8, 2), at("single", "large.pt"))
    shared = torch.randn(64, 64)
    torch.save({"a": shared, "b": shared[3:9, 1:7], "c": shared.t()}, at("single", "views.pt"))
    for kind in ("float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8",
                 "bool", "complex64"):  # fmt: skip
        value = torch.randint(0, 2, (9, 7)).to(getattr(torch, kind))
        torch.save({kind: value, "other": torch.randn(5)}, at("single", f"{kind}.pt"))
    torch.save({"none": torch.empty(0, 4), "scalar": torch.tensor(3.5)}, at("single", "empty.pt"))
    torch.save(torch.randn(11), at("single", "bare.pt"))
    torch.save([], at("single", "nothing.pt"))
    torch.save(torch.nn.Parameter(torch.randn(4, 4)), at("single", "parameter.pt"))
    torch.jit.script(torch.nn.Linear(8, 8)).save(at("single", "script.pt"))
    for name, value in (("legacy.pt", state()), ("legacy_full.pth", {"m": state(2), "step": 7}),
                        ("legacy_bare.bin", torch.randn(31))):  # fmt: skip
        torch.save(value, at("single", name), _use_new_zipfile_serialization=False)
    lightning = {"pytorch-lightning_version": "2.5.0", "global_step": 400, "epoch": 2,
                 "state_dict": state(), "optimizer_states": [optimizer.state_dict()],
                 "hyper_parameters": {"lr": 0.1}, "loops": {}}  # fmt: skip
    torch.save(lightning, at("single", "epoch=2-step=400.ckpt"))


def trainer():
    model, optimizer, scheduler = trained()
    for step in (100, 200):
        name = f"trainer/checkpoint-{step}"
        torch.save(model.state_dict(), at(name, "pytorch_model.bin"))
        torch.save(optimizer.state_dict(), at(name, "optimizer.pt"))
        torch.save(scheduler.state_dict(), at(name, "scheduler.pt"))
        rng = {"python": random.getstate(), "numpy": np.random.get_state(),
               "cpu": torch.random.get_rng_state()}  # fmt: skip
        torch.save(rng, at(name, "rng_state.pth"))
        with open(at(name, "trainer_state.json"), "w") as file:
            json.dump({"global_step": step, "epoch": 1.0, "log_history": []}, file)


def deepspeed():
    for step in (10, 20):
        name = f"deepspeed/global_step{step}"
        torch.save({"module": state(), "global_steps": step, "ds_version": "0.16"},
                   at(name, "mp_rank_00_model_states.pt"))  # fmt: skip
        for rank in range(4):
            flat = torch.randn(300)
            torch.save(
                {"optimizer_state_dict": {"zero_stage": 2, "partition_count": [4, 4],
                 "single_partition_of_fp32_groups": [flat]}, "ds_version": "0.16"},
                at(name, f"bf16_zero_pp_rank_{rank}_mp_rank_00_optim_states.pt"))  # fmt: skip
    with open(at("deepspeed", "latest"), "w") as file:
        file.write("global_step20")


def megatron():
    for rank in ("00", "01"):
        torch.save({"model": state(), "iteration": 500, "checkpoint_version": 3.0},
                   at("megatron", "iter_0000500", f"mp_rank_{rank}", "model_optim_rng.pt"))  # fmt: skip
    with open(at("megatron", "latest_checkpointed_iteration.txt"), "w") as file:
        file.write("500")


def accelerate():
    model, optimizer, _ = trained()
    torch.save(model.state_dict(), at("accelerate", "pytorch_model.bin"))
    torch.save(optimizer.state_dict(), at("accelerate", "optimizer.bin"))
    for rank in range(2):
        with open(at("accelerate", f"random_states_{rank}.pkl"), "wb") as file:
            pickle.dump({"step": 5, "random_state": random.getstate(),
                         "numpy_random_seed": np.random.get_state()}, file)  # fmt: skip


def sharded_bin():
    places, whole = {}, state(2, 6)
    names = sorted(whole)
    for number, part in enumerate((names[:4], names[4:8], names[8:]), 1):
        shard = f"pytorch_model-{number:05d}-of-00003.bin"
        torch.save({name: whole[name] for name in part}, at("sharded_bin", shard))
        places.update(dict.fromkeys(part, shard))
    with open(at("sharded_bin", "pytorch_model.bin.index.json"), "w") as file:
        json.dump({"metadata": {}, "weight_map": places}, file)


class _Metadata:
    pass


def dcp():
    """The layout of torch.distributed.checkpoint 2.x; its classes by name, its items by torch."""
    module = types.ModuleType("torch.distributed.checkpoint.metadata")
    storage = types.ModuleType("torch.distributed.checkpoint.filesystem")
    made = {}
    for where, name in ((module, "Metadata"), (module, "MetadataIndex"),
                        (module, "TensorStorageMetadata"), (storage, "_StorageInfo")):  # fmt: skip
        kind = type(name, (), {"__module__": where.__name__})
        setattr(where, name, kind)
        made[name] = kind
        sys.modules[where.__name__] = where

    def a(name, **fields):
        one = made[name]()
        one.__dict__.update(fields)
        return one

    described, placed = {}, {}
    for rank in range(2):
        name, at_byte = f"__{rank}_0.distcp", 0
        with open(at("dcp", name), "wb") as file:
            for number in range(3):
                fqn = f"model.{rank}.{number}.weight"
                torch.save(torch.randn(40, 10), file)
                end = file.tell()
                index = a("MetadataIndex", fqn=fqn, offset=torch.Size([0, 0]), index=0)
                placed[index] = a("_StorageInfo", relative_path=name, offset=at_byte,
                                  length=end - at_byte)  # fmt: skip
                described[fqn] = a("TensorStorageMetadata", size=torch.Size([40, 10]), chunks=[])
                at_byte = end
    metadata = a("Metadata", state_dict_metadata=described, planner_data=None, storage_data=placed)
    with open(at("dcp", ".metadata"), "wb") as file:
        pickle.dump(metadata, file)


for write in (singles, trainer, deepspeed, megatron, accelerate, sharded_bin, dcp):
    write()
print(torch.__version__)
