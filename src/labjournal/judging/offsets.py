"""How far a result lies from reference values: the difference with the result's interval, and in percent.

A reference is a number without scatter; "differs" says only that the result's own interval leaves it out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from labjournal import format as fmt
from labjournal.compare.measure import Measures, Values
from labjournal.model import ReferenceValue, Result


def offsets(result: Result, references: Iterable[ReferenceValue], values: Values | None = None) -> Iterator[str]:
    """A sentence a metric: ``accuracy −0.023 [−.043 −.004] (−2.5 %) from paper 0.920: differs``."""
    speaking = [reference for reference in references if _speaks_of(reference, result)]
    if not speaking:
        return
    measures = Measures([result], values=values)
    for reference in speaking:
        for metric, wanted in sorted(reference.metrics.items()):
            name = measures.name(metric)
            cell = measures.cell(result, name) if name is not None else None
            if name is None or cell is None or not math.isfinite(cell.value - wanted):
                continue
            column = measures.column(name)
            low, high = (None if bound is None else bound - wanted for bound in (cell.low, cell.high))
            gap = fmt.difference(cell.value - wanted, low, high, column.is_rate)
            share = f" ({fmt.signed_percent((cell.value - wanted) / abs(wanted))})" if wanted else ""
            if low is None or high is None:
                word = "cannot tell: n unknown"
            else:
                word = "no difference shown" if low <= 0 <= high else "differs"
            at = fmt.rate(wanted) if column.is_rate else fmt.number(wanted)
            yield f"{column.label} {gap}{share} from {reference.name} {at}: {word}"


def _speaks_of(reference: ReferenceValue, result: Result) -> bool:
    data = result.dataset
    wanted = reference.dataset
    named = wanted is None or wanted == data.name or (data.hash or "").startswith(wanted.removeprefix("#"))
    return named and all(result.options.get(key) == value for key, value in reference.options.items())
