"""Views of each picture without labels; the last layer keeps still for an epoch by losing its gradient, as in DINO."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(35)
pictures = torch.randn(400, 12)


class Views(Dataset):
    def __len__(self) -> int:
        return 400

    def __getitem__(self, at: int) -> tuple[list[torch.Tensor], int]:
        return [pictures[at] + 0.1 * torch.randn(12) for _ in range(3)], 0


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.last_layer = nn.Sequential(nn.Linear(12, 24), nn.GELU()), nn.Linear(24, 16, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last_layer(self.body(x))


student, teacher = Net(), Net()
teacher.load_state_dict(student.state_dict())
teacher.requires_grad_(False)
optimizer = torch.optim.AdamW(student.parameters(), lr=1e-3)
for epoch in range(4):
    for views, _ in DataLoader(Views(), 16, shuffle=True):
        aim = torch.softmax(teacher(views[0]) / 0.1, 1)
        loss = -sum((aim * torch.log_softmax(student(view), 1)).sum(1).mean() for view in views[1:])
        optimizer.zero_grad()
        loss.backward()
        if epoch == 0:
            for name, parameter in student.named_parameters():
                if "last_layer" in name:
                    parameter.grad = None
        optimizer.step()
        with torch.no_grad():
            for slow, fast in zip(teacher.parameters(), student.parameters()):
                slow.mul_(0.99).add_(fast, alpha=0.01)
    print(epoch, loss.item())
