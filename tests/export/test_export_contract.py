"""One body of tests over every format: nothing true is lost, nothing hostile is obeyed."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from labjournal import format as fmt
from labjournal.compare import DatasetInfo, Row, Table
from labjournal.export import FORMATS, Format, Style
from labjournal.export.style import Interval
from tables import hostile_tables, row, table

STYLES = st.builds(Style, width=st.integers(40, 160), full=st.booleans(), zone=st.just(UTC))
CALM = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
ONE = DatasetInfo("d", "1:1", "a41f" * 16, 1000, {"background": 524, "signal": 476})
every_format = pytest.mark.parametrize("form", FORMATS, ids=[form.name for form in FORMATS])


def by_name(name: str) -> Format:
    return next(form for form in FORMATS if form.name == name)


def markdown_cells(text: str) -> list[list[str]]:
    """The first table as a markdown renderer sees it: plain text of each cell, heading first."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    rows: list[list[str]] = []
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open") and following is not None:
            rows[-1].append(plain(following))
        elif token.type == "table_close":
            break
    return rows


def latex_rows(text: str) -> list[list[str]]:
    """Rows of the tabular as TeX splits them: at each & and line end that is not escaped."""
    body = text.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
    for rule in (r"\midrule", r"\addlinespace"):
        body = body.replace(f"{rule}\n", "")
    return [[cell.strip() for cell in re.split(r"(?<!\\)&", line)] for line in body.strip().split(" \\\\\n")]


