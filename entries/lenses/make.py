"""Make the training and validation stamps of both generations: manifests, compressed shards, and what they hold.

    python make.py --rows 4032 --size 24 --out out/data

Generation 2 has unpaired controls (no position in both classes) and 1,008 configurations; generation 1 paired each
positive with the same galaxy without its arc. Stamps of one position are one galaxy under other noise.
"""

from __future__ import annotations

import argparse
import csv
import math
from dataclasses import dataclass
from pathlib import Path

import torch
from shards import COLUMNS, UNIT, write_shard
from sky import GRID, GRID_1, PARAMETERS, arcs, galaxies, resolved
from torch import Tensor

import labjournal

_STAMPS_OF_A_POSITION = 10
_AT_ONCE = 500
_VALIDATION_SHARDS = 4


@dataclass(frozen=True)
class Catalogue:
    """What is drawn before any pixel is; (R,) each row of stamps, unless said otherwise."""

    position: Tensor
    validation: Tensor
    label: Tensor
    config: Tensor
    """-1 for a control."""
    source: Tensor
    """(R, 2) arcsec off the lens."""
    angle: Tensor


def main() -> None:
    asked = _arguments()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)
    asked.out.mkdir(parents=True, exist_ok=True)
    for generation, grid in ((1, GRID_1), (2, GRID)):
        rows = asked.rows if generation == 2 else asked.rows // 8
        catalogue = draw_catalogue(rows, len(grid), generation == 1, asked.validation, asked.seed)
        _make(catalogue, torch.tensor(grid), f"gen{generation}", asked, device)


