"""The app in a pseudo-terminal, as a user runs it: keys go in, what comes out is kept, CPU is read from the kernel."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """`labjournal tui` of a folder on a terminal of its own."""

    def __init__(self, folder: Path, size: tuple[int, int] = (160, 45)) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_CONFIG_HOME": "/nonexistent"}
        environ.pop("NO_COLOR", None)
        command = [sys.executable, "-m", "labjournal", "tui"]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environ, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self._master = master
        self.seen = b""
        """Everything since the last call that waited."""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
        os.close(self._master)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def read(self, seconds: float) -> bytes:
        """What comes within that time, at most one piece."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        return os.read(self._master, 1 << 20) if ready else b""

    def wait_for(self, text: bytes, seconds: float = 60.0) -> float:
        """Seconds until the text comes. Raises TimeoutError."""
        began = time.perf_counter()
        self.seen = b""
        while text not in self.seen:
            left = began + seconds - time.perf_counter()
            if left <= 0:
                raise TimeoutError(f"{text!r} did not come")
            self.seen += self.read(left)
        return time.perf_counter() - began

    def drain(self, seconds: float) -> int:
        """Let it run and count the bytes that come."""
        until, count = time.perf_counter() + seconds, 0
        while (left := until - time.perf_counter()) > 0:
            count += len(self.read(left))
        return count

    def cpu_s(self) -> float:
        """User and system time of the app so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_bytes(self) -> int:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
