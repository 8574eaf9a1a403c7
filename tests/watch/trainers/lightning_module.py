"""A LightningModule with dropout, scheduler and validation; with `left_out` the optimizer gets the encoder only."""

import sys

import lightning as L
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from labjournal.watch.callbacks import LightningCallback

L.seed_everything(1)


class Classifier(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Dropout(0.1))
        self.head = nn.Linear(32, 3)

    def forward(self, x):
        return self.head(self.encoder(x))

    def training_step(self, batch, _):
        x, y = batch
        loss = nn.functional.cross_entropy(self(x), y)
        self.log("train_loss", loss)
        return loss

    def validation_step(self, batch, _):
        x, y = batch
        self.log("val_loss", nn.functional.cross_entropy(self(x), y))

    def configure_optimizers(self):
        part = self.encoder if "left_out" in sys.argv else self
        optimizer = torch.optim.AdamW(part.parameters(), lr=1e-2)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)]


x = torch.randn(640, 10)
data = TensorDataset(x, x[:, :3].argmax(1))
train, val = torch.utils.data.random_split(data, [512, 128])
trainer = L.Trainer(
    max_epochs=3,
    accelerator="cpu",
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    enable_model_summary=False,
    callbacks=[LightningCallback()] if "callback" in sys.argv else [],
)
trainer.fit(Classifier(), DataLoader(train, 32, shuffle=True), DataLoader(val, 64))
