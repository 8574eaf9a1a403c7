"""Results as `labjournal show` tells them: a line each under their run, or one whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labjournal.compare.measure import Values
    from labjournal.config import Config
    from labjournal.model import Result, Run
    from labjournal.store import Store

_ROLES = {"train": "training data", "validation": "validation data", "test": "test data"}


def lines(store: Store, run: Run, results: list[Result], config: Config) -> list[str]:
    """The results of a run, one line each, with how far they lie from reference values."""
    from labjournal import format as fmt

    if not results:  # a validation without a result must not look as if nobody had measured
        unread = run.kind == "validate" and run.status == "DONE"
        return (
            [f"  results  none was read off what it printed: labjournal logs {fmt.visible(run.name)}"] if unread else []
        )
    from labjournal.compare.measure import values_of
    from labjournal.compare.offsets import offsets
    from labjournal.model import short_id

    references = store.reference_values()
    computed = values_of(config)
    shown = []
    for result in results:
        name = fmt.visible(result.dataset.name or f"{_ROLES.get(result.role, 'data')} not identified")
        options = "".join(f", {fmt.visible(key)} {fmt.visible(value)}" for key, value in sorted(result.options.items()))
        taint = f"  {fmt.TAINT} {fmt.visible(result.taint)}" if result.taint else ""
        unclear = "  unassigned" if result.role == "unassigned" else ""
        unclear = f"  dismissed: {fmt.visible(result.dismissed)}" if result.dismissed else unclear
        best = "  (the best of its own looks, as printed)" if result.best_of_looks else ""
        step = f"step {fmt.count(result.subject.step)}" if result.subject.step is not None else ""
        what = f"{fmt.visible(result.subject.checkpoint or step)}  " if result.subject.checkpoint or step else ""
        values = fmt.visible(_values(result, computed))
        shown.append(f"    r:{short_id(result.id)}  {what}{name}{options}  {values}{best}{unclear}{taint}")
        shown += [f"      {fmt.visible(words)}" for words in offsets(result, references)]
    return ["  results", *shown]


def _values(result: Result, computed: Values) -> str:
    """What follows from a result with its intervals, then what else was stated of it."""
    from labjournal import format as fmt
    from labjournal.compare.measure import base_name
    from labjournal.export.entry_words import headline, headline_words

    told = {base_name(column.metric) for column, _ in headline(result, computed)}
    others = [f"{key} {fmt.number(value)}" for key, value in result.metrics.items() if base_name(key) not in told]
    return ", ".join([*headline_words(headline(result, computed)), *others])


def whole(store: Store, result: Result, config: Config) -> list[str]:
    """One result as the diary tells it, and the text it was read off."""
    from labjournal import format as fmt
    from labjournal.export.entry_words import Book
    from labjournal.export.measured import results_block

    book = Book(store, config)
    name = book.run_name(result.subject.run) if result.subject.run else "by hand"
    read = [source.text for source in result.sources if source.text]
    text = ["", "Read off:", *(f"    {fmt.visible(line)}" for line in read[0].split("\n"))] if read else []
    taint = f"  {fmt.TAINT} retracted: {fmt.visible(result.taint)}" if result.taint else ""
    return [f"{fmt.visible(name)}{taint}", "", *results_block([result], book, None, {}), *text]
