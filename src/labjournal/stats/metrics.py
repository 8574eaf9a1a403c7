"""Metrics: what each name means, which way is better, and how it follows from counts. No face guesses these."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from labjournal.model import Counts
from labjournal.stats.sic import sic

Direction = Literal["higher", "lower"]
Kind = Literal["rate", "loss", "score", "count", "error"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. ``direction`` None: nobody can say which way is better."""

    name: str
    direction: Direction | None
    unit: str
    """What it is measured in: "fraction", "dB", or "" for a bare number."""
    formula: str
    kind: Kind


def _metric(name: str, direction: Direction | None, kind: Kind, formula: str, unit: str = "") -> tuple[str, Metric]:
    return name, Metric(name, direction, unit or ("fraction" if kind == "rate" else ""), formula, kind)


METRICS: dict[str, Metric] = dict(
    (
        _metric("accuracy", "higher", "rate", "correct answers / all events; an unknown answer is wrong"),
        _metric("balanced_accuracy", "higher", "rate", "mean recall of the classes with support"),
        _metric("precision", "higher", "rate", "right answers of a class / all answers of that class"),
        _metric("recall", "higher", "rate", "right answers of a class / all events of that class"),
        _metric("f1", "higher", "rate", "2 TP / (2 TP + FP + FN)"),
        _metric("specificity", "higher", "rate", "true negatives / all negatives"),
        _metric("sensitivity", "higher", "rate", "true positives / all positives"),
        _metric("tpr", "higher", "rate", "signals called signal / all signals"),
        _metric("fpr", "lower", "rate", "background called signal / all background"),
        _metric("unknown_rate", "lower", "rate", "answers that are no class / all events"),
        _metric("majority", None, "rate", "share of the largest class: what always answering it would get"),
        _metric(
            "mcc", "higher", "score", "(c s - sum p_k t_k) / sqrt((s² - sum p_k²)(s² - sum t_k²)), multi-class Matthews"
        ),
        _metric("kappa", "higher", "score", "(observed - chance agreement) / (1 - chance agreement)"),
        _metric("sic", "higher", "score", "eps_S / sqrt(eps_B); empty where no background passes"),
        _metric("auc", "higher", "rate", "chance that a positive is ranked above a negative, ties count half"),
        _metric("auprc", "higher", "rate", "area under precision against recall, stepwise"),
        _metric("map", "higher", "rate", "mean over classes of average precision"),
        _metric("iou", "higher", "rate", "intersection / union"),
        _metric("dice", "higher", "rate", "2 intersection / (sum of both)"),
        _metric("loss", "lower", "loss", "as the script computes it"),
        _metric("perplexity", "lower", "loss", "exp of the mean negative log likelihood of a token"),
        _metric("brier", "lower", "error", "mean squared difference of probability and outcome"),
        _metric("ece", "lower", "error", "mean distance of confidence and accuracy over bins, weighted by events"),
        _metric("mse", "lower", "error", "mean squared error"),
        _metric("rmse", "lower", "error", "root of the mean squared error"),
        _metric("mae", "lower", "error", "mean absolute error"),
        _metric("chi2", "lower", "error", "sum of squared pulls"),
        _metric("r2", "higher", "score", "1 - residual / total sum of squares"),
        _metric("wer", "lower", "error", "word insertions, deletions and substitutions / words"),
        _metric("cer", "lower", "error", "character edits / characters"),
        _metric("error", "lower", "rate", "wrong answers / all events"),
        _metric("psnr", "higher", "score", "10 log10(peak² / mean squared error)", "dB"),
        _metric("ssim", "higher", "score", "structural similarity"),
        _metric("bleu", "higher", "score", "n-gram precision with brevity penalty"),
        _metric("rouge", "higher", "score", "n-gram overlap with the reference"),
        _metric("fid", "lower", "error", "Fréchet distance of features"),
        _metric("pearson", "higher", "score", "linear correlation"),
        _metric("spearman", "higher", "score", "rank correlation"),
        _metric("ndcg", "higher", "rate", "discounted gain / ideal discounted gain"),
        _metric("mrr", "higher", "rate", "mean reciprocal rank of the first right answer"),
    )
)
for _average, _means in (
    ("macro", "mean over the classes with support"),
    ("weighted", "mean over classes weighted by support"),
    ("micro", "from the summed counts of all classes"),
    ("samples", "mean over events, multi-label"),
):
    for _part in ("precision", "recall", "f1"):
        METRICS[f"{_average}_{_part}"] = Metric(
            f"{_average}_{_part}", "higher", "fraction", f"{_means}: {METRICS[_part].formula}", "rate"
        )

