"""Anti-kt of the jets study through fastjet: 10,000 events, CPU seconds of one thread, beside the same by the own one.

python benchmarks/jets_clustering.py [EVENTS]
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "entries" / "jets"))

import clustering
import collisions

OWN = 10


def main() -> None:
    if importlib.util.find_spec("fastjet") is None:
        print("fastjet is not installed: pip install -e .[studies]")
        return
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    drawn = collisions.background(events, seed=1)
    clustering.with_fastjet(drawn[:2])  # its import is not counted
    begin = time.process_time()
    jets = clustering.with_fastjet(drawn)
    took = time.process_time() - begin
    begin = time.process_time()
    for k in range(OWN):
        own = clustering.by_hand(drawn.pt_EP[k], drawn.eta_EP[k], drawn.phi_EP[k], hardest=None)
        assert [jet.n_particles for jet in own] == [jet.n_particles for jet in jets[k]]
    alone = (time.process_time() - begin) / OWN
    particles = int((drawn.pt_EP > 0).sum()) / events
    print(f"{events:,} events of {particles:.0f} particles: {took:.2f} s CPU through fastjet (wanted for 10,000: 2 s)")
    print(f"the own anti-kt takes {1e3 * alone:.0f} ms an event: ratio {alone * events / took:.0f}, the same jets")


if __name__ == "__main__":
    main()
