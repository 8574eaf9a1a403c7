"""One filter grammar for runs, curves, entries and findings, the same in the app and behind `ls`.

grammar     what was typed, as a tree         keys      what a kind of thing can be asked for
matching    a tree over things                things    rows of runs, entries and findings as things

``word`` · ``/regex/`` · ``key:text`` · ``key<value`` (``= != < <= > >=``) · space is and, ``|`` or, ``!`` not, ``( )``.
"""

from labjournal.filtering.grammar import FilterError, parse
from labjournal.filtering.keys import Keys, Kind
from labjournal.filtering.matching import Filter, Thing, compiled

__all__ = ["Filter", "FilterError", "Keys", "Kind", "Thing", "compiled", "parse"]
