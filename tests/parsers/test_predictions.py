"""Per-event predictions in every form they may be saved in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from labjournal.errors import InputError
from labjournal.parsers import predictions


def read(tmp_path: Path, text: str, name: str = "p.csv") -> predictions.Predictions:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return predictions.read(tmp_path / name)


def test_every_form_of_the_same_events_reads_the_same(tmp_path: Path) -> None:
    rows = [("e1", "sig", "sig", 0.9), ("e2", "bkg", "sig", 0.6), ("e3", "bkg", "bkg", 0.25)]
    names = ["id", "label", "prediction", "score"]
    expected = predictions.Predictions(
        ("e1", "e2", "e3"), ("sig", "bkg", "bkg"), ("sig", "sig", "bkg"), (0.9, 0.6, 0.25)
    )
    lines = [",".join(map(str, row)) for row in rows]
    assert read(tmp_path, "\n".join([",".join(names), *lines])) == expected
    assert (
        read(tmp_path, "\ufeffevent;y_true;y_pred;prob\r\n" + "\r\n".join(line.replace(",", ";") for line in lines))
        == expected
    )
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    assert read(tmp_path, "\n".join(map(json.dumps, objects)), "p.jsonl") == expected
    assert read(tmp_path, json.dumps(objects), "p.json") == expected
    np.save(
        tmp_path / "p.npy", np.array(rows, dtype=[("id", "U4"), ("label", "U4"), ("prediction", "U4"), ("score", "f8")])
    )
    assert predictions.read(tmp_path / "p.npy") == expected


def test_plain_columns_are_label_and_score_or_answer(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([[1, 0.9], [0, 0.2]]))
    found = predictions.read(tmp_path / "p.npy")
    assert (found.labels, found.scores, found.predictions) == (("1", "0"), (0.9, 0.2), None)
    np.save(tmp_path / "p.npy", np.array([[7, 1, 1], [8, 0, 1]]))
    found = predictions.read(tmp_path / "p.npy")
    assert (found.ids, found.labels, found.predictions) == (("7", "8"), ("1", "0"), ("1", "1"))


def test_numbers_name_the_same_class_in_any_spelling(tmp_path: Path) -> None:
    assert read(tmp_path, "label,prediction\n1,1.0\n0.0,0\n").predictions == ("1", "0")
    assert read(tmp_path, "label,prediction\n1,1.0\n0.0,0\n").labels == ("1", "0")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,score\n1,0.5\n", "no label"),
        ("id,label\n1,a\n", "no prediction or score"),
        ("id,label,score\n1,a,0.5\n1,b,0.6\n", "there twice"),
        ("label,score\na,high\n", "no number"),
        ("label,score\na,nan\n", "NaN"),
        ("label,y_true,score\na,a,0.1\n", "two columns for label"),
        ("label,score\n", "no label|no event"),
        ("label,score\na\n", "line 2"),
        ("label,score\n,0.5\n", "event 1 has no label"),
        ("{not json\n", "no JSON"),
        ("[1, 2]", "must be an object"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read(tmp_path, text)


def test_an_array_that_would_run_code_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="no plain NumPy array"):
        predictions.read(tmp_path / "p.npy")
