"""Megatron-LM's folders, and NeMo's archive, made with torch as those lay them out.

Sources: Megatron-LM 0.13 `training/checkpointing.py` (`get_checkpoint_name`, `generate_state_dict`),
NeMo 2.4 `core/connectors/save_restore_connector.py` (`save_to`).
"""

import argparse
import enum
import io
import os
import random
import sys
import tarfile
import types

import numpy as np
import torch

MODEL_TYPE = "megatron.core.enums"


def enumeration():
    for name in ("megatron", "megatron.core", MODEL_TYPE):
        sys.modules.setdefault(name, types.ModuleType(name))
    made = enum.Enum("ModelType", {"encoder_or_decoder": 1}, module=MODEL_TYPE)
    sys.modules[MODEL_TYPE].ModelType = made
    return made


def state(step, rank):
    torch.manual_seed(rank)
    linear = torch.nn.Linear(16, 16)
    optimizer = torch.optim.Adam(linear.parameters())
    linear(torch.randn(4, 16)).sum().backward()
    optimizer.step()
    args = argparse.Namespace(
        num_layers=2, params_dtype=torch.bfloat16, tensor_model_parallel_size=2,
        model_type=enumeration().encoder_or_decoder, data_path=["a"],
    )  # fmt: skip
    return {
        "args": args, "checkpoint_version": 3.0, "iteration": step,
        "model": {"language_model": {"encoder": linear.state_dict()}},
        "optimizer": {"optimizer": optimizer.state_dict(),
                      "fp32_from_fp16_params": [[one.detach().float() for one in linear.parameters()]],
                      "grad_scaler": {"scale": torch.tensor([65536.0])}},
        "opt_param_scheduler": {"max_lr": 1e-4, "num_steps": step},
        "num_floating_point_operations_so_far": 1e12,
        "rng_state": [{"random_rng_state": random.getstate(), "np_rng_state": np.random.get_state(),
                       "torch_rng_state": torch.get_rng_state(), "cuda_rng_state": torch.ByteTensor(16),
                       "rng_tracker_states": {"model-parallel-rng": torch.ByteTensor(16)}}],
    }  # fmt: skip


def nemo(path, mode):
    saved = io.BytesIO()
    torch.save(torch.nn.Linear(30, 30).state_dict(), saved)
    config = b"target: nemo.collections.asr.models.EncDecCTCModel\nsample_rate: 16000\n"
    with tarfile.open(path, mode) as archive:
        for name, data in (
            ("./model_config.yaml", config),
            ("./model_weights.ckpt", saved.getvalue()),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def write(folder):
    root = os.path.join(folder, "megatron")
    for step in (50, 100):
        for rank in range(2):
            inner = os.path.join(root, f"iter_{step:07d}", f"mp_rank_{rank:02d}")
            os.makedirs(inner)
            torch.save(state(step, rank), os.path.join(inner, "model_optim_rng.pt"))
    with open(os.path.join(root, "latest_checkpointed_iteration.txt"), "w") as file:
        file.write("100")
    os.makedirs(os.path.join(folder, "nemo"))
    nemo(os.path.join(folder, "nemo", "asr.nemo"), "w:")
    nemo(os.path.join(folder, "nemo", "old.nemo"), "w:gz")
