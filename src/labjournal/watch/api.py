"""What a training script may say to its run. Every call is harmless: without a run one notice goes to stderr, and a
call that cannot be understood records nothing, says so once, and training goes on.

A script needs none of these to be followed; they add what cannot be seen from outside. In a launched run they write
facts and events of that run; started by hand, without a run, they do nothing but say so once.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple, TypeVar, cast

from labjournal import tags
from labjournal.watch.counting import as_counts, class_counts, confusion
from labjournal.watch.masking import masked
from labjournal.watch.own_run import NoRun, Run, forget, notice, own_run
from labjournal.watch.samples import Samples, shortened

_ENTRY_KINDS = (
    "note result bug fix retraction hypothesis expectation decision plan parameter-change restart incident question "
    "claim"
).split()


_Call = TypeVar("_Call", bound=Callable[..., Any])
_misused: Set[str] = set()
_INSTEAD: Dict[str, Callable[[], Any]] = {"init": own_run, "probe": dict}
"""What a call gives that could not be understood, where a script goes on to use it."""


def _harmless(call: _Call) -> _Call:
    @functools.wraps(call)
    def guarded(*args: Any, **named: Any) -> Any:
        try:
            return call(*args, **named)
        except Exception as error:  # noqa: BLE001 - a wrong call must not end a training
            _say_misused(call, error)
            return _INSTEAD.get(call.__name__, lambda: None)()

    return cast(_Call, guarded)


def _say_misused(call: Any, error: Exception) -> None:
    name = call.__name__
    if name not in _misused:
        import inspect

        _misused.add(name)
        asked = f"{name}{inspect.signature(call)}".partition(" ->")[0]
        why = f"{type(error).__name__}: {error}"
        print(f"labjournal: {name}() recorded nothing ({why}); it is called as {asked}", file=sys.stderr)


@_harmless
def init(
    name: Optional[str] = None,
    kind: Optional[str] = None,
    reason: Optional[str] = None,
    settings: Optional[Mapping[str, Any]] = None,
) -> Run:
    """The launched run. ``name``, ``kind`` and ``reason`` belong to the launch; said here, they are kept as said."""
    run = own_run()
    said = {key: value for key, value in (("name", name), ("kind", kind), ("reason", reason)) if value is not None}
    if said:
        run.state("event", {"text": ", ".join(f"{key}: {value}" for key, value in said.items()), **said})
    if settings:
        _state_settings(run, settings)
    return run


@_harmless
def finish() -> None:
    """The script is done with its run. Everything was written when it was said; the next ``init`` starts afresh."""
    forget()


@_harmless
def current_run() -> Optional[Run]:
    """The run this process belongs to, or None."""
    run = own_run()
    return None if isinstance(run, NoRun) else run


@_harmless
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
            notice(f"{name!r} is no number ({type(value).__name__}) and was not logged")
        else:
            numbers[str(name)] = number
    if numbers:
        own_run().scalars(numbers, at)


_logged = 0


def _as_number(value: Any) -> Optional[float]:
    item = getattr(value, "item", None)
    try:
        return float(item() if callable(item) else value)
    except (TypeError, ValueError, RuntimeError):
        return None


@_harmless
def result(
    dataset: Optional[str] = None,
    checkpoint: Optional[str] = None,
    n: Optional[int] = None,
    counts: Any = None,
    predictions: Optional[Tuple[Sequence[Any], Sequence[Any]]] = None,
    options: Optional[Mapping[str, Any]] = None,
    file: Optional[str] = None,
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
        file: One row an event (id, label, prediction or score; CSV, JSON lines, npy) that this result follows from: two
            results on the same events are then compared event by event. It stays where it is.
        **metrics: Values by name; a fraction in 0..1 where it is a rate.
    """
    run = own_run()
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
    stated = run.state("result", data, sync=True)
    if file is not None and stated is not None:
        _state_file(run, stated, file, n)


