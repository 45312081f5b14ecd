"""FSDP of two processes over gloo: what torch's distributed checkpoint and accelerate's names make of it.

`fsdp2` is torch's own `save` of model and optimiser, `step_30` one that was written in the background,
`accelerate`, `local` and `full` have the names of accelerate's SHARDED_, LOCAL_ and FULL_STATE_DICT.
"""

import os
import sys
import tempfile

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
import torch.multiprocessing
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    get_state_dict,
)
from torch.distributed.checkpoint.stateful import Stateful
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard

RANKS = 2


class App(Stateful):
    """As torch's tutorial of distributed checkpoints has it."""

    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer

    def state_dict(self):
        model, optimizer = get_state_dict(self.model, self.optimizer)
        return {"model": model, "optim": optimizer}


def sharded(mesh):
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(13, 24), torch.nn.ReLU(), torch.nn.Linear(24, 7))
    for layer in model:
        if list(layer.parameters()):
            fully_shard(layer, mesh=mesh, mp_policy=MixedPrecisionPolicy(torch.bfloat16))
    fully_shard(model, mesh=mesh)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(torch.randn(8, 13)).float().sum().backward()
    optimizer.step()
    return model, optimizer


def accelerated(folder, model, optimizer, rank):
    """accelerate 1.15 `utils/fsdp_utils.py` (`save_fsdp_model`, `save_fsdp_optimizer`)."""
    shards = get_model_state_dict(model)
    dcp.save({"model": shards}, checkpoint_id=os.path.join(folder, "pytorch_model_fsdp_0"))
    moments = get_optimizer_state_dict(model, optimizer)
    dcp.save({"optimizer": moments}, checkpoint_id=os.path.join(folder, "optimizer_0"))
    random_state(folder, rank)
    if not rank:
        torch.save({"last_epoch": 1}, os.path.join(folder, "scheduler.bin"))


def random_state(folder, rank):
    values = {"step": 30, "random_state": None, "torch_manual_seed": torch.get_rng_state()}
    torch.save(values, os.path.join(folder, f"random_states_{rank}.pkl"))


def one_rank(rank, folder, meeting):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=RANKS)
    model, optimizer = sharded(init_device_mesh("cpu", (RANKS,)))
    dcp.save({"app": App(model, optimizer)}, checkpoint_id=os.path.join(folder, "fsdp2"))
    later = os.path.join(folder, "step_30")
    dcp.async_save({"app": App(model, optimizer), "step": 30}, checkpoint_id=later).result()
    inner = os.path.join(folder, "accelerate")
    os.makedirs(inner, exist_ok=True)
    accelerated(inner, model, optimizer, rank)
    local, full = (os.path.join(folder, name) for name in ("local", "full"))
    for inner in (local, full):
        os.makedirs(inner, exist_ok=True)
        random_state(inner, rank)
    options = StateDictOptions(cpu_offload=True)
    parts, moments = get_state_dict(model, optimizer, options=options)
    torch.save(parts, os.path.join(local, f"pytorch_model_fsdp_rank{rank}.bin"))
    torch.save(moments, os.path.join(local, f"optimizer_0_rank{rank}.bin"))
    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    whole, moments = get_state_dict(model, optimizer, options=options)
    if not rank:
        torch.save(whole, os.path.join(full, "pytorch_model_fsdp.bin"))
        torch.save(moments, os.path.join(full, "optimizer.bin"))
    dist.barrier()
    dist.destroy_process_group()


def write(folder):
    meeting = os.path.join(tempfile.mkdtemp(), "meeting")
    sys.modules.pop("__mp_main__", None)
    torch.multiprocessing.start_processes(
        one_rank, (folder, meeting), nprocs=RANKS, start_method="fork"
    )