_ALIASES = {
    alias: name
    for name, aliases in {
        "accuracy": "acc top1 acc1 acc5 top5 exact_match em",
        "auc": "auroc roc_auc auc_roc",
        "map": "map50 map50_95 map75 ap ap50 ap75 average_precision avg_precision",
        "iou": "miou jaccard",
        "dice": "dsc",
        "perplexity": "ppl bpc bpb",
        "mcc": "matthews",
        "loss": "nll logloss cross_entropy",
        "error": "err eer",
        "mae": "mape smape epe",
        "chi2": "dchi2 delta_chi2 chisq chi_squared chi2_prof chi2_min",
        "rouge": "rougel rouge1 rouge2",
        "fid": "lpips kid",
    }.items()
    for alias in aliases.split()
}
"""Names that share a direction and a kind with a defined metric."""
_SAME = frozenset(("acc", "auroc", "ppl", "roc_auc", "auc_roc", "dsc"))
"""Names that are other spellings of the same quantity."""
_ROLE = re.compile(r"^(?:eval|val|valid|validation|test|predict|train|training|dev|metrics)[_/ ]+|[_/ ](?:epoch|step)$")
_WORDS: tuple[tuple[frozenset[str], Direction, Kind], ...] = (
    # The first that occurs decides, so that an error rate is not taken for a rate of success.
    (
        frozenset("loss nll logloss mlogloss nloglik perplexity ppl entropy deviance bpc bpb bpd".split()),
        "lower",
        "loss",
    ),
    (
        frozenset("error err mse rmse mae mape wer cer ter fpr fnr ece brier fid lpips eer hausdorff merror".split()),
        "lower",
        "error",
    ),
    (
        frozenset(
            "accuracy acc f1 auc auroc precision recall map iou dice tpr tnr auprc ap sensitivity specificity".split()
        ),
        "higher",
        "rate",
    ),
    (
        frozenset("psnr ssim bleu rouge meteor chrf mcc kappa r2 ndcg mrr pearson spearman reward sic fitness".split()),
        "higher",
        "score",
    ),
)


def base_name(name: str) -> str:
    """The metric behind a printed name: ``eval_overall_f1`` is ``overall_f1``, ``val_acc`` is ``accuracy``."""
    short = re.sub(r"\([a-z]\)$", "", name.strip().lower())
    while (less := _ROLE.sub("", short)) != short:
        short = less
    short = re.sub(r"[^a-z0-9]+", "_", short).strip("_")
    return _ALIASES[short] if short in _SAME else short


_WORKING_POINT = re.compile(
    r"(?:\w+_)?(?:tpr|recall|sensitivity|eff\w*)[ _]*(?:@|at)[ _]*(?:\d\S*[ _]*)?fpr", re.IGNORECASE
)
_AT_FPR = "highest share of positives at a threshold that lets at most this share of negatives pass, no interpolation"


@lru_cache(maxsize=4096)
def metric_of(name: str) -> Metric:
    """The definition behind a name; for an unknown one what its words say, and no direction where they say nothing."""
    base = base_name(name)
    if _WORKING_POINT.match(name):
        return Metric(name, "higher", "fraction", _AT_FPR, "rate")
    known = METRICS.get(base) or METRICS.get(re.sub(r"\[.*\]$", "", name))
    if known is not None:
        return known if known.name == name else Metric(name, known.direction, known.unit, known.formula, known.kind)
    alias = METRICS.get(_ALIASES.get(base, ""))
    if alias is not None:
        return Metric(name, alias.direction, alias.unit, alias.formula, alias.kind)
    words = set(base.split("_"))
    if "error" in words or "err" in words or {"false", "rate"} <= words:
        return Metric(name, "lower", "", "as the script computes it", "error")
    for listed, direction, kind in _WORDS:
        if words & listed:
            return Metric(name, direction, "fraction" if kind == "rate" else "", "as the script computes it", kind)
    return Metric(name, None, "", "as the script computes it", "score")


