"""`labjournal log`: a result by hand, or read off a file; and words about results that were read already."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labjournal.cli import Context, pass_context
from labjournal.cli.placing import Placing
from labjournal.errors import InputError

if TYPE_CHECKING:
    from labjournal.diary import Measured
    from labjournal.model import Result
    from labjournal.parsers import Reading
    from labjournal.store import Store


@click.command("log")
@click.argument("words", metavar="[K=V]...", nargs=-1)
@click.option("--run", "run", metavar="REF", help="The run it speaks of. Default: the run this is called in.")
@click.option("--checkpoint", metavar="S", help="Step or file of the checkpoint, or latest.")
@click.option("--dataset", metavar="D", help="Data set it was measured on.")
@click.option("--n", type=click.IntRange(1), help="Events it was measured on.")
@click.option("--option", "options", multiple=True, metavar="K=V", help="How it was measured, such as numeric=off.")
@click.option("--counts", metavar="JSON", help='Confusion matrix: {"labels": […], "matrix": [[…]], "unknown": […]}.')
@click.option("--from", "source", metavar="FILE|-", help="Read results off a file, or off standard input.")
@click.option(
    "--predictions", metavar="FILE", help="One row an event: id, label, prediction or score (CSV, JSONL, npy)."
)
@click.option("--toys", metavar="FILE", help="Values of T drawn under a hypothesis, for T=OBSERVED (T=nan: none yet).")
@click.option("--law", metavar="LAW", help="With --toys: what T should follow: 'chi2(100)', 'normal(0, 1)', …")
@click.option("--objective", metavar="NAME", help="Version of the objective; results of two are never compared.")
@click.option(
    "--reference", metavar="NAME", help="No result but values from elsewhere (a paper) to hold results against."
)
@click.option("--dry-run", is_flag=True, help="Say what would be written. With --from no journal is needed.")
@click.option("--assign", is_flag=True, help="These results are valid measurements: r:ID…, or what --from reads.")
@click.option("--dismiss", is_flag=True, help="These results are none, or were misread: r:ID….")
@click.option("--why", default="", help="The reason for --dismiss.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@pass_context
def command(
    context: Context,
    words: tuple[str, ...],
    run: str | None,
    checkpoint: str | None,
    dataset: str | None,
    n: int | None,
    options: tuple[str, ...],
    counts: str | None,
    source: str | None,
    predictions: str | None,
    toys: str | None,
    law: str | None,
    objective: str | None,
    reference: str | None,
    dry_run: bool,
    assign: bool,
    dismiss: bool,
    why: str,
    as_json: bool,
) -> None:
    """Write down a result.

    \b
    labjournal log accuracy=0.908 --n 1000 --dataset 1:1 --run v3-embed --checkpoint 2400
    labjournal log --from report.txt --dry-run      what would be read
    labjournal log --predictions val.csv --run v3-embed --dataset 1:1
    labjournal log accuracy=0.92 --dataset 1:1 --reference "paper, table 2"
    labjournal log T=131.2 --toys toys.npy --law "chi2(100)" --run scan-3
    labjournal log --assign r:k3f9a2 --dataset 1:1  confirm a reading whose role was unclear
    """
    from labjournal.cli.stated import key_values

    given = _Given(context, run, checkpoint, dataset, n, key_values(options, "--option"), as_json, objective)
    named = [word for word in words if word.startswith("r:")]
    if reference is not None:
        if reference.startswith("--"):
            raise InputError(f"--reference needs a name, and {reference} is an option.", "Such as --reference paper.")
        if assign or dismiss or source or predictions or counts:
            raise InputError("A reference is values alone.", "Give name=value with --reference NAME.")
        given.refer(reference, words, why or None, dry_run)
        return
    if law is not None and toys is None:
        raise InputError("--law is what --toys are held against.", "In labjournal.toml: [laws] T = 'chi2(100)'.")
    if assign and dismiss:
        raise InputError("A result is either assigned or dismissed.", "Give one of --assign and --dismiss.")
    if dismiss or (assign and source is None):
        if len(named) != len(words):
            raise InputError("Results are named as r:ID here.", "labjournal show REF lists results with ids.")
        given.speak_of(named, why if dismiss else None)
    elif source is not None:
        if words or counts or predictions:
            raise InputError("--from reads the values off the file.", "Leave K=V, --counts and --predictions out.")
        given.read(source, dry_run, assign)
    elif toys is not None:
        if counts or predictions:
            raise InputError("--toys are values of one statistic.", "Leave --counts and --predictions out.")
        given.drawn(Path(toys), words, law, dry_run)
    elif predictions is not None:
        if counts:
            raise InputError("--predictions hold the counts already.", "Leave --counts out.")
        given.predicted(Path(predictions), words, dry_run)
    else:
        given.state(words, counts, dry_run)


class _Given(Placing):
    """What the command line asks to be written down."""

    def state(self, words: tuple[str, ...], counts: str | None, dry_run: bool) -> None:
        """A result by hand."""
        from labjournal.cli.stated import check, confusion, key_values, metric

        values = {name: metric(name, text) for name, text in key_values(words, "").items()}
        if not values and counts is None:
            raise InputError("There is nothing to write down.", "Give name=value, --counts JSON or --from FILE.")
        matrix = None if counts is None else confusion(counts)
        metrics = {name: value for name, (value, _) in values.items()}
        digits = {name: places for name, (_, places) in values.items() if places is not None}
        check(metrics, digits, matrix, self._n)
        measured = self.measured(
            metrics=metrics, counts=matrix, digits=digits, n=self._n or (matrix.n if matrix else None)
        )
        self.write([measured], dry_run)

    def refer(self, name: str, words: tuple[str, ...], why: str | None, dry_run: bool) -> None:
        """Values from elsewhere; without any they are taken back."""
        from labjournal.cli.stated import key_values, metric
        from labjournal.diary import Diary

        metrics = {key: metric(key, text)[0] for key, text in key_values(words, "").items()}
        shown = ", ".join(f"{key} {value:g}" for key, value in metrics.items()) or "taken back"
        if not dry_run:
            fact = Diary(self._context.journal()).reference(name, metrics, self._dataset, self._options, why)
            if self._as_json:
                from labjournal.cli.session import print_json

                print_json({"id": fact})
                return
        click.echo(f"{name}: {shown}", err=True)

    def predicted(self, path: Path, words: tuple[str, ...], dry_run: bool) -> None:
        """A result that follows from predictions, event by event, and where they lie."""
        from labjournal import facts
        from labjournal.cli.stated import check, key_values, metric
        from labjournal.compare.predicted import area_interval, counted, from_scores, grouped
        from labjournal.diary import Diary
        from labjournal.parsers import predictions
        from labjournal.store.places import Places

        try:
            rows, sha256 = predictions.read(path), predictions.digest(path)
        except OSError as error:
            raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error
        signal = self.config().results.signal
        counts, metrics = counted(rows), from_scores(rows, signal)
        said = {name: metric(name, text) for name, text in key_values(words, "").items()}
        digits = {name: places for name, (_, places) in said.items() if places is not None}
        for name, (value, places) in said.items():
            if name in metrics and abs(value - metrics[name]) > (1e-6 if places is None else 0.5 * 10.0**-places):
                click.echo(f"{name} is stated as {value:g}; the predictions give {metrics[name]:.6g}.", err=True)
        metrics |= {name: value for name, (value, _) in said.items()}
        if self._n is not None and self._n != rows.n:
            raise InputError(f"--n {self._n}, but {path} holds {rows.n} events.")
        check(metrics, digits, counts, rows.n)
        content = facts.dumps([sha256, self._dataset, self._options, self._checkpoint, self._reference])
        measured = self.measured(
            metrics=metrics,
            counts=counts,
            digits=digits,
            n=rows.n,
            class_counts={label: rows.labels.count(label) for label in sorted(set(rows.labels))},
            fact_id=facts.derived_id("predictions", content),
        )
        for result in self.write([measured], dry_run):
            journal = self._context.journal()
            lies = Places(str(journal.project)).name(str(path.absolute()))
            in_groups, area = grouped(rows, signal), area_interval(rows, signal)
            Diary(journal).predictions(result, lies, sha256, rows.n, measured.run, in_groups, area)

    def drawn(self, path: Path, words: tuple[str, ...], law: str | None, dry_run: bool) -> None:
        """A statistic held against toys, and both against a law."""
        from labjournal import facts, stats
        from labjournal.cli import toys
        from labjournal.cli.stated import key_values, metric
        from labjournal.parsers import predictions

        name, observed = toys.observed_of({key: metric(key, text) for key, text in key_values(words, "").items()})
        follows = stats.parse_law(law) if law is not None else None
        report = stats.judge_toys(toys.read(path), follows, observed)
        told, sha256 = toys.sentence(name, observed, follows, report), predictions.digest(path)
        click.echo(told, err=True)
        measured = self.measured(
            metrics=toys.metrics(name, observed, report),
            n=report.n,
            dataset=f"{report.n} toys",
            options={"law": law} if law is not None else {},
            file=str(path.absolute()),
            text=f"{told} sha256 {sha256}",
            fact_id=facts.derived_id("toys", facts.dumps([sha256, name, observed, law, self._reference])),
        )
        self.write([measured], dry_run)

    def read(self, source: str, dry_run: bool, assign: bool) -> None:
        """Results read off a file or standard input."""
        from labjournal.cli.session import print_json

        reading = self._reading(source)
        _tell_contradictions(reading)
        if dry_run:
            print_json(reading.to_json())
            return
        for line in reading.not_understood:
            click.echo(f"not understood, line {line.number}: {_shown(line.text)}", err=True)
        if not reading.results:
            raise InputError(f"No result was read off {source}.", "See what was tried with --dry-run.")
        self.write(self._of_reading(reading, source, assign), dry_run=False)

    def speak_of(self, references: list[str], dismissed: str | None) -> None:
        """Assign or dismiss results that stand in the journal; without any, list those that wait."""
        from labjournal.cli import session
        from labjournal.diary import Diary
        from labjournal.model import Role

        with session.opened(self._context) as follower:
            store = follower.store
            of = store.resolve(self._reference).id if self._reference else None
            if not references:
                waiting = [r for r in store.results(run=of, include_unassigned=True) if r.role is Role.UNASSIGNED]
                self._list(waiting)
                return
            diary = Diary(follower.paths)
            results = [store.result(reference) for reference in references]
            subjects = [self._subject(of or result.subject.run, of is not None, store) for result in results]
            for result, subject in zip(results, subjects, strict=True):
                if dismissed is not None:
                    diary.dismiss(result.id, dismissed)
                else:
                    diary.assign(result.id, Role.VALIDATION, self._dataset, None, self._options, subject)
        click.echo(f"{len(references)} {'dismissed' if dismissed is not None else 'assigned'}.", err=True)

    def _subject(self, run: str | None, said: bool, store: Store) -> dict[str, Any] | None:
        """What a result is assigned to; None leaves it where it is."""
        from labjournal import checkpoints
        from labjournal.runner import subjects

        mark = self._checkpoint
        if mark is None:
            return {"run": run, "checkpoint": None, "step": None} if said else None
        path, step = checkpoints.by_word(mark) if not run else subjects.stated(store, store.run(run), mark)
        return {"run": run, "checkpoint": path, "step": step}

    def _list(self, waiting: list[Result]) -> None:
        from labjournal import format as fmt

        if self._as_json:
            from labjournal.cli.session import print_json

            print_json([{"id": r.id, "run": r.subject.run, "metrics": dict(r.metrics)} for r in waiting])
            return
        for result in waiting:
            values = ", ".join(f"{fmt.visible(name)} {fmt.number(value)}" for name, value in result.metrics.items())
            at = result.sources[0]
            where = f"{at.file}:{at.line}" if at.file else at.how
            click.echo(f"r:{result.id[-6:].lower()}  {fmt.visible(where)}  {values}")
        if not waiting:
            click.echo("No result waits to be assigned.", err=True)

    def _reading(self, source: str) -> Reading:
        from labjournal import parsers
        from labjournal.follower.readings import own_rules

        config = self.config()
        rules, off = own_rules(config), config.results.off
        if source == "-":
            raw = sys.stdin.buffer.read()
            return parsers.read_text(raw.decode("utf-8", "replace"), own_rules=rules, off=off)
        try:
            return parsers.read_file(source, own_rules=rules, off=off)
        except OSError as error:
            raise InputError(f"{source} cannot be read: {error.strerror or error}.") from error

    def _of_reading(self, reading: Reading, source: str, assign: bool) -> list[Measured]:
        from labjournal import facts
        from labjournal.model import Role
        from labjournal.stats import counted_n

        name = "standard input" if source == "-" else source
        said = bool(assign or self._dataset)
        measured = []
        for parsed in reading.results:
            role = Role.VALIDATION if parsed.role == "unclear" and said else _role(parsed.role)
            content = facts.dumps([parsed.to_json(), self._dataset, self._options, self._checkpoint, self._reference])
            one = self.measured(
                metrics=dict(parsed.metrics),
                counts=parsed.counts,
                digits=dict(parsed.digits),
                n=counted_n(parsed) or self._n,
                per_class=parsed.to_json()["per_class"],
                dataset=parsed.dataset,
                checkpoint=parsed.checkpoint,
                options=dict(parsed.options),
                role=role,
                how="file",
                rule=parsed.rule,
                rule_version=parsed.rule_version,
                file=name,
                line=parsed.line,
                offset=parsed.offset,
                text=parsed.text,
                # the same file read twice is one result
                fact_id=facts.derived_id("log", name, content),
            )
            measured.append(one)
        return measured


def _tell_contradictions(reading: Reading) -> None:
    """A number that the rest of its text contradicts is written down as printed, but never without a word."""
    if not reading.results:
        return
    from labjournal import format as fmt
    from labjournal.audit.reports import contradictions

    for result in reading.results:
        for sentence in contradictions(result):
            click.echo(f"contradiction, line {result.line}: {fmt.visible(sentence)}", err=True)


def _role(name: str) -> Any:
    from labjournal.model import Role

    return Role.UNASSIGNED if name == "unclear" else Role(name)


def _shown(text: str) -> str:
    from labjournal import format as fmt

    return fmt.cut(fmt.visible(text.strip()), 100)
