"""Values from elsewhere that results are held against: a paper's, an older program's. The newest word counts."""

from __future__ import annotations

from collections.abc import Iterable

from labjournal.facts import Fact
from labjournal.model import ReferenceValue
from labjournal.store import codec

KIND = "reference"


def standing(stated: Iterable[Fact]) -> list[ReferenceValue]:
    """The newest values of each name, data set and options, by name; one without values is taken back."""
    newest: dict[tuple[object, ...], ReferenceValue] = {}
    for fact in sorted((fact for fact in stated if fact.kind == KIND), key=lambda fact: (fact.t, fact.id)):
        data = fact.data
        options = {key: str(value) for key, value in codec.mapping(data.get("options")).items()}
        dataset = codec.text_or_none(data.get("dataset"))
        name = str(data.get("name") or "reference")
        newest[name, dataset, tuple(sorted(options.items()))] = ReferenceValue(
            name, dataset, options, codec.numbers(data.get("metrics")), codec.text_or_none(data.get("why"))
        )
    kept = (value for value in newest.values() if value.metrics)
    return sorted(kept, key=lambda value: (value.name, value.dataset or "", sorted(value.options.items())))
