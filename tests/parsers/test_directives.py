"""Tables of documentation that are spelt out cell by cell, and rows that look like statistics of the others."""

from __future__ import annotations

import pytest

from labjournal.parsers import read_text

Rows = list[tuple[dict[str, float], dict[str, str]]]
SPEECH: Rows = [({"wer": 7.5, "cer": 2.5}, {"model": "tiny"}), ({"wer": 5.0, "cer": 1.5}, {"model": "base"})]


def rows(text: str) -> Rows:
    return [(dict(result.metrics), dict(result.options)) for result in read_text(text).results]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            ".. list-table:: Speech\n   :header-rows: 1\n   :widths: 20 10 10\n\n   * - model\n     - WER\n     - CER\n"
            "   * - tiny\n     - 7.5\n     - **2.5**\n   * - base\n     - 5.0\n     - 1.5\n\nText.\n",
            id="rst",
        ),
        pytest.param(
            "```{list-table} Speech\n:header-rows: 1\n\n* - model\n  - WER\n  - CER\n* - tiny\n  - 7.5\n  - 2.5\n"
            "* - base\n  - 5.0\n  - 1.5\n```\n",
            id="myst",
        ),
        pytest.param(
            '.. csv-table:: Speech\n   :header: "model", "WER", "CER"\n\n   "tiny", 7.5, 2.5\n   "base", 5.0, 1.5\n',
            id="csv-table",
        ),
        pytest.param("|===\n|model |WER |CER\n\n|tiny\n|7.5\n|2.5\n\n|base |5.0 |1.5\n|===\n", id="asciidoc"),
        pytest.param(
            '[options="header"]\n|===\n|model |WER |CER\n|tiny |7.5 |2.5\n|base |5.0 |1.5\n|===\n', id="one line each"
        ),
    ],
)
def test_a_table_that_is_spelt_out_gives_its_rows(text: str) -> None:
    assert rows(text) == SPEECH


def test_a_table_of_settings_gives_nothing() -> None:
    assert rows(".. list-table::\n\n   * - lr\n     - 0.125\n   * - dropout\n     - 0.5\n") == []


def test_a_name_like_a_statistic_is_a_name_where_it_is_none() -> None:
    table = "| pooling | F1 |\n|---|---|\n| sum | 0.75 |\n| attention | 0.5 |\n| max | {} |\n"

    assert [options["pooling"] for _, options in rows(table.format("0.625"))] == ["sum", "attention", "max"]
    assert [options["pooling"] for _, options in rows(table.format("0.75"))] == ["sum", "attention"]
