"""labjournal: an experiment journal that makes it hard for its owner to fool himself."""

from __future__ import annotations

__version__ = "0.1.0"
