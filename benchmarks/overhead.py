"""What being run and watched costs a training at the whole size: ConvNeXt-Tiny on 64 x 64, in steps a CPU can do.

The script of the lenses study runs under `labjournal run` as it is. Those of its seconds are counted that pass inside
the watch's hooks and inside `labjournal.log`: two whole trainings on a shared machine differ by more than either. What
supervisor and follower work beside it is the CPU of all descendants less that of the script.

    python benchmarks/overhead.py [ROWS]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from descendants import adopt, cpu_s, reap

STUDY = Path(__file__).parents[1] / "entries" / "lenses"
SCRIPT = """
import json, runpy, sys, time
import labjournal
log, said = labjournal.log, [0.0]
def timed(*args, **named):
    begin = time.perf_counter()
    log(*args, **named)
    said[0] += time.perf_counter() - begin
labjournal.log = timed
sys.path.insert(0, sys.argv[1])
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
session = sys.modules["labjournal.watch.start"].inside().torch.session()
told = {"hooks": session.budget.spent, "took": time.perf_counter() - session.budget.started, "said": said[0]}
told["cpu"] = time.process_time()
open("cost.json", "w").write(json.dumps(told))
"""


def main() -> None:
    rows = sys.argv[1] if len(sys.argv) > 1 else "400"
    adopt()
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make = [sys.executable, str(STUDY / "make.py"), "--rows", rows, "--size", "64", "--out", "data"]
        subprocess.run(make, cwd=folder, check=True, capture_output=True)
        words = "--data data --size 64 --network convnext --batch 2 --workers 0 --epochs 1 --out x"
        train = [sys.executable, "-c", SCRIPT, str(STUDY), str(STUDY / "train.py"), *words.split()]
        before = cpu_s()
        run = [sys.executable, "-m", "labjournal", "run", "--follow", "--", *train]
        subprocess.run(run, cwd=folder, check=True, capture_output=True)
        reap(wait=True)
        cpu, told = cpu_s() - before, json.loads((folder / "cost.json").read_text())
    print(f"{told['took']:.1f} s from the first step to the end of the script, {told['cpu']:.1f} s CPU of it in all")
    for name, where in (("hooks", "inside the hooks of the watch"), ("said", "inside labjournal.log")):
        print(f"{where}: {told[name]:.3f} s, {100 * told[name] / told['took']:.2f}%")
    beside = cpu - told["cpu"]
    print(
        f"launch, supervisor and follower: {beside:.2f} s CPU beside it, {100 * beside / told['cpu']:.1f}%, mostly once"
    )
    print("wanted at the whole size, of hours: under 1% of the run; the first hundred steps cost more on purpose")


if __name__ == "__main__":
    main()
