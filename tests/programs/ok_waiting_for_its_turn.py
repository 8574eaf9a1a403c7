"""Optimizers that wait, and get gradients meanwhile or are reset: of a body while the head is trained, of a generator
while its critic warms up, of a loaded teacher through which a student is trained, and one that is never used, over the
weights that another one steps."""

import torch
from torch import nn

torch.manual_seed(87)
x = torch.randn(640, 10)
y = (x[:, 0] + x[:, 1] > 0).long() + (x[:, 2] > 1).long()


def build(width):
    model = nn.Sequential(nn.Linear(10, width), nn.ReLU(), nn.Linear(width, 3))
    return model, torch.optim.Adam(model.parameters(), 1e-3)


body, head = nn.Sequential(nn.Linear(10, 32), nn.ReLU()), nn.Linear(32, 3)
opt_body, opt_head = torch.optim.Adam(body.parameters(), 1e-3), torch.optim.Adam(head.parameters(), 1e-3)
for step in range(80):
    at = torch.randint(0, 640, (32,))
    loss = nn.functional.cross_entropy(head(body(x[at])), y[at])
    for one in [opt_head] if step < 50 else [opt_head, opt_body]:
        one.zero_grad()
    loss.backward()
    for one in [opt_head] if step < 50 else [opt_head, opt_body]:
        one.step()

maker, critic = nn.Linear(4, 2), nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
opt_maker, opt_critic = torch.optim.Adam(maker.parameters(), 1e-3), torch.optim.Adam(critic.parameters(), 1e-3)
for step in range(80):
    opt_maker.zero_grad()
    opt_critic.zero_grad()
    made = maker(torch.randn(32, 4)).detach()
    (critic(made).square().mean() + (critic(torch.randn(32, 2) + 1) - 1).square().mean()).backward()
    opt_critic.step()
    if step >= 40:
        opt_maker.zero_grad()
        (critic(maker(torch.randn(32, 4))) - 1).square().mean().backward()
        opt_maker.step()

first, _ = build(64)
teacher, opt_teacher = build(64)
teacher.load_state_dict(first.state_dict())
student, opt_student = build(16)
second = torch.optim.LBFGS(student.parameters())
for _ in range(60):
    at = torch.randint(0, 640, (32,))
    told = teacher(x[at]).softmax(1)
    loss = nn.functional.kl_div(student(x[at]).log_softmax(1), told, reduction="batchmean")
    opt_student.zero_grad()
    loss.backward()
    opt_student.step()
print(loss.item())
