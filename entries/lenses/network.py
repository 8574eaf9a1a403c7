"""ConvNeXt-Tiny (Liu et al. 2022, arXiv:2201.03545) in plain torch, and a small network for small stamps."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of (B, C, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x.permute(0, 2, 3, 1), self.normalized_shape, self.weight, self.bias, self.eps).permute(
            0, 3, 1, 2
        )


class Block(nn.Module):
    """7 x 7 depthwise, norm, 4 times as wide and back, scaled by a learned 1e-6; dropped at random as a whole."""

    def __init__(self, width: int, drop: float) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(width, width, 7, padding=3, groups=width)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.wide = nn.Linear(width, 4 * width)
        self.back = nn.Linear(4 * width, width)
        self.scale = nn.Parameter(torch.full((width,), 1e-6))
        self.drop = drop

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = (self.scale * self.back(F.gelu(self.wide(y)))).permute(0, 3, 1, 2)
        if self.training and self.drop:
            kept = torch.rand(len(x), 1, 1, 1, device=x.device) >= self.drop
            y = y * kept / (1 - self.drop)
        return x + y


class ConvNeXt(nn.Module):
    """Tiny by default: 28.6 million parameters with 1000 classes. Weights are random, biases 0."""

    def __init__(
        self,
        classes: int = 1,
        depths: tuple[int, ...] = (3, 3, 9, 3),
        widths: tuple[int, ...] = (96, 192, 384, 768),
        drop: float = 0.1,
    ) -> None:
        super().__init__()
        rates = iter(torch.linspace(0, drop, sum(depths)).tolist())
        parts: list[nn.Module] = [nn.Conv2d(3, widths[0], 4, stride=4), ChannelNorm(widths[0], eps=1e-6)]
        for k, (depth, width) in enumerate(zip(depths, widths, strict=True)):
            if k:
                parts += [ChannelNorm(widths[k - 1], eps=1e-6), nn.Conv2d(widths[k - 1], width, 2, stride=2)]
            parts += [Block(width, next(rates)) for _ in range(depth)]
        self.features = nn.Sequential(*parts)
        self.norm = nn.LayerNorm(widths[-1], eps=1e-6)
        self.head = nn.Linear(widths[-1], classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.norm(self.features(x).mean((2, 3))))
        return logits


class Small(nn.Sequential):
    """Three blocks of 3 x 3 convolution with stride 2 and group norm; for 24 x 24 stamps on a CPU."""

    def __init__(self, widths: tuple[int, ...] = (3, 16, 32, 64)) -> None:
        parts: list[nn.Module] = []
        for before, width in itertools.pairwise(widths):
            parts += [nn.Conv2d(before, width, 3, stride=2, padding=1), nn.GroupNorm(4, width), nn.ReLU()]
        super().__init__(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], 1))


def network(name: str) -> nn.Module:
    return ConvNeXt() if name == "convnext" else Small()
