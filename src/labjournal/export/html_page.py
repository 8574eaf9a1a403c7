"""A comparison as one HTML file: it needs no network, and a click on a heading sorts by it.

Every text is escaped, numbers are sorted by their full value, and a colour is never the only sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labjournal import format as fmt
from labjournal.compare import Table
from labjournal.export import cells
from labjournal.export.style import Style

_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; margin: 1rem 0; }}
caption {{ text-align: left; font-style: italic; }}
th, td {{ padding: .2rem .7rem; text-align: left; vertical-align: top; }}
th {{ border-bottom: 1px solid; }}
th button {{ all: unset; cursor: pointer; }}
th button:focus-visible {{ outline: 2px solid; }}
th[aria-sort=ascending] button::after {{ content: " ↑"; }}
th[aria-sort=descending] button::after {{ content: " ↓"; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.retracted {{ opacity: .65; }}
</style>
</head>
<body>
"""
_SCRIPT = """\
<script>
for (const button of document.querySelectorAll("th button")) button.onclick = () => {
  const head = button.parentElement, body = head.closest("table").tBodies[0];
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = row => row.cells[head.cellIndex].dataset.value ?? row.cells[head.cellIndex].textContent;
  const order = (a, b) => (a === "") - (b === "") ||
    (down ? -1 : 1) * (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
  body.append(...[...body.rows].sort((a, b) => order(key(a), key(b))));
};
</script>
"""


def render(table: Table, style: Style) -> str:
    title = fmt.html(style.caption or "Comparison")
    parts = [_HEAD.format(title=title), f"<h1>{title}</h1>\n"]
    if table.rows:
        parts += [f"{line}\n" for line in _grid(table, style)]
    else:
        parts.append("<p>No results to compare yet.</p>\n")
    parts += _list("What may be said", [f"{claim.title}: {claim.text}" for claim in table.claims])
    parts += [f"{line}\n" for line in _settings(table)]
    parts += _list("Notes", cells.notes(table, style))
    return "".join([*parts, _SCRIPT, "</body>\n</html>\n"])


def _grid(table: Table, style: Style) -> Iterator[str]:
    shown = cells.fields(table, style)
    yield "<table>"
    yield "<thead><tr>"
    for field in shown:
        kind = ' class="number"' if field.right else ""
        yield f'<th scope="col"{kind}><button type="button">{fmt.html(field.heading)}</button></th>'
    yield "</tr></thead>"
    yield "<tbody>"
    for i, row in enumerate(table.rows):
        yield '<tr class="retracted">' if row.tainted else "<tr>"
        for field in shown:
            value = f' data-value="{fmt.exact(field.numbers[i])}"' if field.numbers else ""
            kind = ' class="number"' if field.right else ""
            yield f"<td{kind}{value}>{fmt.html(field.texts[i])}</td>"
        yield "</tr>"
    yield "</tbody>"
    yield "</table>"


def _settings(table: Table) -> Iterator[str]:
    names = cells.run_names(table)
    if not table.differing_settings:
        return
    yield "<h2>Differing settings</h2>"
    yield "<table>"
    heads = "".join(f'<th scope="col">{fmt.html(text)}</th>' for text in ("setting", *names.values()))
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for setting, values in cells.settings(table).items():
        texts = [setting, *(values[run] for run in names)]
        yield f"<tr>{''.join(f'<td>{fmt.html(text)}</td>' for text in texts)}</tr>"
    yield "</tbody>"
    yield "</table>"


def _list(title: str, texts: Sequence[str]) -> list[str]:
    items = [f"<li>{fmt.html(text)}</li>\n" for text in texts]
    return [f"<h2>{title}</h2>\n<ul>\n", *items, "</ul>\n"] if items else []
