"""Files of many writers from public repositories agree with what TensorBoard's EventAccumulator reads."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Mapping
from typing import Any

import pytest

from labjournal.events import EventTail, Scalars, read_events
from labjournal.events.columns import Gathered
from samples import samples_folder


def truth() -> list[dict[str, Any]]:
    files: list[dict[str, Any]] = json.loads((samples_folder("events") / "truth.json").read_text())["files"]
    return files


def fingerprint(scalars: Mapping[str, Scalars]) -> str:
    digest = hashlib.sha256()
    for tag in sorted(scalars, key=str.encode):
        for step, value in zip(scalars[tag].steps.tolist(), scalars[tag].values.tolist(), strict=True):
            text = "nan" if math.isnan(value) else struct.pack("<d", value).hex()
            digest.update(f"{tag}\t{step}\t{text}\n".encode())
    return digest.hexdigest()


def test_every_sample_agrees_with_its_truth_exactly() -> None:
    folder = samples_folder("events")
    for row in truth():
        read = read_events(folder / row["file"])
        assert read.problems == (), row["file"]
        assert len(read.scalars) == row["n_scalar_tags"], row["file"]
        assert sum(map(len, read.scalars.values())) == row["scalar_events"], row["file"]
        assert fingerprint(read.scalars) == row["triples_sha256"], row["file"]


@pytest.mark.parametrize("slice_bytes", [1, 5_000])
def test_samples_read_in_slices_agree_too(slice_bytes: int) -> None:
    folder = samples_folder("events")
    for row in truth():
        if row["records"] > 500:
            continue
        gathered = Gathered()
        with EventTail(folder / row["file"]) as tail:
            more = True
            while more:
                read = tail.read(slice_bytes)
                gathered.add(read.columns, read.session_starts)
                more = read.more
        assert fingerprint(gathered.columns()) == row["triples_sha256"], row["file"]
