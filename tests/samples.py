"""Real-world samples, kept outside the repository; tests that need them are skipped where they are absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def samples_folder(kind: str) -> Path:
    """The folder of samples of one kind (``events``, ...), or a skip."""
    given = os.environ.get("LABJOURNAL_SAMPLES")
    root = Path(given) if given else Path(__file__).resolve().parents[2] / "shared" / "samples"
    folder = root / kind
    if not folder.is_dir():
        pytest.skip(f"no samples of {kind}: set LABJOURNAL_SAMPLES")
    return folder
