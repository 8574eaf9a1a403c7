"""Which files of the repository a process really runs, with a checksum taken at that moment.

A checkout under the feet of a queued run, an editable install that leads elsewhere, an edit between launch and import:
what was recorded is then not what ran. CRC-32, because hashlib costs 4 ms to import and nobody forges his own code.
"""

from __future__ import annotations

import os
import zlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Set

_MOST = 500
_LARGE_BYTES = 2_000_000
_FOREIGN = ("site-packages", "dist-packages", ".venv", "node_modules", ".labjournal")


class Sources:
    """Files below ``root`` (an absolute path that ends with a separator) by their path in it."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._seen: Set[str] = set()
        self.new: Dict[str, List[int]] = {}
        """Size and CRC-32 of what was not told yet."""

    def executed(self, full: str) -> bool:
        """Note a file below the root whose code is about to run; whether it is the repository's own."""
        if full in self._seen or len(self._seen) >= _MOST:
            return False
        self._seen.add(full)
        path = full[len(self._root) :]
        if any(part in _FOREIGN for part in path.split(os.sep)):
            return False
        with open(full, "rb") as file:  # noqa: PTH123 - an audit hook must not import pathlib
            content = file.read(_LARGE_BYTES + 1)
        if len(content) > _LARGE_BYTES:
            return False
        self.new[path.replace(os.sep, "/")] = [len(content), zlib.crc32(content)]
        return True

    def take(self) -> Dict[str, Any]:
        """The data of a ``code`` fact."""
        found, self.new = self.new, {}
        return {"root": self._root, "files": found}
