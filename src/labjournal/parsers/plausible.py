"""Whether a number can be a value of a metric at all: a rate above 100 cannot, nor a whole number of hits."""

from __future__ import annotations

import math
import re

from labjournal.parsers.names import Name, words_of
from labjournal.parsers.numbers import Number
from labjournal.parsers.steps import find_step

RATES = re.compile(
    r"acc(?:uracy)?$|(?:^|_)(?:hits?|recall|precision|ndcg|mrr|map|hr)@?\d+$|(?:^|_)(?:mrr|ndcg)$|(?:^|_)(?:f1|precision|recall|auc|auroc|specificity|sensitivity|iou|miou|dice|map)$|balanced"
)
SHARES_OF_ALL = re.compile(r"(?:^|_)(?:acc(?:uracy)?|hit_rate|success_rate|exact_match|em)$")
"""Rates whose denominator is every event; that of a precision is what was answered so, of a recall what is so."""
_RANKED = re.compile(r"(?:hits?|recall|precision|ndcg|mrr)@?\d+$")
_UNDEFINED = frozenset(("ap", "ar", "map", "mar", "precision", "recall", "accuracy", "f1"))
_RANKED_AP = re.compile(r"m?a[pr]@?\d+")
_NEVER_WHOLE = frozenset(("score", "per", "em", "kl", "mask", "success"))


def plausible(name: Name, number: Number, text: str = "") -> bool:
    """Whether the value can be one of this metric; a class-wise rate above 100 or fp16's "precision: 16" cannot."""
    value = number.value
    metric = name.metric.lower()
    words = words_of(name.metric)
    if number.integer and words and words[-1] in ("error", "errors", "hits"):
        return False
    if math.isnan(value) or math.isinf(value):
        return not (name.best and math.isinf(value))  # "best loss so far: inf" is where a search begins
    if value == -1 and any(word in _UNDEFINED or _RANKED_AP.fullmatch(word) for word in words):
        return False  # what pycocotools says where there was nothing to find
    if (
        metric in ("bits", "lift")
        or (metric == "return" and find_step(text) is None)
        or (number.integer and words[-1:] == ["bits"])
        or (number.integer and metric in _NEVER_WHOLE)
    ):
        return metric == "score"
    if _RANKED.search(metric) and number.integer and value > 1 and not number.percent:
        return False  # how many were hit
    if RATES.search(metric):
        if value < 0 or value > 100:
            return False
        if number.integer and value > 1 and not number.percent and not metric.endswith(("accuracy", "acc")):
            return False
    return True
