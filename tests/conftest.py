"""Nothing of the machine's own configuration reaches a test."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

for name in [name for name in os.environ if name.startswith("LABJOURNAL_") and name != "LABJOURNAL_SAMPLES"]:
    del os.environ[name]
os.environ["XDG_CONFIG_HOME"] = "/nonexistent"
os.environ.setdefault("OMP_NUM_THREADS", "1")
