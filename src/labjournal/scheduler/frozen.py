"""The code of a queued run when its turn comes: as it was recorded, whatever has become of the working tree since.

A tree that still holds the recorded code is run in place. One that has changed is left alone: the run gets a working
tree of its own inside its run folder, ``runs/<id>/work``. So whatever it writes lies in the run folder from the
start, keeps its paths for good, and nothing has to be moved at the end. What git does not hold (data, checkpoints,
secrets, submodules) is linked in as it is now, and said.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from labjournal import facts, filesystems, tags
from labjournal.errors import JournalError
from labjournal.facts import Fact
from labjournal.launchers import records
from labjournal.launchers.base import Plan
from labjournal.paths import RunPaths
from labjournal.scheduler.entries import Code, Entry

_UNSAID = re.compile(r"\.|__pycache__\Z|.*\.egg-info\Z|(venv|env|node_modules|build|dist|wandb|mlruns)\Z")
"""Names at the top of a project that no script opens as data."""
_CODE = (".py", ".pyx", ".so", ".sh", ".toml", ".cfg", ".ini", ".yaml", ".yml")
"""What a new file has to be to count as a change of the code."""


class Linked(NamedTuple):
    """What a frozen run sees that is not frozen."""

    data: tuple[str, ...]
    left_out: tuple[str, ...]
    submodules: tuple[str, ...]


def prepare(entry: Entry) -> Plan | str:
    """The plan to start now, in place or in a working tree of its own; else why it must not start, in words."""
    code = entry.code
    if code is None:
        return entry.plan
    from labjournal import vcs

    root = Path(code.root)
    try:
        limits = vcs.Limits(code.untracked_file_bytes, code.untracked_total_bytes)
        drifted = [
            path for path in vcs.drift(root, code.commit, code.exclude, limits) if _matters(root, code.commit, path)
        ]
    except JournalError as error:
        return f"its code cannot be compared with what was recorded: {error.message}"
    if not drifted:
        return entry.plan
    what = _named(drifted)
    if code.drift == "refuse":
        return f'the code has changed since it was queued ({what}), and [code] drift = "refuse"'
    run = RunPaths(Path(entry.plan.folder))
    if code.drift == "warn":
        _state(run, entry, {"worktree": None, "cwd": None, "drifted": drifted})
        return entry.plan
    try:
        return _freeze(entry, code, run, drifted)
    except (JournalError, OSError) as error:
        words = error.message if isinstance(error, JournalError) else str(error)
        return f"the code has changed since it was queued ({what}), and no working tree can be made: {words}"


class Tree(NamedTuple):
    """The working tree of its own that an earlier attempt of a run was given, still there."""

    run: RunPaths
    root: Path
    """The user's tree, of which it is one."""
    cwd: str
    commit: str

    def moved(self, plan: Plan) -> Plan:
        """A plan of the user's tree as it is run in this one."""
        return _moved(plan, self.root, self.run.work, _python(self.run))

    def changes(self) -> list[str]:
        """What in it is not as it was recorded. Raises GitError."""
        from labjournal.vcs import worktrees

        return worktrees.changed(self.run.work)


def tree_of(run: RunPaths, stated: Iterable[Fact], root: str | None) -> Tree | None:
    """The tree that a run was given, by what was stated of it; None when it had none, or gc has removed its code."""
    given = [fact.data for fact in stated if fact.kind == "frozen"]
    if not given or not given[-1].get("worktree") or root is None or not (run.work / ".git").exists():
        return None
    return Tree(run, Path(root), str(given[-1].get("cwd") or run.work), str(given[-1].get("commit")))


def _matters(root: Path, commit: str, path: str) -> bool:
    """Whether a path that differs can change what the code does: what runs wrote since lies there too, and is none."""
    from labjournal import vcs

    return path.endswith(_CODE) or vcs.file_at(root, commit, path) is not None