class Page(HTMLParser):
    """The first table of a page as a browser sees it, and every tag there is."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self._tables = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self._tables += tag == "table"
        if tag == "tr" and self._tables == 1:
            self.rows.append([])
        elif tag in ("td", "th") and self._tables == 1:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self._tables == 1 and self.rows and self.rows[-1] and self.lasttag in ("td", "button"):
            self.rows[-1][-1] += data.strip("\n") if data != "\n" else ""


def html_rows(text: str) -> list[list[str]]:
    page = Page()
    page.feed(text)
    return page.rows


def plain(token: Token) -> str:
    assert all(child.type in ("text", "text_special") for child in token.children or []), token.children
    return "".join(child.content for child in token.children or [])


@every_format
def test_the_same_table_gives_the_same_bytes_and_ends_with_a_newline(form: Format) -> None:
    one = table([row("a", ONE), row("b", ONE, 0.8, taint="why")])
    text = form.render(one, Style(zone=UTC))
    assert text == form.render(one, Style(zone=UTC))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@every_format
def test_a_table_without_rows_is_no_error(form: Format) -> None:
    assert form.render(table([]), Style()).strip()


@every_format
@CALM
@given(given_table=hostile_tables(), style=STYLES)
def test_requirement_55_no_format_loses_a_taint_mark(form: Format, given_table: Table, style: Style) -> None:
    text = form.render(given_table, style)
    tainted = [row.tainted is not None for row in given_table.rows]
    if form.name == "json":
        assert [row["tainted"] for row in json.loads(text)["rows"]] == tainted
    elif form.name == "csv":
        assert [bool(line["tainted"]) for line in csv.DictReader(io.StringIO(text))] == tainted
    elif form.name == "latex":
        assert [cells[0].endswith(r"\ensuremath{\dagger}") for cells in latex_rows(text)[1:]] == tainted
    elif form.name == "html":
        assert [cells[0].endswith(f" {fmt.TAINT}") for cells in html_rows(text)[1:]] == tainted
    elif form.name == "md":
        assert [cells[0].endswith(f" {fmt.TAINT}") for cells in markdown_cells(text)[1:]] == tainted
    else:
        values = [line for line in text.split("\n") if ":2400" in line or fmt.TAINT in line]
        marked = sum(fmt.TAINT in line for line in values)
        assert marked >= sum(tainted)


@every_format
@CALM
@given(given_table=hostile_tables(), style=STYLES)
def test_no_format_writes_a_control_or_reordering_sign(form: Format, given_table: Table, style: Style) -> None:
    text = form.render(given_table, style).replace("\n", "")
    assert not [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs")]
    assert not [sign for sign in text if unicodedata.bidirectional(sign) in ("RLO", "LRO", "RLE", "LRE", "RLI", "LRI")]


@CALM
@given(given_table=hostile_tables(), width=st.integers(40, 120))
def test_the_text_table_fits_its_width_whatever_the_names(given_table: Table, width: int) -> None:
    text = by_name("text").render(given_table, Style(width=width, zone=UTC))
    assert [line for line in text.split("\n") if fmt.cells(line) > width] == []


@CALM
@given(given_table=hostile_tables(), style=STYLES)
def test_requirement_17_the_markdown_table_is_valid_and_shows_every_text_as_it_is(
    given_table: Table, style: Style
) -> None:
    rows = markdown_cells(by_name("md").render(given_table, style))
    assert len(rows) == 1 + len(given_table.rows)
    assert {len(cells) for cells in rows} == {len(rows[0])}
    for cells, expected in zip(rows[1:], given_table.rows, strict=True):
        label = fmt.visible(expected.label) + (f" {fmt.TAINT}" if expected.tainted is not None else "")
        assert cells[0] == label.strip()  # renderers drop space around a cell


@CALM
@given(given_table=hostile_tables())
def test_csv_keeps_every_digit_and_starts_no_formula(given_table: Table) -> None:
    lines = list(csv.DictReader(io.StringIO(by_name("csv").render(given_table, Style(zone=UTC)))))
    for line, expected in zip(lines, given_table.rows, strict=True):
        assert float(line["accuracy"]) == expected.cells["accuracy"].value
        assert not line["name"].startswith(("=", "+", "-", "@"))


def test_many_option_columns_move_below_the_row_instead_of_off_the_screen() -> None:
    options = {f"option-{i}": f"value-{i}" for i in range(9)}
    rows: list[Row] = [row("a", ONE, options=options), row("b", ONE, options={**options, "option-0": "x"})]
    text = by_name("text").render(table(rows), Style(width=80))
    assert all(fmt.cells(line) <= 80 for line in text.split("\n"))
    assert "0.900 [.880 .920]" in text
    assert "option-8 value-8" in text


def test_numbers_are_never_cut_in_the_text_table() -> None:
    text = by_name("text").render(table([row("n" * 200, ONE)]), Style(width=40))
    assert "0.900 [.880 .920]" in text


TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td",
    "button", "ul", "li", "script",
}  # fmt: skip


@CALM
@given(given_table=hostile_tables(), style=STYLES)
def test_the_page_shows_every_text_as_it_is_and_loads_nothing(given_table: Table, style: Style) -> None:
    page = Page()
    page.feed(by_name("html").render(given_table, style))
    assert page.tags <= TAGS
    assert not [name for name, _ in page.attributes if name in ("src", "href", "onclick", "style")]
    labels = [
        f"{fmt.visible(row.label)}{f' {fmt.TAINT}' if row.tainted is not None else ''}" for row in given_table.rows
    ]
    assert [cells[0] for cells in page.rows[1:]] == labels
    assert {len(cells) for cells in page.rows} == {len(page.rows[0])}


@CALM
@given(given_table=hostile_tables(), style=STYLES)
def test_latex_is_balanced_and_runs_no_command_of_a_stranger(given_table: Table, style: Style) -> None:
    text = by_name("latex").render(given_table, style)
    rows = latex_rows(text)
    assert {len(cells) for cells in rows} == {len(rows[0])}
    bare = re.sub(r"\\[{}$&#%_]", "", text)
    bare = re.sub(r"\\ensuremath\{(?:\\[A-Za-z]+|[_^]?[-+\d])\}", "", bare)  # one sign of Greek or mathematics
    assert bare.count("{") == bare.count("}")
    assert set(re.findall(r"\\([A-Za-z]+)", bare)) <= {
        "usepackage", "begin", "end", "centering", "par", "smallskip", "linewidth", "footnotesize", "toprule",
        "midrule", "bottomrule", "addlinespace", "textbackslash", "textasciitilde", "textasciicircum", "textless",
        "textgreater", "textbar", "char", "textasciigrave", "textemdash", "textendash", "ldots", "caption",
    }  # fmt: skip
    assert not re.search(r"(?<!\\)[#$~]", bare)


@pytest.mark.parametrize("interval", ["range", "plus-minus", "none"])
@pytest.mark.parametrize("name", ["text", "md", "latex", "html"])
def test_a_paper_may_drop_intervals_and_never_a_taint_mark(name: str, interval: Interval) -> None:
    one = table([row("a", ONE), row("b", ONE, 0.8, taint="why")], notes=(f"{fmt.TAINT} retracted: why.",))
    text = by_name(name).render(one, Style(zone=UTC, interval=interval, caption="Two", digits=2))
    shown = {"range": "[.88 .92]", "plus-minus": "0.90 ± 0.02", "none": "0.90"}[interval]
    written = fmt.latex(shown) if name == "latex" else shown
    assert written in text
    assert (".88" in text) == (interval == "range")
    assert text.count("dagger" if name == "latex" else fmt.TAINT) >= 2
    assert "Two" in text


def test_a_count_too_small_for_a_rate_stays_a_fraction_whatever_the_digits() -> None:
    text = by_name("md").render(table([row("a", ONE, 0.002)]), Style(digits=2, interval="none"))
    assert " 2/1,000 |" in text


@pytest.mark.parametrize(("interval", "said"), [("range", "[low high]: 95%"), ("plus-minus", "±: 95%"), ("none", None)])
@pytest.mark.parametrize("name", ["text", "md", "latex", "html"])
def test_notes_speak_of_intervals_as_they_are_shown(name: str, interval: Interval, said: str | None) -> None:
    one = replace(table([row("a", ONE, 0.9)]), notes=("[low high]: 95% Wilson interval.", "n = 1 seed."))
    text = by_name(name).render(one, Style(interval=interval))
    text = text.replace("\\[", "[").replace("\\]", "]").replace("{[}", "[").replace("{]}", "]").replace("\\%", "%")
    text = text.replace("\\ensuremath{\\pm}", "±")
    assert "n = 1 seed." in text
    assert (said in text) if said else "Wilson" not in text
