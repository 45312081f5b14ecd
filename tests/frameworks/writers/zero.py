"""DeepSpeed's ZeRO folders, made with torch as DeepSpeed 0.17 lays them out.

DeepSpeed itself needs a compiler and a GPU's toolkit to be of use. Names, keys and classes are those
of its `runtime/engine.py` (`_save_checkpoint`, `_save_zero_checkpoint`), `runtime/zero/stage_1_and_2.py`
and `stage3.py` (`state_dict`), `runtime/bf16_optimizer.py` and `checkpoint/constants.py`.
"""

import enum
import os
import sys
import types

import torch

VERSION = "0.17.2"


def known(module, name):
    """A class of a module that is not installed, so that a pickle names it."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        full = ".".join(parts[:count])
        if full not in sys.modules:
            sys.modules[full] = types.ModuleType(full)
    if not hasattr(sys.modules[module], name):
        setattr(sys.modules[module], name, type(name, (), {"__module__": module}))
    return getattr(sys.modules[module], name)


def scaler(kind):
    one = known("deepspeed.runtime.fp16.loss_scaler", kind)()
    vars(one).update(cur_scale=65536.0, dynamic=kind != "LossScaler", dtype=torch.float16,
                     cur_iter=0, last_overflow_iter=-1, scale_factor=2.0)  # fmt: skip
    return one


def stage_names():
    module = "deepspeed.runtime.zero.config"
    if not issubclass(known(module, "ZeroStageEnum"), enum.Enum):
        stages = ("disabled", "optimizer_states", "gradients", "weights")
        made = enum.Enum(
            "ZeroStageEnum", {name: n for n, name in enumerate(stages)}, module=module, type=int
        )
        sys.modules[module].ZeroStageEnum = made
    return sys.modules[module].ZeroStageEnum


def fragment(start, count):
    made = known("deepspeed.utils.tensor_fragment", "fragment_address")()
    vars(made).update(numel=count, start=start)
    return made


def shapes():
    return {"embed.weight": torch.Size([40, 8]), "head.weight": torch.Size([40, 8]),
            "norm.bias": torch.Size([8])}  # fmt: skip


def weights(kind):
    torch.manual_seed(1)
    return {name: torch.randn(shape).to(kind) for name, shape in shapes().items()}


def model_states(step, ranks, module, **more):
    sizes = shapes()
    return {
        "module": module, "buffer_names": ["norm.bias"], "optimizer": None,
        "param_shapes": [sizes], "frozen_param_shapes": None, "shared_params": {"head.weight": "embed.weight"},
        "frozen_param_fragments": None, "lr_scheduler": {"last_batch_iteration": step, "_last_lr": [1e-3]},
        "data_sampler": None, "random_ltd": None, "sparse_tensor_module_names": set(),
        "skipped_steps": 0, "global_steps": step, "global_samples": step * 16,
        "dp_world_size": ranks, "mp_world_size": 1,
        "ds_config": {"train_batch_size": 16, "bf16": {"enabled": True}},
        "ds_version": VERSION, **more,
    }  # fmt: skip


def base_state(flat):
    return {"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.randn_like(flat),
                          "exp_avg_sq": torch.rand_like(flat)}},
            "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999), "params": [0]}]}  # fmt: skip


def states_of_rank(rank, ranks, stage):
    count = sum(shape.numel() for shape in shapes().values()) // ranks
    flat = torch.randn(count)
    stages = stage_names()
    if stage == 3:
        optim = {"zero_stage": 3, "loss_scaler": scaler("DynamicLossScaler"), "overflow": False,
                 "dynamic_loss_scale": True, "partition_count": ranks,
                 "optimizer_state_dict": base_state(flat), "fp32_flat_groups": [flat]}  # fmt: skip
    else:
        slices = {name: fragment(n * 8, 8) for n, name in enumerate(shapes())}
        optim = {"loss_scaler": scaler("LossScaler"), "dynamic_loss_scale": False, "overflow": False,
                 "clip_grad": 1.0, "base_optimizer_state": base_state(flat),
                 "single_partition_of_fp32_groups": [flat], "zero_stage": stages(stage),
                 "group_paddings": [0], "partition_count": [ranks],
                 "ds_version": VERSION, "param_slice_mappings": [slices]}  # fmt: skip
    return {"optimizer_state_dict": optim, "ds_config": {"zero_optimization": {"stage": stage}},
            "ds_version": VERSION}  # fmt: skip


def run(folder, stage, steps, prefix="", ranks=2):
    for step in steps:
        inner = os.path.join(folder, f"global_step{step}")
        os.makedirs(inner)
        if stage == 3:
            for rank in range(ranks):
                name = f"zero_pp_rank_{rank}_mp_rank_00_model_states.pt"
                hollow = {key: torch.empty(0, dtype=torch.bfloat16) for key in shapes()}
                torch.save(model_states(step, ranks, hollow), os.path.join(inner, name))
        else:
            whole = model_states(step, ranks, weights(torch.bfloat16), loss="kept by the user")
            torch.save(whole, os.path.join(inner, "mp_rank_00_model_states.pt"))
        for rank in range(ranks):
            name = f"{prefix}zero_pp_rank_{rank}_mp_rank_00_optim_states.pt"
            torch.save(states_of_rank(rank, ranks, stage), os.path.join(inner, name))
    with open(os.path.join(folder, "latest"), "w") as file:
        file.write(f"global_step{steps[-1]}")
    with open(os.path.join(folder, "zero_to_fp32.py"), "w") as file:
        file.write("#!/usr/bin/env python\n# This script extracts fp32 weights\n")


def write(folder):
    for stage, prefix in ((1, "bf16_"), (2, ""), (3, "bf16_")):
        inner = os.path.join(folder, f"stage{stage}")
        os.makedirs(inner)
        run(inner, stage, (10, 20), prefix)
    trainer = os.path.join(folder, "trainer", "checkpoint-20")
    os.makedirs(trainer)
    run(trainer, 2, (20,))
    torch.save(weights(torch.bfloat16), os.path.join(trainer, "pytorch_model.bin"))
    with open(os.path.join(trainer, "trainer_state.json"), "w") as file:
        file.write('{"global_step": 20, "log_history": []}')
