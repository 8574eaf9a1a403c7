"""The exported diary taken back: by the journal that wrote it, and by another one.

folding   what people changed in it folds in, and what the journal generated must not be changed
carried   the runs, results and entries of another journal, by the facts that its blocks carry
"""

from __future__ import annotations

from labjournal.reimport.folding import Folded, Refused, fold_back, is_ours, known_blocks

__all__ = ["Folded", "Refused", "fold_back", "is_ours", "known_blocks"]
