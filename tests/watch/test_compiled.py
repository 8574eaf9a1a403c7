"""torch.compile sees the same program with and without the watch: graphs, breaks and compilations are counted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hooked import Zygote

pytest.importorskip("torch")

PROGRAM = Path(__file__).with_name("compiled_program.py")


@pytest.mark.parametrize(
    ("model", "way", "options"),
    [
        ("dense", "wrapped", ()),
        ("dense", "in_place", ("sizes",)),
        ("dense", "evaluation", ()),
        ("branching", "wrapped", ()),
        ("convolved", "function", ("sizes",)),
        ("convolved", "dynamic", ("sizes", "aot")),
        ("attending", "wrapped", ("sizes",)),
        ("attending", "blocks", ()),
    ],
)
def test_no_graph_no_break_and_no_compilation_is_added(
    model: str, way: str, options: tuple[str, ...], tmp_path: Path, zygote: Zygote
) -> None:
    plain = zygote.run(PROGRAM, tmp_path, model, way, *options, hook=False)
    watched = zygote.run(PROGRAM, tmp_path, model, way, *options)
    assert plain.returncode == watched.returncode == 0, watched.stderr
    assert "unique_graphs" in plain.stdout
    assert watched.stdout == plain.stdout
    assert _timeless(watched.stderr) == _timeless(plain.stderr)
    assert watched.data("watch_end")[0]["looks"] > 20


def _timeless(log: str) -> str:
    """torch's own log lines less the time and the process."""
    return re.sub(r"^([VIWE]\d{4}) \S+ \d+ ", r"\1 ", log, flags=re.MULTILINE)
