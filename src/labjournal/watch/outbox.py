"""Writes facts from inside a run's process, at the cost of a few microseconds and no import.

``labjournal.facts`` costs 38 ms to import on Python 3.9 (json, hashlib, socket, datetime, typing), and this code runs
in every Python process of a run, so the same line is put together here by hand; a test reads it back with ``facts``.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple

MAX_FILES = 64
"""Watching processes a run may have; a script that starts thousands of helpers must not fill the folder."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def _escape(text: str) -> str:
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    from _json import encode_basestring_ascii  # C; loading it takes 0.3 ms, the json package around it 3 ms

    return encode_basestring_ascii(text)


def to_json(value: Any) -> str:
    """A value as ``facts.dumps`` would write it (non-ASCII escaped); unknown objects as their ``str``."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _escape(str.__str__(value))
    if isinstance(value, int):
        return int.__repr__(int(value))
    if isinstance(value, float):
        if value != value:
            return '"NaN"'
        if value in (float("inf"), float("-inf")):
            return '"Infinity"' if value > 0 else '"-Infinity"'
        return float.__repr__(float(value))
    if isinstance(value, dict):
        items = sorted((str(key), item) for key, item in value.items())
        return "{" + ",".join(f"{_escape(key)}:{to_json(item)}" for key, item in items) + "}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ",".join(to_json(item) for item in value) + "]"
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "size", 0) == 1:
        return to_json(item())
    return _escape(str(value))


def new_ulid() -> str:
    number = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(_CROCKFORD[number >> 5 * i & 31] for i in range(25, -1, -1))


def now_iso() -> str:
    ns = time.time_ns()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ns // 1_000_000_000)) + f".{ns // 1000 % 1_000_000:06d}Z"


def host_name() -> str:
    node = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return node.split(".")[0] or "localhost"


def user_name() -> str:
    for name in ("LABJOURNAL_USER", "USER", "LOGNAME"):
        if os.environ.get(name):
            return os.environ[name]
    return f"uid{os.getuid()}" if hasattr(os, "getuid") else "user"


class Outbox:
    """The facts file of this process; a forked child gets one of its own.

    ``quiet`` processes (loader workers, helpers of multiprocessing) write nothing until something worth a fact of
    its own happens in them; then ``first`` (the hook fact) comes before it. Never raises; a file that cannot be
    written ends the writing.
    """

    def __init__(self, run: str, folder: str, attempt: int, quiet: bool, first: Callable[[], Dict[str, Any]]) -> None:
        self.run = run
        self.folder = folder
        self.attempt = attempt
        self.quiet = quiet
        self.dark = False
        self.trouble: Optional[str] = None
        """Why facts were lost, in the words of the operating system."""
        self._first = first
        self._pid = 0
        self._path = ""
        self._torn = False

    def begin(self) -> None:
        """Write the hook fact now, unless the process is quiet."""
        if not self.quiet:
            self._open()

    def wake(self) -> None:
        """The process trains: it is no helper, whatever it looked like."""
        if self.quiet:
            self.quiet = False
            self.begin()

    def after_fork(self) -> None:
        self.quiet, self.dark, self._path, self._torn = True, False, "", False

    def write(self, kind: str, data: Dict[str, Any], fact_id: Optional[str] = None) -> bool:
        """Append one fact; False when it could not be kept."""
        return self.write_all([(kind, data, fact_id)])

    def write_all(self, facts: List[Tuple[str, Dict[str, Any], Optional[str]]]) -> bool:
        if self.dark or (not self._path and not self._open()):
            return False
        return self._append("".join(self._line(kind, data, fact_id) for kind, data, fact_id in facts))

    def _open(self) -> bool:
        folder = os.path.join(self.folder, "facts")
        try:
            if sum("-watch-" in name for name in os.listdir(folder)) >= MAX_FILES:
                self.dark = True
                return False
        except OSError:
            try:
                os.makedirs(folder, exist_ok=True)
            except OSError as error:
                self.dark, self.trouble = True, f"{folder}: {error.strerror}"
                return False
        name = f"{self.attempt}-watch-{host_name()}-{os.getpid()}-{os.urandom(3).hex()}.jsonl"
        self._path, self.quiet = os.path.join(folder, name), False
        return self._append(self._line("hook", self._first(), None))

    def _line(self, kind: str, data: Dict[str, Any], fact_id: Optional[str]) -> str:
        fact = {
            "data": data,
            "host": host_name(),
            "id": fact_id or new_ulid(),
            "kind": kind,
            "run": self.run,
            "t": now_iso(),
            "user": user_name(),
            "v": 1,
        }
        return to_json(fact) + "\n"

    def _append(self, text: str) -> bool:
        payload = (("\n" if self._torn else "") + text).encode("ascii")
        try:
            fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o664)
            try:
                written = os.write(fd, payload)
            finally:
                os.close(fd)
        except OSError as error:
            self.dark = self._torn  # a second failure in a row: the folder is gone or the disk stays full
            self._torn, self.trouble = True, f"{self._path}: {error.strerror}"
            return False
        self._torn = written < len(payload)
        return not self._torn


def python_version() -> str:
    return ".".join(str(part) for part in sys.version_info[:3])
