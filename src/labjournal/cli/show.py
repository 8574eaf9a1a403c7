"""`labjournal show`: everything about one run."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context, terminal_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labjournal.config import Config
    from labjournal.facts import Fact
    from labjournal.model import FaultMark, Finding, Result, Run
    from labjournal.store import Store
    from labjournal.vcs import NearestTag


@click.command("show")
@click.argument("reference", metavar="REF")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@pass_context
def command(context: Context, reference: str, as_json: bool) -> None:
    """Show one run: state and cause, findings, settings, code, checkpoints, results.

    r:RESULT shows one result: its counts, what follows from them, where it was read.
    """
    from labjournal.cli import results_shown, session
    from labjournal.store import references

    with session.opened(context) as follower:
        store = follower.store
        if reference.startswith("r:"):
            result = store.result(reference)
            if as_json:
                session.print_json(_plain(result))
            else:
                click.echo("\n".join(results_shown.whole(store, result, follower.config)))
            return
        run = store.resolve(references.split(reference)[0])
        if as_json:
            session.print_json(_json(store, run, follower.config))
        else:
            click.echo("\n".join(_text(store, run, follower.config)))


def _json(store: Store, run: Run, config: Config) -> dict[str, Any]:
    from labjournal.cli import endings, listing

    row = next(row for row in store.run_rows() if row.id == run.id)
    return {
        **listing.as_json(row, run.job),
        "command": list(run.command),
        "cwd": run.cwd,
        "host": run.host,
        "settings": dict(run.settings),
        "settings_from": dict(run.settings_from),
        "changes": list(run.changes),
        "retracted": run.retracted,
        "step": run.step,
        "snapshot": _plain(run.snapshot),
        "nearest_tag": near._asdict() if (near := _nearest_tag(run)) else None,
        "death": endings.death_json(store, run, config),
        "attempts_list": [_plain(attempt) for attempt in store.attempts(run.id)],
        "checkpoints_list": _checkpoints_json(store, run),
        "curves": [
            {"name": info.key.name, "n": info.n, "last_step": info.last_step, "last_value": info.last_value}
            for info in store.series_list(run.id)
        ],
        "findings": [_plain(finding) for finding in store.findings(run.id)],
        "expectations": _expectations(store, run),
        "faults": [_plain(mark) for mark in _marks(store, run)],
        "results": [_plain(result) for result in _results(store, run)],
        "entries": [_plain(entry) for entry in store.entries(run=run.id)],
    }


def _checkpoints_json(store: Store, run: Run) -> list[dict[str, Any]]:
    overwritten = store.overwritten(run.id)
    listed = []
    for item in store.checkpoints(run.id):
        by = overwritten.get(item.path) if item.current else None
        listed.append({**_plain(item), "overwritten_by": _plain(by._asdict()) if by else None})
    return listed


def _plain(value: Any) -> Any:
    """A value of the model as JSON can hold it; times as ISO 8601 UTC."""
    from datetime import datetime

    from labjournal import format as fmt

    if isinstance(value, datetime):
        return fmt.iso(value)
    if dataclasses.is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _results(store: Store, run: Run, dismissed: bool = False) -> list[Result]:
    own = store.results(run=run.id, include_unassigned=True)
    measured = store.results(measured_by=run.id, include_unassigned=True, include_dismissed=dismissed)
    return list({result.id: result for result in [*own, *measured]}.values())


def _text(store: Store, run: Run, config: Config) -> list[str]:
    from labjournal.cli import endings, results_shown

    return [
        *_headline(run),
        *_family(store, run),
        *endings.death_lines(store, run, config),
        *endings.attempt_lines(store, run),
        *_findings(store.findings(run.id)),
        *_settings(run),
        *_code(run),
        *_frozen(store.run_facts(run.id)),
        *_faults(store, run),
        *_expected(store, run),
        *_checkpoints(store, run),
        *results_shown.lines(store, run, _results(store, run, dismissed=True), config),
        *_curves(store, run),
    ]


def _family(store: Store, run: Run) -> list[str]:
    """The run it was forked from, and those forked from it."""
    from labjournal import format as fmt

    lines = []
    if run.parent is not None:
        above = next((one.name for one in store.runs_of([run.parent])), run.parent)
        step = f":{run.parent_step}" if run.parent_step is not None else ""
        lines.append(f"  from     {fmt.visible(above)}{step}")
    forks = [one for one in store.children(run.id) if one.parent == run.id]
    if forks:
        lines.append(f"  forks    {fmt.listed(fmt.visible(one.name) for one in forks)}")
    return lines


def _headline(run: Run) -> list[str]:
    from datetime import UTC, datetime

    from labjournal import format as fmt
    from labjournal.model import short_id

    cause = f": {fmt.visible(run.cause)}" if run.cause else ""
    lines = [f"{fmt.visible(run.name)}  {run.status.lower()}{cause}  ({short_id(run.id)}, {run.kind})"]
    if run.retracted:
        lines.append(f"  {fmt.TAINT} retracted: {fmt.visible(run.retracted)}")
    if run.reason:
        lines.append(f"  reason   {fmt.visible(run.reason)}")
    if run.command:
        lines.append(f"  command  {fmt.visible(' '.join(run.command))}")
    begin, end = run.started_at or run.created_at, run.ended_at or datetime.now(UTC)
    steps = f", step {fmt.count(run.step)}" if run.step is not None else ""
    lines.append(f"  time     {fmt.moment_text(begin)}, {fmt.duration((end - begin).total_seconds())}{steps}")
    lines.append(f"  watch    {fmt.visible(run.watch)}")
    if run.job:
        lines.append(f"  launcher {fmt.visible(run.launcher)}, job {fmt.visible(run.job)}")
    if run.subject:
        what = run.subject.checkpoint or ""
        lines.append(f"  of       {short_id(run.subject.run)} {fmt.visible(what)} on {fmt.visible(run.dataset or '?')}")
    return lines


def _findings(findings: list[Finding]) -> list[str]:
    from labjournal import format as fmt
    from labjournal.cli.levels import level_column

    lines = []
    for finding in findings:
        where = f"step {fmt.count(finding.step)}" if finding.step is not None else ""
        state = f"  acknowledged: {fmt.visible(finding.acknowledged)}" if finding.acknowledged else ""
        lines.append(f"  {level_column(finding.level)} {finding.rule}  {fmt.visible(finding.subject)}  {where}{state}")
        lines.append(f"            {fmt.visible(finding.message)}")
        if finding.remedy:
            lines.append(f"            {fmt.visible(finding.remedy)}")
    return lines


def _settings(run: Run) -> list[str]:
    from labjournal import format as fmt

    if not run.settings:
        return ["  settings unknown"]
    width = max(len(name) for name in run.settings)
    most = max(60, terminal_columns() - width - 24)
    lines = ["  settings"]
    for name, value in sorted(run.settings.items()):
        text = fmt.cut(fmt.visible(fmt.setting(value)), most)
        lines.append(f"    {name.ljust(width)}  {text}  ({run.settings_from.get(name, 'stated')})")
    lines += [f"  changed  {fmt.visible(change)}" for change in run.changes]
    return lines


def _code(run: Run) -> list[str]:
    from labjournal import format as fmt

    code = run.snapshot
    if code.missing or not code.commit:
        return [f"  code     not kept: {fmt.visible(code.missing or 'no commit')}"]
    tag = f", git tag {fmt.visible(code.git_tag)}" if code.git_tag else ""
    lines = [f"  code     {fmt.commit(code.commit, code.dirty)} on {fmt.visible(code.branch or 'no branch')}{tag}"]
    near = _nearest_tag(run)
    if near is not None and near.name != code.git_tag:
        lines[0] += f", {fmt.visible(near.words)}"
    lines += [f"    left out {fmt.visible(path)}: {fmt.visible(why)}" for path, why in code.left_out]
    return lines


def _frozen(stated: Sequence[Fact]) -> list[str]:
    """Where a queued run found its code when the working tree had changed meanwhile, and what was not frozen."""
    from labjournal import format as fmt

    lines = []
    for fact in stated:
        if fact.kind != "frozen":
            continue
        data = fact.data
        if data.get("worktree") is None:
            lines.append("    ran in the working tree as it was then, which had changed since it was queued:")
        else:
            lines.append(
                f"    ran in a tree of its own, {fmt.visible(str(data['worktree']))}; changed since it was queued:"
            )
        told = {
            "": data.get("drifted"),
            "linked, not frozen: ": [
                *(data.get("linked") or ()),
                *(data.get("left_out_linked") or ()),
                *(f"{path} (a submodule)" for path in data.get("submodules_linked") or ()),
            ],
            "not there (see [code] link): ": data.get("absent"),
        }
        lines += [
            f"      {what}{fmt.visible(', '.join(map(str, paths[:20])))}" for what, paths in told.items() if paths
        ]
        if data.get("lfs"):
            lines.append("      files of git-lfs are as this clone has them; what it lacks are pointers")
    return lines


def _marks(store: Store, run: Run) -> list[FaultMark]:
    """Known faults as they stand in the code of the run; those its code never had are left out."""
    marks = (mark for fault in store.faults() for mark in store.fault_marks(fault))
    return [mark for mark in marks if mark.run == run.id and mark.state != "clean"]


def _faults(store: Store, run: Run) -> list[str]:
    from labjournal import format as fmt

    return [f"  fault    {fmt.visible(mark.fault)} {mark.state}: {mark.because}" for mark in _marks(store, run)]


def _expectations(store: Store, run: Run) -> list[dict[str, Any]]:
    """What was expected, each with its verdict; null words while nothing can be said yet."""
    from labjournal.judging.expectations import time_text

    verdicts = {verdict.expectation: _plain(verdict) for verdict in store.verdicts(run.id)}
    said = [*run.expect, *([time_text(run.expect_time_s)] if run.expect_time_s else [])]
    nothing: dict[str, Any] = {"word": None, "sentence": None, "gap": None, "low": None, "high": None, "results": []}
    return [{**nothing, "expectation": text, **verdicts.get(text, {})} for text in said]


def _expected(store: Store, run: Run) -> list[str]:
    from labjournal import format as fmt

    if not run.expect and not run.expect_time_s:
        return []
    lines = ["  expected"]
    still = "open: not judged yet" if run.status.ended else "open: the run has not ended"
    for one in _expectations(store, run):
        lines.append(f"    {fmt.visible(one['expectation'])}  {one['word'] or still}")
        if one["sentence"]:
            lines.append(f"      {fmt.visible(one['sentence'])}")
    return lines


def _nearest_tag(run: Run) -> NearestTag | None:
    """The git tag by which a person would place the code; None without one, or without the repository."""
    from pathlib import Path

    from labjournal import vcs
    from labjournal.errors import JournalError

    code = run.snapshot
    if code.commit is None or code.root is None or not Path(code.root).is_dir():
        return None
    try:
        return vcs.nearest_tag(Path(code.root), code.commit)
    except JournalError:  # the repository was moved, or the commit collected
        return None


def _checkpoints(store: Store, run: Run) -> list[str]:
    from labjournal import format as fmt
    from labjournal.checkpoints import counted
    from labjournal.model import short_id

    lines = []
    overwritten = store.overwritten(run.id)
    for item in store.checkpoints(run.id):
        step = counted(item.path, item.step) if item.step is not None else f"step {fmt.missing()}"
        old = "" if item.current else "  replaced since"
        if item.current and (by := overwritten.get(item.path)):
            old = f"  overwritten by {fmt.visible(by.name)} ({short_id(by.run)}), {fmt.moment_text(by.at)}"
        lines.append(f"    {fmt.visible(item.path)}  {step}  {fmt.size(item.size)}{old}")
    return ["  checkpoints", *lines] if lines else []


def _curves(store: Store, run: Run) -> list[str]:
    from labjournal import format as fmt
    from labjournal.runner import adoption

    infos = [info for info in store.series_list(run.id) if not info.key.name.startswith(("watch/", "system/"))]
    shown = [
        f"    {fmt.visible(info.key.name)}  {fmt.plural(info.n, 'point')}  last {fmt.number(info.last_value)}"
        for info in infos[:12]
    ]
    more = [f"    and {len(infos) - 12} more (labjournal scalars)"] if len(infos) > 12 else []
    if shown:
        return ["  curves", *shown, *more]
    missing = adoption.without_curves(run, store)
    return [f"  curves   {fmt.visible(missing)}"] if missing else []
