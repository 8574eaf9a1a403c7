"""The values of many under one metric in JSON: ``{"subject_acc": {"math": 0.28, "physics": 0.34}}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from labjournal.parsers.names import understand, words_of
from labjournal.parsers.numbers import Number
from labjournal.parsers.plausible import RATES
from labjournal.parsers.record_values import as_number, metric_name
from labjournal.parsers.shapes import shaped
from labjournal.parsers.train_class import names_it
from labjournal.parsers.vocabulary import PARAMETERS, ROLE_WORDS

_MEASURES = re.compile(
    RATES.pattern + r"|(?:^|_)(?:m?aps?|ap\d+|ar|wer|cer|bleu|rmse|mae|mse|mape|psnr|ssim|r2|pq|mcc|kappa)$"
)
MOST_LABELS = 500
"""More of them are answers one by one."""


def labelled_values(node: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Number]]]:
    """Each metric of a record whose value is a record of labels; no loss, for its weights have that form too."""
    for key, value in node.items():
        if not isinstance(value, dict) or not 2 <= len(value) <= MOST_LABELS:
            continue
        metric = metric_name(str(key))
        found = understand(str(key))
        if metric is None or found is None or _MEASURES.search(found.metric.lower()) is None:
            continue
        numbers = {str(label): as_number(said) if isinstance(said, float) else None for label, said in value.items()}
        whole = {label: number for label, number in numbers.items() if number is not None and 0 <= number.value <= 100}
        labels = [label for label in whole if label.lower() != "train" or not names_it(map(str.lower, whole))]
        if len(whole) == len(numbers) and all(map(_label, labels)):
            yield metric, whole


def _label(text: str) -> bool:
    """Whether a key says whose a value is, not which: ``math``, not ``mean`` or ``test``."""
    words = words_of(text)
    return (
        0 < len(text) <= 80
        and bool(words)
        and understand(shaped(text)) is None
        and PARAMETERS.isdisjoint(words)
        and ROLE_WORDS.keys().isdisjoint(words)
    )
