"""One optimizer with a group for each stage; the last of them is unfrozen late, and all is over with the function."""

import torch
from torch import nn

torch.manual_seed(9)


def main():
    deep = [nn.Sequential(*(nn.Linear(12, 12) for _ in range(20)), nn.Tanh()) for _ in range(3)]
    net = nn.Sequential(*deep, nn.Linear(12, 3))
    net.load_state_dict(net.state_dict())
    stages = list(net)[::-1]
    for stage in stages[1:]:
        stage.requires_grad_(False)
    optimizer = torch.optim.AdamW([{"params": one.parameters(), "lr": 3e-3 / 2**at} for at, one in enumerate(stages)])
    for at, stage in enumerate(stages):
        stage.requires_grad_(True)
        for _ in range(36):
            x = torch.randn(16, 12)
            loss = nn.functional.cross_entropy(net(x), x[:, :3].argmax(1))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"stage {at} loss {loss.item():.4f}")


main()
