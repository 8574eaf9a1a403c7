"""A least-squares fit by L-BFGS, then fits of a scan that begin where the first has ended."""

import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
x = torch.linspace(-1, 1, 50)
y = 0.7 * x + 0.2 + 0.05 * torch.randn(50)


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.slope = torch.nn.Parameter(torch.tensor(0.0))
        self.offset = torch.nn.Parameter(torch.tensor(0.0))

    def forward(self, x):
        return self.slope * x + self.offset


def fit(model, steps):
    free = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.LBFGS(free, max_iter=20, line_search_fn="strong_wolfe", tolerance_grad=1e-12)

    def closure():
        optimizer.zero_grad()
        loss = ((model(x) - y) ** 2).sum()
        loss.backward()
        return loss

    for _ in range(steps):
        loss = optimizer.step(closure)
    return loss.item()


best = Line()
print("best", fit(best, 10))
for shift in torch.linspace(-0.2, 0.2, 5):
    model = Line()
    model.load_state_dict(best.state_dict())
    model.slope.requires_grad_(False)
    with torch.no_grad():
        model.slope += shift
    print(f"shift {shift:.2f} loss {fit(model, 20):.4f}")
