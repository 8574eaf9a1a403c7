"""What is derived of the jets of an event; the names are those of the prompt."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from clustering import JETS_KEPT, Jet

OF_JET = ("P_T", "eta", "phi", "E", "m", "n_particles", "P_T_lead", "dR")
OF_EVENT = ("n_particles", "M_jj")


def of_event(jets: Sequence[Jet], n_particles: int) -> dict[str, Any]:
    """``n_particles`` counts all particles, not only those in the kept jets. With one jet dR is 0, M_jj its mass."""
    described = [_of_jet(jet) for jet in jets]
    apart = _distance(*described) if len(described) == 2 else 0.0
    for one in described:
        one["dR"] = apart
    total = [sum(getattr(jet, axis) for jet in jets) for axis in ("E", "px", "py", "pz")]
    return {"jets": described, "n_particles": n_particles, "M_jj": _mass(*total)}


def numbers(event: Mapping[str, Any]) -> list[float]:
    """As one row for the adapter; zeros for a second jet that is not there."""
    rows = [[float(jet[name]) for name in OF_JET] for jet in event["jets"]]
    rows += [[0.0] * len(OF_JET)] * (JETS_KEPT - len(rows))
    return [*(value for row in rows for value in row), *(float(event[name]) for name in OF_EVENT)]


def by_vector(jets: Sequence[Jet], n_particles: int) -> list[float]:
    """The same row by the library ``vector``."""
    import vector

    found = [vector.obj(px=jet.px, py=jet.py, pz=jet.pz, E=jet.E) for jet in jets]
    apart = found[0].deltaR(found[1]) if len(found) == 2 else 0.0
    row: list[float] = []
    for jet, one in zip(jets, found, strict=True):
        row += [one.pt, one.eta, one.phi, one.E, one.mass, float(jet.n_particles), jet.pt_lead, apart]
    row += [0.0] * (len(OF_JET) * (JETS_KEPT - len(jets)))
    return [*row, float(n_particles), (found[0] + found[1] if len(found) == 2 else found[0]).mass]


def _of_jet(jet: Jet) -> dict[str, Any]:
    pt = math.hypot(jet.px, jet.py)
    return {
        "P_T": pt,
        "eta": math.asinh(jet.pz / pt),
        "phi": math.atan2(jet.py, jet.px),
        "E": jet.E,
        "m": _mass(jet.E, jet.px, jet.py, jet.pz),
        "n_particles": jet.n_particles,
        "P_T_lead": jet.pt_lead,
    }


def _mass(e: float, px: float, py: float, pz: float) -> float:
    return math.sqrt(max(e * e - px * px - py * py - pz * pz, 0.0))


def _distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    dphi = (one["phi"] - other["phi"] + math.pi) % (2 * math.pi) - math.pi
    return math.hypot(one["eta"] - other["eta"], dphi)
