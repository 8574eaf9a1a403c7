"""One record of named values, from a JSON object or a printed dictionary: which of them are metrics."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from labjournal.parsers.base import Draft
from labjournal.parsers.names import is_metric_word, role_of, understand, words_of
from labjournal.parsers.numbers import Number, parse_number
from labjournal.parsers.open_names import open_name
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import RoleName, StepKind
from labjournal.parsers.record_values import as_number, metric_name, timed
from labjournal.parsers.shapes import shaped as drawn_together

STEPS: tuple[tuple[str, StepKind], ...] = (
    ("step", "step"),
    ("global_step", "step"),
    ("iteration", "step"),
    ("iter", "step"),
    ("current_iteration", "step"),
    ("num_updates", "step"),
    ("_step", "step"),
    ("train_step", "step"),
    ("round", "step"),
    ("trial", "step"),
    ("epoch", "epoch"),
    ("epochs", "epoch"),
    ("Epoch", "epoch"),
)


N_KEYS = (
    "n",
    "n_samples",
    "num_samples",
    "num_examples",
    "n_examples",
    "total",
    "total_samples",
    "n_total",
    "count",
    "num_test_samples",
    "test_size",
    "total_questions",
    "samples",
    "n_test",
)


DATASET_KEYS = (
    "dataset",
    "data",
    "dataset_name",
    "mteb_dataset_name",
    "data_set",
    "benchmark",
    "task",
    "task_name",
    "eval_dataset",
    "test_set",
    "testset",
)


CHECKPOINT_KEYS = (
    "checkpoint",
    "ckpt",
    "checkpoint_path",
    "model_path",
    "best_model_checkpoint",
    "weights",
    "ckpt_path",
    "adapter_path",
    "model_checkpoint",
)


TYPED_DIGITS = 4
"""Decimals of a number in JSON that somebody may have typed."""
_CHANGES = frozenset("delta diff difference change gain improvement reduction std stdev".split())
_EXACT = re.compile(r"(?:HasAns_|NoAns_|best_)?exact")
_DEPTH_ERRORS = frozenset(("abs_rel", "absrel", "abs rel", "sq_rel"))
_DEPTH_SHARES = frozenset(("a1", "a2", "a3", "d1", "d2", "d3", "delta1", "delta2", "delta3", "log_10", "log10"))


_NAME_KEYS = ("metric", "metric_name", "metric_type", "measure", "type", "name", "metric name")
_VALUE_KEYS = ("value", "score", "result", "mean")


def named_value(record: Mapping[str, Any]) -> tuple[str, Number] | None:
    """``{"metric": "accuracy", "value": 0.91}``: a record whose value says under another key what it is."""
    keys = {str(key).lower(): value for key, value in record.items()}
    number = next((number for key in _VALUE_KEYS if (number := as_number(keys.get(key))) is not None), None)
    said = [keys[key] for key in _NAME_KEYS if isinstance(keys.get(key), str)]
    if number is None:
        return None
    for text in said:
        name = understand(drawn_together(text))
        if name is not None and plausible(name, number):
            return metric_name(text) or name.metric, number
    return None


def flat_metrics(record: Mapping[str, Any]) -> dict[str, Number]:
    """The metrics of one record: settings, times, counts and nested values are left out."""
    named = named_value(record)
    if named is not None:
        return {named[0]: named[1]}
    if (letters := _by_letters(record)) is not None:
        return letters
    metrics: dict[str, Number] = {}
    means: dict[str, Number] = {}
    for key, value in record.items():
        key = str(key)
        number = as_number(value)
        if number is None:
            continue
        name = metric_name(key)
        if name is not None:
            found = understand(key)
            if found is None or plausible(found, number):
                metrics[name] = number
        elif re.search(r"(?:^|_)(?:number|support)$", key) and number.integer:
            metrics[key] = number
        elif re.match(r"(?:avg|mean|average)_", key) and not number.integer and not timed(key):
            means[key] = number
    metrics.update(_of_a_baseline(record, metrics))
    metrics.update(_with_letters(record, metrics))
    if any("rel" in name and name.lower() in _DEPTH_ERRORS for name in metrics):
        # What depth estimation reports beside its errors has names that mean nothing elsewhere.
        metrics.update({str(k): n for k, v in record.items() if k in _DEPTH_SHARES and (n := as_number(v)) is not None})
    if "mr" in record and any(name.startswith("mrr") for name in metrics) and (rank := as_number(record["mr"])):
        metrics["mr"] = rank  # the mean rank beside its reciprocal
    if "f1" in metrics and "total" in record:  # SQuAD's own evaluation
        exact = {str(key): as_number(value) for key, value in record.items() if _EXACT.fullmatch(str(key))}
        metrics.update({key: number for key, number in exact.items() if number is not None})
    if any(not name.endswith(("_number", "support")) for name in metrics):
        metrics.update(_of_a_baseline(record, metrics))
        metrics.update(means)
        metrics.update(_beside(record, metrics))
    else:
        metrics = {}
    return {
        k: v for k, v in metrics.items() if not k.endswith("support") or ("_support" in k and k[: -len("_support")])
    }


def _of_a_baseline(record: Mapping[str, Any], known: Mapping[str, Number]) -> dict[str, Number]:
    """``Baseline_MAE`` beside ``LSTM_MAE``: measured here, too, as one more model; alone it may be a quoted number."""
    found = {}
    for key, value in record.items():
        head, _, metric = str(key).partition("_")
        number = as_number(value) if head.lower() == "baseline" else None
        if number is not None and any(name.endswith(f"_{metric}") and name != metric for name in known):
            found[str(key)] = number
    return found


def _by_letters(record: Mapping[str, Any]) -> dict[str, Number] | None:
    """``{"p": 0.6, "r": 0.4, "f": 0.5}``: a letter means something only beside the others."""
    names = {str(key).lower(): value for key, value in record.items()}
    if not {"p", "r"} <= names.keys() <= _LETTERS.keys():
        return None
    values = [value for value in names.values() if isinstance(value, float)]
    if len(values) < len(names) or not (0 <= min(values) <= max(values) <= 1 or 1 < min(values) <= max(values) <= 100):
        return None
    return {_LETTERS[key]: number for key, value in names.items() if (number := as_number(value)) is not None}


def _with_letters(record: Mapping[str, Any], known: Mapping[str, Number]) -> dict[str, Number]:
    """``Token_P`` and ``Token_R`` beside ``Token_F1``; a bias beside errors."""
    heads = {name[: -len("_F1")] for name in known if name.lower().endswith("_f1")}
    names = [f"{head}_{letter}" for head in heads for letter in "PRpr"]
    names += ["bias"] if {"mae", "rmse", "mse"} & {name.lower() for name in known} else []
    return {
        name: number for name in names if (number := as_number(record.get(name))) is not None and not number.integer
    }


_LETTERS = {"p": "precision", "r": "recall", "f": "f1", "f1": "f1"}


def _beside(record: Mapping[str, Any], known: Mapping[str, Number]) -> dict[str, Number]:
    """What no vocabulary names, beside as many known metrics and with as many digits as only measured values have."""
    found: dict[str, Number] = {}
    for key, value in record.items():
        number = as_number(value) if isinstance(value, float) else None
        if number is not None and number.digits > TYPED_DIGITS and metric_name(str(key)) is None:
            name = open_name(str(key))
            if name is not None and not timed(str(key)):
                found[name.metric] = number
            elif name is None and _CHANGES.isdisjoint(words_of(str(key))) and _ends_alike(str(key), known):
                found[str(key)] = number  # "scale_err" beside "trans_err" and "orient_err"
    return found if len(found) <= len(known) else {}


def _ends_alike(key: str, known: Mapping[str, Number]) -> bool:
    """Whether a name ends in the same word of a metric as two of the known ones."""
    last = words_of(key)[-1:]
    same = sum(words_of(name)[-1:] == last for name in known)
    return same > 1 and is_metric_word(last[0])


def measured_in_several(records: list[dict[str, Any]]) -> frozenset[str]:
    """Keys of several records side by side, one of which holds known metrics and one a value of many digits."""
    if not any(map(flat_metrics, records)):
        return frozenset()
    shared = [key for key in records[0] if sum(key in record for record in records) > 1 and isinstance(key, str)]
    return frozenset(
        key
        for key in shared
        if metric_name(key) is None
        and open_name(key) is not None
        and not timed(key)
        and any(
            isinstance(value := record.get(key), float)
            and (number := as_number(value)) is not None
            and number.digits > TYPED_DIGITS
            for record in records
        )
        and all(isinstance(record.get(key, 0.0), float) for record in records)
    )


def step_of(record: Mapping[str, Any]) -> tuple[StepKind, float] | None:
    for key, kind in STEPS:
        value = record.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return kind, float(value)
    return None


def short_texts(record: Mapping[str, Any]) -> dict[str, str]:
    """What a record says in words: its stage, model or data set."""
    return {str(k): v for k, v in record.items() if isinstance(v, str) and 0 < len(v) <= 80 and parse_number(v) is None}


def text_of(keys: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((keys[name] for name in names if isinstance(keys.get(name), str) and 0 < len(keys[name]) <= 200), None)


def said_of_all(node: Mapping[str, Any]) -> dict[str, str]:
    """The data set, checkpoint and model that a record names, which hold for the records within it too."""
    keys = {str(key).lower(): value for key, value in node.items()}
    said = {"dataset": text_of(keys, DATASET_KEYS), "checkpoint": text_of(keys, CHECKPOINT_KEYS)}
    said |= {key: text_of(keys, (key,)) for key in ("model", "model_name")}
    return {key: value for key, value in said.items() if value is not None}


def per_example(records: list[dict[str, Any]]) -> bool:
    """A list of answers one by one, not of results."""
    keys = {str(key).lower() for key in records[0]}
    return bool(
        keys
        & {
            "prediction",
            "pred",
            "predicted",
            "answer",
            "question",
            "prompt",
            "output",
            "text",
            "input",
            "response",
            "label",
            "gold",
            "image",
            "image_id",
            "id",
            "score_thr",
            "bbox",
        }
    )


def split_roles(draft: Draft) -> Iterator[Draft]:
    """One draft for each role its metric names say (``eval_``, ``predict_``, ``train_``)."""
    roles: dict[RoleName, dict[str, Number]] = {}
    for name, number in draft.metrics.items():
        roles.setdefault(role_of(words_of(name)[:2]), {})[name] = number
    if len(roles) <= 1:
        if draft.role == "unclear" and roles:
            draft.role = next(iter(roles))
        yield draft
        return
    for role, metrics in roles.items():
        part = replace(
            draft, metrics=metrics, role=role if role != "unclear" else draft.role, options=dict(draft.options)
        )
        yield part