@dataclass(frozen=True, slots=True)
class ClassRates:
    """One class, from counts. None where the ratio does not exist."""

    precision: float | None
    recall: float | None
    f1: float | None
    support: int


def class_rows(counts: Counts) -> dict[str, ClassRates]:
    """Precision, recall, F1 and support of each class."""
    return dict(_class_rows(counts))


@lru_cache(maxsize=4096)
def _class_rows(counts: Counts) -> Mapping[str, ClassRates]:
    rows: dict[str, ClassRates] = {}
    answered = map(sum, zip(*counts.matrix, strict=True))
    for index, (label, support, given) in enumerate(zip(counts.labels, counts.support, answered, strict=True)):
        hit = counts.matrix[index][index]
        rows[label] = ClassRates(
            hit / given if given else None,
            hit / support if support else None,
            2 * hit / (support + given) if support + given else None,
            support,
        )
    return rows


def derive(counts: Counts, signal: str | None = None) -> dict[str, float | None]:
    """Every metric that follows from counts; ``signal`` names the positive class of the two.

    Macro means leave out classes without support; a class with support that was never answered counts with precision 0
    there (scikit-learn's convention), and has none of its own. Unknown answers are wrong answers of no class.
    """
    values = dict(_derived(counts))
    if signal is not None and signal in counts.labels and len(counts.labels) == 2 and counts.n:
        values |= _of_signal(counts, signal)
    return values


@lru_cache(maxsize=4096)  # a table, a report and a check ask for the same counts, one after another
def _derived(counts: Counts) -> Mapping[str, float | None]:
    """Everything but what rests on a positive class."""
    support = counts.support
    n = sum(support)
    if n == 0:
        return {"accuracy": None}
    values: dict[str, float | None] = {}
    rows = _class_rows(counts)
    present = [row for row in rows.values() if row.support]
    parts = {part: [getattr(row, part) or 0.0 for row in present] for part in ("precision", "recall", "f1")}
    values["accuracy"] = counts.correct / n
    for part, found in parts.items():
        values[f"macro_{part}"] = math.fsum(found) / len(found)
    for part, found in parts.items():
        weighted = (row.support * value for row, value in zip(present, found, strict=True))
        values[f"weighted_{part}"] = math.fsum(weighted) / n
    values["balanced_accuracy"] = values["macro_recall"]
    values["mcc"] = _mcc(counts, support)
    values["majority"] = max(support) / n
    values["unknown_rate"] = sum(counts.unknown) / n
    for label, row in rows.items():
        values[f"precision[{label}]"], values[f"recall[{label}]"], values[f"f1[{label}]"] = (
            row.precision,
            row.recall,
            row.f1,
        )
    return values


def _of_signal(counts: Counts, signal: str) -> dict[str, float | None]:
    """What two classes of which one is the positive say beyond it."""
    s = counts.labels.index(signal)
    b = 1 - s
    ks, kb = counts.matrix[s][s], counts.matrix[b][s]
    ns, nb = counts.support[s], counts.support[b]
    return {"tpr": ks / ns if ns else None, "fpr": kb / nb if nb else None, "sic": sic(ks, ns, kb, nb)}


def without_support(counts: Counts) -> tuple[str, ...]:
    """Classes that no event had: left out of macro means."""
    return tuple(label for label, support in zip(counts.labels, counts.support, strict=True) if not support)


def _mcc(counts: Counts, support: Sequence[int]) -> float | None:
    """Gorodkin's multi-class Matthews correlation, unknown answers as one more class that no event has."""
    n = sum(support)
    answered = [*map(sum, zip(*counts.matrix, strict=True)), sum(counts.unknown)]
    top = counts.correct * n - sum(p * t for p, t in zip(answered, support, strict=False))
    spread = (n * n - sum(p * p for p in answered)) * (n * n - sum(t * t for t in support))
    return top / math.sqrt(spread) if spread else None
