"""What the app remembers of one journal and user: layout, filters, where one was. Never anything of the journal itself.

A file of its own per journal, in the user's state folder. Several apps on one journal share it: each writes the keys
it changed into what the file holds by then, and the last word of a key counts. A file that cannot be read is as none,
and one that cannot be written is no reason to disturb anybody.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_VERSION = 1


def state_folder(environ: Mapping[str, str] | None = None) -> Path:
    """``$XDG_STATE_HOME/labjournal``."""
    environ = os.environ if environ is None else environ
    base = environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "labjournal"


class Remembered:
    """Keys with JSON values. Reading and writing the file is for a thread; asking and setting is not."""

    def __init__(self, file: Path | None) -> None:
        """Nothing yet; ``file`` None remembers for this session only."""
        self._file = file
        self._values: dict[str, Any] = {}
        self._changed: dict[str, Any] = {}
        self._lock = threading.Lock()

    def load(self) -> None:
        """Read the file; a broken one counts as none."""
        self._values = {**self._read(), **self._changed}

    def _read(self) -> dict[str, Any]:
        if self._file is None:
            return {}
        try:
            raw = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return raw if isinstance(raw, dict) and raw.get("v") == _VERSION else {}

    def text(self, key: str, default: str = "") -> str:
        value = self._values.get(key)
        return value if isinstance(value, str) else default

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._values.get(key)
        return value if isinstance(value, bool) else default

    def texts(self, key: str) -> list[str]:
        value = self._values.get(key)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    def mapping(self, key: str) -> dict[str, Any]:
        value = self._values.get(key)
        return dict(value) if isinstance(value, dict) else {}

    def has(self, key: str) -> bool:
        return key in self._values

    def set(self, key: str, value: Any) -> None:
        """Remember from now on; written by the next ``save``. None forgets."""
        if self._values.get(key) != value:
            self._values[key] = value
            self._changed[key] = value

    def forget(self, *keys: str) -> None:
        """Forget these keys, or everything."""
        for key in keys or tuple(self._values):
            if key != "v":
                self.set(key, None)

    @property
    def changed(self) -> bool:
        """Whether there is something to save."""
        return bool(self._changed)

    def save(self) -> None:
        """Write what changed, beside what others wrote meanwhile."""
        with self._lock:
            changed, self._changed = self._changed, {}
            if not changed or self._file is None:
                return
            held = {key: value for key, value in {**self._read(), **changed}.items() if value is not None}
            beside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                beside.write_text(json.dumps({**held, "v": _VERSION}), encoding="utf-8")
                beside.replace(self._file)
            except OSError:
                beside.unlink(missing_ok=True)
