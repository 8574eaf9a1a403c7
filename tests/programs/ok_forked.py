"""Two trainings in forked processes, a third in a spawned one."""

import multiprocessing

import torch
from torch import nn


def train(seed):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    model = nn.Linear(6, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for _ in range(30):
        x = torch.randn(8, 6)
        loss = nn.functional.mse_loss(model(x), x[:, :1])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    for method, seeds in (("fork", (1, 2)), ("spawn", (3,))):
        context = multiprocessing.get_context(method)
        processes = [context.Process(target=train, args=(seed,)) for seed in seeds]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
            assert process.exitcode == 0
