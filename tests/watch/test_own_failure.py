"""Whatever fails inside the watch, the training goes on as if it were not there, and one notice tells of it."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest
from hooked import RUN_ID, Hooked, run_hooked

from labjournal.watch import guard
from labjournal.watch.boot import prepare
from labjournal.watch.guard import RULES_OF
from labjournal.watch.rules import RULES

pytest.importorskip("torch")

TRAIN = """
import torch
torch.manual_seed(0)
model = torch.nn.Linear(4, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(40):
    x = torch.randn(8, 4)
    loss = (model(x) - x[:, :1]).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"{loss.item():.9f} {torch.rand(1).item():.9f}")
"""


def run(tmp_path: Path, inside: Path | None = None, run_folder: Path | None = None) -> Hooked:
    env = {"PYTHONPATH": str(inside)} if inside else {}
    if run_folder:
        env["LABJOURNAL_RUN_DIR"] = str(run_folder)
    (tmp_path / "train.py").write_text(TRAIN)
    if inside:
        env["LABJOURNAL_RUN_ID"] = RUN_ID
        env.setdefault("LABJOURNAL_RUN_DIR", str(tmp_path / "run"))
    return run_hooked(["train.py"], tmp_path, env=env, hook=inside is None)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "train.py").write_text(TRAIN)
    done = run_hooked(["train.py"], folder, hook=False)
    assert done.returncode == 0
    return done.stdout


def broken(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """A copy of the inside part in which one line of one module is wrong."""
    folder = tmp_path / "inside"
    shutil.copytree(prepare(tmp_path / "cache"), folder, ignore=shutil.ignore_patterns("__pycache__", "always.code"))
    path = folder / "labjournal" / "watch" / f"{name}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return folder


def test_an_inside_part_that_was_moved_watches_from_where_it_lies(tmp_path: Path, expected: str) -> None:
    folder = Path(shutil.move(prepare(tmp_path / "cache"), tmp_path / "moved"))
    done = run(tmp_path, folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")
    assert done.data("watch_end")[0]["looks"] > 20


BREAKS = {
    "the session's module raises when imported": ("session", "_HOOK_KEY =", "raise ZeroDivisionError('broken') #"),
    "the session cannot be made": ("session", "        self._begin()\n", "        raise KeyError('broken')\n"),
    "a module of the checks is missing": ("session", "from labjournal.watch.look", "from labjournal.watch.gone"),
    "the hooks cannot be set": ("torch_hook", "    hook = TorchHook(torch, inside)", "    hook = undefined"),
    "each look fails": ("session", "        tracked.n += 1\n", "        tracked.n += '1'\n"),
    "the guard itself fails": ("session", "        start = time.perf_counter()\n", "        start = time.no_clock()\n"),
    "each backward fails": (
        "moments",
        "        self.gradients.backwards += 1\n",
        "        self.gradients.backwards += None\n",
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_inside_part_is_one_notice_and_nothing_else(what: str, tmp_path: Path, expected: str) -> None:
    done = run(tmp_path, broken(tmp_path, *BREAKS[what]))
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")
    assert len(done.data("watch_off")) == 1, what


CHECKS = {
    "Movement": ("movement", "        moved_any = any(", "        moved_any = nobody("),
    "Membership": ("membership", "        held = self._optimizers.held()\n", "        held = self._optimizers.held\n"),
    "Modes": ("modes", "            if module is None or root.at_backward is None", "            if root.gone"),
    "Resets": ("resets", "            if state.waiting:\n", "            if state.waiting.now:\n"),
    "Curves": ("curves", "        self._in_round.add(look.tracked)\n", "        self._in_round.add([])\n"),
    "Account": ("account", "        params = [", "        params = 1 / 0 and ["),
}
"""One line of each that is wrong."""


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_that_fails_ends_alone(check: str, tmp_path: Path, expected: str) -> None:
    done = run(tmp_path, broken(tmp_path, *CHECKS[check]))
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")
    (told,), (end,) = done.data("watch_off"), done.data("watch_end")
    assert tuple(told["rules"]) == RULES_OF[check]
    assert f" in {check.lower()}.py:" in told["because"]
    assert {rule for rule, why in end["not_judged"].items() if why.startswith("it failed: ")} == set(told["rules"])
    assert end["looks"] > 20


def test_the_rules_of_each_check_are_those_it_names() -> None:
    for path in sorted(Path(guard.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text())
        checks = [node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.name in RULES_OF]
        words = {
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        if len(checks) == 1:
            assert words & RULES.keys() <= {*RULES_OF[checks[0]]}, path.name


def test_a_run_folder_that_cannot_be_written_is_one_line_on_stderr(tmp_path: Path, expected: str) -> None:
    (tmp_path / "file").write_text("")  # below a file nobody can make a folder, not even root
    done = run(tmp_path, prepare(tmp_path / "cache"), tmp_path / "file" / "run")
    assert (done.returncode, done.stdout) == (0, expected)
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("labjournal: not watched: ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line_on_stderr(tmp_path: Path, expected: str) -> None:
    old = "self._path, self.quiet = os.path.join(folder, name), False"
    inside = broken(tmp_path, "outbox", old, 'self._path, self.quiet = "/dev/full", False')
    done = run(tmp_path, inside)
    assert (done.returncode, done.stdout) == (0, expected)
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr


def test_an_events_folder_that_cannot_be_written_ends_the_curves_and_not_the_checks(
    tmp_path: Path, expected: str
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "events").write_text("")
    done = run(tmp_path, prepare(tmp_path / "cache"))
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")
    assert done.data("watch_end")[0]["looks"] > 20
    assert not done.data("watch_off")
