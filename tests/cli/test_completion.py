"""Completion as a shell asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LABJOURNAL = str(Path(sys.executable).with_name("labjournal"))


def _completed(line: str) -> list[str]:
    words = line.split(" ")
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), "_LABJOURNAL_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [LABJOURNAL], env={**os.environ, **asked}, capture_output=True, text=True, timeout=60, check=True
    )
    return [word.partition(",")[2] for word in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("labjournal re", ["resume", "retry", "retract", "reindex"]),
        ("labjournal scalars x --pl", ["--plot"]),
        ("labjournal compare --format cs", ["csv"]),
        ("labjournal --ver", ["--version"]),
    ],
)
def test_verbs_options_and_choices_are_offered(line: str, offered: list[str]) -> None:
    assert _completed(line) == offered


def test_the_script_of_bash_completes_in_bash(tmp_path: Path) -> None:
    """Sourced as the help says, the function it defines is called as bash would."""
    script = (
        f'PATH="{Path(LABJOURNAL).parent}:$PATH"; eval "$(labjournal completion bash)"; '
        "COMP_WORDS=(labjournal doc); COMP_CWORD=1; _labjournal_completion labjournal doc labjournal; "
        "echo ${COMPREPLY[@]}"
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    assert done.stdout.split() == ["doctor"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_a_script(shell: str) -> None:
    done = subprocess.run([LABJOURNAL, "completion", shell], capture_output=True, text=True, timeout=60, check=True)
    assert "_LABJOURNAL_COMPLETE" in done.stdout
