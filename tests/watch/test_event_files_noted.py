"""Whoever writes event files inside a run is noticed, whatever kind of name it opens them by."""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked import run_hooked

_SUMMARY = "import SummaryWriter\nw = SummaryWriter('logs')\nw.add_scalar('a', 1.0, 1)\nw.close()"
_NAME = "logs/events.out.tfevents.1"

WRITERS = {
    "torch": f"from torch.utils.tensorboard {_SUMMARY}",
    "tensorboardX": f"from tensorboardX {_SUMMARY}",
    "by hand, as bytes": f"import os\nos.mkdir('logs')\nopen(b'{_NAME}', 'ab').close()",
    "by hand, as a path": f"import os, pathlib\nos.mkdir('logs')\npathlib.Path('{_NAME}').write_bytes(b'')",
}


@pytest.mark.parametrize("writer", WRITERS)
def test_an_event_file_is_noted_once(writer: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(WRITERS[writer])
    done = run_hooked([script], tmp_path)
    assert done.returncode == 0, done.stderr
    (noted,) = done.data("event_file")
    assert Path(noted["path"]).parent == tmp_path / "logs"
