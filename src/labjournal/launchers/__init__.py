"""Starting processes, stopping them, and telling how they stand.

base        what every launcher must do        local       this machine: double fork, own session
supervisor  stays beside a run to its end      child       the run's process, held until its identity is on disk
ending      stop: INT, TERM, KILL              tree        all processes of a run
causes      how it ended, in words             liveness    how it stands when nobody says
records     the files of a run                 output      the end of a log, fit to be shown

Only the standard library: a supervisor is a fork of the process that launched it, and lives as long as the run.
"""
