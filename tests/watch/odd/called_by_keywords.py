"""Every function of torch that is wrapped, with all its arguments by their names."""

import tempfile
from pathlib import Path

import torch
from late import noise, train
from torch import nn

torch.manual_seed(seed=0)
model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
optimizer = torch.optim.Adam(params=model.parameters(), lr=1e-3)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer=optimizer, patience=100)
cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer=optimizer, max_lr=1e-3, total_steps=500)
model.add_module(name="3", module=nn.Linear(8, 8))
file = Path(tempfile.mkdtemp()) / "model.pt"
torch.save(obj=model.state_dict(), f=file)
torch.save(model.state_dict(), f=str(file))
model.load_state_dict(state_dict=torch.load(f=file), strict=True)
weight = model[0].weight
torch.autograd.grad(outputs=model(torch.ones(2, 8)).sum(), inputs=[weight])
torch.autograd.backward(tensors=[model(torch.ones(2, 8)).sum()])
model.zero_grad(set_to_none=True)
optimizer.zero_grad(set_to_none=True)
with torch.set_grad_enabled(mode=False), torch.autocast(device_type="cpu", enabled=False):
    model(torch.ones(2, 8))
model.to(dtype=torch.float32)
model.type(dst_type=torch.float32)
scaler = torch.amp.GradScaler(device="cpu", enabled=False)
train(model, optimizer, noise())
scaler.step(optimizer=optimizer)
plateau.step(metrics=1.0)
cycle.step()
print(model[0].weight.sum().item(), file.stat().st_size)
