"""Nothing of the machine's own configuration reaches a test."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import hypothesis

sys.path.insert(0, str(Path(__file__).parent))

# A busy machine is no failure, and no landing must hang on the luck of a draw: CI draws the same examples each time.
hypothesis.settings.register_profile("labjournal", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("labjournal")

for name in [name for name in os.environ if re.match(r"LABJOURNAL_(?!SAMPLES|TEST_)", name)]:
    del os.environ[name]
for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"):
    os.environ.pop(name, None)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell without job control starts "command &" so, and every process of a test would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="labjournal-config-")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Leases are machine-wide: tests must neither take GPUs from anybody nor wait for them.
os.environ["LABJOURNAL_LEASES"] = tempfile.mkdtemp(prefix="labjournal-leases-")
atexit.register(shutil.rmtree, os.environ["LABJOURNAL_LEASES"], ignore_errors=True)
