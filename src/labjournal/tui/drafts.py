"""Texts that are being written: kept every two seconds, so that a kill or a lost line costs no sentence."""

from __future__ import annotations

import os
from pathlib import Path


class Drafts:
    """One file a draft in the user's state folder. For a thread."""

    def __init__(self, folder: Path | None) -> None:
        """``folder`` None keeps nothing."""
        self._folder = folder

    def _file(self, about: str) -> Path | None:
        import hashlib  # 2 ms, and the first frame has no draft

        name = hashlib.sha256(about.encode()).hexdigest()[:16]
        return self._folder / f"{name}.md" if self._folder is not None else None

    def read(self, about: str) -> str | None:
        """The draft on something; None where there is none."""
        file = self._file(about)
        try:
            return file.read_text(encoding="utf-8") if file is not None else None
        except (OSError, UnicodeDecodeError):
            return None

    def keep(self, about: str, text: str) -> bool:
        """Write the draft, whole or not at all; an empty one is dropped. False where it cannot be kept."""
        file = self._file(about)
        if file is None:
            return False
        if not text.strip():
            self.drop(about)
            return True
        beside = file.with_name(f"{file.name}.{os.getpid()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, encoding="utf-8")
            beside.replace(file)
        except OSError:
            return False
        return True

    def drop(self, about: str) -> None:
        """The draft was written down, or is not wanted."""
        file = self._file(about)
        if file is not None:
            file.unlink(missing_ok=True)
