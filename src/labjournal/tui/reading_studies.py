"""Where the studies of a journal stand: judged on the reading thread, which may ask git and read files for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labjournal.errors import JournalError
from labjournal.tui.feed import Source

if TYPE_CHECKING:
    from labjournal.studies.protocol import Study
    from labjournal.studies.standing import Standing


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study and its stages; ``trouble`` says why it cannot be judged."""

    name: str
    question: str = ""
    size: str | None = None
    study: Study | None = None
    standings: tuple[Standing, ...] = ()
    trouble: str | None = None


def studies(source: Source) -> list[StudyView]:
    """All studies of the journal. A study whose file cannot be read is one with trouble."""
    if source.paths is None:
        return []
    from labjournal.studies import places

    entries = source.paths.project / source.config.diary.export
    return [_view(source, name) for name in places.names(entries)]


def _view(source: Source, name: str) -> StudyView:
    from labjournal.studies import protocol, tables
    from labjournal.studies.standing import Judge

    assert source.paths is not None
    folder = source.paths.project / source.config.diary.export / name
    try:
        size = tables.last_size(source.store, name)
        study = protocol.load(folder, size)
        standings = Judge(study, source.store, source.paths, source.config).standings()
    except JournalError as error:
        return StudyView(name, trouble=str(error).replace("\n", " "))
    return StudyView(name, study.question or study.title or "", study.size, study, tuple(standings))
