"""Numbers as text: rates, intervals, differences, p values, sizes."""

from __future__ import annotations

import math
from functools import lru_cache

TAINT = "†"
MINUS = "−"
RATE_DIGITS = 3
FEW = 10
"""A numerator below this is shown as a fraction: its digits would promise more than the count holds."""
SMALL_RATE = 0.001

_MAX_DIGITS = 12


def missing() -> str:
    """The one sign for "not measured"."""
    return "—"


def number(value: float | None, digits: int | None = None) -> str:
    """Any number: ``digits`` after the point, else up to four significant; very large and small as ``1.1e-3``.

    ``number(0.2364)`` is ``0.2364``, ``number(12000.0)`` is ``12,000``, NaN and infinities are words.
    """
    if value is None:
        return missing()
    if not math.isfinite(value):
        return _nonfinite(value)
    if digits is not None:
        return _minus(f"{value:,.{min(digits, _MAX_DIGITS)}f}")
    magnitude = abs(value)
    if magnitude and (magnitude < 0.01 or magnitude >= 1e7):
        return small(value, most=4)
    if value == int(value):
        return _minus(f"{int(value):,}")
    places = max(0, min(_MAX_DIGITS, 3 - math.floor(math.log10(magnitude))))
    text = f"{value:,.{places}f}"
    return _minus(text.rstrip("0").rstrip(".") if "." in text else text)


def small(value: float, most: int = 2) -> str:
    """Scientific without a padded exponent: two digits, up to ``most`` where the value has them: ``1.1e-3``."""
    if not math.isfinite(value):
        return _nonfinite(value)
    mantissa, _, exponent = f"{value:.{most - 1}e}".partition("e")
    whole, _, decimals = mantissa.partition(".")
    return _minus(f"{whole}.{decimals.rstrip('0') or '0'}e{int(exponent)}")


def exact(value: float | None) -> str:
    """Every digit the float holds, for files that others compute with; empty for "not measured"."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(float(value))


def count(value: int | None) -> str:
    """A whole number with thousands: ``62,910``."""
    return missing() if value is None else _minus(f"{value:,}")


def fraction(numerator: int, denominator: int) -> str:
    return f"{count(numerator)}/{count(denominator)}"


def needs_fraction(value: float, numerator: int | None, denominator: int | None) -> bool:
    """Whether a rate says less than its counts: below ten hits, below 0.1 %, or rounding to 0 or 1."""
    if numerator is None or not denominator:
        return False
    rounded = round(value, RATE_DIGITS)
    return numerator < FEW or value < SMALL_RATE or rounded in (0.0, 1.0)


def rate(
    value: float | None, numerator: int | None = None, denominator: int | None = None, digits: int | None = None
) -> str:
    """A share of 0 to 1: ``0.908``, or ``1/62,910`` where the digits would hide the count.

    ``digits`` are the decimals as printed by whoever measured it; a rate without counts never gets more.
    """
    if value is None:
        return missing()
    if not math.isfinite(value):
        return _nonfinite(value)
    if numerator is not None and denominator and needs_fraction(value, numerator, denominator):
        return fraction(numerator, denominator)
    counted = bool(denominator) and numerator is not None
    places = RATE_DIGITS if digits is None or counted else min(digits, RATE_DIGITS)
    if 0 < value < 1 and float(f"{value:.{places}f}") in (0.0, 1.0):
        places = rate_digits(value)
        if places > 6:
            return small(value) if value < 0.5 else f"1{MINUS}{small(1 - value)}"
    return _minus(f"{value:.{places}f}")


def rate_digits(value: float) -> int:
    """Decimals from which on a rate between 0 and 1 no longer rounds to either."""
    distance = min(value, 1 - value)
    return max(RATE_DIGITS, 1 - math.floor(math.log10(distance))) if distance > 0 else RATE_DIGITS


def digits_of(low: float | None, high: float | None) -> int | None:
    """Decimals that keep the first two digits of an interval's half-width; None when there is no interval."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return None
    return max(0, min(_MAX_DIGITS, 1 - math.floor(math.log10((high - low) / 2))))


def bounds(low: float | None, high: float | None, digits: int, signed: bool = False) -> str:
    """``[.888 .924]``: the zero before the point is left out below 1; ``signed`` for differences."""
    if low is None or high is None:
        return ""
    return f"[{_bound(low, digits, signed)} {_bound(high, digits, signed)}]"


def _bound(value: float, digits: int, signed: bool) -> str:
    if not math.isfinite(value):
        return _nonfinite(value)
    if digits > 5 and abs(value) < SMALL_RATE:
        return small(value) if value else "0"
    text = f"{value:+.{digits}f}" if signed else f"{value:,.{digits}f}"
    sign, body = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    if body.startswith("0."):
        body = body[1:]
    return sign.replace("-", MINUS) + body


def measured(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    is_rate: bool,
    numerator: int | None = None,
    denominator: int | None = None,
    printed_digits: int | None = None,
) -> str:
    """A value with its interval, as tables show it: ``0.908 [.888 .924]``, ``3.63 [3.04 4.33]``, ``1/62,910 […]``."""
    return " ".join(
        part
        for part in measured_parts(
            value,
            low,
            high,
            is_rate=is_rate,
            numerator=numerator,
            denominator=denominator,
            printed_digits=printed_digits,
        )
        if part
    )


