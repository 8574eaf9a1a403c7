"""`labjournal checks`: findings of a run or of all runs; the list of checks; acknowledging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context
from labjournal.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from labjournal.follower import Follower
    from labjournal.model import Finding, Run
    from labjournal.paths import JournalPaths
    from labjournal.store import Store

_RANK = ("notice", "warning", "alarm")


@click.command("checks")
@click.argument("words", metavar="[REF | ack FINDING]", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="The checks there are: what they mean, what to try.")
@click.option("--fail-on", type=click.Choice(_RANK), help="Exit 1 on an open finding of this level or worse.")
@click.option("-m", "--why", help="With ack: why this finding needs no more attention.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@pass_context
def command(
    context: Context, words: tuple[str, ...], listing: bool, fail_on: str | None, why: str | None, as_json: bool
) -> None:
    """Show findings: of one run, or the open ones of all runs.

    \b
    labjournal checks REF                       findings of a run, causes first
    labjournal checks ack FINDING -m WHY        acknowledge one; it stays on record
    """
    if listing:
        _print_catalogue(as_json)
        return
    from labjournal.cli import session

    with session.opened(context) as follower:
        if words and words[0] == "ack":
            _acknowledge(follower.paths, follower.store, words[1:], why)
            return
        findings = _chosen(follower.store, words)
        if as_json:
            session.print_json([_json(finding) for finding in findings])
        else:
            run = follower.store.resolve(words[0]) if words else None
            _print_text(follower.store, findings, run)
            if run is not None:
                _print_unjudged(follower, run)
    if fail_on is not None:
        worst = max((finding.level.rank for finding in findings if finding.acknowledged is None), default=-1)
        if worst >= _RANK.index(fail_on):
            raise click.exceptions.Exit(1)


def _chosen(store: Store, words: tuple[str, ...]) -> list[Finding]:
    if len(words) > 1:
        raise InputError("checks takes one REF.", "labjournal checks --help")
    if words:
        return store.findings(store.resolve(words[0]).id)
    open_ones = [finding for finding in store.findings() if finding.acknowledged is None]
    return sorted(open_ones, key=lambda finding: -finding.level.rank)


def _acknowledge(paths: JournalPaths, store: Store, words: tuple[str, ...], why: str | None) -> None:
    if len(words) != 1 or not why:
        raise InputError("An acknowledgement names the finding and says why.", "labjournal checks ack FINDING -m WHY")
    wanted = words[0].removeprefix("f:").upper()
    found = [finding for finding in store.findings() if finding.id.endswith(wanted)]
    if len(found) != 1:
        many = "No finding has" if not found else "More than one finding has"
        raise NotFoundError(f"{many} the id {words[0]!r}.", "labjournal checks --json shows the ids.")
    from labjournal import facts

    said = facts.make("ack", {"finding": found[0].id, "why": why})
    facts.append(paths.my_facts, [said], sync=True, lock=True)
    click.echo(f"acknowledged: {found[0].rule}", err=True)


def _json(finding: Finding) -> dict[str, Any]:
    from labjournal import format as fmt

    return {
        "id": finding.id,
        "run": finding.run,
        **finding.stated(),
        "first_seen": fmt.iso(finding.first_seen),
        "count": finding.count,
        "acknowledged": finding.acknowledged,
    }


def _print_text(store: Store, findings: list[Finding], run: Run | None) -> None:
    """Of one run all of them; of all runs one block a rule and run that was checked, notices only counted."""
    from labjournal import format as fmt
    from labjournal.model import Level

    of_one = run is not None
    unwatched = fmt.visible(run.watch) if run is not None and run.watch != "watched" else ""
    if unwatched:
        click.echo(unwatched)
    notices = 0
    if not of_one:
        notices = sum(finding.level is Level.NOTICE for finding in findings)
        findings = [finding for finding in findings if finding.level is not Level.NOTICE]
    for finding, others in _folded(store, findings, of_one):
        _print_one(store, finding, others, of_one)
    if notices:
        click.echo(f"and {notices} notices (labjournal checks REF shows those of a run)", err=True)
    elif not findings:
        of_run = "No findings in what is known." if unwatched else "No findings."
        click.echo(of_run if of_one else "No open findings.", err=True)


def _folded(store: Store, findings: list[Finding], of_one: bool) -> list[tuple[Finding, int]]:
    """Each finding with the number of like ones it stands for: validations of one run by one rule are one fault."""
    if of_one:
        return [(finding, 0) for finding in findings]
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        run = store.run(finding.run)
        groups.setdefault((finding.rule, run.subject.run if run.subject else run.id), []).append(finding)
    return [(group[0], len(group) - 1) for group in groups.values()]


def _print_one(store: Store, finding: Finding, others: int, of_one: bool) -> None:
    from labjournal import format as fmt
    from labjournal.cli.levels import level_column
    from labjournal.model import short_id

    where = f"step {fmt.count(finding.step)}" if finding.step is not None else ""
    run = "" if of_one else f"{fmt.visible(store.run(finding.run).name)}  "
    done = f"  acknowledged: {fmt.visible(finding.acknowledged)}" if finding.acknowledged else ""
    more = f"  and {others} like it" if others else ""
    subject = fmt.visible(finding.subject)
    click.echo(
        f"{level_column(finding.level)} {finding.rule}  {run}{subject}  {where}  f:{short_id(finding.id)}{more}{done}"
    )
    click.echo(f"          {fmt.visible(finding.message)}")
    if finding.caused_by:
        click.echo(f"          follows from {fmt.visible(finding.caused_by)}")
    if finding.remedy:
        click.echo(f"          {fmt.visible(finding.remedy)}")


def _print_unjudged(follower: Follower, run: Run) -> None:
    """What could not be looked at, with the reason: silence there is no sign of health."""
    from labjournal import format as fmt
    from labjournal.follower.checking import Checker

    for because, rules in Checker(follower.store, follower.config).unjudged(run).items():
        click.echo(f"not judged: {', '.join(rules)}: because {fmt.visible(because)}")


def _print_catalogue(as_json: bool) -> None:
    import dataclasses

    from labjournal.checks import catalogue

    if as_json:
        from labjournal.cli import session

        session.print_json([dataclasses.asdict(rule) for rule in catalogue()])
        return
    family = ""
    for rule in catalogue():
        if rule.family != family:
            family = rule.family
            click.echo(f"{family}")
        click.echo(f"  {rule.rule}  ({rule.level})\n    {rule.means}\n    {rule.remedy}")
