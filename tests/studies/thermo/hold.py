"""The error of a fitted line on held-out readings."""

import argparse
import json
import pathlib

import labjournal

parser = argparse.ArgumentParser()
parser.add_argument("--model", type=pathlib.Path)
parser.add_argument("--data", type=pathlib.Path)
parser.add_argument("--robust", choices=("on", "off"))
given = parser.parse_args()

slope = json.loads(given.model.read_text())["slope"]
rows = [tuple(map(float, line.split(","))) for line in given.data.read_text().split()]
errors = sorted((slope * x - y) ** 2 for x, y in rows)
kept = errors[:-1] if given.robust == "on" else errors
labjournal.result(n=len(kept), rmse=(sum(kept) / len(kept)) ** 0.5)