def _named(paths: list[str]) -> str:
    more = f" and {len(paths) - 2} more" if len(paths) > 2 else ""
    return ", ".join(paths[:2]) + more


def _freeze(entry: Entry, code: Code, run: RunPaths, drifted: list[str]) -> Plan | str:
    from labjournal.vcs import worktrees

    root, work = Path(code.root), run.work
    size, free = worktrees.size_bytes(root, code.commit), filesystems.disk_free(run.folder)
    if size > code.worktree_bytes:
        return (
            f"the code has changed since it was queued ({_named(drifted)}), and a working tree of it takes "
            f"{size / 1e6:.0f} MB, over the limit of {code.worktree_bytes / 1e6:.0f} MB ([code] worktree_mb)"
        )
    if free is not None and free < 2 * size:
        return f"a working tree of its code takes {size / 1e6:.0f} MB, and the disk has {free / 1e6:.0f} MB left"
    if work.exists():  # whoever began it was killed before anything ran in it
        worktrees.remove_half_made(root, work)
    worktrees.add(root, code.commit, work)
    recorded = records.read(run.run)
    snapshot = recorded.data.get("snapshot") or {} if recorded else {}
    linked = _link(root, work, code.link, snapshot)
    plan = _moved(entry.plan, root, work, _python(run))
    _state(
        run,
        entry,
        {
            "worktree": str(work),
            "cwd": plan.cwd,
            "drifted": drifted,
            "linked": list(linked.data),
            "left_out_linked": list(linked.left_out),
            "submodules_linked": list(linked.submodules),
            "lfs": bool(snapshot.get("lfs")),
            "absent": _absent(root, work),
        },
    )
    return plan


def _state(run: RunPaths, entry: Entry, data: dict[str, Any]) -> None:
    assert entry.code is not None
    fact = facts.make("frozen", {"attempt": entry.plan.attempt, "commit": entry.code.commit, **data}, run=run.id)
    facts.append(facts.writer_path(run.facts, entry.plan.attempt, "queue"), [fact])


# -- what is not in git --------------------------------------------------------------------------------------------


def _link(root: Path, work: Path, names: Iterable[str], snapshot: dict[str, Any]) -> Linked:
    data = [name for name in names if _bring(root / name, work / name)]
    left_out = [str(item[0]) for item in snapshot.get("left_out") or ()]
    modules = [str(path) for path in snapshot.get("submodules") or ()]
    return Linked(
        tuple(data),
        tuple(path for path in left_out if _bring(root / path, work / path)),
        tuple(path for path in modules if _bring_submodule(root / path, work / path)),
    )


def _bring(live: Path, place: Path) -> bool:
    """Link a file or folder in; of a folder of which git holds a part, what is missing. Whether anything was."""
    if not live.exists():
        return False
    if not place.exists() and not place.is_symlink():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(live)
        return True
    if live.is_dir() and place.is_dir() and not place.is_symlink():
        brought = [_bring(child, place / child.name) for child in sorted(live.iterdir())]
        return any(brought)
    return False


def _bring_submodule(live: Path, place: Path) -> bool:
    """A checkout leaves an empty folder where a submodule belongs."""
    if not live.is_dir() or not any(live.iterdir()):
        return False
    if place.is_dir() and not any(place.iterdir()):
        place.rmdir()
    return _bring(live, place)


def _absent(root: Path, work: Path) -> list[str]:
    """What lies at the top of the user's tree and not in the run's: a script that needs it finds nothing."""
    there = set(os.listdir(work))
    return sorted(name for name in os.listdir(root) if name not in there and not _UNSAID.match(name))


# -- the same command, over there ----------------------------------------------------------------------------------


