"""Recomputation of everything a diary prints, and of the journal itself."""

from __future__ import annotations

from pathlib import Path

from labjournal.audit import (
    cited,
    columns,
    compared,
    copied,
    counted,
    footnotes,
    matrices,
    noise,
    prose,
    repeats,
    reports,
    rows,
    said,
    sentences,
    sets,
    steps,
)
from labjournal.audit.items import Item, Weight, order
from labjournal.importers import Document
from labjournal.importers.sources import read_diary

__all__ = ["Item", "Weight", "audit_document", "audit_file", "order"]


def audit_document(document: Document) -> list[Item]:
    """All that does not agree in a diary, by line."""
    found = [item for result in document.results for item in reports.check(document.path, result)]
    found += sets.check(document)
    found += sets.repeated(document.path, document.results)
    found += cited.check_tables(document)
    found += prose.check(document)
    found += noise.check(document)
    found += said.check(document)
    found += sentences.check(document)
    found += rows.check(document)
    found += matrices.check(document)
    for part in (columns, compared, copied, counted, repeats, steps, footnotes):
        found += part.check(document)
    return order(said.weighed(document, found))


def audit_file(path: Path, shown_as: str | None = None) -> list[Item]:
    """All that does not agree in a diary. Raises NotFoundError, or InputError when it is no text."""
    return audit_document(read_diary(path, shown_as or str(path)))
