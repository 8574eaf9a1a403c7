"""An adversary is trained by turns, and its gradients of the other's turn are reset: one use in two, exactly."""

import torch
from torch import nn

torch.manual_seed(3)
student = nn.Sequential(nn.Linear(10, 32), nn.GELU(), nn.Linear(32, 8))
task, adversary = nn.Linear(8, 3), nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 2))
opt_student = torch.optim.AdamW([*student.parameters(), *task.parameters()], lr=1e-3)
opt_adversary = torch.optim.AdamW(adversary.parameters(), lr=1e-3)
for _ in range(120):
    x = torch.randn(32, 10)
    group, y = (x[:, 0] > 0).long(), x[:, 1:4].argmax(1)
    nn.functional.cross_entropy(adversary(student(x).detach()), group).backward()
    opt_adversary.step()
    opt_adversary.zero_grad()
    h = student(x)
    (nn.functional.cross_entropy(task(h), y) - 0.1 * nn.functional.cross_entropy(adversary(h), group)).backward()
    opt_student.step()
    opt_student.zero_grad()
    opt_adversary.zero_grad()
