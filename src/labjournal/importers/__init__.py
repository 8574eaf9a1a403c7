"""What was written before labjournal came: markdown diaries and folders of event files, taken into the journal."""

from __future__ import annotations

from labjournal.importers.found import Document, FoundClaim, FoundEntry, FoundResult
from labjournal.importers.markdown import read

__all__ = ["Document", "FoundClaim", "FoundEntry", "FoundResult", "read"]
