"""Facts: the form in which anything is stated.

One fact is one JSON line, written by one ``os.write`` to a file that only this writer appends to. A reader takes
nothing from an unfinished last line, and a writer that finds no newline at the end puts one first, so a process
killed in the middle of a write costs at most the line it was writing. Standard library only, Python 3.9 and up:
this file is part of what runs inside a training process.
"""

from __future__ import annotations

import json
import math
import os
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

VERSION = 1
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NONFINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Fact(NamedTuple):
    """One statement: ``t`` is ISO 8601 UTC, ``run`` a full run id or None, ``data`` depends on ``kind``."""

    id: str
    t: str
    kind: str
    host: str
    user: str
    run: Optional[str]
    data: Dict[str, Any]
    v: int = VERSION


def new_ulid(t: Optional[float] = None) -> str:
    """A ULID of 26 characters: 48 bits of milliseconds since 1970, 80 random bits. Sorts by time."""
    milliseconds = int((time.time() if t is None else t) * 1000)
    return _base32(milliseconds << 80 | int.from_bytes(os.urandom(10), "big"))


def derived_id(*parts: object) -> str:
    """The id of a fact that follows from others: the same parts give the same id, whoever states it."""
    import hashlib  # 4 ms, and a reader of facts seldom needs it

    digest = hashlib.sha256("\0".join(str(part) for part in parts).encode("utf-8", "surrogatepass")).digest()
    return _base32(int.from_bytes(digest[:16], "big"))


def _base32(number: int) -> str:
    return "".join(_CROCKFORD[number >> 5 * i & 31] for i in range(25, -1, -1))


def now_iso(t: Optional[float] = None) -> str:
    """Seconds since 1970 (default: now) as ``2026-11-20T13:37:18.123456Z``."""
    moment = datetime.fromtimestamp(time.time() if t is None else t, timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def host_name() -> str:
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    return name.split(".")[0] or "localhost"


def user_name() -> str:
    name = os.environ.get("LABJOURNAL_USER") or os.environ.get("USER") or os.environ.get("LOGNAME")
    if name:
        return name
    return f"uid{os.getuid()}" if hasattr(os, "getuid") else "user"


def plain(value: Any) -> Any:
    """The value as JSON can hold it: NaN and infinities become strings, unknown objects their ``str``."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value if type(value) in (bool, str, int, type(None)) else _unbox(value)
    if isinstance(value, float):
        return nonfinite_name(float(value)) if not math.isfinite(value) else float(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "size", 0) == 1:
        return plain(item())
    return str(value)


def _unbox(value: Any) -> Any:
    """A str or int subclass (an enum, say) as the plain builtin."""
    return str.__str__(value) if isinstance(value, str) else int(value)


def nonfinite_name(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def number(value: Any) -> Optional[float]:
    """The float that ``plain`` wrote, or None if the value is not a number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    return _NONFINITE.get(value) if isinstance(value, str) else None


def dumps(value: Any) -> str:
    """Compact JSON with sorted keys; never NaN literals, which other readers refuse."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def encode(fact: Fact) -> bytes:
    """The fact as the line that goes to disk, newline included."""
    return (dumps(fact._asdict()) + "\n").encode("utf-8", "replace")


def decode(line: Union[bytes, str]) -> Optional[Fact]:
    """The fact in a line, or None when the line is no fact (it is then kept where it is and reported)."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("data"), dict):
        return None
    texts = [raw.get(name) for name in ("id", "t", "kind")]
    if not all(isinstance(text, str) and text for text in texts) or not isinstance(raw.get("v"), int):
        return None
    run = raw.get("run")
    return Fact(
        id=raw["id"],
        t=raw["t"],
        kind=raw["kind"],
        host=str(raw.get("host", "")),
        user=str(raw.get("user", "")),
        run=run if isinstance(run, str) else None,
        data=raw["data"],
        v=raw["v"],
    )


def make(
    kind: str,
    data: Dict[str, Any],
    run: Optional[str] = None,
    t: Optional[str] = None,
    fact_id: Optional[str] = None,
) -> Fact:
    """A fact stated now by this user on this host; derived facts bring their own id and the time of their source."""
    return Fact(fact_id or new_ulid(), t or now_iso(), kind, host_name(), user_name(), run, data)


def writer_path(folder: Union[str, Path], attempt: int, role: str) -> Path:
    """A fresh file name in a run's ``facts`` folder, used by one process only."""
    name = f"{attempt}-{role}-{host_name()}-{os.getpid()}-{os.urandom(3).hex()}.jsonl"
    return Path(folder) / name


def append(path: Union[str, Path], facts: List[Fact], sync: bool = False, lock: bool = False) -> None:
    """Append facts to a file, creating it and its folder. Raises OSError.

    ``sync`` waits for the disk (human words, results); ``lock`` takes a flock, for files that several
    processes of one user on one host append to.
    """
    path = Path(path)
    payload = b"".join(encode(fact) for fact in facts)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
    try:
        fd = os.open(path, flags, 0o664)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, flags, 0o664)
    try:
        if lock:
            _flock(fd)
        size = os.fstat(fd).st_size
        if size and os.pread(fd, 1, size - 1) != b"\n":
            payload = b"\n" + payload
        _write_whole(fd, payload, path)
        if sync:
            os.fsync(fd)
    finally:
        os.close(fd)


def _write_whole(fd: int, payload: bytes, path: Path) -> None:
    written = os.write(fd, payload)
    while written < len(payload):  # a full disk or a signal: finish, or raise the reason
        more = os.write(fd, payload[written:])
        if more == 0:
            raise OSError(f"only {written} of {len(payload)} bytes went to {path}")
        written += more


def _flock(fd: int) -> None:
    try:
        import fcntl
    except ImportError:  # native Windows reads only
        return
    fcntl.flock(fd, fcntl.LOCK_EX)


def read(path: Union[str, Path], offset: int = 0) -> Tuple[List[Tuple[int, Optional[Fact]]], int]:
    """The whole lines from ``offset`` on, each as (byte offset, fact or None), and the offset after the last.

    An unfinished last line is left for next time. Raises OSError.
    """
    with open(path, "rb") as file:  # noqa: PTH123 - Path.open is slower, and this is polled
        file.seek(offset)
        chunk = file.read()
    return list(parse(chunk, offset)), offset + chunk.rfind(b"\n") + 1


def parse(chunk: bytes, offset: int = 0) -> Iterator[Tuple[int, Optional[Fact]]]:
    """Whole lines of a chunk as (byte offset, fact or None); blank lines are passed over."""
    start = 0
    while (end := chunk.find(b"\n", start)) >= 0:
        line = chunk[start:end]
        if line.strip():
            yield offset + start, decode(line)
        start = end + 1
