"""Known faults of the code: where they are at work, and what became of them.

placing     a fault in the history of a run, and at a launch     overview    open, declared fixed, measured
"""

from labjournal.faults.overview import Overview, overview
from labjournal.faults.placing import at_launch, derive, place

__all__ = ["Overview", "at_launch", "derive", "overview", "place"]
