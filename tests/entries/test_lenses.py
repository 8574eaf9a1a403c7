"""The lenses study: its metrics by second computations, its gates, and its faults as the journal sees them."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from study_code import copy_of_study, run_study, scripts

torch = pytest.importorskip("torch")
NAMES = ("sky", "shards", "ranking", "network", "report", "held", "telling", "make", "train", "rank")


@pytest.fixture(scope="module")
def study() -> Iterator[dict[str, ModuleType]]:
    with scripts("lenses", *NAMES) as modules:
        yield dict(zip(NAMES, modules, strict=True))


@pytest.fixture(scope="module")
def data(study: dict[str, ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("lenses") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["make.py", "--rows", "320", "--size", "12", "--out", str(out)])
        study["make"].main()
    return out


scored = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: len({label for _, label in rows}) == 2
)


def points_by_hand(rows: list[tuple[int, bool]]) -> list[tuple[Fraction, Fraction]]:
    """A point for each threshold, by counting anew."""
    positives = sum(label for _, label in rows)
    found = [(Fraction(0), Fraction(0))]
    for threshold in sorted({score for score, _ in rows}, reverse=True):
        tp = sum(label for score, label in rows if score >= threshold)
        fp = sum(not label for score, label in rows if score >= threshold)
        found.append((Fraction(fp, len(rows) - positives), Fraction(tp, positives)))
    return found


@given(rows=scored, fpr=st.sampled_from([0.0, 1e-4, 0.1, 0.25, 0.5, 1.0]), tpr=st.sampled_from([0.5, 0.85, 1.0]))
def test_rates_are_those_counted_threshold_by_threshold(
    study: dict[str, ModuleType], rows: list[tuple[int, bool]], fpr: float, tpr: float
) -> None:
    ranking = study["ranking"]
    score, label = np.array([s for s, _ in rows], dtype=float), np.array([y for _, y in rows])
    curve, by_hand = ranking.roc(score, label), points_by_hand(rows)
    assert list(zip(curve.fpr, curve.tpr, strict=True)) == [(float(x), float(y)) for x, y in by_hand]
    assert ranking.tpr_at(curve, fpr) == float(max(y for x, y in by_hand if x <= fpr))
    assert ranking.fpr_at(curve, tpr) == float(min(x for x, y in by_hand if y >= tpr))
    assert (curve.fp[0], curve.tp[0], curve.fpr[-1], curve.tpr[-1]) == (0, 0, 1, 1)
    assert (np.diff(curve.fp) >= 0).all()
    assert (np.diff(curve.tp) >= 0).all()


@given(rows=scored)
def test_the_area_is_the_rank_statistic_with_ties_counted_half(
    study: dict[str, ModuleType], rows: list[tuple[int, bool]]
) -> None:
    positives, negatives = ([s for s, y in rows if y is which] for which in (True, False))
    by_pairs = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives) / len(positives) / len(negatives)
    score, label = np.array([s for s, _ in rows], dtype=float), np.array([y for _, y in rows])
    assert study["ranking"].roc(score, label).area == pytest.approx(by_pairs, abs=1e-12)
    assert study["rank"].area_by_ranks(score, label) == pytest.approx(by_pairs, abs=1e-12)


def test_known_cases_come_out_and_each_fault_breaks_one(study: dict[str, ModuleType]) -> None:
    def found(*faults: str) -> dict[str, float]:
        curves = {k: study["report"].curve_of(*v, list(faults)) for k, v in study["rank"].cases().items()}
        return {name: study["ranking"].tpr_at(curve, 1e-4) for name, curve in curves.items()}

    assert found() == {"perfect": 1.0, "inverted": 0.0, "constant": 0.0, "two_valued": 0.6}
    assert found("A2")["two_valued"] != 0.6
    assert found("A3")["constant"] == 1.0


def test_the_linear_rule_interpolates(study: dict[str, ModuleType]) -> None:
    ranking = study["ranking"]
    curve = ranking.roc(np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, True, False, False]))
    assert ranking.tpr_at(curve, 0.25) == 0.5
    assert ranking.tpr_at(curve, 0.25, "linear") == pytest.approx(0.75)
    assert [ranking.tpr_at(curve, f, "linear") for f in (0.0, 0.5, 1.0)] == [0.5, 1.0, 1.0]


@pytest.mark.parametrize(
    ("part", "of", "text"),
    [
        (1, 62910, "1/62910 (0.0016%)"),
        (0, 500, "0/500 (0.0%)"),
        (9, 500, "9/500 (1.8%)"),
        (50, 62910, "50/62910 (0.0795%)"),
        (465, 500, "93.0%"),
    ],
)
def test_a_small_rate_comes_with_its_fraction(study: dict[str, ModuleType], part: int, of: int, text: str) -> None:
    assert study["ranking"].fraction(part, of) == text


@pytest.mark.parametrize(("part", "of"), [(0, 10), (3, 10), (10, 10), (420, 500)])
def test_intervals_are_those_of_scipy(study: dict[str, ModuleType], part: int, of: int) -> None:
    known = stats.binomtest(part, of).proportion_ci(method="exact")
    assert study["ranking"].exact_interval(part, of) == pytest.approx((known.low, known.high), abs=1e-9)


def test_the_bootstrap_draws_whole_galaxies(study: dict[str, ModuleType]) -> None:
    """Ten equal stamps of a galaxy tell no more than one, so the interval must not shrink."""
    draw = np.random.default_rng(0)
    score, label = draw.normal(size=60), np.arange(60) < 30
    score[label] += 1
    one = study["ranking"].bootstrap(score, label, np.arange(60), 0.1, times=400)
    ten = study["ranking"].bootstrap(np.repeat(score, 10), np.repeat(label, 10), np.repeat(np.arange(60), 10), 0.1, 400)
    assert ten == pytest.approx(one, abs=1e-12)
    alone = study["ranking"].bootstrap(np.repeat(score, 10), np.repeat(label, 10), np.arange(600), 0.1, 400)
    assert alone[1] - alone[0] < 0.6 * (one[1] - one[0])


def test_bfloat16_is_that_of_torch(study: dict[str, ModuleType]) -> None:
    values = np.random.default_rng(1).uniform(0, 1, 500)
    known = torch.from_numpy(values.astype(np.float32)).bfloat16().double().numpy()
    assert (study["ranking"].as_bfloat16(values) == known).all()


def test_extremes_are_the_worst_of_each_class(study: dict[str, ModuleType]) -> None:
    score = np.array([0.1, 0.9, 0.8, 0.3, 0.2])
    negatives, positives = study["ranking"].extremes(score, np.array([True, False, True, False, False]), 2)
    assert (negatives.tolist(), positives.tolist()) == ([1, 3], [0, 2])


def test_convnext_tiny_is_the_published_one(study: dict[str, ModuleType]) -> None:
    """28,589,128 parameters with 1000 classes (torchvision's count of convnext_tiny)."""
    assert sum(p.numel() for p in study["network"].ConvNeXt(1000).parameters()) == 28_589_128
    small = study["network"].ConvNeXt(depths=(1, 1, 1, 1), widths=(8, 8, 16, 16)).eval()
    assert small(torch.randn(3, 3, 64, 64)).shape == (3, 1)


def test_an_image_of_a_point_source_lies_where_the_lens_equation_says(
    study: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the axis of the source an isothermal lens has images at beta + theta_E and beta - theta_E."""
    sky = study["sky"]
    monkeypatch.setattr(sky, "blurred", lambda image: image)
    one = torch.ones(1)
    for theta, shear in ((1.0, 0.0), (1.5, 0.04)):
        parameters = torch.tensor([[theta, 1.0, 0.06, 0.0, shear]])
        image = sky.arcs(parameters, torch.tensor([[0.3, 0.0]]), 0 * one, 100 * one, 48)[0, 1]
        line = image[23:25].sum(0)
        at = (torch.arange(48) + 0.5 - 24) * sky.PIXEL
        for side, sign in ((at > 0.3, 1), (at < -0.3, -1)):
            expected = (0.3 + sign * theta) / (1 - shear)
            assert float((line * at * side).sum() / (line * side).sum()) == pytest.approx(expected, abs=0.08)
        assert float(image.sum()) == pytest.approx(100 * 10**-0.4, rel=0.02)


def test_the_grid_has_1008_configurations_that_all_occur(study: dict[str, ModuleType]) -> None:
    sky, make = study["sky"], study["make"]
    assert len(set(sky.GRID)) == len(sky.GRID) == 1008
    assert len(set(sky.GRID_1)) == 48
    catalogue = make.draw_catalogue(4032, 1008, False, 0.25, 0)
    assert set(catalogue.config[catalogue.label == 1].tolist()) == set(range(1008))
    assert (catalogue.config[catalogue.label == 0] == -1).all()


def test_no_position_is_in_both_classes_or_both_sets(study: dict[str, ModuleType], data: Path) -> None:
    rows = study["shards"].read_manifest(data / "gen2.csv")
    for key in ("label", "split"):
        groups: dict[Any, set[int]] = {}
        for row in rows:
            groups.setdefault(getattr(row, key), set()).add(row.position)
        first, second = groups.values()
        assert not first & second
    paired = study["shards"].read_manifest(data / "gen1.csv")
    assert {row.position for row in paired if row.label} == {row.position for row in paired if not row.label}


def test_a_forbidden_column_stops_the_load_with_its_name(study: dict[str, ModuleType], data: Path) -> None:
    with pytest.raises(study["shards"].Refused, match="config, theta_E, magnitude_offset"):
        study["shards"].read_manifest(data / "gen2-injected.csv")
    for name in study["shards"].FORBIDDEN:
        path = data / "one.csv"
        path.write_text(f"id,position,split,label,shard,{name.upper()}\n")
        with pytest.raises(study["shards"].Refused, match=name.upper()):
            study["shards"].read_manifest(path)


@pytest.mark.parametrize(("world", "workers"), [(1, 1), (1, 4), (2, 4), (4, 3)])
def test_each_shard_is_read_once_over_all_ranks_and_workers(
    study: dict[str, ModuleType], world: int, workers: int
) -> None:
    paths = [Path(f"{k:02}") for k in range(16)]

    def dealt(epoch: int, **how: Any) -> list[Path]:
        found = []
        for rank in range(world):
            shards = study["shards"].Shards(paths, 8, "full", 3, rank, world, **how)
            shards.set_epoch(epoch)
            found += [path for worker in range(workers) for path in shards.dealt(worker, workers)]
        return found

    assert sorted(dealt(0)) == paths
    assert dealt(0) != dealt(1)
    assert dealt(1) == dealt(1)
    assert len(dealt(0, by_worker=False)) == 16 * workers


def test_ranks_that_would_wait_for_each_other_are_refused(study: dict[str, ModuleType], data: Path) -> None:
    shards = study["shards"]
    rows = shards.read_manifest(data / "gen2.csv")  # 16 shards
    for world, workers in ((1, 3), (2, 4), (2, 0), (4, 4)):
        shards.check_even(rows, 512, world, workers)
    for world, workers in ((3, 4), (8, 4)):
        with pytest.raises(shards.Refused, match=f"to {world} ranks of {workers} workers"):
            shards.check_even(rows, 512, world, workers)
    longer = [*rows, *[row for row in rows if row.split == "train" and row.shard == 3]]
    with pytest.raises(shards.Refused, match="evenly"):
        shards.check_even(longer, len(longer) // 16, 2, 4)


def test_persistent_workers_deliver_every_sample_once_in_another_order(
    study: dict[str, ModuleType], data: Path
) -> None:
    def epochs(seed: int, follow: bool = True) -> list[list[int]]:
        shards = study["shards"].Shards(sorted(data.glob("gen2-train-*.gz")), 8, "full", seed)
        loader = torch.utils.data.DataLoader(shards, batch_size=None, num_workers=2, persistent_workers=True)
        found = []
        for epoch in range(3):
            shards.set_epoch(epoch if follow else 0)
            found.append([one for batch in loader for one in batch["id"].tolist()])
        return found

    first, again, stuck = epochs(0), epochs(0), epochs(0, follow=False)
    train = {row.id for row in study["shards"].read_manifest(data / "gen2.csv") if row.split == "train"}
    assert all(sorted(ids) == sorted(train) for ids in first)
    assert first[0] != first[1] != first[2]
    assert first == again
    assert stuck[0] == stuck[1] == stuck[2]


def test_shards_give_back_what_was_written(study: dict[str, ModuleType], tmp_path: Path) -> None:
    stamps = np.random.default_rng(0).integers(-300, 300, (5, 3, 4, 4)).astype(np.int16)
    study["shards"].write_shard(tmp_path / "x.gz", np.arange(5), np.array([0, 1, 0, 1, 1]), stamps)
    ids, labels, back = study["shards"].read_shard(tmp_path / "x.gz")
    assert (ids.tolist(), labels.tolist()) == ([0, 1, 2, 3, 4], [0, 1, 0, 1, 1])
    assert (back.numpy() == stamps).all()


def test_only_the_outer_annulus_is_blind_to_the_arc(study: dict[str, ModuleType]) -> None:
    assert study["train"].outside_change("outer", 24) < 1e-6
    assert study["train"].outside_change("full", 24) > 0.1
    stamps = study["shards"].normalised(torch.randint(-50, 50, (2, 3, 24, 24)).short(), "outer")
    ring = stamps[..., study["sky"].outer_annulus(24)]
    assert torch.allclose(ring.mean(2), torch.zeros(2, 3), atol=1e-6)


def test_turning_keeps_the_pixels(study: dict[str, ModuleType]) -> None:
    torch.manual_seed(0)
    stamps = torch.randn(64, 3, 6, 6)
    turned = study["train"].turned(stamps)
    assert torch.equal(turned.flatten(2).sort(2).values, stamps.flatten(2).sort(2).values)
    assert len({tuple(row) for row in (turned == stamps).flatten(1).int().tolist()}) > 1


def test_patience_stops_and_the_best_weights_are_kept(
    study: dict[str, ModuleType], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train, said, values = study["train"], [], iter([0.5, 0.9, *[0.6] * 20])
    monkeypatch.setattr(train.labjournal, "event", said.append)
    whole = train.measure
    monkeypatch.setattr(train, "measure", lambda *a: {**whole(*a), "tpr_fpr1e4": next(values)})
    words = f"train.py --data {data} --size 12 --workers 0 --batch 32 --epochs 20 --out {tmp_path / 'x'}"
    monkeypatch.setattr(sys, "argv", words.split())
    train.main()
    assert "stopped after epoch 4, best 1 by tpr_fpr1e4" in said
    lines = (tmp_path / "x.extremes.jsonl").read_text().splitlines()
    held = [row for row in study["shards"].read_manifest(data / "gen2.csv") if row.split == "validation"]
    assert len(lines) == 5 * sum(min(50, sum(row.label == k for row in held)) for k in (0, 1))


def test_the_scores_kept_are_those_of_the_normalisation_that_was_used(
    study: dict[str, ModuleType], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(study["train"].labjournal, "result", lambda **values: told.update(values))
    words = f"train.py --data {data} --size 12 --norm outer --fault D1 --workers 0 --batch 8 --epochs 1 --out"
    monkeypatch.setattr(sys, "argv", [*words.split(), str(tmp_path / "x")])
    study["train"].main()
    kept = np.load(tmp_path / "x.npz")
    assert study["rank"].area_by_ranks(kept["score"], kept["label"]) == pytest.approx(told["area"], abs=1e-9)


def test_the_best_epoch_is_the_first_of_equals(study: dict[str, ModuleType]) -> None:
    best, net = study["train"].Best("tpr_fpr1e4", 3), torch.nn.Linear(1, 1)
    assert [best.see(k, v, net) for k, v in enumerate([0.1, 0.3, 0.3, 0.2, 0.3])] == [3, 3, 2, 1, 0]
    assert best.epoch == 1


def test_epochs_with_overlapping_intervals_are_not_ranked(study: dict[str, ModuleType]) -> None:
    epochs = [{"tpr_fpr1e4": value} for value in (0.698, 0.788, 0.778, 0.798, 0.777)]
    (told,) = study["train"].compare_epochs(epochs, 600, 70_000)
    assert told.startswith("not ranked by tpr@fpr1e-4: epochs 1, 2, 4 and 3")
    assert told.endswith("7 negatives decide")
    assert study["train"].compare_epochs([{"tpr_fpr1e4": 0.2}, {"tpr_fpr1e4": 0.9}], 600, 70_000) == []


def test_collapse_is_said_with_the_tie(study: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    train, said = study["train"], []
    monkeypatch.setattr(train.labjournal, "event", said.append)
    score, label = np.array([40.0, 40.0, -40.0, 0.1]), np.array([True, False, False, True])
    held = study["held"].Held(torch.zeros(4, 3, 2, 2), label, np.arange(4), np.arange(4))
    now = {**train.measure(score, held, []), "train_loss": 0.1, "seen": 4, "unique": 4, "expected": 4, "same_order": 0}
    study["telling"].say_epoch(2, "x", now, score, held, argparse.Namespace(fault=[]))
    assert said == ["calibration collapse: 75% of the scores within 1e-3 of 0 or 1 at epoch 2, largest tie 2"]
    assert now["ends_share"] == 0.75
    assert math.isclose(sum(v for k, v in now.items() if k.startswith("scores_in_bin")), 1)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_fault_is_seen_and_none_on_the_healthy_runs(tmp_path: Path) -> None:
    copy_of_study("lenses", tmp_path)
    stages = run_study("lenses", tmp_path)
    assert {stage["stage"]: stage["state"] for stage in stages} == {stage["stage"]: "passed" for stage in stages}
    faults = {stage["stage"] for stage in stages if stage["fault_of"]}
    assert {part for name in faults for part in name.split("_")} == {"first", *study_faults()}
    runs = {stage["stage"]: stage["run"] for stage in stages}
    whole = epochs_counted(tmp_path, runs["repeat"])
    rows = whole[0]["samples"]
    assert [(one["workers"], one["samples"], one["distinct"]) for one in whole] == [(4, rows, rows)] * len(whole)
    assert len({one["order"] for one in whole}) == len(whole) > 1
    assert len({one["order"] for one in epochs_counted(tmp_path, runs["A6_C1"])}) == 1
    assert {4 * one["distinct"] / one["samples"] for one in epochs_counted(tmp_path, runs["A1"])} == {1}


def epochs_counted(folder: Path, run: str) -> list[dict[str, Any]]:
    """What the journal itself counted of the samples that the loader gave, epoch by epoch."""
    files = (folder / ".labjournal" / "runs" / run / "facts").iterdir()
    facts = [json.loads(line) for file in files for line in file.read_text().splitlines() if line.endswith("}")]
    return [fact["data"] for fact in facts if fact["kind"] == "epoch" and fact["data"]["training"]]


def study_faults() -> tuple[str, ...]:
    with scripts("lenses", "train") as (train,):
        faults: tuple[str, ...] = train.FAULTS
    return faults
