"""`scalars --plot`: a curve as text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from labjournal.tui.plotted import plotted
from labjournal.watch.event_writer import EventWriter

LABJOURNAL = str(Path(sys.executable).with_name("labjournal"))


def test_a_rising_line_rises_from_the_lower_left_to_the_upper_right() -> None:
    lines = plotted("acc", np.arange(101), np.arange(101) / 100, 60, 12).splitlines()
    assert len(lines) == 12
    assert all(len(line) <= 60 for line in lines)
    assert lines[0].split() == ["acc", "1"]
    left = [len(line) - len(line[7:].lstrip("\u2800 ")) for line in lines[1:-1] if line[7:].strip("\u2800 ")]
    assert left == sorted(left, reverse=True)
    assert left[0] > 50
    assert left[-1] < 12


def test_one_point_and_none_and_nothing_finite_are_met_with_words() -> None:
    assert "0.5" in plotted("acc", [3], [0.5], 60, 8)
    assert plotted("acc", [], [], 60, 8).startswith("acc")
    assert "acc" in plotted("acc", [1, 2], [float("nan"), float("nan")], 60, 8)


def test_labels_wider_than_the_gutter_make_it_wider() -> None:
    lines = plotted("loss", np.arange(50), 1e9 + np.arange(50), 60, 12).splitlines()
    assert len({line.index(sign) for line in lines[1:-1] for sign in "\u2502\u2524" if sign in line}) == 1


def test_the_verb_draws_a_file_and_says_it_in_words_where_the_terminal_has_no_unicode(tmp_path: Path) -> None:
    writer = EventWriter(str(tmp_path))
    for step in range(20):
        writer.add(step, {"train/loss": 1 / (step + 1)})

    def said(encoding: str) -> str:
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        command = [LABJOURNAL, "scalars", str(tmp_path), "train/loss", "--plot"]
        done = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True)
        return done.stdout.decode("utf-8")

    drawn = said("utf-8").splitlines()
    assert len(drawn) == 12
    assert any("\u2800" < sign <= "\u28ff" for line in drawn for sign in line)
    words = said("ascii")
    assert words.isascii()
    assert "train/loss, by step." in words
