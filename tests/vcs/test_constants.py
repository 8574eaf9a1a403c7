from __future__ import annotations

import json
from pathlib import Path

import pytest
from git_repository import Repository
from hypothesis import given
from hypothesis import strategies as st

from labjournal.vcs import changed_constants
from labjournal.vcs.constants import parse_hunks


def told(repository: Repository, path: str, old: str, new: str) -> list[str]:
    a = repository.commit("a", {path: old})
    b = repository.commit("b", {path: new})
    return [str(change) for change in changed_constants(repository.root, a, b)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("epochs_delta = 200000", "epochs_delta = 20000", "epochs_delta 200000 -> 20000"),
        ("lr: float = 1e-3  # first", "lr: float = 3e-4  # second", "lr 1e-3 -> 3e-4"),
        ("self.depth = 4", "self.depth = 6", "depth 4 -> 6"),
        ("cfg['lr'] = 1", "cfg['lr'] = 2", "cfg.lr 1 -> 2"),
        ("x = dict(lr=0.1, wd=0)", "x = dict(lr=0.2, wd=0)", "lr 0.1 -> 0.2"),
        ("def f(a, lr=1, *, seed=2): pass", "def f(a, lr=1, *, seed=3): pass", "seed 2 -> 3"),
        ("x = {'batch': 32}", "x = {'batch': 64}", "batch 32 -> 64"),
        ("p.add_argument('--num-epochs', type=int, default=5)", "p.add_argument('--num-epochs', type=int, default=9)",
         "num_epochs 5 -> 9"),
        ("p.add_argument('-b', '--batch', default=-1)", "p.add_argument('-b', '--batch', default=2**5)",
         "batch -1 -> 2**5"),
        ("sizes = (1, 2)", "sizes = (1, 3)", "sizes (1, 2) -> (1, 3)"),
        ("url = 'a=b'", "url = 'a=c'", "url 'a=b' -> 'a=c'"),
        ("fp16 = True", "fp16 = False", "fp16 True -> False"),
        ("a, b = 1, 2", "a, b = 1, 3", "b 2 -> 3"),
    ],
)  # fmt: skip
def test_a_python_value_edited_in_place_is_named(repo: Repository, old: str, new: str, expected: str) -> None:
    assert told(repo, "go.py", f"import x\n{old}\nrest = 1\n", f"import x\n{new}\nrest = 1\n") == [
        f"{expected}, go.py:2"
    ]


def test_an_option_whose_default_stands_on_a_later_line_keeps_its_name(repo: Repository) -> None:
    source = "p.add_argument(\n    '--epochs',\n    type=int,\n    default={},\n)\n"
    assert told(repo, "go.py", source.format(5), "\n\n" + source.format(7)) == ["epochs 5 -> 7, go.py:6"]


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        ("c.yaml", "optim:\n  lr: 0.1 # x\n", "optim:\n  lr: 0.2 # x\n", "lr 0.1 -> 0.2, c.yaml:2"),
        ("c.toml", 'name = "a"\n', 'name = "b"\n', 'name "a" -> "b", c.toml:1'),
        ("c.json", '{\n  "lr": 1,\n  "b": 2\n}\n', '{\n  "lr": 3,\n  "b": 2\n}\n', "lr 1 -> 3, c.json:2"),
        ("go.sh", "LR=0.1\n", "LR=0.2\n", "LR 0.1 -> 0.2, go.sh:1"),
        ("go.sh", "python t.py --lr 0.1 --n=5\n", "python t.py --lr 0.1 --n=6\n", "n 5 -> 6, go.sh:1"),
        ("c.gin", "Model.width = 4\n", "Model.width = 5\n", "Model.width 4 -> 5, c.gin:1"),
        ("two.py", "print 'old python'\nlr = 1\n", "print 'old python'\nlr = 2\n", "lr 1 -> 2, two.py:2"),
    ],
)
def test_other_files_are_read_line_by_line(repo: Repository, path: str, old: str, new: str, expected: str) -> None:
    assert told(repo, path, old, new) == [expected]


def test_a_notebook_cell_is_read(repo: Repository) -> None:
    def cell(lr: float) -> str:
        return json.dumps({"cells": [{"source": ["import x\n", f"lr = {lr}\n"]}]}, indent=1)

    changes = told(repo, "n.ipynb", cell(0.1), cell(0.2))
    assert [change.split(",")[0] for change in changes] == ["lr 0.1 -> 0.2"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x = f(1)\n", "x = g(1)\n"),
        ("# lr = 1\n", "# lr = 2\n"),
        ("a = 1\n", "b = 1\n"),
        ("a = 1\n", "a = 1\nb = 2\n"),
        ("a = 1\n", "a=1\n"),
        ("s = '''\nlr = 1\n'''\n", "s = '''\nlr = 2\n'''\n"),
    ],
)
def test_what_is_no_edited_value_is_not_told(repo: Repository, old: str, new: str) -> None:
    assert told(repo, "go.py", old, new) == []


def test_renamed_and_strangely_named_files_are_followed(repo: Repository) -> None:
    body = "".join(f"v{i} = {i}\n" for i in range(30))
    a = repo.commit("a", {"tr\täin.py": body})
    (repo.root / "tr\täin.py").rename(repo.root / "new ü.py")
    b = repo.commit("b", {"new ü.py": body.replace("v3 = 3\n", "v3 = 99\n")})
    assert [str(change) for change in changed_constants(repo.root, a, b)] == ["v3 3 -> 99, new ü.py:4"]


def test_binary_and_deleted_files_are_passed_over(repo: Repository) -> None:
    a = repo.commit("a", {"x.py": b"\0\1a = 1\n", "y.py": "a = 1\n"})
    (repo.root / "y.py").unlink()
    b = repo.commit("b", {"x.py": b"\0\1a = 2\n"})
    assert changed_constants(repo.root, a, b) == []


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read_as_a_diff(noise: bytes) -> None:
    parse_hunks(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n" + noise)


def test_the_same_commit_has_no_changes(repo: Repository) -> None:
    assert changed_constants(Path(repo.root), "HEAD", "HEAD") == []
