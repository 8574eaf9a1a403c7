"""Intervals, tests and metrics. Importing this loads neither numpy nor scipy; the functions that need them do."""

from __future__ import annotations

from labjournal.stats.differences import (
    Difference,
    compare_rates,
    fisher_exact,
    newcombe_difference,
    two_proportion_p,
)
from labjournal.stats.intervals import Interval, clopper_pearson, design_effect, wilson, wilson_grouped
from labjournal.stats.laws import Law, ToyReport, judge_toys, parse_law
from labjournal.stats.means import compare_means, scatter_limit
from labjournal.stats.metrics import METRICS, Metric, base_name, class_rows, derive, metric_of
from labjournal.stats.paired import mcnemar, paired_bootstrap, paired_rates, pairs_for_difference
from labjournal.stats.planning import SeedSpread, holm, sample_size_for_difference, seed_spread
from labjournal.stats.recompute import Disagreement, check_report, counted_n, summed
from labjournal.stats.scores import auc, auc_bounds, auc_interval, calibration_error, compare_aucs, roc, tpr_at_fpr
from labjournal.stats.sic import sic, sic_design_effect, sic_interval

__all__ = [
    "METRICS",
    "Difference",
    "Disagreement",
    "Interval",
    "Law",
    "Metric",
    "SeedSpread",
    "ToyReport",
    "auc",
    "auc_bounds",
    "auc_interval",
    "base_name",
    "calibration_error",
    "check_report",
    "class_rows",
    "clopper_pearson",
    "compare_aucs",
    "compare_means",
    "compare_rates",
    "counted_n",
    "derive",
    "design_effect",
    "fisher_exact",
    "holm",
    "judge_toys",
    "mcnemar",
    "metric_of",
    "newcombe_difference",
    "paired_bootstrap",
    "paired_rates",
    "pairs_for_difference",
    "parse_law",
    "roc",
    "sample_size_for_difference",
    "scatter_limit",
    "seed_spread",
    "sic",
    "sic_design_effect",
    "sic_interval",
    "summed",
    "tpr_at_fpr",
    "two_proportion_p",
    "wilson",
    "wilson_grouped",
]
