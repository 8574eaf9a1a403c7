"""Telling the owner of a study how a stage turned out, what its gate does now, and that it takes too long."""

from __future__ import annotations

from labjournal.launchers import attempts
from labjournal.launchers.notices import GATE, LATE, Notices
from labjournal.model import Run
from labjournal.paths import JournalPaths
from labjournal.studies.protocol import Study
from labjournal.studies.standing import Standing, State


def stage_ended(paths: JournalPaths, study: Study, standing: Standing, fact_id: str) -> None:
    """Tell it once for each outcome, whoever judges it."""
    text = f"stage {standing.stage.name} {_how(standing)}; {_what_next(study, standing)}"
    _tell(paths, standing.runs[-1], GATE, f"stage-{fact_id[-12:]}", text, study.name)


def stage_late(paths: JournalPaths, study: Study, stage: str, run: Run, text: str) -> None:
    """Tell that a stage of several runs takes longer than was said; of a single run its supervisor tells it."""
    _tell(paths, run, LATE, f"late-{stage}", f"stage {stage}: {text}", study.name)


def _tell(paths: JournalPaths, run: Run, what: str, key: str, text: str, name: str) -> None:
    try:
        place = paths.run(run.id)
        Notices(place, attempts.last_number(place)).tell(what, key, text, name)
    except OSError:  # its folder is gone: nobody can tell whether it was told
        return


def _how(standing: Standing) -> str:
    failed = [one for one in standing.criteria if one.outcome.passed is not True]
    if standing.state is State.PASSED or not failed:
        return standing.state.value + (f": {standing.because}" if standing.because and not standing.criteria else "")
    more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
    return f"{standing.state.value}: {failed[0].text}: {failed[0].outcome.sentence}{more}"


def _what_next(study: Study, standing: Standing) -> str:
    name = standing.stage.name
    behind = [stage.name for stage in study.stages if name in stage.section.after]
    if not behind:
        return "no stage waits for it"
    opens = "opens" if standing.state is State.PASSED else "stays shut"
    return f"the gate of {', '.join(behind)} {opens}"
