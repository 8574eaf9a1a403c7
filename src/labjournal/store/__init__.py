"""The index of the journal in SQLite. All SQL is here; rows become values of `model` before they leave.

schema      tables and migrations              facts      what was stated, kept whole
folding     facts in, and what follows         rows       runs for lists, straight from columns
runs        facts of a run -> its row          results    facts -> merged results
findings    facts -> findings                  taint      what rests on something retracted
entries     the diary, with full-text search   series     curves as columns
references  what a person may call a run       files      how far each file was read
store       `Store`: one connection, one thread reading    what is asked of it
upkeep      care of the database
"""

from labjournal.store.store import Store

__all__ = ["Store"]
