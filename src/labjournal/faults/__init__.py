"""Known faults of the code: where they are at work, and what became of them.

placing     a fault in the history of a run, and at a launch     overview    open, declared fixed, measured

Nothing is imported here: a launch asks `placing` alone.
"""
