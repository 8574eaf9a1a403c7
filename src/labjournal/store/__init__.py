"""The index of the journal in SQLite. All SQL is here; rows become values of `model` before they leave.

schema      tables and migrations              facts      what was stated, kept whole
runs        facts of a run -> its row          results    facts -> merged results, taint
findings    facts -> findings                  entries    the diary, with full-text search
series      curves as columns                  files      how far each file was read
store       `Store`: one connection, one thread
"""

from labjournal.store.store import Store

__all__ = ["Store"]
