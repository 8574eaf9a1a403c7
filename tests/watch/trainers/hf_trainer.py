"""A small random BERT fine-tuned by transformers' Trainer; with `late` a head is put on after the optimizer was built."""

import sys

import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments

from labjournal.watch.callbacks import TransformersCallback

torch.manual_seed(0)


class Sentences(Dataset):
    def __init__(self, n):
        self.ids = torch.randint(5, 60, (n, 12))
        self.labels = (self.ids[:, :4] > 30).sum(1).gt(2).long()

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, i):
        mask = torch.ones(12, dtype=torch.long)
        return {"input_ids": self.ids[i], "attention_mask": mask, "labels": self.labels[i]}


class NewHead(TrainerCallback):
    def on_train_begin(self, args, state, control, model=None, optimizer=None, **kwargs):
        model.classifier = torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.Tanh(), torch.nn.Linear(32, 2))


config = BertConfig(
    vocab_size=60, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, num_labels=2
)
model = BertForSequenceClassification(config)
arguments = TrainingArguments(
    "out",
    per_device_train_batch_size=16,
    num_train_epochs=2,
    learning_rate=1e-3,
    logging_steps=5,
    eval_strategy="epoch",
    save_strategy="no",
    report_to=[],
    use_cpu=True,
    disable_tqdm=True,
)
callbacks = [TransformersCallback()] if "callback" in sys.argv else []
callbacks += [NewHead()] if "late" in sys.argv else []
trainer = Trainer(
    model=model, args=arguments, train_dataset=Sentences(480), eval_dataset=Sentences(64), callbacks=callbacks
)
trainer.train()