def _moved(plan: Plan, root: Path, work: Path, python: str | None) -> Plan:
    """The plan with every path of the user's tree led to the run's, where that has it."""
    cwd = _over(plan.cwd, root, work)
    os.makedirs(cwd, exist_ok=True)
    environment = dict(plan.environment)
    environment["PYTHONPATH"] = _python_path(environment.get("PYTHONPATH"), root, work, python)
    environment["PWD"] = cwd
    environment[tags.ENV_CODE_ROOT] = str(work)
    command = tuple(_word(word, plan.cwd, cwd, root, work, first=at == 0) for at, word in enumerate(plan.command))
    return plan._replace(cwd=cwd, environment=environment, command=command)


def _over(path: str, root: Path, work: Path) -> str:
    """A path below the user's tree as it is called in the run's; others stay."""
    real = os.path.realpath(path)
    if (real + os.sep).startswith(os.path.realpath(work) + os.sep):
        return path  # led there before: the plan of an earlier attempt
    relative = os.path.relpath(real, os.path.realpath(root))
    if relative == ".":
        return str(work)
    return path if relative == ".." or relative.startswith(".." + os.sep) else str(work / relative)


def _word(word: str, old: str, new: str, root: Path, work: Path, first: bool) -> str:
    """One word of the command: absolute paths of frozen files lead there, files that are not there stay live."""
    name, equals, value = word.partition("=")
    if equals and not os.path.lexists(os.path.join(old, word)):
        moved = _word(value, old, new, root, work, first=False)
        return word if moved == value else f"{name}={moved}"
    if not word or (first and os.sep not in word):  # looked up on the PATH
        return word
    if os.path.isabs(word):
        # Not resolved: a Python of a virtual environment is a link, and leads out of its environment.
        inside = os.path.normpath(word).startswith(str(root) + os.sep)
        there = str(work / os.path.relpath(word, root)) if inside else word
        return there if os.path.lexists(there) else word
    live = os.path.join(old, word)
    return live if os.path.isfile(live) and not os.path.lexists(os.path.join(new, word)) else word


def _python_path(inherited: str | None, root: Path, work: Path, python: str | None) -> str:
    """The run's sources before everything that is installed: an editable install leads to the user's tree."""
    given = inherited.split(os.pathsep) if inherited else []
    watch = [part for part in given[:1] if (Path(part) / "sitecustomize.py").is_file()]
    rest = [_over(part, root, work) if part else part for part in given[len(watch) :]]
    mapped = [_over(part, root, work) for part in (*_editable(root, python), *_usual(root))]
    return os.pathsep.join(dict.fromkeys([*watch, *rest, *(part for part in mapped if os.path.isdir(part))]))


def _usual(root: Path) -> list[str]:
    """Where packages lie by convention: for interpreters that are chosen later (``uv run``)."""
    found = [root / "src"] if (root / "src").is_dir() else []
    project = any((root / name).is_file() for name in ("pyproject.toml", "setup.py", "setup.cfg"))
    return [str(path) for path in [*found, *([root] if project else [])]]


def _editable(root: Path, python: str | None) -> list[str]:
    """Folders of the tree that an interpreter imports from by an editable install: ``.pth`` files and finders."""
    if python is None:
        return []
    from labjournal.machine.software import site_folders

    found: list[str] = []
    for folder in map(Path, site_folders(python)):
        for file in sorted([*folder.glob("*.pth"), *folder.glob("__editable___*_finder.py")]):
            try:
                text = file.read_text("utf-8", "replace")
            except OSError:
                continue
            if file.suffix == ".pth":
                found += [line for line in text.splitlines() if os.path.isabs(line)]
            else:  # setuptools: MAPPING = {'package': '/project/source/package'}
                found += [os.path.dirname(path) for path in re.findall(r"['\"](/[^'\"]+)['\"]", text)]
    inside = str(root.resolve())
    return [
        path for path in found if os.path.realpath(path) == inside or os.path.realpath(path).startswith(inside + os.sep)
    ]


def _python(run: RunPaths) -> str | None:
    try:
        found = json.loads(run.environment.read_bytes())
    except (OSError, ValueError):
        return None
    return str(found["python"]) if isinstance(found, dict) and found.get("python") else None
