"""Writes checkpoints with torch's own distributed writer into the folder named first.

Not a test and not imported: a person runs it with a Python that has torch. `alone` is of one
process, `parts` has a file for each item, `bare` its tensors as safetensors, and `pair` is of two
processes over gloo on loopback. With torch 2.13 and `zip -r9` it made tests/data/dcp-torch-2.13.zip.
"""

import os
import sys

import torch
import torch.distributed as dist
import torch.multiprocessing
from torch.distributed.checkpoint import FileSystemWriter, save
from torch.distributed.checkpoint.filesystem import SerializationFormat
from torch.distributed.tensor import Shard, distribute_tensor, init_device_mesh

OUT = sys.argv[1]


def state():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Linear(8, 4))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(torch.randn(8, 8)).sum().backward()
    optimizer.step()
    moments = {f"moment.{n}": one["exp_avg"] for n, one in enumerate(optimizer.state.values())}
    return {**model.state_dict(), **moments, "step": 3, "note": "text"}


def written(name, values, **options):
    writer = FileSystemWriter(os.path.join(OUT, name), **options)
    save(values, storage_writer=writer, **({} if dist.is_initialized() else {"no_dist": True}))


def rank(number, meeting):
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=number, world_size=2)
    values = {**state(), f"own.{number}": torch.full((30,), number + 1.0)}
    mesh = init_device_mesh("cpu", (2,))
    values["cut"] = distribute_tensor(torch.randn(7, 6), mesh, [Shard(0)])
    written("pair", values)
    dist.destroy_process_group()


if __name__ == "__main__":
    written("alone", state())
    written("parts", state(), single_file_per_rank=False)
    written("bare", state(), serialization_format=SerializationFormat.SAFETENSORS)
    torch.multiprocessing.spawn(rank, (os.path.join(OUT, "meeting"),), nprocs=2)
    print(torch.__version__)
