"""A real git repository that a test writes into and asks."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Repository:
    """A git repository in a folder of its own."""

    root: Path

    def git(self, *arguments: str) -> str:
        done = subprocess.run(("git", *arguments), cwd=self.root, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def write(self, path: str, content: str | bytes) -> Path:
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content.encode() if isinstance(content, str) else content)
        return full

    def commit(self, message: str = "change", files: dict[str, str | bytes] | None = None) -> str:
        """Write files and commit everything that lies in the folder."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def files_of(self, commit: str) -> dict[str, bytes]:
        """Path to content of every file in a commit."""
        names = subprocess.run(
            ("git", "ls-tree", "-r", "-z", "--name-only", commit), cwd=self.root, capture_output=True, check=True
        ).stdout.split(b"\0")[:-1]
        return {
            os.fsdecode(name): subprocess.run(
                (b"git", b"cat-file", b"blob", commit.encode() + b":" + name),
                cwd=self.root,
                capture_output=True,
                check=True,
            ).stdout
            for name in names
        }
