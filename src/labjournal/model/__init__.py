"""The nouns of the journal as frozen values. Nothing here knows files, SQL or a face.

"Not measured" is None, NaN is a measured value, times are aware and UTC.
"""

from labjournal.model.curves import PRINTED, SeriesInfo, SeriesKey
from labjournal.model.entries import Entry, StateSaid
from labjournal.model.judged import Fault, FaultMark, Finding, Verdict
from labjournal.model.results import Counts, Dataset, ReferenceValue, Result, Source, Subject
from labjournal.model.runs import Attempt, Checkpoint, Run, Snapshot, StageRun, SweepTrial
from labjournal.vocabulary import EntryKind, Level, Role, RunKind, Status

__all__ = [
    "PRINTED",
    "SHORT_ID",
    "Attempt",
    "Checkpoint",
    "Counts",
    "Dataset",
    "Entry",
    "EntryKind",
    "Fault",
    "FaultMark",
    "Finding",
    "Level",
    "ReferenceValue",
    "Result",
    "Role",
    "Run",
    "RunKind",
    "SeriesInfo",
    "SeriesKey",
    "Snapshot",
    "Source",
    "StageRun",
    "StateSaid",
    "Status",
    "Subject",
    "SweepTrial",
    "Verdict",
    "short_id",
]

SHORT_ID = 6


def short_id(full: str) -> str:
    """The last six characters of a ULID: what faces show (the first ten are only the time)."""
    return full[-SHORT_ID:].lower()
