"""Whatever bytes come: scikit-learn's reports back exactly, any encoding, no exception, linear time, little memory."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sklearn.metrics import classification_report

from labjournal.parsers import PARSERS, OwnRule, read_file, read_text

AVERAGES = ("accuracy", "macro avg", "weighted avg", "micro avg", "samples avg", "avg / total")
labels = st.lists(
    st.text(
        st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="|\u200b"),
        min_size=1,
        max_size=18,
    ).map(lambda text: " ".join(text.split())),
    min_size=2,
    max_size=8,
    unique_by=str.casefold,
).filter(lambda names: all(name and name.lower().replace("_", " ").replace("-", " ") not in AVERAGES for name in names))


@settings(deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(labels, st.integers(2, 8), st.integers(0, 2**31), st.booleans())
@example(names=["0", "0/="], digits=2, seed=0, windows=False)
def test_a_report_of_scikit_learn_comes_back_exactly(names: list[str], digits: int, seed: int, windows: bool) -> None:
    # Full-width signs are read as their plain forms; everything else of a name is kept.
    assume(not any(char in "：％，（）＝" for name in names for char in name))
    rng = np.random.default_rng(seed)
    truth, said = rng.integers(0, len(names), 60), rng.integers(0, len(names), 60)
    kinds = list(range(len(names)))
    text = classification_report(truth, said, labels=kinds, target_names=names, digits=digits, zero_division=0)
    exact = classification_report(truth, said, labels=kinds, target_names=names, output_dict=True, zero_division=0)
    (result,) = read_text(text.replace("\n", "\r\n") if windows else text).results
    assert list(result.per_class) == names
    for name, row in result.per_class.items():
        assert row.precision == float(f"{exact[name]['precision']:.{digits}f}")
        assert row.recall == float(f"{exact[name]['recall']:.{digits}f}")
        assert row.f1 == float(f"{exact[name]['f1-score']:.{digits}f}")
        assert row.support == int(exact[name]["support"])
    for average in ("macro", "weighted"):
        for part, key in (("precision", "precision"), ("recall", "recall"), ("f1", "f1-score")):
            assert result.metrics[f"{average}_{part}"] == float(f"{exact[f'{average} avg'][key]:.{digits}f}")
            assert result.digits[f"{average}_{part}"] == digits
    assert result.metrics["accuracy"] == float(f"{exact['accuracy']:.{digits}f}")
    assert result.n == 60


PIECES = ["accuracy", "loss", "precision recall f1-score support", "macro avg", "[[", "]]", "{'a': ", "}", "0.91"]
PIECES += [
    "3/10",
    "\r",
    "\n",
    "\n\n",
    "epoch 3",
    "|",
    "val",
    "test",
    ":",
    "=",
    "91,2 %",
    "nan",
    "1e999",
    "\t",
    "'",
    '"',
]
PIECES += ["Confusion matrix", "50 2", "\x1b[31m", "correct", "unknown", "out of"]
pieces = st.sampled_from(PIECES)
texts = st.one_of(
    st.text(max_size=400),
    st.lists(pieces | st.text(max_size=6), max_size=60).map(" ".join),
    st.lists(pieces).map("".join),
)


@settings(max_examples=400)
@given(texts)
def test_no_text_raises_and_every_answer_is_json(text: str) -> None:
    reading = read_text(text)
    json.loads(json.dumps(reading.to_json(), allow_nan=False))
    for result in reading.results:
        assert 1 <= result.line <= result.end_line


_NUMBER = re.compile(r"\d[\d,]*(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?")


def _standing_in(text: str) -> set[float]:
    """Every value a text can be said to print: its numbers, as percent too, with decimal commas, and all fractions."""
    plain = [number.replace(",", "").rstrip(".") for number in _NUMBER.findall(text)]
    commas = [number.replace(",", ".") for number in _NUMBER.findall(text) if number.count(",") == 1]
    digits = [number for number in plain + commas + re.findall(r"\d+(?:\.\d+)?", text) if number.count(".") < 2]
    values = {float(number) for number in digits if len(number) < 300}
    whole = {value for value in values if math.isfinite(value) and value == int(value) and value < 1e6}
    fractions = {k / n for k in whole for n in whole if n}
    return values | {value / 100 for value in values} | fractions


@settings(max_examples=400)
@given(texts)
def test_no_value_is_made_up(text: str) -> None:
    standing = _standing_in(text)
    for result in read_text(text).results:
        for name, value in result.metrics.items():
            near = any(math.isclose(abs(value), one, rel_tol=1e-12) for one in standing)
            assert near or not math.isfinite(value), (name, value)


@given(st.binary(max_size=600))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes"
    path.write_bytes(data)
    read_file(path)


HOSTILE = {
    "open brackets": "[[" * 20_000,
    "matrices never closed": "".join(f"[[ {k} {2 * k}\n" for k in range(6_000)),
    "open brackets on lines of their own": "[\n" * 20_000,
    "labelled rows that are no matrix": "".join(f"Confusion matrix row{k} {k} {k}\n" for k in range(3_000)),
    "LaTeX without names": "a & b \\\\\n" * 6_000,
    "a dictionary never closed": "{'accuracy': \n" * 4_000,
    "headers without rows": "precision recall f1-score support\n" * 4_000,
    "rows without averages": "class a   0.91  0.92  0.93   100\n" * 4_000,
    "rows of numbers": "Confusion matrix\n" + "1 2 3\n" * 4_000,
    "many bars": "| a " * 20_000,
    "table rows": "| a | b |\n" * 6_000,
    "spaces": "accuracy" + " " * 40_000 + ":",
    "digits": "accuracy: " + "9" * 40_000,
    "commas": "accuracy: " + "1,111" * 8_000,
    "words": "accuracy of the " * 4_000,
    "carriage returns": "loss: 0.5\r" * 20_000,
    "slashes": "load " + "a/" * 150 + "\n" + ("loading " + "a/" * 150 + "\n") * 2_000,
    "escapes": "\x1b[" * 20_000,
    "counts": "correct 1 of 2 " * 3_000,
    "names": "\n".join(f"accuracy_{k}: 0.{k}" for k in range(8_000)),
    "unfinished pairs": "a=1, " * 10_000,
    "deep JSON": "[" * 5_000 + "]" * 5_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.timeout(60)  # a hang, not a speed: benchmarks/reading.py prints how time grows
def test_a_hostile_text_is_read_to_its_end(kind: str) -> None:
    read_text(HOSTILE[kind])


def test_a_long_log_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "out.log"
    with path.open("w") as log:
        for step in range(6_000):
            log.write(f"step {step}: loss {1 / (step + 1):.5f} | {step % 100}%|███   | {step}/6000\rworking\n")
        log.write("Test accuracy: 0.91\n" + "x" * 5_000_000)
    tracemalloc.start()
    reading = read_file(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [result.metrics for result in reading.results] == [{"accuracy": 0.91}]
    assert reading.results[0].line == 6_001
    assert len(reading.series["loss"].points) == 6_000
    assert peak < 40_000_000


ENCODED = "Prüfung\r\nTest accuracy: 0.91\r\nPrécision: 0,87\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "eval.log"
    path.write_bytes(ENCODED.encode(encoding))
    (result,) = read_file(path).results
    assert dict(result.metrics) == {"accuracy": 0.91, "precision": 0.87}
    assert result.line == 2


def test_a_redrawn_line_counts_once_and_what_it_said_before_stays() -> None:
    text = "Test accuracy: 0.91\r 10%|█   | loss 0.5\r 50%|██  | loss 0.4\r100%|████| done\n"
    (result,) = read_text(text).results
    assert result.metrics == {"accuracy": 0.91}
    assert read_text("Epoch 1 loss: 0.5\rEpoch 1 loss: 0.4\n").series["loss"].points == [(1.0, 0.4)]


def test_escapes_are_taken_off_the_text_that_is_shown() -> None:
    (result,) = read_text("\x1b[1m\x1b[32mTest accuracy:\x1b[0m \x1b]0;title\x070.91\n").results
    assert result.text == "Test accuracy: 0.91"
    assert result.metrics == {"accuracy": 0.91}


def test_the_offset_leads_to_the_line_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("Größe\nnothing\nTest accuracy: 0.91\n", "utf-8")
    (result,) = read_file(path).results
    assert path.read_bytes()[result.offset :].startswith(b"Test accuracy")


def test_results_of_one_line_have_offsets_of_their_own() -> None:
    reading = read_text("test acc: 0.91 | val acc: 0.92\n")
    assert len({(result.rule, result.offset) for result in reading.results}) == len(reading.results) == 2


def test_ones_own_rule_comes_first() -> None:
    import re

    rule = OwnRule(re.compile(r"SCORE<(?P<dataset>\w+)> (?P<auc>[0-9.]+) of (?P<n>\d+)"), "validation", "score")
    (result,) = read_text("SCORE<bb1> 0.93 of 8000\n", own_rules=[rule]).results
    assert (dict(result.metrics), result.dataset, result.n, result.role) == ({"auc": 0.93}, "bb1", 8000, "validation")


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.slug)
def test_a_parser_can_be_switched_off_and_says_what_it_means(parser: object) -> None:
    slugs = [each.slug for each in PARSERS]
    assert len(set(slugs)) == len(slugs)
    assert all(each.means and each.version >= 1 for each in PARSERS)
    assert read_text("Test accuracy: 0.91\n", off=slugs).results == ()


def test_what_looks_like_a_result_and_is_not_understood_is_said() -> None:
    reading = read_text("accuracy went somewhere near 0.91 or so\n")
    assert reading.results == ()
    assert [line.number for line in reading.not_understood] == [1]


def test_reading_loads_neither_numpy_nor_scipy() -> None:
    code = "import sys, labjournal.parsers as p; p.read_text('acc: 0.9'); import labjournal.stats as s; s.wilson(3, 4);"
    code += "print([m for m in ('numpy', 'scipy', 'torch') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_shape_for_machines_is_fixed() -> None:
    text = """Checkpoint-300
Dataset: 1:10
Number of correct background predictions: 9 out of 10
Number of correct signal predictions: 3 out of 4
Number of unknown predictions: 0
Validation Accuracy: 0.857
loss went from 3.2 to 1.1
"""
    golden = {
        "results": [
            {
                "metrics": {"accuracy": 0.857},
                "per_class": {},
                "counts": {"labels": ["background", "signal"], "matrix": [[9, 1], [1, 3]], "unknown": [0, 0]},
                "tally": {
                    "correct": None,
                    "total": None,
                    "unknown": 0,
                    "classes": {"background": [9, 10], "signal": [3, 4]},
                },
                "n": 14,
                "dataset": "1:10",
                "checkpoint": "Checkpoint-300",
                "options": {},
                "role": "validation",
                "line": 3,
                "text": "\n".join(text.splitlines()[2:6]),
                "rule": "count_lines",
            }
        ],
        "series": {},
        "not_understood": [{"line": 7, "text": "loss went from 3.2 to 1.1"}],
    }
    assert read_text(text).to_json() == golden
