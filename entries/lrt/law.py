"""Toys of the null beside the law they should follow, ``2T ~ chi2(degrees)``, and the target among them."""

from __future__ import annotations

import itertools
import math
from typing import Any

from torch import Tensor

_BINS = 8


def summary(t: Tensor, observed: float, degrees: int) -> dict[str, Any]:
    """The toys against ``2T ~ chi2(degrees)``, and the target among the toys."""
    from scipy import stats  # 1.5 s to import, which a pair need not pay

    law = stats.kstest(2 * t.cpu().numpy(), stats.chi2(degrees).cdf)
    low, middle, high = (float(t.quantile(share)) for share in (0.16, 0.5, 0.84))
    mean, sd = 2 * float(t.mean()), 2 * float(t.std())
    return {
        "mean_T": mean / 2,
        "sd_T": sd / 2,
        "q16_T": low,
        "median_T": middle,
        "q84_T": high,
        "ks": float(law.statistic),
        "ks_p": float(law.pvalue),
        "pull_of_mean": (mean - degrees) / (sd / len(t) ** 0.5),
        "T_target": observed,
        "p_target": (1 + int((t >= observed).sum())) / (1 + len(t)),
    }


def histogram(t: Tensor, degrees: int) -> str:
    """Counts of 2T in bins that are equally likely under the law but for its tails, with the counts it expects."""
    from scipy import stats

    law = stats.chi2(degrees)
    inner = [float(law.ppf(k / _BINS)) for k in range(1, _BINS)]
    edges = [0.0, *inner, float(law.ppf(0.999)), math.inf]
    values = (2 * t).tolist()
    lines = [f"2T of {len(values)} toys over the density of chi2({degrees}):", "", "| 2T | toys | expected | |"]
    lines.append("|---|---|---|---|")
    for low, high in itertools.pairwise(edges):
        seen = sum(low <= value < high for value in values)
        expected = len(values) * float(law.cdf(high) - law.cdf(low))
        upto = "more" if high == math.inf else f"{high:.1f}"
        lines.append(f"| {low:.1f} to {upto} | {seen} | {expected:.1f} | {'#' * seen} |")
    return "\n".join(lines)
