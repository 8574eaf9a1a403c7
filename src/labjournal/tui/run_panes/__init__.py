"""What a run's page shows beside its curves, one file a pane: lines for the eye and a sentence for the ear.

seen         what is known of the run          finding      the strip of the worst open finding
headline     how it goes and when it ends      weights      how far each module moved, as heat
results      what was measured, with intervals checkpoints  versions on the disk, and what was measured of them
origin       code, settings, what changed      attempts     each process of the run, and how it ended
system       what the machine gave it
"""

from labjournal.tui.run_panes.part import PARTS, Part
from labjournal.tui.run_panes.seen import Seen

__all__ = ["PARTS", "Part", "Seen"]
