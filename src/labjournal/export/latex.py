"""A comparison for a paper: a booktabs table, then what may be said and the notes in small print.

Needs ``\\usepackage{booktabs,textcomp}``. Every text is escaped. The style may drop intervals; the taint mark and the
note that explains it are always there.
"""

from __future__ import annotations

from collections.abc import Iterator

from labjournal import format as fmt
from labjournal.compare import Table
from labjournal.export import cells
from labjournal.export.style import Style

_DROPPED = ("code", "measured")
"""Columns of the laboratory, not of the paper; ``full`` keeps them."""
_BEYOND = "% XeLaTeX or LuaLaTeX, with a font that has {}\n"
_LINE_END = " " + "\\" * 2


def render(table: Table, style: Style) -> str:
    text = "\n".join(_lines(table, style)) + "\n"
    beyond = fmt.beyond_latex(text)
    return f"% \\usepackage{{booktabs,textcomp}}\n{_BEYOND.format(beyond) if beyond else ''}{text}"


def _lines(table: Table, style: Style) -> Iterator[str]:
    yield "\\begin{table}"
    yield "\\centering"
    if style.caption:
        yield f"\\caption{{{fmt.latex(style.caption)}}}"
    if table.rows:
        yield from _tabular(table, style)
    else:
        yield "No results to compare yet."
    notes = [
        *(f"{claim.title}: {claim.text}" for claim in (table.claims if style.full else ())),
        *cells.notes(table, style),
    ]
    if notes:
        yield "\\par\\smallskip"
        yield "\\begin{minipage}{\\linewidth}\\footnotesize"
        yield from (f"{fmt.latex(note)}\\par" for note in notes)
        yield "\\end{minipage}"
    yield "\\end{table}"


def _tabular(table: Table, style: Style) -> Iterator[str]:
    shown = [field for field in cells.fields(table, style) if style.full or field.heading not in _DROPPED]
    yield f"\\begin{{tabular}}{{{''.join('r' if field.right else 'l' for field in shown)}}}"
    yield "\\toprule"
    yield " & ".join(fmt.latex(field.heading) for field in shown) + _LINE_END
    yield "\\midrule"
    for i, row in enumerate(table.rows):
        if i and row.dataset.key != table.rows[i - 1].dataset.key:
            yield "\\addlinespace"
        yield " & ".join(fmt.latex(field.texts[i]) for field in shown) + _LINE_END
    yield "\\bottomrule"
    yield "\\end{tabular}"
