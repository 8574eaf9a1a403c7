"""The folder of the demo: a git repository with the project, apart from everything of the user's."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from labjournal.errors import InputError, JournalUnavailableError

_HERE = Path(__file__).parent
_NEEDED = {"torch": "torch", "sklearn": "scikit-learn"}
_IDENTITY = {
    "GIT_AUTHOR_NAME": "demo",
    "GIT_AUTHOR_EMAIL": "demo@localhost",
    "GIT_COMMITTER_NAME": "demo",
    "GIT_COMMITTER_EMAIL": "demo@localhost",
}
FIX = "Build the optimizer after the adapter is attached"


def check_packages() -> None:
    """Raise JournalUnavailableError, with the line that installs them, when torch or scikit-learn is missing."""
    missing = [package for module, package in _NEEDED.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise JournalUnavailableError(
            f"The demo trains a network, and {' and '.join(missing)} cannot be imported by {sys.executable}.",
            f"{sys.executable} -m pip install {' '.join(missing)}",
        )


class Workplace:
    """The project of the demo in a folder, and the environment in which its commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> None:
        """Fill the folder and commit it. Raises InputError when something is there already."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if any(self.folder.iterdir()):
                raise InputError(f"{self.folder} is not empty.", "Name a new folder with --dir.")
            for source in sorted((_HERE / "project").iterdir()):
                if source.is_file():
                    shutil.copyfile(source, self.folder / source.name.replace("gitignore", ".gitignore"))
        except OSError as error:
            raise JournalUnavailableError(
                f"{self.folder}: {error.strerror or error}.", "Name another folder."
            ) from error
        self.git("init", "--quiet", "--initial-branch=main")
        for name, value in (("user.name", "demo"), ("user.email", "demo@localhost"), ("commit.gpgSign", "false")):
            self.git("config", name, value)
        self.commit("Text classifier with a numeric adapter")

    def mend(self) -> str:
        """Apply the fix and commit it; returns the change as a diff without its headings."""
        self.git("apply", str(_HERE / "fix.patch"))
        shown = self.git("diff", "--unified=1")
        self.commit(FIX)
        return "\n".join(line for line in shown.splitlines() if line.startswith((" ", "+ ", "- ")))

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def git(self, *words: str) -> str:
        """Run git in the folder. Raises JournalUnavailableError."""
        try:
            done = subprocess.run(
                ("git", *words),
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=True,
            )
        except FileNotFoundError as error:
            raise JournalUnavailableError("The demo needs git, and there is none on the PATH.") from error
        except subprocess.CalledProcessError as error:
            raise JournalUnavailableError(f"git {words[0]} failed: {error.stderr.strip()}") from error
        return done.stdout

    def environment(self) -> Mapping[str, str]:
        """This process's environment without what would lead to a journal or repository of the user's.

        The folder of this Python comes first on the PATH: ``python`` is then the one that has torch.
        """
        kept = {name: text for name, text in os.environ.items() if not name.startswith(("LABJOURNAL_", "GIT_"))}
        path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
        return {**kept, **_IDENTITY, "PATH": path, "COLUMNS": "98", "LINES": "16"}

    def python(self) -> str:
        """The word that starts this Python."""
        here = Path(sys.executable).parent / "python"
        return "python" if os.access(here, os.X_OK) else sys.executable
