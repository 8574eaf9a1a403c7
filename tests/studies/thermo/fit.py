"""A straight line through the origin, fitted by gradient descent to ten readings of a thermometer."""

import argparse
import json
import pathlib
import random
import sys

import labjournal

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int)
parser.add_argument("--lr", type=float)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=pathlib.Path)
parser.add_argument("--fault")
given = parser.parse_args()

random.seed(given.seed)
weight = 0.0 if given.fault == "zero_weight" else 1.0
if weight == 0.0:
    sys.exit("the weight of the main loss is 0")
readings = [(i / 10, 0.2 * i + random.gauss(0, 0.05)) for i in range(10)]
slope = 0.0
for step in range(1, given.steps + 1):
    main = weight * sum((slope * x - y) ** 2 for x, y in readings) / len(readings)
    aux = 0.01 * slope**2
    gradient = sum(2 * x * (slope * x - y) for x, y in readings) / len(readings)
    values = {"loss": main + aux, "main": main, "aux": aux, "grad_norm": abs(gradient), "val/loss": main}
    labjournal.log(values, step=step)
    if given.fault != "no_step":
        slope -= 5 * given.lr * gradient
given.out.parent.mkdir(exist_ok=True)
given.out.write_text(json.dumps({"slope": slope}))
chi2 = sum(((slope * x - y) / 0.05) ** 2 for x, y in readings) / (len(readings) - 1)
labjournal.result(dataset="readings", n=len(readings), slope=slope, chi2=chi2)
