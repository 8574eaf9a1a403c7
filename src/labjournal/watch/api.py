"""What a training script may say to its run. Every call is harmless: without a run one notice goes to stderr.

A script needs none of these to be followed; they add what cannot be seen from outside. In a launched run they write
facts and events of that run; started by hand, without a run, they do nothing but say so once.
"""

from __future__ import annotations

import json
import os
import sys
from types import TracebackType
from typing import Any, ClassVar, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Type

from labjournal import facts, tags
from labjournal.watch.counting import as_counts, class_counts, confusion
from labjournal.watch.event_writer import EventWriter
from labjournal.watch.masking import masked

_KEPT_FIRST = 10
_ENTRY_KINDS = (
    "note result bug fix retraction hypothesis expectation decision plan parameter-change restart incident question "
    "claim"
).split()


class Run:
    """The run this process belongs to; usable as ``with labjournal.init() as run``."""

    def __init__(self, run_id: str, folder: str, attempt: int = 1) -> None:
        self.id = run_id
        self.folder = folder
        self._facts = facts.writer_path(os.path.join(folder, "facts"), attempt, "api")
        self._events = EventWriter(os.path.join(folder, "events"))
        self._pid = os.getpid()
        self._attempt = attempt

    def state(self, kind: str, data: Dict[str, Any], sync: bool = False) -> None:
        """Append one fact of this run. Trouble with the disk is a notice, never an error of the training."""
        if self._pid != os.getpid():  # a forked child writes a file of its own
            self._pid = os.getpid()
            self._facts = facts.writer_path(os.path.join(self.folder, "facts"), self._attempt, "api")
        try:
            facts.append(self._facts, [facts.make(kind, data, run=self.id)], sync=sync)
        except OSError as error:
            _notice(f"a {kind} could not be written to {self.folder}: {error.strerror}")

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        try:
            self._events.add(step, dict(values))
        except OSError as error:
            _notice(f"scalars could not be written to {self.folder}: {error.strerror}")

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        finish()


class _NoRun(Run):
    """Takes every call and keeps nothing."""

    def __init__(self) -> None:
        self.id = ""
        self.folder = ""

    def state(self, kind: str, data: Dict[str, Any], sync: bool = False) -> None:
        return

    def scalars(self, values: Mapping[str, float], step: int) -> None:
        return


_current: Optional[Run] = None
_noticed = False


def _notice(text: str) -> None:
    global _noticed
    if not _noticed:
        _noticed = True
        print(f"labjournal: {text}", file=sys.stderr)


def _run() -> Run:
    """The launched run, found through the environment the launcher set; a silent stand-in where there is none."""
    global _current
    if _current is None:
        run_id, folder = os.environ.get(tags.ENV_RUN_ID), os.environ.get(tags.ENV_RUN_DIR)
        if run_id and folder:
            attempt = os.environ.get(tags.ENV_ATTEMPT, "")
            _current = Run(run_id, os.path.abspath(folder), int(attempt) if attempt.isdigit() else 1)
        else:
            _current = _NoRun()
    if isinstance(_current, _NoRun):
        _notice("this process belongs to no run; start it with `labjournal run -- …` and what it says is kept")
    return _current


def init(
    name: Optional[str] = None,
    kind: Optional[str] = None,
    reason: Optional[str] = None,
    settings: Optional[Mapping[str, Any]] = None,
) -> Run:
    """The launched run. ``name``, ``kind`` and ``reason`` belong to the launch; said here, they are kept as said."""
    run = _run()
    said = {key: value for key, value in (("name", name), ("kind", kind), ("reason", reason)) if value is not None}
    if said:
        run.state("event", {"text": ", ".join(f"{key}: {value}" for key, value in said.items()), **said})
    if settings:
        _state_settings(run, settings)
    return run


def finish() -> None:
    """The script is done with its run. Everything was written when it was said; the next ``init`` starts afresh."""
    global _current
    _current = None


