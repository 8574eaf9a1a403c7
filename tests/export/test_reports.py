"""A report as it stands in an exported diary."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPORT = """\
              precision    recall  f1-score   support

         bad       {bad}      1.00      0.95        39
        good       1.00      0.97      0.98       130

    accuracy                           0.98       169
   macro avg       0.95      0.98      0.97       169
weighted avg       0.98      0.98      0.98       169
"""


@pytest.mark.parametrize(
    ("printed", "exported"),
    [
        (REPORT.format(bad="0.91"), "bad      0.91      1.00      0.95        39"),
        (
            REPORT.format(bad="0.9070").replace("1.00 ", "1.0000 ").replace("0.98 ", "0.9763 "),
            "bad    0.9070    1.0000    0.9500        39",
        ),
    ],
)
def test_no_decimal_is_shown_that_was_not_printed(tmp_path: Path, printed: str, exported: str) -> None:
    (tmp_path / "report.txt").write_text(printed)
    environment = {**os.environ, "COLUMNS": "100"}
    for words in (("log", "--from", "report.txt", "--dataset", "x", "--assign"), ("export",)):
        command = [sys.executable, "-m", "labjournal", *words]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60, stdout=subprocess.DEVNULL)
    (diary,) = (tmp_path / "entries").glob("*.md")
    assert exported in diary.read_text()
