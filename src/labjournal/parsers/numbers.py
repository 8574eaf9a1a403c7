"""Numbers as people print them: percent signs, thousands separators, decimal commas, NaN, wrapped scalars."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_UNSIGNED = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?"
_SIGNED = rf"[-+−]?(?:{_UNSIGNED})"

TOKEN = re.compile(
    rf"""
    (?<![\w.@\#\\$€£¥])(?<![\w)\]][-+−/])
    (?:
        (?P<k>\d[\d,]*)\s?/\s?(?P<n>\d[\d,]*)(?![\w/.])
      | (?P<of_k>\d[\d,]*)\s(?:out\sof|of|von|sur|de|из)\s(?:the\s)?(?P<of_n>\d[\d,]*)(?![\w/.]\d)
      | (?P<comma>[-+−]?(?:0,\d+|\d+,(?:\d{{1,2}}|\d{{4,}})))(?![\d.,])(?=\s?(?P<cpct>[%]|(?:Prozent|percent)\b)?)
      | (?P<num>{_SIGNED}|[-+]?(?:nan|inf(?:inity)?)(?!\w))
    )
    (?P<pct>\s?(?:%|percent\b|pct\b|Prozent\b))?
    (?P<unit>\s?(?:dB\b|pts?\b|points?\b))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"(?:tensor|array|(?:np|numpy|jnp|torch|tf)\.\w+|[fF]loat\d+|Decimal|Array|DeviceArray)"
    r"\(\s*'?([-+]?[\d.]+(?:[eE][-+]?\d+)?|[-+]?nan|[-+]?inf)'?\s*(?:,[^()]*)?\)"
)
# What may not follow a number that is a measured value: a time, a size, a version, a date, a rate of work.
_NOT_A_VALUE_AFTER = re.compile(
    r"""\s?(?:ms|[µu]s|ns|s|sec|secs|seconds?|min|mins|minutes?|h|hrs?|hours?|days?|it/s|s/it|[KMGT]i?B|bytes?|
        (?:it|img|imgs|images|samples|tokens|tok|steps?|iters?|batches|ex|examples)/s(?:ec)?|Hz|[KMG]Hz|W|C|°C|px|[GMT]FLOPs?|[GM]MACs?|
        params?|parameters|GF|[KMB]|x|X)(?![\w%/@])
        |\s?%?\s?(?:付近|程度|前後|左右|上下|以上|以下|내외|이상|이하)|(?!(?:mm|cm|km|m|deg|rad|kg|[GM]?eV|pp)\b)[A-Za-z]|\s+(?:if|when|means|otherwise|unless|denotes)\b|:\d|-\d\d|\.\d+\.|[A-Za-z_]\w*\d|/\s?s(?:ec)?\b|/\d*\.\d|/[A-Za-z]|\s\*\s[\w(]""",
    re.VERBOSE,
)


HOW_MANY = r"(?:epoch|iteration|iter|fold|seed|run|trial|episode|step|round|repeat|repetition)s?"
_COUNTED = re.compile(rf"\s?{HOW_MANY}\b(?!\s*[:=#]?\s*\d)", re.IGNORECASE)
"""Behind a whole number it says what was counted; ``reward 200 episode 5`` goes on with a step."""
_RANGE = re.compile(r"\s?%?(?P<dash>\s?[-–—~]\s?)(?P<upper>\d*\.?\d+)\s?%?(?![\w/]|\.\d)")
"""The rest of ``0.85-0.90``: somewhere between, so neither end was measured."""
_ENUMERATED = re.compile(r"[\s>#*+-]*\d{1,3}\.")
_AT_LEAST = re.compile(r"\s?%?\+(?![/\-\d])")
_EUROPEAN = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\d|[.,]\d)")


_JULIA = re.compile(r"(?<=\d)f0\b")
_COMMA_CELL = re.compile(r"(?<!\S)[-+]?\d{1,3},\d+(?!\S)")


def dotted(text: str) -> str:
    """A row of values with decimal commas with points: ``0,115    0,110``."""
    if "0," not in text or len(cells := _COMMA_CELL.findall(text)) < 2 or re.search(r"\d\.\d", text):
        return text
    decimal = any(cell.lstrip("+-").startswith("0,") for cell in cells)
    return _COMMA_CELL.sub(lambda cell: cell[0].replace(",", "."), text) if decimal else text


@dataclass(frozen=True, slots=True)
class Number:
    """A printed value. ``digits`` are decimals of ``value``, after a percent sign was worked in."""

    value: float
    digits: int
    percent: bool = False
    fraction: tuple[int, int] | None = None
    """(numerator, denominator), when it was printed as counts."""
    start: int = 0
    end: int = 0
    integer: bool = False


def unwrap(text: str) -> str:
    """Takes ``tensor(0.91, device='cuda:0')``, ``np.float64(0.91)`` and Julia's ``0.91f0`` down to their number."""
    text = _JULIA.sub("", text) if "f0" in text else text
    return _WRAPPED.sub(r"\1", text) if "(" in text else text


