"""A statistic held against toys and against its law, from the command line."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from journal_files import make_run
from labjournal import paths


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "labjournal", *arguments], capture_output=True, text=True)


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    make_run(paths.find_or_make(tmp_path), "scan")
    chance = random.Random(1)
    file = tmp_path / "toys.txt"
    file.write_text("T\n" + "\n".join(str(sum(chance.gauss(0, 1) ** 2 for _ in range(10))) for _ in range(400)))
    return file


def test_requirement_66_an_observation_stands_among_toys_under_a_law(toys: Path) -> None:
    done = call("log", "T=25", "--toys", str(toys), "--law", "chi2(10)", "--run", "scan")
    assert done.returncode == 0
    assert "T 25: p 0.0053 by chi2(10), " in done.stderr
    assert "of 400 toys are as large. 400 toys: mean " in done.stderr
    assert "they are not shown to differ from chi2(10)" in done.stderr
    (row,) = json.loads(call("compare", "--json").stdout)["rows"]
    assert row["cells"]["T"]["value"] == 25
    assert row["cells"]["T_p"]["value"] == pytest.approx(0.005345505487134069, rel=1e-9)
    assert row["cells"]["T_toys_ks_p"]["value"] > 0.05
    again = call("log", "T=25", "--toys", str(toys), "--law", "chi2(10)", "--run", "scan")
    assert again.stdout == done.stdout


def test_requirement_25_a_value_is_told_beside_its_law(toys: Path) -> None:
    Path("labjournal.toml").write_text('[laws]\nT = "chi2(10)"\nS_opt = "1 to 10"\n')
    call("log", "T=25", "S_opt=11", "--run", "scan", "--dataset", "x")
    notes = json.loads(call("compare", "--json").stdout)["notes"]
    assert "T should follow chi2(10): scan on x 25 (p 0.0053, seldom as large)." in notes
    assert "S opt should lie in 1 to 10: scan on x 11 (outside)." in notes


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("T=1", "--law", "chi2(10)"), "--law is what --toys"),
        (("T=1", "--toys", "toys.txt", "--law", "chi2"), "is no law"),
        (("T=1", "U=2", "--toys", "toys.txt"), "Which statistic?"),
        (("T=1", "--toys", "none.txt"), "cannot be read"),
        (("T=1", "--toys", "two.txt"), "line 2: one number a line"),
    ],
)
def test_what_cannot_be_meant_is_refused(toys: Path, arguments: tuple[str, ...], says: str) -> None:
    Path("two.txt").write_text("1\n2 3\n")
    done = call("log", *arguments)
    assert done.returncode == 2
    assert says in done.stderr
