"""The comparison table: results become rows with intervals, flags and sentences that may be said.

table        the values a face renders            select       which results, and which speak of the same thing
measure      a result -> a cell (statistics)      rows         cells and flags of one row
differences  settings in which runs differ        claims       differences between rows, in words by rule
notes        what a reader must not conclude      build        all of it together
"""

from labjournal.compare.build import build_table, named
from labjournal.compare.table import ALL, BEST, LAST, Cell, Claim, Column, DatasetInfo, Flag, Row, Selection, Table

__all__ = [
    "ALL",
    "BEST",
    "LAST",
    "Cell",
    "Claim",
    "Column",
    "DatasetInfo",
    "Flag",
    "Row",
    "Selection",
    "Table",
    "build_table",
    "named",
]
