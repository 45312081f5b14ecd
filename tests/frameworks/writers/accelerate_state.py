"""accelerate's `save_state` and `save_model`, as its examples call them."""

import os

import torch
from accelerate import Accelerator
from accelerate.utils import ProjectConfiguration, set_seed


class Counter:
    """An object of the user's, kept by `register_for_checkpointing`."""

    def __init__(self):
        self.seen = 0

    def state_dict(self):
        return {"seen": self.seen, "best": 0.25}

    def load_state_dict(self, state):
        self.seen = state["seen"]


def write(folder):
    set_seed(3)
    settings = ProjectConfiguration(
        project_dir=folder, automatic_checkpoint_naming=True, total_limit=2
    )
    accelerator = Accelerator(cpu=True, project_config=settings)
    model = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.Linear(32, 4))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
    data = torch.utils.data.DataLoader(torch.randn(16, 16), batch_size=4, shuffle=True)
    model, optimizer, scheduler, data = accelerator.prepare(model, optimizer, scheduler, data)
    accelerator.register_for_checkpointing(Counter())
    for batch in data:
        accelerator.backward(model(batch).square().sum())
        optimizer.step()
        scheduler.step()
    accelerator.save_state()
    accelerator.save_state(safe_serialization=False)
    settings.automatic_checkpoint_naming = False
    accelerator.save_state(os.path.join(folder, "step_70"))
    accelerator.save_model(model, os.path.join(folder, "model"), max_shard_size="1KB")
    accelerator.save_model(model, os.path.join(folder, "old"), max_shard_size="1KB",
                           safe_serialization=False)  # fmt: skip
