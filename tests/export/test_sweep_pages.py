"""Sweeps in the export: the table, what decides, and a map over the two settings that do."""

from __future__ import annotations

from pathlib import Path

from folded import Folded
from labjournal.config import Config
from labjournal.export import contour
from labjournal.export.diary_markdown import export

POWERS, DEPTHS = ["1e-4", "1e-3", "1e-2", "1e-1", "1"], ["2", "4", "6", "8"]
AXES = [{"name": "lr", "values": POWERS}, {"name": "depth", "values": DEPTHS}]


def swept(name: str = "tune", status: str = "DONE") -> Folded:
    """A grid whose loss is least at lr 1e-2, and hardly knows the depth."""
    journal = Folded()
    sweep = {"id": f"01M7XQ{'9' * 20}", "name": name, "command": ["python", "t.py", "--token=abc", "{lr}"], "cwd": "/x"}
    journal.state("sweep", {**sweep, "axes": AXES, "seeds": 0, "size": 20})
    for at in range(20):
        power, depth = at % 5, at // 5
        values = {"lr": POWERS[power], "depth": DEPTHS[depth]}
        place = {"id": sweep["id"], "name": name, "number": at, "values": values, "seed": None}
        run = journal.run(f"{name}-{at:02}", values, sweep=place)
        journal.state("attempt", {"n": 1}, run)
        journal.result(run, {"loss": (power - 2) ** 2 + 0.01 * depth})
        journal.state("exit", {"attempt": 1, "status": status, "exit_code": 0}, run)
    return journal


def exported(journal: Folded, folder: Path) -> str:
    config = Config()
    done = export(journal.store, config, folder / "entries", folder)
    (page,) = [path for path in done.written if path.parent.name == "sweeps"]
    assert not export(journal.store, config, folder / "entries", folder).written, "the same bytes again"
    return page.read_text()


def test_a_sweep_has_a_page_with_its_table_and_what_decides(tmp_path: Path) -> None:
    page = exported(swept(), tmp_path)
    assert "# sweep tune\n\n20 trials: 20 done.\n" in page
    assert "abc" not in page, "a secret of the command line"
    first = next(line for line in page.splitlines() if line.startswith("| ") and "1e-2" in line)
    assert first.split("|")[1:4] == [" 1e-2 ", "     2 ", "    0 "], "best first"
    lr, depth = (line for line in page.splitlines() if line.startswith(("lr  ", "depth  ")))
    assert float(lr.split()[-1]) > 0.8
    assert depth.endswith("0.00  may be chance")


def test_the_map_shows_where_the_best_is(tmp_path: Path) -> None:
    page = exported(swept(), tmp_path)
    assert "lr across (log), depth up" in page
    rows = [line.partition("│")[2] for line in page.splitlines() if "│" in line]
    assert len(rows) == contour.HEIGHT
    assert rows[-1].index("◆") == round((contour.WIDTH - 1) / 2), "in the middle of five powers, the lowest depth"
    assert rows[0][0] == "·", "the worst, at the lowest lr"
    assert "█" in rows[0][20:28]
    assert "◆ the best" in page


def test_what_was_ended_early_decides_nothing(tmp_path: Path) -> None:
    page = exported(swept(status="KILLED"), tmp_path)
    assert "20 trials: 20 killed." in page
    assert "What decides" not in page


def test_a_name_is_no_path(tmp_path: Path) -> None:
    page = exported(swept("../up/and away"), tmp_path)
    assert [path.name for path in (tmp_path / "entries" / "sweeps").iterdir()] == ["-up-and-away.md"]
    assert "# sweep ../up/and away" in page


def test_trials_on_one_line_or_in_few_places_make_no_map() -> None:
    assert contour.lines("x", "y", [(at, at, at) for at in range(1, 9)], "loss", True) == []
    assert contour.lines("x", "y", [(at, 1, at) for at in range(9)], "loss", True) == []
    assert contour.lines("x", "y", [(at, at * at, at) for at in range(4)], "loss", True) == []
