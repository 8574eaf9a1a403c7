"""What decides among settings: found where it is, and nothing where there is none."""

from __future__ import annotations

import random
import statistics

from labjournal.stats import importance


def test_what_decides_is_told_from_what_does_not() -> None:
    lr = [f"{10**-power:g}" for power in range(6)] * 9
    depth = [str(at // 6) for at in range(54)]
    draw = random.Random(3)
    values = [(at % 6 - 2) ** 2 + draw.gauss(0, 0.5) for at in range(54)]
    values[7] = 1e30  # one that diverged hides nothing
    shares = importance.shares({"depth": depth, "lr": lr}, values)
    assert list(shares) == ["lr", "depth"]
    assert shares["lr"].share > 0.7
    assert shares["lr"].p < 1e-4
    assert shares["depth"].share < 0.05
    assert shares["depth"].p > 0.5


def test_drawn_numbers_are_taken_in_groups_and_an_optimum_in_the_middle_is_seen() -> None:
    draw = random.Random(5)
    drawn = [draw.uniform(-1, 1) for _ in range(30)]
    words = [draw.choice(("relu", "gelu")) for _ in drawn]
    shares = importance.shares({"x": [repr(x) for x in drawn], "act": words}, [x * x for x in drawn])
    assert next(iter(shares)) == "x"
    assert shares["x"].share > 0.5


def test_noise_decides_nothing_on_average() -> None:
    draw = random.Random(11)
    found = []
    for _ in range(60):
        settings = {"a": [str(at % 4) for at in range(20)]}
        found.append(importance.shares(settings, [draw.random() for _ in range(20)])["a"])
    assert statistics.fmean(one.share for one in found) < 0.08
    assert sum(one.p < 0.05 for one in found) <= 8


def test_too_few_or_all_alike_say_nothing() -> None:
    assert importance.shares({"a": ["1", "2"] * 3}, [1.0, 2.0] * 3) == {}
    assert importance.shares({"a": ["1", "2"] * 5}, [1.0] * 10) == {}
    assert importance.shares({"a": ["1"] * 10}, [float(at) for at in range(10)]) == {}