def decimals(text: str) -> int:
    """Decimals of a number as printed: 0.8750 has 4, 3.5e-05 has 6, 91 has 0."""
    mantissa, _, exponent = text.lower().partition("e")
    places = len(mantissa.partition(".")[2])
    return max(places - (int(exponent) if exponent else 0), 0)


def shifted(text: str, places: int) -> float:
    """The decimal text times ten to ``places``, rounded once (91.2 by -2 is exactly 0.912)."""
    mantissa, _, exponent = text.lower().partition("e")
    return float(f"{mantissa}e{int(exponent or 0) + places}")


def find_numbers(text: str) -> list[Number]:
    """All numbers of a line that may be measured values, left to right."""
    found = []
    upper = -1
    for match in TOKEN.finditer(text):
        number = _number(match)
        if match.start() < upper:
            continue
        if number is not None and (end := _upper_end(text, match, number)):
            upper = end
            continue
        if _AT_LEAST.match(text, match.end()) or _ENUMERATED.fullmatch(text, 0, match.end()):
            continue  # 90%+; the 4 of "4. Return it"
        if _EUROPEAN.match(text, match.start()):
            continue  # 1.234,56: readable, but not as 1.234
        counted = number is not None and number.integer and _COUNTED.match(text, match.end())
        if number is not None and not counted and not _NOT_A_VALUE_AFTER.match(text, match.end()):
            found.append(number)
    return found


def _upper_end(text: str, match: re.Match[str], number: Number) -> int:
    """Where the range ends whose lower end was found; 0 for a number of its own."""
    if match["num"] is None:
        return 0
    found = _RANGE.match(text, match.end("num"))
    if found is None or (number.integer and not number.percent and " " in found["dash"]):
        return 0  # "Epoch 3 - 0.91": a dash between two statements
    if float(found["upper"]) <= number.value * (100 if number.percent else 1):
        return 0
    return found.end()


def plain_float(text: str) -> float | None:
    """A cell of a table or a JSON string: a number, maybe with a percent sign; else None."""
    match = TOKEN.fullmatch(text.strip())
    if match is None:
        return None
    number = _number(match)
    return None if number is None else number.value


def parse_number(text: str) -> Number | None:
    """Like ``plain_float``, with the digits."""
    match = TOKEN.fullmatch(text.strip())
    return None if match is None else _number(match)


def whole(text: str) -> int:
    return int(text.replace(",", "")[:18])


def _number(match: re.Match[str]) -> Number | None:
    percent = match["pct"] is not None
    start, end = match.span()
    top, bottom = (match["k"], match["n"]) if match["k"] else (match["of_k"], match["of_n"])
    if top:
        numerator, denominator = whole(top), whole(bottom)
        value = numerator / denominator if denominator else float("nan")
        return Number(value, 17, False, (numerator, denominator), start, end)
    raw = match["comma"].replace(",", ".") if match["comma"] else match["num"].replace(",", "")
    raw = raw.replace("−", "-")
    if len(raw) > 60:
        return None
    if raw.lstrip("+-")[0] in "nNiI":
        return Number(float(raw), 0, percent, None, start, end)
    exponent = raw.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > 400:
        return None
    if percent:
        return Number(shifted(raw, -2), decimals(raw) + 2, True, None, start, end)
    integer = not any(mark in raw for mark in ".eE")
    return Number(float(raw), decimals(raw), False, None, start, end, integer)


_IN_PERCENT = re.compile(r"[(\[]\s*%\s*[)\]]\s*(?:[:=]\s*)?$")
_COUNTS = re.compile(
    r"\s*[(\[]\s*(\d[\d,]{0,14})\s*(?:[a-z]+\s+){0,2}(?:/|out\s+of\b|of\b|von\b|sur\b|de\b|из\b)\s*(?:the\s+)?"
    r"(\d[\d,]{0,14})(?![\d.]|\s+(?:folds?|seeds?|runs?|epochs?|classes|classifiers|trees)\b)[^()\[\]]{0,30}[)\]]",
    re.IGNORECASE,
)


def as_share(text: str, number: Number) -> Number:
    """The number as a share where its name says that it is in percent: ``EER (%): 0.72``."""
    if number.percent or number.fraction is not None or _IN_PERCENT.search(text[: number.start]) is None:
        return number
    value = shifted(text[number.start : number.end].strip().replace(",", ""), -2)
    return replace(number, value=value, digits=number.digits + 2, percent=True)


def counted(text: str, number: Number) -> Number:
    """The number with the counts in brackets behind it, where they say the same: ``85.02 % (1701 out of 2000)``."""
    counts = _COUNTS.match(text, number.end)
    if counts is None or number.fraction is not None:
        return number
    k, n = whole(counts[1]), whole(counts[2])
    same = n > 0 and k <= n and abs(k / n - number.value) <= 0.5 * 10.0**-number.digits * (1 + 1e-9)
    return replace(number, fraction=(k, n)) if same else number
