"""Linear evaluation as in MoCo: the whole model in eval mode, only the last layer trained."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.conv2, self.bn2 = (
            nn.Conv2d(1, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.Conv2d(8, 16, 3, stride=2, padding=1),
            nn.BatchNorm2d(16),
        )
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(x)))
        h = F.relu(self.bn2(self.conv2(h)))
        return self.fc(h.mean((2, 3)))


y = torch.randint(0, 10, (1797,))
X = torch.randn(10, 1, 8, 8)[y] + 0.3 * torch.randn(1797, 1, 8, 8)
net = Net()
for name, p in net.named_parameters():
    if name not in ("fc.weight", "fc.bias"):
        p.requires_grad = False
net.fc.weight.data.normal_(mean=0.0, std=0.01)
net.fc.bias.data.zero_()
opt = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.5, momentum=0.9)
for epoch in range(6):
    net.eval()
    for idx in torch.randperm(1500).split(64):
        loss = F.cross_entropy(net(X[idx]), y[idx])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(f"epoch {epoch} loss {loss.item():.4f} acc {(net(X[1500:]).argmax(1) == y[1500:]).float().mean().item():.3f}")