def measured_parts(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    is_rate: bool,
    numerator: int | None = None,
    denominator: int | None = None,
    printed_digits: int | None = None,
) -> tuple[str, str]:
    """Value and interval apart, for faces that mute the second; the interval is "" when there is none."""
    if value is None:
        return missing(), ""
    if not math.isfinite(value):
        return _nonfinite(value), ""
    return _parts(value + 0.0, low, high, is_rate, numerator, denominator, printed_digits)  # a negative zero is zero


@lru_cache(maxsize=4096)  # a value stands in its section of a diary, and in the table below it
def _parts(
    value: float,
    low: float | None,
    high: float | None,
    is_rate: bool,
    numerator: int | None,
    denominator: int | None,
    printed_digits: int | None,
) -> tuple[str, str]:
    wanted = digits_of(low, high)
    if not is_rate:
        return number(value, printed_digits if wanted is None else wanted), bounds(low, high, wanted or 0)
    places = RATE_DIGITS
    if wanted is not None and low is not None and high is not None:
        tiny = high < 0.01 or f"{low:.{RATE_DIGITS}f}" == f"{high:.{RATE_DIGITS}f}"
        places = max(RATE_DIGITS, wanted) if tiny else RATE_DIGITS
    counted = bool(denominator) and numerator is not None
    if places > RATE_DIGITS and counted and not needs_fraction(value, numerator, denominator):
        return f"{value:.{places}f}", bounds(low, high, places)
    return rate(value, numerator, denominator, printed_digits), bounds(low, high, places)


def plus_minus(
    value: float, low: float | None, high: float | None, is_rate: bool = True, digits: int | None = None
) -> str:
    """``0.908 ± 0.018``: the longer side of the interval, two digits of it; the value alone without an interval."""
    places = digits_of(low, high)
    if places is None or low is None or high is None or not math.isfinite(value):
        return rate(value) if is_rate and digits is None else number(value, digits)
    half = max(value - low, high - value)
    if digits is not None:
        places = digits
    elif is_rate:
        places = max(places, RATE_DIGITS)
    return f"{number(value, places)} ± {number(half, places)}"


def rounded(value: float) -> str:
    """About so many, in two digits: ``5,400``."""
    if not math.isfinite(value) or not value:
        return number(value)
    return count(int(round(value, 1 - math.floor(math.log10(abs(value))))))


def difference(value: float, low: float | None = None, high: float | None = None, is_rate: bool = True) -> str:
    """``−0.010 [−.036 +.016]``: always with its sign."""
    if not math.isfinite(value):
        return _nonfinite(value)
    wanted = digits_of(low, high)
    if not is_rate and wanted is None:
        return f"{MINUS if value < 0 else '+'}{number(abs(value))}"
    digits = max(RATE_DIGITS, min(wanted or 0, 6)) if is_rate and wanted and wanted > 4 else RATE_DIGITS
    if not is_rate and wanted is not None:
        digits = wanted
    text = f"{value:+.{digits}f}".replace("-", MINUS)
    return f"{text} {bounds(low, high, digits, signed=True)}".rstrip()


def p_value(p: float | None) -> str:
    """``p 0.45``, two digits; ``p < .001`` below."""
    if p is None or math.isnan(p):
        return "p unknown"
    if p < 0.001:
        return "p < .001"
    return f"p {p:.{max(2, 1 - math.floor(math.log10(p)))}f}"


def percent(share: float) -> str:
    """A share as percent, for words only: ``94 %``, ``0.4 %``."""
    return f"{100 * share:.{0 if share >= 0.1 or share == 0 else 1}f} %"


def signed_percent(share: float) -> str:
    """A change as percent, with its sign: ``−2.5 %``, ``+0.04 %``."""
    percent = 100 * share
    digits = 1 if abs(percent) >= 0.95 else 2
    return f"{percent:+,.{digits}f} %".replace("-", MINUS)


def size(n_bytes: float | None) -> str:
    """``512 B``, ``34.1 MB``, ``8.0 GB`` (powers of 1,000)."""
    if n_bytes is None:
        return missing()
    amount = float(n_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(amount) < 999.95:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"


def used_of(used_bytes: float, total_bytes: float) -> str:
    """``7.4 of 8.0 GB``: both in the unit of the total."""
    whole = size(total_bytes)
    unit = whole.rpartition(" ")[2]
    power = ("B", "kB", "MB", "GB", "TB").index(unit)
    return f"{used_bytes / 1000**power:.{0 if power == 0 else 1}f} of {whole}"


def _minus(text: str) -> str:
    if text[0] != "-":
        return text
    return MINUS + text[1:] if any(sign in "123456789" for sign in text) else text[1:]


def _nonfinite(value: float) -> str:
    return "NaN" if math.isnan(value) else "+Inf" if value > 0 else f"{MINUS}Inf"
