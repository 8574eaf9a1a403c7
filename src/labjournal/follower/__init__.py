"""From appended files to the index: ``Follower(paths).turn()`` folds whatever is new.

turn        one look at everything that is not sealed, one transaction      facts_files  reading facts
curves      event files into curves                                         readings     results off logs and files
datasets    which data a result was measured on                             folder       event files without a journal
"""

from labjournal.follower.turn import Follower, Turned

__all__ = ["Follower", "Turned"]
