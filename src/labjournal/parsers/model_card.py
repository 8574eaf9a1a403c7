"""The results in the head of a model card: ``model-index`` with data sets and metrics, as Hugging Face shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from labjournal.parsers.base import Claim, Cursor, Draft, Parser
from labjournal.parsers.context import Context
from labjournal.parsers.names import role_of, understand, words_of
from labjournal.parsers.plausible import plausible
from labjournal.parsers.reading import Line
from labjournal.parsers.record_values import as_number, metric_name
from labjournal.parsers.shapes import shaped
from labjournal.parsers.simple_yaml import simple_yaml

OPENS = "model-index:"
LONGEST = 4_900


def _read(cursor: Cursor, context: Context) -> Claim | None:
    first = cursor.peek()
    if first is None or not first.text.startswith(OPENS):
        return None
    used = 1
    while (ahead := cursor.peek(used)) is not None and used < LONGEST:
        if ahead.text.strip() and not ahead.text.startswith((" ", "- ")):
            break
        used += 1
    document = simple_yaml(cursor.texts(used))
    said = document.get(OPENS[:-1]) if isinstance(document, dict) else None
    models = said if isinstance(said, list) else []
    drafts = [
        draft
        for model in models
        if isinstance(model, dict) and isinstance(model.get("results"), list)
        for result in model["results"]
        if isinstance(result, dict)
        for draft in _drafts(first, used, model.get("name") if len(models) > 1 else None, result)
    ]
    return Claim(used, drafts) if drafts else None


def _drafts(line: Line, lines: int, model: Any, result: dict[str, Any]) -> Iterator[Draft]:
    """One draft for what was measured on a data set."""
    metrics = result.get("metrics")
    data = result.get("dataset")
    data = data if isinstance(data, dict) else {}
    draft = Draft(line, line.number + lines - 1, [line.text], "model_card", saved=True)
    for metric in metrics if isinstance(metrics, list) else []:
        number = as_number(metric.get("value")) if isinstance(metric, dict) else None
        said = next((str(metric[key]) for key in ("type", "name") if number and metric.get(key)), "")
        name = understand(shaped(said))
        if number is not None and name is not None and plausible(name, number):
            draft.metrics.setdefault(metric_name(said) or name.metric, number)
    draft.dataset = next((str(data[key])[:80] for key in ("name", "type") if data.get(key)), None)
    draft.role = role_of(words_of(str(data.get("split") or "")))
    options = {"config": data.get("config"), "model": model}
    draft.options = {key: str(value)[:80] for key, value in options.items() if value not in (None, "default")}
    if draft.metrics:
        yield draft


PARSER = Parser(
    "model_card", 1, "the results in the head of a model card: model-index, as Hugging Face shows it", _read
)
