"""Significance improvement: signal efficiency over the root of background efficiency."""

from __future__ import annotations

import math

from labjournal.stats.intervals import Interval, check_counts, wilson


def sic(ks: int, ns: int, kb: int, nb: int) -> float | None:
    """``(ks/ns) / sqrt(kb/nb)``; ks of ns signals and kb of nb background events were called signal.

    None where no background event passed: the ratio does not exist, and infinity would win every table.
    """
    if ns <= 0 or nb <= 0 or kb == 0:
        return None
    return (ks / ns) / math.sqrt(kb / nb)


def sic_interval(ks: int, ns: int, kb: int, nb: int, level: float = 0.95) -> Interval:
    """The SIC with an interval made of the Wilson intervals of both efficiencies on the logarithmic scale.

    ``log SIC = log eS - ½ log eB``; the distances of each part to its Wilson bounds add in quadrature (MOVER: Zou and
    Donner, Statistics in Medicine 27 (2008) 1693). Unlike the delta method this stays sane for a handful of events.
    With kb = 0 there is no value and no upper bound, only a lower one; with ks = 0 the value and the lower bound are
    0. Raises InputError for impossible counts.
    """
    check_counts(ks, ns)
    check_counts(kb, nb)
    signal, background = wilson(ks, ns, level), wilson(kb, nb, level)
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
