"""The exported diary taken back: by the journal that wrote it, and by another one.

folding   what people changed in it folds in, and what the journal generated must not be changed
carried   the facts that its blocks carry
taking    those that this journal does not hold, stated here: another journal's, or its own that was lost
"""

from __future__ import annotations

from labjournal.reimport.folding import Folded, Refused, fold_back, known_blocks

__all__ = ["Folded", "Refused", "fold_back", "known_blocks"]