def _state_file(run: Run, result_id: str, path: str, n: Optional[int]) -> None:
    import hashlib
    from pathlib import Path

    digest = hashlib.sha256()
    try:
        with Path(path).open("rb") as opened:
            for part in iter(lambda: opened.read(1 << 20), b""):
                digest.update(part)
    except OSError as error:
        notice(f"the predictions in {path} could not be read: {error.strerror}")
        return
    run.state("predictions", {"result": result_id, "path": os.path.abspath(path), "sha256": digest.hexdigest(), "n": n})


def _options_of_launch() -> Dict[str, str]:
    text = os.environ.get(tags.ENV_OPTIONS, "")
    try:
        told = json.loads(text) if text else {}
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


@_harmless
def sample(input: Any, prediction: Any, score: Optional[float] = None, label: Any = None) -> None:
    """One example as the model sees it. The first ten of a process are kept, then those with a score above or below
    all scores before."""
    run = own_run()
    kept = Samples.of(run.id)
    number = None if score is None else _as_number(score)
    if kept.wants(number):
        shown = {
            "input": shortened(input),
            "prediction": shortened(prediction),
            "score": number,
            "label": shortened(label),
        }
        run.state("sample", shown)


@_harmless
def note(text: str, kind: str = "note") -> None:
    """Words for the diary, under this run."""
    if kind not in _ENTRY_KINDS:
        notice(f"{kind!r} is no kind of entry; kept as a note (kinds: {', '.join(_ENTRY_KINDS)})")
        kind = "note"
    run = own_run()
    run.state("entry", {"kind": kind, "text": str(text), "on": [run.id], "attachments": []}, sync=True)


@_harmless
def settings(values: Optional[Mapping[str, Any]] = None, **named: Any) -> None:
    """Settings of the run, in addition to those that were read off the script: ``settings({"lr": 0.1}, epochs=3)``.

    Also an ``argparse.Namespace`` or another object whose attributes are the settings.
    """
    given: Mapping[str, Any] = values if isinstance(values, Mapping) else {} if values is None else vars(values)
    _state_settings(own_run(), {**given, **named})


def _state_settings(run: Run, values: Mapping[str, Any]) -> None:
    run.state("settings", {"source": "stated", "values": masked({str(key): value for key, value in values.items()})})


@_harmless
def event(text: str) -> None:
    """Something that happened, with its time: "unfroze the encoder", "learning rate halved"."""
    own_run().state("event", {"text": str(text)})


def _session() -> Any:
    """The watch of this process, started by hand where the script runs without the start-up hook."""
    from labjournal.watch import start

    inside = start.inside()
    return None if inside is None or inside.torch is None else inside.torch.session()


@_harmless
def watch(model: Any, optimizer: Any = None) -> None:
    """Watch a model (and its optimizer) that could not be found by itself. ``labjournal.watch(model)`` calls this."""
    session = _session()
    if session is None:
        own_run()
        notice("the watch is not running in this process; only a process of a launched run is watched")
        return
    session.state_model(model, optimizer)


@_harmless
def expect_frozen(*patterns: str) -> None:
    """Declare tensors that should stand still, by path with ``*``, as ``expect_frozen("base.*")``."""
    session = _session()
    if session is None:
        own_run()
        return
    session.families.frozen.declared.extend(patterns)


@_harmless
def probe(model: Any, batch: Any, inputs: Iterable[str] = ()) -> Dict[str, float]:
    """Does each input matter? Replaces one named input of ``batch`` (a dict) at a time by zeros and compares outputs.

    Runs the model without gradients, with the random state and the train mode put back afterwards. Returns, and
    states as an event, the largest relative change of any output by input; 0 exactly is an input without effect, and a
    finding (``placebo_input``). A second pass of the same batch, with other random numbers, tells whether the model is
    deterministic in eval mode (``eval_nondeterminism``).
    """
    from labjournal.watch.probing import effect_of_inputs

    effects, repeated = effect_of_inputs(model, batch, list(inputs))
    run = own_run()
    session = _session()
    if session is not None:
        name, step = session.models.name_of(model), session.families.step
        session.guard.run(session.families.probed.judge, name, effects, repeated, step)
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
