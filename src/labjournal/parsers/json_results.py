"""Saved results: JSON documents of any shape, and dictionaries that a run prints (JSON or Python)."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from labjournal.parsers.assemble import Assembler
from labjournal.parsers.base import Claim, Cursor, Draft, Parser
from labjournal.parsers.confusion import square
from labjournal.parsers.context import Context
from labjournal.parsers.name_value import plausible
from labjournal.parsers.names import is_metric_word, role_of, understand, words_of
from labjournal.parsers.numbers import Number, parse_number, unwrap
from labjournal.parsers.reading import ClassRow, Line, RoleName, StepKind

DEEPEST = 8
MOST_NODES = 200_000
LONGEST_DICT = 200_000

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
_SETTINGS = frozenset(
    """args arguments config configs configuration hparams hyperparameters hyperparams hyper_parameters params parameters settings training_args
    model_config train_config best_params best_hyperparameters model_args data_args optimizer scheduler cfg env environment versions timing
    generation_config lora_config peft_config search_space param_grid meta metadata dataset_info label2id id2label class_weights speed
    targets target thresholds baseline baselines expected previous history_best""".split()
)
_N_KEYS = (
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
_DATASET_KEYS = (
    "dataset",
    "data",
    "dataset_name",
    "data_set",
    "benchmark",
    "task",
    "task_name",
    "eval_dataset",
    "test_set",
    "testset",
)
_CHECKPOINT_KEYS = (
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
_MATRIX_KEYS = ("confusion_matrix", "cm", "conf_matrix", "confusion", "conf_mat", "confusionmatrix")
_LABEL_KEYS = ("labels", "classes", "class_names", "label_names", "target_names")
_AVERAGES = {
    "macro avg": "macro",
    "weighted avg": "weighted",
    "micro avg": "micro",
    "samples avg": "samples",
    "macro_avg": "macro",
    "weighted_avg": "weighted",
    "micro_avg": "micro",
}
_DICT_IN_LINE = re.compile(r"\{\s*(?:['\"][^'\"]{1,80}['\"]\s*:\s*|\}?\s*$)")
_LOOSE = re.compile(r"(?:tensor|array|(?:np|numpy|jnp|torch)\.\w+)\(")


def walk_document(document: Any, assembler: Assembler, context: Context, text: str) -> None:
    """Finds every result of a JSON document. ``text`` is its source, for line numbers."""
    _Walk(assembler, context, text).visit(document, (), 0)


def flat_metrics(record: Mapping[str, Any]) -> tuple[dict[str, Number], dict[str, str]]:
    """The metrics of one record and its short texts: settings, times, counts and nested values are left out."""
    metrics: dict[str, Number] = {}
    texts: dict[str, str] = {}
    means: dict[str, Number] = {}
    for key, value in record.items():
        key = str(key)
        number = _as_number(value)
        if number is None:
            if isinstance(value, str) and 0 < len(value) <= 120:
                texts[key] = value
            continue
        name = _metric_name(key)
        if name is not None:
            found = understand(key)
            if found is None or plausible(found, number):
                metrics[name] = number
        elif re.search(r"(?:^|_)(?:number|support)$", key) and number.integer:
            metrics[key if key.endswith("_number") else key] = number
        elif re.match(r"(?:avg|mean|average)_", key) and not number.integer and not _timed(key):
            means[key] = number
    if any(not name.endswith(("_number", "support")) for name in metrics):
        metrics.update(means)
    else:
        metrics = {}
    return {
        k: v for k, v in metrics.items() if not k.endswith("support") or ("_support" in k and k[: -len("_support")])
    }, texts


def step_of(record: Mapping[str, Any]) -> tuple[StepKind, float] | None:
    for key, kind in STEPS:
        value = record.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return kind, float(value)
    return None


def _metric_name(key: str) -> str | None:
    """The metric a JSON key names; keys are identifiers, so they keep their printed form, but for a bare abbreviation."""
    if (
        key.lower().endswith(("_stderr", "_std", "_stderr,none", "_var", "_ci", "_count", "_total", "_n"))
        or "stderr" in key
    ):
        return None
    shaped = key.split(",")[0] if re.fullmatch(r"[\w@-]+,[\w-]+", key) else key
    name = understand(shaped)
    if name is None:
        return None
    words = words_of(shaped)
    if len(words) == 1 or re.fullmatch(r"[a-z]+|[A-Z][a-z]*|[A-Z]+\d*", shaped):
        return name.metric
    return shaped if re.fullmatch(r"[\w./@()+-]+", shaped) else name.metric


def _timed(key: str) -> bool:
    return bool(
        set(words_of(key))
        & {
            "time",
            "times",
            "seconds",
            "sec",
            "s",
            "ms",
            "latency",
            "runtime",
            "duration",
            "throughput",
            "memory",
            "per",
            "speed",
            "lr",
            "loss_scale",
        }
    )


def _as_number(value: Any) -> Number | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return Number(float(value), 0, integer=True) if abs(value) < 10**300 else None
    if isinstance(value, float):
        text = repr(value)
        digits = (
            len(text.partition("e")[0].partition(".")[2]) - int(text.partition("e")[2] or 0)
            if math.isfinite(value)
            else 0
        )
        return Number(value, max(digits, 0))
    if isinstance(value, str) and len(value) < 40:
        return parse_number(value)
    if isinstance(value, list) and len(value) == 1:
        return _as_number(value[0])
    return None


class _Walk:
    def __init__(self, assembler: Assembler, context: Context, text: str) -> None:
        self.assembler = assembler
        self.context = context
        self.text = text
        self.at = 0
        self.line = 1
        self.nodes = 0

    def visit(self, node: Any, path: tuple[str, ...], depth: int) -> None:
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            return
        if isinstance(node, list):
            self._list(node, path, depth)
        elif isinstance(node, dict):
            self._dict(node, path, depth)

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
        if len(records) > 20 and _per_example(records):
            return
        for record in records:
            self.visit(record, path, depth + 1)

    def _points(self, record: dict[str, Any]) -> None:
        step = step_of(record)
        skip = {key for key, _ in STEPS}
        for key, value in record.items():
            number = _as_number(value) if not isinstance(value, str) else None
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
            and any(_metric_name(key) for key in columns)
        ):
            self._columns(columns)
        for key, value in node.items():
            if isinstance(value, (dict, list)) and key.lower() not in _SETTINGS and key.lower() not in _MATRIX_KEYS:
                self.visit(value, (*path, str(key)), depth + 1)

    def _columns(self, columns: dict[str, list[float]]) -> None:
        """A Keras history: a list of values for each name."""
        epochs = columns.get("epoch") or columns.get("step")
        for key, values in columns.items():
            if key in ("epoch", "step") or (_metric_name(key) is None and key not in ("lr", "learning_rate")):
                continue
            for row, value in enumerate(values):
                step = float(epochs[row]) if epochs and row < len(epochs) else float(row)
                self.assembler.add_point(key, role_of(words_of(key)), "epoch" if epochs else "row", step, float(value))

    def _report(self, node: dict[str, Any]) -> Draft | None:
        rows = {
            key: row for key, row in node.items() if isinstance(row, dict) and {"precision", "recall"} <= row.keys()
        }
        if not rows:
            return None
        draft = self._draft("json_report")
        for key, row in rows.items():
            numbers = {name: _as_number(row.get(source)) for name, source in _row_keys(row)}
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
        plain, _ = flat_metrics({key: value for key, value in node.items() if not isinstance(value, (dict, list))})
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
        metrics, texts = flat_metrics(node)
        matrix = next((node[key] for key in node if str(key).lower() in _MATRIX_KEYS), None)
        draft = self._draft("json_results")
        draft.metrics = metrics
        if isinstance(matrix, list) and all(
            isinstance(row, list) and all(type(v) in (int, float) and v == v and v >= 0 and int(v) == v for v in row)
            for row in matrix
        ):
            whole = [[int(value) for value in row] for row in matrix]
            if square(whole):
                draft.matrix = whole
                labels = next((node[key] for key in _LABEL_KEYS if isinstance(node.get(key), list)), [])
                draft.labels = tuple(map(str, labels)) if len(labels) == len(whole) else ()
        if draft.empty or (step_of(node) is not None and len(path) > 0 and path[-1] in ("args", "state")):
            return None
        return draft

    def _draft(self, rule: str) -> Draft:
        return Draft(Line(1, "", 0), 1, [], rule, saved=True)

    def _place(self, draft: Draft, node: dict[str, Any], path: tuple[str, ...]) -> None:
        """What the record and the keys above it say about a result; roles apart when keys name several."""
        first = next(iter(draft.metrics), None) or next(iter(node), "")
        self._locate(draft, first.rsplit("_", 1)[-1] if first not in self.text else first, node)
        _, texts = flat_metrics_texts(node)
        keys = {str(key).lower(): value for key, value in node.items()}
        draft.dataset = _text_of(keys, _DATASET_KEYS)
        draft.checkpoint = _text_of(keys, _CHECKPOINT_KEYS)
        for key in _N_KEYS:
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
        draft.role = role_of([str(keys.get("split", "")).lower()])
        above = [
            part
            for part in path
            if part.lower()
            not in (
                "results",
                "metrics",
                "scores",
                "summary",
                "report",
                "evaluation",
                "classification_report",
                "all_results",
            )
        ]
        for part in above:
            role = role_of(words_of(part))
            if role != "unclear":
                draft.role = role if draft.role == "unclear" else draft.role
            else:
                draft.options.setdefault("group", part[:80])
        for key, value in list(texts.items())[:12]:
            if key.lower() not in _DATASET_KEYS + _CHECKPOINT_KEYS and len(value) <= 80:
                draft.options.setdefault(key, value)
        for key, kind in (("epoch", "epoch"), ("global_step", "step"), ("step", "step")):
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
                metrics, _ = flat_metrics(evaluation)
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


def flat_metrics_texts(record: Mapping[str, Any]) -> tuple[None, dict[str, str]]:
    return None, {
        str(k): v for k, v in record.items() if isinstance(v, str) and 0 < len(v) <= 80 and parse_number(v) is None
    }


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


def _text_of(keys: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((keys[name] for name in names if isinstance(keys.get(name), str) and 0 < len(keys[name]) <= 200), None)


def _per_example(records: list[dict[str, Any]]) -> bool:
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


# --- printed dictionaries


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None or "{" not in line.text or cursor.refused("printed_dict"):
        return None
    start = _DICT_IN_LINE.search(line.text)
    if start is None or len(line.text) > LONGEST_DICT:
        return None
    from labjournal.parsers.name_value import settings_line

    if settings_line(line.text[: start.start()]):
        return None
    parsed = _balanced(cursor, line.text[start.start() :])
    if parsed is None:
        return None
    record, lines = parsed
    head = line.text[: start.start()]
    if re.search(r"(?i)param|config|\bargs?\b|setting|hyper|weights|paramètres|speed", head) and not re.search(
        r"(?i)metric|result|eval", head
    ):
        return Claim(lines)
    return _record_claim(record, line, cursor, lines, head, context)


def _record_claim(
    record: dict[str, Any], line: Line, cursor: Cursor, lines: int, head: str, context: Context
) -> Claim | None:
    texts = cursor.texts(lines)
    last = cursor.peek(lines - 1)
    collected = Assembler()
    inner = Context(source=context.source)
    metrics, _ = flat_metrics(record)
    step = step_of(record)
    summary = any(str(key).endswith("_runtime") for key in record)
    if step is None and any(isinstance(value, (dict, list)) for value in record.values()):
        drafts = _nested(record, collected, inner)
    elif metrics:
        drafts = list(split_roles(Draft(line, line.number, texts, "printed_dict", metrics)))
    else:
        return None if step is None else Claim(lines)
    role = role_of(words_of(head[-80:]))
    for draft in drafts:
        draft.line, draft.last, draft.text, draft.saved = line, last.number if last else line.number, texts, False
        if draft.role == "unclear":
            draft.role = role
        if step is not None:
            training_summary = "train_runtime" in record
            if training_summary:
                draft.headline = True
            else:
                draft.step = step
                draft.tags = {name: name for name in draft.metrics}
                if summary:
                    draft.options["_step"] = "above"
        elif context.step is not None and not context.reset and not summary:
            draft.step = context.step
            draft.options["_step"] = "above"
    return Claim(lines, drafts) if drafts else None


def _nested(record: dict[str, Any], assembler: Assembler, context: Context) -> list[Draft]:
    walk = _Walk(assembler, context, "")
    gathered: list[Draft] = []

    class _Gather(Assembler):
        def add(self, draft: Draft, context: Context) -> None:
            gathered.extend(split_roles(draft))

    walk.assembler = _Gather()
    walk.visit(record, (), 0)
    return gathered


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


def _balanced(cursor: Cursor, text: str) -> tuple[dict[str, Any], int] | None:
    """The dictionary that begins ``text``, over as many lines as it takes."""
    joined: list[str] = []
    depth = 0
    quote = ""
    size = 0
    for used in range(2_000):
        ahead = cursor.peek(used)
        if ahead is None:
            break
        piece = text if used == 0 else ahead.text
        size += len(piece)
        if size > LONGEST_DICT:
            break
        escaped = False
        for index, char in enumerate(piece):
            if quote:
                if escaped:
                    escaped = False
                elif char == "\\":
                    escaped = True
                elif char == quote:
                    quote = ""
            elif char in "'\"":
                quote = char
            elif char in "{[(":
                depth += 1
            elif char in "}])":
                depth -= 1
                if depth == 0:
                    joined.append(piece[: index + 1])
                    record = load(" ".join(joined))
                    if record is None:
                        cursor.refuse("printed_dict", used + 1)
                    return None if record is None else (record, used + 1)
        joined.append(piece)
        quote = ""
    cursor.refuse("printed_dict", max(len(joined), 1))
    return None


def load(text: str) -> dict[str, Any] | None:
    """A dictionary from JSON or from Python's repr, numpy and torch scalars included."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        return found if isinstance(found, dict) else None
    if _LOOSE.search(text) or re.search(r"\b(?:nan|inf)\b", text):
        plain = re.sub(
            r"(?<![\w'\"])(-?)(nan|inf)(?![\w'\"])", lambda m: f"{m[1]}1e999" if m[2] == "inf" else "None", unwrap(text)
        )
        try:
            found = ast.literal_eval(plain)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return None
        return found if isinstance(found, dict) else None
    return None


def is_metric_key(key: str) -> bool:
    return any(map(is_metric_word, words_of(key)))


PARSER = Parser("printed_dict", 1, "dictionaries of metrics that a run prints, JSON or Python", _read)
