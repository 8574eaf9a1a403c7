"""The app as people use it: in a real terminal, with a real run, and killed while somebody writes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here: the app was not tried in a real terminal"),
]
SCRIPT = """
import argparse, math, pathlib, time, labjournal
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.1)
p.add_argument("--wait", default="")
a = p.parse_args()
for step in range(40):
    labjournal.log({"train/loss": math.exp(-step * a.lr)}, step=step)
    print(f"step {step}", flush=True)
while a.wait and not pathlib.Path(a.wait).exists():
    time.sleep(0.02)
labjournal.result(dataset="val", n=1000, accuracy=0.9)
"""
_PATIENCE_S = 60.0


class Terminal:
    """A tmux session of its own; nothing of the user's tmux is touched."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self.folder = folder
        self._tmux = ["tmux", "-S", str(folder / "tmux.socket"), "-f", "/dev/null"]
        width, height = size
        environ = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "XDG_STATE_HOME": str(folder / "state"),
            "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8",
        }
        environ.pop("NO_COLOR", None)
        shape = ["-x", str(width), "-y", str(height)]
        work = folder / "work"
        self._run("new-session", "-d", *shape, "-c", str(work), "bash --norc --noprofile", environ=environ)

    def _run(self, *words: str, environ: dict[str, str] | None = None) -> str:
        done = subprocess.run([*self._tmux, *words], capture_output=True, text=True, check=True, env=environ)
        return done.stdout

    def keys(self, *keys: str) -> None:
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def enter(self, text: str) -> None:
        self.type(text)
        self.keys("Enter")

    @property
    def screen(self) -> str:
        return self._run("capture-pane", "-p")

    def wait(self, *texts: str) -> str:
        """The screen once all these texts stand on it."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            shown = self.screen
            if all(text in shown for text in texts):
                return shown
            time.sleep(0.05)
        raise AssertionError(f"{texts} did not come:\n{self.screen}")

    def wait_away(self, text: str) -> None:
        until = time.monotonic() + _PATIENCE_S
        while text in self.screen:
            assert time.monotonic() < until, self.screen
            time.sleep(0.05)

    def resize(self, width: int, height: int) -> None:
        self._run("resize-window", "-x", str(width), "-y", str(height))

    def _children(self) -> list[int]:
        shell = int(self._run("display-message", "-p", "#{pane_pid}"))
        return [int(one) for one in Path(f"/proc/{shell}/task/{shell}/children").read_text().split()]

    def app_pid(self) -> int:
        return self._children()[0]

    def wait_for_shell(self) -> None:
        """Until nothing runs in the terminal but its shell."""
        until = time.monotonic() + _PATIENCE_S
        while self._children():
            assert time.monotonic() < until, self.screen
            time.sleep(0.05)

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "train.py").write_text(SCRIPT)
    found = Terminal(tmp_path, (80, 24))
    yield found
    found.close()


def test_a_day_in_the_app(terminal: Terminal) -> None:
    work = terminal.folder / "work"
    terminal.enter("PS1='rea''dy> '")
    terminal.wait("ready>")
    terminal.enter("labjournal")
    terminal.wait("No runs yet", "r  launch a command")
    # launch
    terminal.keys("r")
    terminal.wait("nothing starts before enter on start")
    terminal.type("python train.py --lr 0.3 --wait go")
    terminal.wait("would run  python train.py --lr 0.3 --wait go")
    terminal.keys("Up")
    terminal.wait("enter launches it")
    terminal.keys("Enter")
    terminal.wait("● running", "train-1")
    # watch
    terminal.keys("Enter")
    terminal.wait("train/loss", "step 39")
    (work / "go").touch()
    terminal.wait("✓", "0.900 [.880 .917]")
    # write, and be killed while writing
    terminal.keys("n")
    terminal.wait("Note on train-1")
    terminal.type("it goes down, see @tr")
    terminal.wait("tab train-1")
    terminal.keys("Tab")
    terminal.wait("@train-1", "note · kept")
    os.kill(terminal.app_pid(), signal.SIGKILL)
    terminal.wait("Killed")
    terminal.enter("reset; labjournal")
    # where one was, at another size
    terminal.wait("train/loss", "took")
    terminal.resize(160, 45)
    terminal.keys("n")
    terminal.wait("taken up again", "it goes down, see @train-1", "Preview")
    terminal.keys("Escape")
    terminal.wait("note written")
    # compare
    terminal.type(":")
    terminal.wait("Every verb")
    terminal.enter("run -m again -- python train.py --lr 0.1")
    terminal.wait("labjournal run -m again", "done")
    terminal.keys("Escape")
    # At once, escape and a key would be that key with alt.
    terminal.wait_away("labjournal run -m again")
    terminal.keys("1")
    terminal.wait("✓ done     train-2", "✓ done     train-1")
    terminal.keys("g", "Space", "Space", "c")
    terminal.wait("What may be said", "train-1", "train-2")
    # export
    terminal.keys("w")
    terminal.wait("Write out as")
    terminal.keys("Enter")
    terminal.wait("written: compare-")
    (written,) = work.glob("compare-*")
    assert "train-2" in written.read_text()
    # aside, and back
    terminal.keys("C-z")
    terminal.wait("ready>")
    terminal.enter("fg")
    terminal.wait("What may be said")
    terminal.keys("q")
    terminal.wait_for_shell()
    terminal.enter("clear; labjournal diary --json | grep -c goes.down")
    terminal.wait("1\nready>")
