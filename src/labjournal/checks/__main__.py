"""``python -m labjournal.checks > docs/checks.md``: the page of all checks."""

import sys

from labjournal.checks.page import render

sys.stdout.write(render())