def current_run() -> Optional[Run]:
    """The run this process belongs to, or None."""
    run = _run()
    return None if isinstance(run, _NoRun) else run


def log(values: Mapping[str, Any], step: Optional[int] = None) -> None:
    """Scalars of one step, into the run's own event file. Tensors and arrays of one element count as numbers.

    Without ``step`` the calls are counted from 0.
    """
    global _logged
    at, _logged = (_logged, _logged + 1) if step is None else (int(step), int(step) + 1)
    numbers: Dict[str, float] = {}
    for name, value in values.items():
        number = _as_number(value)
        if number is None:
            _notice(f"{name!r} is no number ({type(value).__name__}) and was not logged")
        else:
            numbers[str(name)] = number
    if numbers:
        _run().scalars(numbers, at)


_logged = 0


def _as_number(value: Any) -> Optional[float]:
    item = getattr(value, "item", None)
    try:
        return float(item() if callable(item) else value)
    except (TypeError, ValueError, RuntimeError):
        return None


def result(
    dataset: Optional[str] = None,
    checkpoint: Optional[str] = None,
    n: Optional[int] = None,
    counts: Any = None,
    predictions: Optional[Tuple[Sequence[Any], Sequence[Any]]] = None,
    options: Optional[Mapping[str, Any]] = None,
    **metrics: Any,
) -> None:
    """One result: of this run, or of the checkpoint that a validation was launched for.

    Args:
        dataset: Name of the data set measured on; else the one the validation was launched with.
        checkpoint: File the weights came from; else the one the validation was launched with.
        n: Number of examples.
        counts: Confusion matrix, rows are true classes: a list of lists, or ``{"labels": […], "matrix": […]}``.
        predictions: ``(true labels, predicted labels)``; counted here. A prediction that is no true label is unknown.
        options: How it was measured, what distinguishes it from other results on the same data.
        **metrics: Values by name; a fraction in 0..1 where it is a rate.
    """
    run = _run()
    table = confusion(*predictions) if predictions is not None else as_counts(counts)
    numbers = {name: number for name, value in metrics.items() if (number := _as_number(value)) is not None}
    if n is None and table is not None:
        n = sum(map(sum, table["matrix"])) + sum(table["unknown"])
    name = dataset or os.environ.get(tags.ENV_DATASET) or None
    told = {**_options_of_launch(), **{str(key): str(value) for key, value in (options or {}).items()}}
    data = {
        "subject": {
            "run": os.environ.get(tags.ENV_SUBJECT_RUN) or run.id,
            "checkpoint": checkpoint or os.environ.get(tags.ENV_CHECKPOINT) or None,
            "step": None,
            "version": None,
        },
        "measured_by": run.id,
        "dataset": {
            "name": name,
            "hash": None,
            "n": n,
            "class_counts": class_counts(table),
            "source": "call" if dataset else "validate" if name else None,
        },
        "options": told,
        "metrics": numbers,
        "n": n,
        "counts": table,
        "per_class": {},
        "digits": {},
        "role": "unassigned" if name is None else "validation",
        "how": "stated",
        "rule": "labjournal.result",
        "rule_version": 1,
    }
    run.state("result", data, sync=True)


def _options_of_launch() -> Dict[str, str]:
    text = os.environ.get(tags.ENV_OPTIONS, "")
    try:
        told = json.loads(text) if text else {}
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


def sample(input: Any, prediction: Any, score: Optional[float] = None, label: Any = None) -> None:
    """One example as the model sees it. The first ten of a process are kept, then those with a score above or below
    all scores before."""
    run = _run()
    kept = _Samples.of(run)
    number = None if score is None else _as_number(score)
    if kept.wants(number):
        shown = {"input": _short(input), "prediction": _short(prediction), "score": number, "label": _short(label)}
        run.state("sample", shown)


