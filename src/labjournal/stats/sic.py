"""Significance improvement: signal efficiency over the root of background efficiency."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence

from labjournal.stats.intervals import Interval, wilson_grouped


def sic(ks: int, ns: int, kb: int, nb: int) -> float | None:
    """``(ks/ns) / sqrt(kb/nb)``; ks of ns signals and kb of nb background events were called signal.

    None where no background event passed: the ratio does not exist, and infinity would win every table.
    """
    if ns <= 0 or nb <= 0 or kb == 0:
        return None
    return (ks / ns) / math.sqrt(kb / nb)


def sic_interval(ks: int, ns: int, kb: int, nb: int, level: float = 0.95, effect: float = 1.0) -> Interval:
    """The SIC with an interval made of the Wilson intervals of both efficiencies on the logarithmic scale.

    ``log SIC = log eS - ½ log eB``; the distances of each part to its Wilson bounds add in quadrature (MOVER: Zou and
    Donner, Statistics in Medicine 27 (2008) 1693). Unlike the delta method this stays sane for a handful of events.
    With kb = 0 there is no value and no upper bound, only a lower one; with ks = 0 the value and the lower bound are
    0. ``effect``: the `sic_design_effect` of events in groups. Raises InputError for impossible counts.
    """
    signal, background = wilson_grouped(ks, ns, effect, level), wilson_grouped(kb, nb, effect, level)
    s_low, s_high = signal.low or 0.0, signal.high if signal.high is not None else 1.0
    b_low, b_high = background.low or 0.0, background.high if background.high is not None else 1.0
    if kb == 0:
        return Interval(None, s_low / math.sqrt(b_high), None)
    value = (ks / ns) / math.sqrt(kb / nb)
    if ks == 0:
        return Interval(0.0, 0.0, s_high / math.sqrt(b_low))
    e_s, e_b = ks / ns, kb / nb
    down = math.hypot(math.log(e_s / s_low), 0.5 * math.log(b_high / e_b))
    up = math.hypot(math.log(s_high / e_s), 0.5 * math.log(e_b / b_low))
    return Interval(value, value * math.exp(-down), value * math.exp(up))


def sic_design_effect(signal: Sequence[bool], passed: Sequence[bool], groups: Sequence[Hashable]) -> float:
    """How many times the variance of log SIC is what independent events would give, for events that come in groups.

    Each event adds ``(passed - eS) / (nS eS)`` or ``-½ (passed - eB) / (nB eB)``; the effect is ``G/(G-1) sum_g (sum of
    its events)²`` over the sum of their squares, never below 1 (linearised as in Kish, Survey Sampling (1965), section
    6.4). A group with events of both classes counts with both, so that their covariance is in it. 1 where either
    efficiency is 0 or both are 1, and for a single group: nothing tells then.
    """
    ns, nb = sum(signal), len(signal) - sum(signal)
    ks = sum(hit for of_signal, hit in zip(signal, passed, strict=True) if of_signal)
    kb = sum(passed) - ks
    if not ks or not kb or len(set(groups)) < 2:
        return 1.0
    of_group: dict[Hashable, float] = defaultdict(float)
    alone = 0.0
    for of_signal, hit, group in zip(signal, passed, groups, strict=True):
        adds = (hit - ks / ns) / ks if of_signal else -0.5 * (hit - kb / nb) / kb
        of_group[group] += adds
        alone += adds * adds
    together = len(of_group) / (len(of_group) - 1) * math.fsum(value * value for value in of_group.values())
    return max(1.0, together / alone) if alone else 1.0
