"""Saved results: JSON documents of any shape, searched for the records that hold metrics."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from labjournal.parsers.assemble import Assembler
from labjournal.parsers.base import Draft
from labjournal.parsers.context import Context
from labjournal.parsers.json_counts import counts_of, holds_counts
from labjournal.parsers.json_labels import labelled_values
from labjournal.parsers.json_settings import settings_key
from labjournal.parsers.kinds import prefixed
from labjournal.parsers.names import curve_role, role_of, understand, words_of
from labjournal.parsers.numbers import Number
from labjournal.parsers.reading import ClassRow, Line, StepKind
from labjournal.parsers.record_values import as_number, metric_name
from labjournal.parsers.records import (
    CHECKPOINT_KEYS,
    DATASET_KEYS,
    N_KEYS,
    STEPS,
    flat_metrics,
    measured_in_several,
    named_value,
    per_example,
    said_of_all,
    short_texts,
    step_of,
)
from labjournal.parsers.shapes import shaped
from labjournal.parsers.train_class import names_it

DEEPEST = 8
MOST_NODES = 200_000


_SAYS_NOTHING = frozenset(
    """results metrics scores summary report evaluation classification_report all_results history training_history
    curves log logs runs models experiments""".split()
)


def _owners(path: tuple[str, ...]) -> list[str]:
    """The keys above a record that say whose it is; ``#3`` is the fourth of a list."""
    return [part for part in path if part.lower() not in _SAYS_NOTHING]


_DATA = frozenset("dataset data data_stats dataset_stats statistics".split())
_DESCRIBING = frozenset("rows features n_samples num_samples samples size classes n_features columns".split())
"""Keys of a record that describes data: a rate beside them is one of the data."""
_AVERAGES = {
    "macro avg": "macro",
    "weighted avg": "weighted",
    "micro avg": "micro",
    "samples avg": "samples",
    "macro_avg": "macro",
    "weighted_avg": "weighted",
    "micro_avg": "micro",
}


def walk_document(document: Any, assembler: Assembler, context: Context, text: str) -> None:
    """Finds every result of a JSON document. ``text`` is its source, for line numbers."""
    _Walk(assembler, context, text).visit(document, (), 0)


