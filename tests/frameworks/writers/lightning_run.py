"""Lightning's `Trainer.fit` of one epoch, with callbacks that keep states, and with OmegaConf's parameters."""

import logging
import os

import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint, WeightAveraging
from omegaconf import OmegaConf
from torch.optim.swa_utils import get_ema_avg_fn


class Tiny(pl.LightningModule):
    def __init__(self, width, config=None):
        super().__init__()
        self.save_hyperparameters()
        self.layers = torch.nn.Sequential(torch.nn.Linear(8, width), torch.nn.Linear(width, 1))

    def training_step(self, batch, number):
        loss = self.layers(batch).square().mean()
        self.log("loss", loss)
        return loss

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), lr=1e-3)
        return {
            "optimizer": optimizer,
            "lr_scheduler": torch.optim.lr_scheduler.StepLR(optimizer, 1),
        }


def fit(folder, model, callbacks):
    kept = ModelCheckpoint(folder, filename="{epoch}-{step}", monitor="loss", save_last=True)
    trainer = pl.Trainer(
        max_epochs=1, accelerator="cpu", devices=1, logger=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=folder, callbacks=[kept, *callbacks],
    )  # fmt: skip
    trainer.fit(model, torch.utils.data.DataLoader(torch.randn(8, 8), batch_size=4))


class Average(WeightAveraging):
    def __init__(self):
        super().__init__(avg_fn=get_ema_avg_fn(0.9))


def write(folder):
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    torch.manual_seed(0)
    stopping = EarlyStopping("loss", check_on_train_epoch_end=True)
    fit(os.path.join(folder, "plain"), Tiny(16), [stopping])
    fit(os.path.join(folder, "average"), Tiny(16), [Average()])
    config = OmegaConf.create({"lr": 1e-3, "layers": [16, 16], "name": "tiny", "none": None})
    fit(os.path.join(folder, "omegaconf"), Tiny(16, config), [])
