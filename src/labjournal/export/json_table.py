"""A comparison as JSON, for programs: the shape is fixed in docs/formats.md and schemas/compare.json."""

from __future__ import annotations

import json
from typing import Any

from labjournal import format as fmt
from labjournal.compare import Cell, Claim, Row, Table
from labjournal.export.style import Style
from labjournal.facts import plain


def render(table: Table, style: Style) -> str:
    # ASCII only: what a terminal shows of it must not be obeyed either
    return json.dumps(plain(as_json(table)), ensure_ascii=True, indent=1, allow_nan=False) + "\n"


def as_json(table: Table) -> dict[str, Any]:
    """The object of ``compare --json``; floats may still be NaN."""
    return {
        "columns": [column.metric for column in table.columns],
        "metrics": {
            column.metric: {
                "label": column.label,
                "rate": column.is_rate,
                "higher_is_better": column.higher_is_better,
                "formula": column.formula,
                "unit": column.unit,
            }
            for column in table.columns
        },
        "rows": [_row(row) for row in table.rows],
        "datasets": [
            {
                "name": dataset.name,
                "hash": dataset.hash,
                "n": dataset.n,
                "class_counts": dict(dataset.class_counts) if dataset.class_counts else None,
                "majority": dataset.majority[1] if dataset.majority else None,
                "identified": dataset.identified,
            }
            for dataset in table.datasets
        ],
        "differing_settings": {name: dict(values) for name, values in table.differing_settings.items()},
        "equal_settings": table.equal_settings,
        "claims": [_claim(claim, table) for claim in table.claims],
        "notes": list(table.notes),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "run": row.run or None,
        "name": row.name,
        "label": row.label,
        "checkpoint": row.checkpoint if row.step is None else row.checkpoint or str(row.step),
        "step": row.step,
        "dataset": row.dataset.name,
        "dataset_hash": row.dataset.hash,
        "options": dict(row.options),
        "when": fmt.iso(row.when),
        "commit": row.commit,
        "dirty": row.dirty,
        "git_tag": row.git_tag,
        "objective": row.objective,
        "group": row.group,
        "runs": list(row.runs or ((row.run,) if row.run else ())),
        "cells": {metric: _cell(cell) for metric, cell in row.cells.items()},
        "tainted": row.tainted is not None,
        "taint": row.tainted,
        "measurements": row.measurements,
        "flags": [{"flag": flag.slug, "words": flag.words} for flag in row.flags],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "result": cell.result,
        "value": cell.value,
        "n": cell.n,
        "low": cell.low,
        "high": cell.high,
        "numerator": cell.numerator,
        "denominator": cell.denominator,
        "seeds": len(cell.pooled) or 1,
        "sd": cell.sd,
        "pooled": list(cell.pooled),
        "flags": [flag.slug for flag in cell.flags],
    }


def _claim(claim: Claim, table: Table) -> dict[str, Any]:
    places = {row.key: i for i, row in enumerate(table.rows)}
    return {
        "metric": claim.metric,
        "a": places[claim.a],
        "b": places[claim.b],
        "title": claim.title,
        "word": claim.word,
        "text": claim.text,
        "difference": claim.difference,
        "low": claim.low,
        "high": claim.high,
        "p": claim.p,
        "p_corrected": claim.p_corrected,
        "needed": claim.needed,
        "paired": claim.paired,
        "option": claim.option,
    }