def draw_catalogue(rows: int, configs: int, paired: bool, validation: float, seed: int) -> Catalogue:
    """Half of the rows are controls; whole positions go to validation, a share of each class."""
    draw = torch.Generator().manual_seed(seed)
    positions = 2 * max(2, round(rows / _STAMPS_OF_A_POSITION / 2))
    shuffled = torch.randperm(positions, generator=draw)
    held = torch.zeros(positions, dtype=torch.bool)
    half = positions // 2
    out = max(1, round(validation * half))
    held[shuffled[:out]] = True
    held[shuffled[half : half + out]] = True
    lens = torch.zeros(positions, dtype=torch.bool)
    lens[shuffled[:half]] = True
    position = torch.arange(rows) % positions
    label = (torch.arange(rows) // positions % 2).bool() if paired else lens[position]
    config = torch.randint(configs, (rows,), generator=draw)
    if rows >= 4 * configs:  # every configuration occurs
        config[label.nonzero()[:configs, 0]] = torch.randperm(configs, generator=draw)
    turn = 2 * math.pi * torch.rand(rows, generator=draw)
    off = 0.3 * torch.rand(rows, generator=draw).sqrt()
    source = torch.stack([off * torch.cos(turn), off * torch.sin(turn)], 1)
    angle = math.pi * torch.rand(rows, generator=draw)
    return Catalogue(position, held[position], label.long(), torch.where(label, config, -1), source, angle)


def render(catalogue: Catalogue, grid: Tensor, rows: Tensor, size: int, seed: int, device: torch.device) -> Tensor:
    """(len(rows), 3, S, S) int16; the same rows and seed give the same pixels on one kind of device."""
    position = catalogue.position[rows]
    draw = torch.Generator().manual_seed(seed)
    traits = torch.rand(int(catalogue.position.max()) + 1, 4, generator=draw)[position].to(device)
    flux = 10 ** (2.8 + 0.6 * traits[:, 3])
    image = galaxies(0.6 + 0.9 * traits[:, 0], 0.6 + 0.4 * traits[:, 1], math.pi * traits[:, 2], flux, size)
    lens = catalogue.config[rows] >= 0
    if bool(lens.any()):
        chosen = rows[lens]
        parameters = grid[catalogue.config[chosen]].to(device)
        source, angle = catalogue.source[chosen].to(device), catalogue.angle[chosen].to(device)
        on = lens.to(device)
        image[on] += arcs(parameters, source, angle, flux[on], size)
    noise = torch.randn(image.shape, generator=torch.Generator(device).manual_seed(seed + int(rows[0])), device=device)
    return ((image + noise) / UNIT).round().clamp(-32768, 32767).to(torch.int16).cpu()


def _make(catalogue: Catalogue, grid: Tensor, name: str, asked: argparse.Namespace, device: torch.device) -> None:
    order = torch.randperm(len(catalogue.label), generator=torch.Generator().manual_seed(asked.seed + 1))
    parts = [(f"{name}-train", order[~catalogue.validation[order]], asked.shards)]
    parts += [(f"{name}-validation", order[catalogue.validation[order]], _VALIDATION_SHARDS)]
    raw = packed = 0
    shard_of = torch.zeros(len(order), dtype=torch.int64)
    for part, rows, shards in parts:
        for k, own in enumerate(rows.tensor_split(shards)):
            chunks = own.split(_AT_ONCE) if len(own) else ()
            images = [render(catalogue, grid, one, asked.size, asked.seed, device) for one in chunks]
            stamps = torch.cat([torch.empty(0, 3, asked.size, asked.size, dtype=torch.int16), *images])
            path = asked.out / f"{part}-{k:02}.gz"
            write_shard(path, own.numpy(), catalogue.label[own].numpy(), stamps.numpy())
            raw, packed = raw + stamps.numel() * 2, packed + path.stat().st_size
            shard_of[own] = k
    _write_manifests(catalogue, grid, shard_of, asked.out / name)
    _state(catalogue, grid, name, 1 - packed / raw)


def _write_manifests(catalogue: Catalogue, grid: Tensor, shard_of: Tensor, stem: Path) -> None:
    """``NAME.csv`` is for training. What was injected stands in a file of its own, which training refuses."""
    with Path(f"{stem}.csv").open("w", newline="") as file, Path(f"{stem}-injected.csv").open("w", newline="") as other:
        plain, injected = csv.writer(file), csv.writer(other)
        plain.writerow(COLUMNS)
        injected.writerow([*COLUMNS, "config", *PARAMETERS])
        for k, config in enumerate(catalogue.config.tolist()):
            split = "validation" if catalogue.validation[k] else "train"
            row = [k, int(catalogue.position[k]), split, int(catalogue.label[k]), int(shard_of[k])]
            plain.writerow(row)
            values = [f"{value:g}" for value in grid[config].tolist()] if config >= 0 else [""] * len(PARAMETERS)
            injected.writerow([*row, config if config >= 0 else "", *values])


def _state(catalogue: Catalogue, grid: Tensor, name: str, saved: float) -> None:
    lens = catalogue.label.bool()
    classes = [set(catalogue.position[part].tolist()) for part in (lens, ~lens)]
    halves = [set(catalogue.position[part].tolist()) for part in (catalogue.validation, ~catalogue.validation)]
    theta = grid[catalogue.config[lens], 0]
    labjournal.result(
        dataset=name,
        rows=len(lens),
        controls_share=float((~lens).double().mean()),
        positions_of_lenses=len(classes[0]),
        positions_of_controls=len(classes[1]),
        positions_in_both_classes=len(classes[0] & classes[1]),
        positions_in_both_sets=len(halves[0] & halves[1]),
        configurations=len(grid),
        configurations_used=len(set(catalogue.config[lens].tolist())),
        theta_E_least=float(theta.min()),
        theta_E_most=float(theta.max()),
        resolved_share=float(resolved(theta).double().mean()),
        saved_by_compression=saved,
    )
    both = len(classes[0] & classes[1])
    print(f"{name}: {len(lens)} rows, {len(grid)} configurations, {both} positions in both classes")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=4032, help="of generation 2; generation 1 has an eighth")
    parser.add_argument("--size", type=int, default=24, help="of a stamp, in pixels")
    parser.add_argument("--shards", type=int, default=16, help="of the training set")
    parser.add_argument("--validation", type=float, default=0.25, help="share of the positions")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