class _Walk:
    def __init__(self, assembler: Assembler, context: Context, text: str) -> None:
        self.assembler = assembler
        self.context = context
        self.text = text
        self.at = 0
        self.line = 1
        self.nodes = 0
        self.shared: frozenset[str] = frozenset()
        """Keys that records side by side have in common and that some of them show to be measured."""
        self.classes = False
        """The keys beside the current one are classes of which one may be called "train"."""
        self.above: list[dict[str, str]] = []
        """What each record around the current one says of the data set and the checkpoint."""

    def visit(self, node: Any, path: tuple[str, ...], depth: int) -> None:
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            return
        if isinstance(node, list):
            self._list(node, path, depth)
        elif isinstance(node, dict):
            self.above.append(said_of_all(node))
            self._dict(node, path, depth)
            self.above.pop()

    def _list(self, nodes: list[Any], path: tuple[str, ...], depth: int) -> None:
        records = [node for node in nodes if isinstance(node, dict)]
        if not records or len(records) != len(nodes):
            return
        if (path and path[-1] == "log_history") or (
            len(records) > 1 and all(step_of(record) is not None for record in records)
        ):
            for record in records:
                self._points(record)
            return
        if len(records) > 20 and per_example(records):
            return
        for at, record in enumerate(records):
            self.visit(record, (*path, f"#{at}") if len(records) > 1 else path, depth + 1)

    def _points(self, record: dict[str, Any]) -> None:
        step = step_of(record)
        skip = {key for key, _ in STEPS}
        for key, value in record.items():
            number = as_number(value) if not isinstance(value, str) else None
            if number is not None and step is not None and key not in skip:
                self.assembler.add_point(key, role_of(words_of(key)), step[0], step[1], number.value)

    def _dict(self, node: dict[str, Any], path: tuple[str, ...], depth: int) -> None:
        if isinstance(node.get("log_history"), list):
            self._trainer_state(node)
            return
        draft = self._report(node) or self._plain(node, path)
        if draft is not None:
            self._place(draft, node, path)
            self.assembler.add(draft, self.context)
        if draft is not None and draft.per_class:
            return
        for metric, values in labelled_values(node):
            for label, number in values.items():
                part = self._draft("json_results")
                part.metrics = {metric: number}
                self._place(part, node, path)
                part.options["class"] = label
                self.assembler.add(part, self.context)
        if len(beside := [value for value in node.values() if isinstance(value, dict)]) > 1:
            self.shared |= measured_in_several(beside)
        columns = {
            key: value
            for key, value in node.items()
            if isinstance(value, list)
            and len(value) > 1
            and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value)
        }
        if (
            columns
            and len({len(value) for value in columns.values()}) <= 2
            and any(metric_name(str(key)) for key in columns)
        ):
            self._columns(columns, "".join(f"{part.strip('#')}/" for part in _owners(path)))
        for key, value in node.items():
            if isinstance(value, (dict, list)) and not settings_key(key) and not holds_counts(str(key), value):
                self.classes = names_it(str(other).lower() for other in node)
                self.visit(value, (*path, str(key)), depth + 1)

    def _columns(self, columns: dict[str, list[float]], owner: str) -> None:
        """A Keras history: a list of values for each name, the curves of whom the keys above say."""
        epochs = columns.get("epoch") or columns.get("step")
        for key, values in columns.items():
            if key in ("epoch", "step") or (metric_name(key) is None and key not in ("lr", "learning_rate")):
                continue
            for row, value in enumerate(values):
                step = float(epochs[row]) if epochs and row < len(epochs) else float(row)
                kind: StepKind = "epoch" if epochs else "row"
                self.assembler.add_point(owner + key, curve_role(key, columns), kind, step, float(value))

    def _report(self, node: dict[str, Any]) -> Draft | None:
        rows = {
            key: row for key, row in node.items() if isinstance(row, dict) and {"precision", "recall"} <= row.keys()
        }
        if not rows:
            return None
        draft = self._draft("json_report")
        for key, row in rows.items():
            numbers = {name: as_number(row.get(source)) for name, source in _row_keys(row)}
            if any(isinstance(value, (dict, list)) for value in row.values()):
                return None
            if key in _AVERAGES:
                for name in ("precision", "recall", "f1"):
                    number = numbers.get(name)
                    if number is not None:
                        draft.metrics[f"{_AVERAGES[key]}_{name}"] = number
                support = numbers.get("support")
                draft.n = int(support.value) if support is not None and math.isfinite(support.value) else draft.n
            else:
                draft.per_class[str(key)] = _class_row(numbers)
        plain = flat_metrics({key: value for key, value in node.items() if not isinstance(value, (dict, list))})
        draft.metrics.update(plain)
        if (
            not draft.per_class
            or (len(rows) == 1 and not plain and not draft.metrics)
            or not ("f1-score" in next(iter(rows.values())) or draft.metrics or _supports(draft))
        ):
            return None
        if draft.n is None and _supports(draft) and not any(key in _AVERAGES for key in rows):
            draft.n = None
        return draft

    def _plain(self, node: dict[str, Any], path: tuple[str, ...]) -> Draft | None:
        if _of_nothing(node) or (path and path[-1].lower() in _DATA and not _DESCRIBING.isdisjoint(node)):
            return None
        metrics = flat_metrics(node)
        more = {key: number for key in node if key in self.shared and (number := as_number(node[key])) is not None}
        metrics = {**more, **metrics}
        counts = counts_of(node)
        draft = self._draft("json_results")
        draft.metrics = metrics
        if counts is not None:
            draft.matrix, draft.labels, draft.unknown = counts.matrix, counts.labels, counts.unknown
        if draft.empty or (step_of(node) is not None and len(path) > 0 and path[-1] in ("args", "state")):
            return None
        return draft

    def _draft(self, rule: str) -> Draft:
        return Draft(Line(1, "", 0), 1, [], rule, saved=True)

    def _place(self, draft: Draft, node: dict[str, Any], path: tuple[str, ...]) -> None:
        """What the record and the keys above it say about a result; roles apart when keys name several."""
        first = next(iter(draft.metrics), None) or next(iter(node), "")
        self._locate(draft, first.rsplit("_", 1)[-1] if first not in self.text else first, node)
        texts = short_texts(node)
        keys = {str(key).lower(): value for key, value in node.items()}
        said = {key: value for around in self.above for key, value in around.items()}
        draft.dataset, draft.checkpoint = said.pop("dataset", None), said.pop("checkpoint", None)
        draft.options.update(said)
        for key in N_KEYS:
            value = keys.get(key)
            if (
                draft.n is None
                and isinstance(value, (int, float))
                and not isinstance(value, bool)
                and value == value
                and value > 0
                and int(value) == value
            ):
                draft.n = int(value)
        correct = next((keys[k] for k in ("correct", "n_correct", "num_correct") if type(keys.get(k)) is int), None)
        if correct is not None and draft.n is not None and 0 <= correct <= draft.n:
            draft.correct = (correct, draft.n)
        owners = _owners(path)
        if owners and any("," in key for key in keys):
            draft.dataset = draft.dataset or owners[-1].strip("#")  # lm-eval: {"results": {task: {"acc,none": ...}}}
        draft.role = role_of([str(keys.get("split", "")).lower()])
        if named_value(node) is not None:
            named = role_of([word for text in texts.values() for word in words_of(text)])
            draft.role = named if draft.role == "unclear" else draft.role
            texts = {key: value for key, value in texts.items() if understand(shaped(value)) is None}
        group = []
        for part in owners:
            role = role_of(words_of(part))
            if role != "unclear" and not (self.classes and part.lower() == "train"):
                draft.role = role if draft.role == "unclear" else draft.role
            elif part != draft.dataset and not part.startswith("#"):
                group.append(part[:80])
        if group and (names := prefixed(group[-1], draft.metrics)):
            draft.metrics = {names[name]: number for name, number in draft.metrics.items()}
            group.pop()
        if group:
            draft.options["group"] = "/".join(group)
        for key, value in list(texts.items())[:12]:
            if key.lower() not in (*DATASET_KEYS, *CHECKPOINT_KEYS, "alias") and len(value) <= 80:
                draft.options.setdefault(key, value)
        for key in ("epoch", "global_step", "step"):
            if type(keys.get(key)) in (int, float):
                draft.options[key] = f"{keys[key]:g}"

    def _locate(self, draft: Draft, key: str, node: dict[str, Any]) -> None:
        """The line of a record: where its first key stands, searched onwards from the last one found."""
        mark = json.dumps(str(key), ensure_ascii=False)
        found = self.text.find(mark, self.at)
        if found < 0:
            found = self.at
        self.line += self.text.count("\n", self.at, found)
        self.at = found
        end = self.text.find("\n", found)
        shown = json.dumps(
            {k: v for k, v in node.items() if not isinstance(v, (dict, list))}, ensure_ascii=False, default=str
        )
        draft.line = Line(
            self.line,
            self.text[found : end if end >= 0 else None][:400],
            len(self.text[:found].encode("utf-8", "replace")) if found < 100_000 else found,
        )
        draft.last = self.line
        draft.text = [shown[:2_000]]
        self.at = found + len(mark) if found + len(mark) <= len(self.text) else self.at

    def _trainer_state(self, node: dict[str, Any]) -> None:
        """HF trainer_state.json: the history is curves; the best evaluation is a result of the checkpoint it names."""
        history = [record for record in node["log_history"] if isinstance(record, dict)]
        for record in history:
            if "train_runtime" not in record:
                self._points(record)
        best = node.get("best_metric")
        if isinstance(best, bool) or not isinstance(best, (int, float)):
            return
        for record in history:
            evaluation = {key: value for key, value in record.items() if str(key).startswith("eval_")}
            if best in evaluation.values():
                metrics = flat_metrics(evaluation)
                if metrics:
                    draft = self._draft("trainer_state")
                    draft.metrics, draft.role = metrics, "validation"
                    self._locate(draft, "best_metric", {"best_metric": best, **evaluation})
                    checkpoint = node.get("best_model_checkpoint")
                    draft.checkpoint = str(checkpoint) if checkpoint else None
                    draft.options = {
                        key: f"{record[key]:g}" for key in ("step", "epoch") if type(record.get(key)) in (int, float)
                    }
                    draft.options["at"] = "best"
                    self.assembler.add(draft, self.context)
                return


def _of_nothing(node: Mapping[str, Any]) -> bool:
    """Whether a record says itself that nothing was measured: ``{"count": 0, "cer": 0.0}``."""
    return any(type(node.get(key)) is int and node[key] == 0 for key in N_KEYS)


def _row_keys(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in row:
        low = str(key).lower().replace("_", "-")
        if low in ("precision", "recall"):
            yield low, key
        elif low in ("f1-score", "f1", "f-score"):
            yield "f1", key
        elif low in ("support", "number", "count"):
            yield "support", key


def _class_row(numbers: Mapping[str, Number | None]) -> ClassRow:
    def value(name: str) -> float | None:
        number = numbers.get(name)
        return None if number is None else number.value

    support = value("support")
    return ClassRow(
        value("precision"),
        value("recall"),
        value("f1"),
        int(support) if support is not None and math.isfinite(support) else None,
    )


def _supports(draft: Draft) -> bool:
    return all(row.support is not None for row in draft.per_class.values())
