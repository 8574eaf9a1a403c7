"""Diaries kept in org files."""

from __future__ import annotations

from pathlib import Path

from labjournal.importers.sources import read_diary

TEXT = """#+TITLE: Log
* <2024-06-01 Sat> setup
Done, *at last*.
* DONE [2024-06-02 Sun 14:10] Results
Checkpoint-300 on 1:10
#+begin_example
Accuracy: 0.77 (770/1000)
#+end_example
#+begin_src python
accuracy = 0.99
#+end_src
** TODO next steps
| run | accuracy |
|-----+----------|
| a   |     0.77 |
"""


def test_headings_stamps_blocks_and_tables_of_org_are_read(tmp_path: Path) -> None:
    path = tmp_path / "log.org"
    path.write_text(TEXT)
    found = read_diary(path)
    assert [(entry.date, entry.line) for entry in found.entries[1:]] == [("2024-06-01", 2), ("2024-06-02", 4)]
    (result,) = found.results
    assert (result.place.checkpoint, result.place.dataset, result.n, result.line) == ("checkpoint-300", "1:10", 1000, 7)
    assert [claim.value for claim in found.claims if claim.kind == "table"] == [0.77]


def test_a_line_of_values_is_a_result_whatever_parts_them(tmp_path: Path) -> None:
    for line in ("val_acc=0.81 n=1000", "val_acc=0.81, n=1000"):
        path = tmp_path / "log.md"
        path.write_text(f"# 2024-05-06\n\nstarted\n\n{line}\n")
        (result,) = read_diary(path).results
        assert result.n == 1000


def test_what_only_org_reads_is_no_entry_and_a_stamp_below_a_heading_dates_it(tmp_path: Path) -> None:
    path = tmp_path / "log.org"
    path.write_text(
        "#+OPTIONS: toc:nil\n#+STARTUP: indent\n* DONE Train baseline\n:PROPERTIES:\n:ID: 4f1c\n:END:\n"
        "<2024-03-02 Sat>\nSee [[file:out/plot.png][the plot]].\n"
        "* Second\n[2024-03-04 Mon 10:00]\n#+begin_src sh\n:properties:\n#+end_src\n"
    )
    entries = read_diary(path).entries
    assert [(entry.date, entry.title) for entry in entries] == [
        ("2024-03-02", "Train baseline"),
        ("2024-03-04", "Second"),
    ]
    assert "[the plot](out/plot.png)" in entries[0].text
    assert "4f1c" not in entries[0].text
    assert ":properties:" in entries[1].text
