"""The journal written out: one file a format. A format is a module here and one line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from labjournal.compare import Table
from labjournal.export import csv_table, html_page, json_table, latex, markdown, text
from labjournal.export.style import Style


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a comparison."""

    name: str
    """What ``--format`` is given."""
    means: str
    render: Callable[[Table, Style], str]
    """The whole file, newline at the end included; the same table gives the same bytes."""


FORMATS: tuple[Format, ...] = (
    Format("text", "for the terminal, 80 columns", text.render),
    Format("md", "markdown as GitHub and MkDocs show it", markdown.render),
    Format("csv", "one line a row, every digit", csv_table.render),
    Format("latex", "a booktabs table for a paper", latex.render),
    Format("html", "one file, sortable, without a network", html_page.render),
    Format("json", "everything, for programs", json_table.render),
)

__all__ = ["FORMATS", "Format", "Style"]