class _Samples:
    """Which examples of a run are worth a fact."""

    _by_run: ClassVar[Dict[str, _Samples]] = {}

    def __init__(self) -> None:
        self._seen = 0
        self._low = float("inf")
        self._high = float("-inf")

    @classmethod
    def of(cls, run: Run) -> _Samples:
        return cls._by_run.setdefault(run.id, cls())

    def wants(self, score: Optional[float]) -> bool:
        self._seen += 1
        extreme = score is not None and not self._low <= score <= self._high
        if score is not None and score == score:
            self._low, self._high = min(self._low, score), max(self._high, score)
        return self._seen <= _KEPT_FIRST or extreme


def _short(value: Any) -> Any:
    """As JSON can hold it, shortened: an image or a long text is not for a line of facts."""
    listed = getattr(value, "tolist", None)
    plain = facts.plain(listed() if callable(listed) and getattr(value, "size", None) is not None else value)
    text = plain if isinstance(plain, str) else json.dumps(plain, default=str)
    return plain if len(text) <= 2000 else text[:2000] + "…"


def note(text: str, kind: str = "note") -> None:
    """Words for the diary, under this run."""
    if kind not in _ENTRY_KINDS:
        _notice(f"{kind!r} is no kind of entry; kept as a note (kinds: {', '.join(_ENTRY_KINDS)})")
        kind = "note"
    run = _run()
    run.state("entry", {"kind": kind, "text": str(text), "on": [run.id], "attachments": []}, sync=True)


def settings(values: Mapping[str, Any]) -> None:
    """Settings of the run, in addition to those that were read off the script."""
    _state_settings(_run(), values)


def _state_settings(run: Run, values: Mapping[str, Any]) -> None:
    run.state("settings", {"source": "stated", "values": masked({str(key): value for key, value in values.items()})})


def event(text: str) -> None:
    """Something that happened, with its time: "unfroze the encoder", "learning rate halved"."""
    _run().state("event", {"text": str(text)})


def _session() -> Any:
    """The watch of this process, started by hand where the script runs without the start-up hook."""
    from labjournal.watch import start

    inside = start.inside()
    return None if inside is None or inside.torch is None else inside.torch.session()


def watch(model: Any, optimizer: Any = None) -> None:
    """Watch a model (and its optimizer) that could not be found by itself. ``labjournal.watch(model)`` calls this."""
    session = _session()
    if session is None:
        _run()
        _notice("the watch is not running in this process; only a process of a launched run is watched")
        return
    session.state_model(model, optimizer)


def expect_frozen(*patterns: str) -> None:
    """Declare tensors that should stand still, by path with ``*``, as ``expect_frozen("base.*")``."""
    session = _session()
    if session is None:
        _run()
        return
    session.families.frozen.declared.extend(patterns)


def probe(model: Any, batch: Any, inputs: Iterable[str] = ()) -> Dict[str, float]:
    """Does each input matter? Replaces one named input of ``batch`` (a dict) at a time by zeros and compares outputs.

    Runs the model without gradients, with the random state and the train mode put back afterwards. Returns, and
    states as an event, the largest relative change of any output by input; 0 exactly is an input without effect, and a
    finding (``placebo_input``). A second pass of the same batch, with other random numbers, tells whether the model is
    deterministic in eval mode (``eval_nondeterminism``).
    """
    from labjournal.watch.probing import effect_of_inputs

    effects, repeated = effect_of_inputs(model, batch, list(inputs))
    run = _run()
    session = _session()
    if session is not None:
        session.judge_probe(model, effects, repeated)
    for name, effect in effects.items():
        word = "no effect at all" if effect == 0 else f"a relative effect of {effect:.3g}"
        run.state("event", {"text": f"input {name!r} has {word} on the output", "input": name, "effect": effect})
    return effects


__all__: List[str] = [
    "Run",
    "current_run",
    "event",
    "expect_frozen",
    "finish",
    "init",
    "log",
    "note",
    "probe",
    "result",
    "sample",
    "settings",
    "watch",
]
