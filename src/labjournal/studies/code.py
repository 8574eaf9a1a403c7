"""Whether a run was made with the code that stands there now: what a gate means by "the same commit".

Commits are compared by what is in them: a commit that only brought words (``*.md``), an exported day of the diary or
``study.toml`` itself is no other code. The protocol is compared apart, stage by stage. Files that runs wrote and nobody
tracks are no code either, unless they could be run. Without a repository the study's own code files are compared.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from labjournal import vcs
from labjournal.config import Config
from labjournal.errors import JournalError
from labjournal.model import Run
from labjournal.studies.protocol import FILE

_CODE = frozenset(".py .pyx .ipynb .sh .r .jl .c .cc .cpp .cu .cuh .h .hpp .rs".split())
_WORDS = frozenset((".md", ".rst"))
_MOST_FILES = 2_000


class CodeNow:
    """The code of a study as it stands, asked once for each commit."""

    def __init__(self, folder: Path, config: Config) -> None:
        self._folder = folder
        self._config = config
        self._differing: dict[tuple[str, str], list[str] | str] = {}
        self._files: str | None = None

    @property
    def files(self) -> str:
        """Hash of the code files in the study's folder."""
        if self._files is None:
            digest = hashlib.sha256()
            for path in sorted(_code_files(self._folder)):
                digest.update(os.fsencode(path.relative_to(self._folder)) + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
            self._files = digest.hexdigest()[:32]
        return self._files

    def other_than(self, run: Run) -> str | None:
        """In what the code of now differs from that of a run, in words; None where it is the same."""
        root, commit = run.snapshot.root, run.snapshot.commit
        if commit is None or root is None:
            place = run.stage
            known = place.files if place is not None else None
            return None if known == self.files else "the study's files were changed (there is no repository to say how)"
        found = self._differing.get((root, commit))
        if found is None:
            found = self._differing[root, commit] = self._compare(Path(root), commit, run.snapshot.head)
        if isinstance(found, str):
            return found
        return (
            f"{', '.join(found[:3])}{f' and {len(found) - 3} more' if len(found) > 3 else ''} changed"
            if found
            else None
        )

    def _compare(self, root: Path, commit: str, head: str | None) -> list[str] | str:
        code = self._config.code
        try:
            paths = vcs.drift(root, commit, [*code.exclude, *code.secrets])
            return [path for path in paths if self._counts(root, path, commit, head)]
        except JournalError as error:
            return f"whether it is the same code cannot be told: {error.message}"

    def _counts(self, root: Path, path: str, commit: str, head: str | None) -> bool:
        name = PurePosixPath(path)
        if name.name == FILE or name.suffix.lower() in _WORDS:
            return False
        if name.suffix.lower() in _CODE:
            return True
        tracked = (known for known in (head, "HEAD") if known)
        return any(_in_commit(root, known, path) for known in tracked)


def _in_commit(root: Path, commit: str, path: str) -> bool:
    try:
        return vcs.file_at(root, commit, path) is not None
    except JournalError:  # a repository without a commit yet
        return False


def _code_files(folder: Path) -> Iterator[Path]:
    count = 0
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__")) and name != "diary"]
        for name in names:
            if os.path.splitext(name)[1].lower() in _CODE and name != FILE and count < _MOST_FILES:
                count += 1
                yield Path(place) / name
