"""Sentences whose numbers contradict each other, whatever they are about: changes, ratios, factors, sums, bounds.

Each form is taken only where nothing else can be meant: approximations, ranges, goals and numbers of others are left
alone, and every reading that would explain a number excuses it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from labjournal.audit.items import Item, explained
from labjournal.audit.rounded import ABOUT, from_rounded, half
from labjournal.importers import Document
from labjournal.parsers.numbers import decimals
from labjournal.stats import metric_of

_SENTENCE = re.compile(r"(?<!i\.e\.)(?<!e\.g\.)(?<!vs\.)(?<!ca\.)(?<=[.!?])\s+(?=[A-ZÀ-Ý0-9*_(])|(?<=[。！？；])")
_N = r"\d+(?:\.\d+)?"
_WORD = r"(?P<metric>[A-Za-z][\w-]*(?:\s[\w-]+){0,2}?)"
_CHANGE = re.compile(
    rf"(?:\bfrom\s+(?P<a>{_N})\s*(?P<ua>%|[a-zµ]{{1,3}}\b)?\s+to|(?<![\w.,/:-])(?P<a2>{_N})\s*(?:→|->))\s*"
    rf"(?P<b>{_N})\s*(?P<ub>%|[a-zµ]{{1,3}}\b)?\s*[,;:(–—-]+\s*(?:i\.e\.,?\s*)?(?P<rest>(?:[^.;]|\.(?=\w)){{3,60}})",
    re.IGNORECASE,
)
_MOVED = re.compile(
    rf"\b(?P<verb>rose|increased|grew|climbed|went\s+up|fell|dropped|decreased|declined|went\s+down|improved)\s+from\s+"
    rf"(?P<a>{_N})\s*(?P<ua>[%\w]{{0,3}})\s+to\s+(?P<b>{_N})(?![\d.]\d)\s*(?P<ub>[%\w]{{0,3}})",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    rf"\b(?P<p>{_N})\s*%\s+(?:relative\s+)?(?P<how>reduction|decrease|drop|increase|improvement|gain|rise|lower|higher|less|more)\b"
    rf"|\brelative\s+(?:reduction|decrease|drop|increase|improvement|gain)\s+of\s+(?P<p2>{_N})\s*%",
    re.IGNORECASE,
)
_BY = re.compile(
    rf"\b(?P<how>improvement|gain|increase|rise|drop|decrease|reduction|loss)\s+of\s+(?P<d>{_N})(?!\s*[%\dx×σ]|\.\d|\s*(?:times|fold))",
    re.IGNORECASE,
)
_IMPROVED = re.compile(r"\bimprove(?:ment|s|d)\b|\bbetter\b|\bgains?\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\b(?P<metric>accuracy|auc|roc auc|f1|recall|precision|sic|map|miou|iou|dice|bleu|psnr|ssim|r2|"
    r"loss|val loss|validation loss|nll|nmse|rmse|mse|mae|mape|wer|cer|perplexity|error(?: rate)?)\b",
    re.IGNORECASE,
)
_TWO = re.compile(
    rf"(?P<a>(?<![\d.]){_N})\s*(?P<ua>[A-Za-zµ%]{{0,5}})\s+(?:[\w ]{{0,30}}?\s)?"
    rf"(?:instead of|vs\.?|versus|compared (?:to|with)|against)\s+(?P<b>{_N})\s*(?P<ub>[A-Za-zµ%]{{0,5}})\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    rf"(?<![\d.~≈])(?P<x>{_N})\s*(?:x|×|times|-fold|fold)\s+(?:as\s+)?(?P<how>faster|slower|better|worse|smaller|larger|lower|higher|fewer|less|more|fast|good|bad|large|small)\b",
    re.IGNORECASE,
)
_SIGNED = re.compile(rf"(?<![\w.])(?P<d>[+\-−]\s?{_N})(?!\s*(?:%|pp|points|σ|sigma|[A-Za-z]?\d))")
_APART = re.compile(r"\b(?:without|with|vs\.?|versus|against|compared (?:to|with)|instead of)\b", re.IGNORECASE)
_IS = r"\s*(?:=|:|of|is|was)?\s*"
_QUOTIENT = re.compile(
    rf"\b(?P<top>chi\s?-?2|chi\^2|χ²|χ2)\s*(?:=|of|is)\s*(?P<a>{_N})\W+(?:and\s+|with\s+|for\s+)?"
    rf"(?:ndf|dof|n\.?d\.?f\.?|d\.?o\.?f\.?){_IS}(?P<b>\d+)\b"
    rf"[^.\d]{{0,20}}?(?:\1\s*/\s*(?:ndf|dof)|reduced\s+(?:chi2|χ²))\s*(?:=|of|is)\s*(?P<c>{_N})",
    re.IGNORECASE,
)
_BOUNDED = re.compile(
    r"\b(?P<metric>(?:roc[- ])?auc|auroc|accuracy|recall|precision|f1(?:[- ]score)?|sensitivity|specificity|dice|iou"
    rf"|p[- ]value|efficiency)\b(?:\s+on\s+[\w: -]{{1,30}}?)?"
    rf"(?:\s*(?:=|:|is|was|of)\s*|(?<=auc)\s+)(?P<v>{_N})(?![\d.])"
    r"(?P<after>\s*[%x×]|\s*(?:times|points|pp|sigma|σ|out|of|±|/|to\b|-))?",
    re.IGNORECASE,
)
_PRF = re.compile(
    rf"\bprecision{_IS}(?P<p>{_N})\s*(?P<up>%?)\W+(?:and\s+|with\s+)?recall{_IS}(?P<r>{_N})\s*(?P<ur>%?)"
    rf"\W+(?:and\s+|so\s+|giving\s+|with\s+)?(?:an?\s+)?f1(?:[- ]score)?{_IS}(?P<f>{_N})\s*(?P<uf>%?)",
    re.IGNORECASE,
)
_WRONG = re.compile(
    rf"(?:^|[.,;:(]\s*|\b(?:the|an|its|and|with|test|validation|classification)\s+)error(?:\s+rate)?{_IS}(?P<e>{_N})\s*%",
    re.IGNORECASE,
)
_RIGHT = re.compile(rf"\baccuracy{_IS}(?P<a>{_N})\s*%", re.IGNORECASE)
_SPLIT = re.compile(
    r"\b(?P<all>\d[\d,]{2,})\s+\w+[^.:\d]{0,30}:\s*(?P<train>\d[\d,]+)\s+(?:for\s+)?train\w*,\s*"
    r"(?P<val>\d[\d,]+)\s+(?:for\s+)?(?:val\w*|dev\w*),?\s*(?:and\s+)?(?P<test>\d[\d,]+)\s+(?:for\s+)?test",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?<![\w./-])(?P<k>\d[\d,]*)\s+(?:of|out of)\s+(?:the\s+)?(?P<n>\d[\d,]*)\b"
    r"(?!\s*(?:%|seeds?|folds?|epochs?|runs?|layers?|steps?))"
)
_RATE = re.compile(
    r"\b(?P<metric>recall|precision|efficiency|accuracy|fpr|tpr|fnr|(?:false|true)[- ](?:positive|negative)[- ]rate"
    rf"|purity|hit rate){_IS}(?P<v>{_N})\s*(?P<u>%?)",
    re.IGNORECASE,
)
_COUNTS_WHAT = re.compile(
    r"\b(?:found|correct\w*|hits?|right|detected|recovered|identified|tagged|pass(?:ed|es)?|classified|selected|missed|wrong"
    r"|misclassified|errors?|(?:false|true)\s+(?:positives?|negatives?))\b",
    re.IGNORECASE,
)
_COUNTS_ELSE = re.compile(
    r"\b(?:train\w*|used|using|kept|remain\w*|label(?:l)?ed|subset|finished|done|epoch|step|fold|seed|run|batch|iteration)\b",
    re.IGNORECASE,
)
_UNREAL = re.compile(
    r"\b(?:would|could|should|if|nonsense|impossible|cannot|can't|bug\w*|wrong\w*|invalid)\b", re.IGNORECASE
)
_EQUATION = re.compile(
    rf"(?<![\w./])(?P<a>{_N})\s*/\s*(?P<root>sqrt\(|√\(?)?(?P<b>{_N})\)?\s*=\s*(?P<c>{_N})(?!\d|\.\d)\s*(?P<u>%?)(?!\s*[/*+])",
    re.IGNORECASE,
)
_AWARE = re.compile(r"\b(?:not|no|despite|but|although|though|rather than)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,/-])\d[\d,]*(?:\.\d+)?")


def check(document: Document) -> list[Item]:
    found: list[Item] = []
    for line in document.lines:
        if line.kind == "text" and any(sign.isdigit() for sign in line.text):
            told = [one for sentence in _SENTENCE.split(line.text) for one in _contradictions(sentence)]
            found += [
                Item(document.path, line.number, kind, printed, computed, "high", message)
                for kind, printed, computed, message in (*told, *_complements(line.text))
            ]
    return found


_Found = tuple[str, float, float | None, str]


def _contradictions(sentence: str) -> Iterator[_Found]:
    yield from _changes(sentence)
    yield from _factors(sentence)
    yield from _differences(sentence)
    yield from _bounds(sentence)
    yield from _counts(sentence)
    yield from _moves(sentence)
    yield from _equations(sentence)
    for match in _QUOTIENT.finditer(sentence):
        a, b, c = (float(match[name]) for name in "abc")
        if b and not from_rounded(c, match["c"], lambda x, b=b: x / b, match["a"]):
            yield "quotient", c, a / b, f"{match['a']} / {match['b']} is {a / b:.4g}, not {match['c']}."


def _changes(sentence: str) -> Iterator[_Found]:
    """ "fell from 0.050 to 0.040, a 30% reduction", "from 0.912 to 0.897, an improvement of 0.015"."""
    for match in _CHANGE.finditer(sentence):
        typed = match["a"] or match["a2"], match["b"]
        ends = f"from {typed[0]} to {typed[1]}"
        a, b = map(float, typed)
        said, by = _RELATIVE.search(match["rest"]), _BY.search(match["rest"])
        relative = said is not None and a and b and not ABOUT.search(match["rest"])
        if said is not None and relative:
            shown = said["p"] or said["p2"]
            forms = _RELATIVELY[:1] if said["p2"] else _RELATIVELY if said["how"].lower() in _LOOSE else _CHANGED
            if not any(from_rounded(float(shown), shown, form, *typed) for form in forms):
                change = 100 * abs(b - a) / a
                yield "change", float(shown), change, f"{ends} is {change:.3g} %, not {shown} %."
        plain = (
            by is not None
            and said is None
            and not (match["ua"] or match["ub"] or ABOUT.search(match["rest"][: by.end()]))
        )
        if by is not None and plain and not from_rounded(float(by["d"]), by["d"], lambda x, y: abs(y - x), *typed):
            yield "difference", float(by["d"]), b - a, f"{ends} is {b - a:+.4g}, not {by['d']}."
        better = _better(sentence[: match.start()])
        wrong_way = better is not None and a != b and (b > a) != better
        if wrong_way and _IMPROVED.search(match["rest"]) and not _AWARE.search(sentence):
            yield "direction", b - a, None, f"called better: {ends}, where {'higher' if better else 'lower'} is better."


_RELATIVELY: tuple[Callable[[float, float], float], ...] = (
    lambda x, y: 100 * abs(y - x) / x,
    lambda x, y: 100 * abs(y - x) / y,
    lambda x, y: abs(y - x),
    lambda x, y: 100 * abs(y - x),
)
"""Percent of the first, percent of the second, points of percentages, points of shares."""
_CHANGED = (_RELATIVELY[0], *_RELATIVELY[2:])
"""What "a 60% reduction" can mean: it is of what there was before."""
_LOOSE = ("lower", "higher", "less", "more")
"""Compared either way round."""


def _moves(sentence: str) -> Iterator[_Found]:
    """ "MAE increased from 0.52 to 0.41", "AUC improved from 0.931 to 0.922"."""
    for match in _MOVED.finditer(sentence):
        a, b, verb = float(match["a"]), float(match["b"]), match["verb"].lower()
        if a == b or match["ua"].lower() not in ("", match["ub"].lower()) or re.search("[eE][+-]?\\d", match[0]):
            continue
        up = _better(sentence[: match.start()]) if verb == "improved" else verb in _UP
        if up is not None and (b > a) != up:
            yield (
                "direction",
                b - a,
                None,
                f"{match[0].strip()!r}: {match['b']} is the {'smaller' if b < a else 'larger'}.",
            )


_UP = frozenset(("rose", "increased", "grew", "climbed", "went up"))


def _equations(sentence: str) -> Iterator[_Found]:
    """ "437/512 = 0.874", "0.62/sqrt(0.01) = 5.2"."""
    for match in _EQUATION.finditer(sentence):
        a, b, c = match["a"], match["b"], match["c"]
        power, times = (0.5 if match["root"] else 1.0), (100.0 if match["u"] else 1.0)
        if not float(b) or ("." not in c and not match["u"]) or ABOUT.search(match[0]):
            continue
        if not from_rounded(float(c), c, lambda x, y, p=power, t=times: t * x / max(y, 1e-300) ** p, a, b):
            computed = times * float(a) / float(b) ** power
            yield "quotient", float(c), computed, f"{match[0].strip()!r}: that is {computed:.4g}{match['u']}."


def _better(words: str) -> bool | None:
    """Whether more is better of the one metric that words name."""
    named = {match["metric"].lower() for match in _SUBJECT.finditer(words)}
    ways = {metric_of(name.replace(" ", "_")).direction for name in named}
    if len(named) != 1 or len(ways) != 1:
        return None
    way = ways.pop()
    return None if way is None else way == "higher"


def _factors(sentence: str) -> Iterator[_Found]:
    """ "84 ms instead of 210 ms, 3.5 times faster"; half as often said of what is beyond once: 2.5 may be 1.5 more."""
    two, times = list(_TWO.finditer(sentence)), list(_TIMES.finditer(sentence))
    if len(two) != 1 or len(times) != 1 or times[0].start() < two[0].end() or len(_NUMBER.findall(sentence)) != 3:
        return
    a, b, x = two[0]["a"], two[0]["b"], times[0]["x"]
    near = ABOUT.search(sentence[: times[0].end()][-30:]) or ABOUT.search(sentence)
    if two[0]["ua"].lower() not in ("", two[0]["ub"].lower()) or near or not float(a) or not float(b):
        return
    yield from factor(x, a, b)


def factor(x: str, a: str, b: str) -> Iterator[_Found]:
    """What is wrong with "x times" of two numbers as typed."""
    if not all(re.fullmatch(_N, one) and float(one) for one in (a, b)):
        return
    forms = (lambda p, q: max(p, q) / min(p, q), lambda p, q: max(p, q) / min(p, q) - 1)
    if not any(from_rounded(float(x), x, form, a, b) for form in forms):
        ratio = forms[0](float(a), float(b))
        yield "factor", float(x), ratio, f"{a} and {b} differ by a factor of {ratio:.3g}, not {x}."


def _differences(sentence: str) -> Iterator[_Found]:
    """ "AUC 0.951 with augmentation and 0.938 without: +0.023"."""
    signed = list(_SIGNED.finditer(sentence))
    if len(signed) != 1 or not _APART.search(sentence) or ABOUT.search(sentence):
        return
    numbers = [text for text in _NUMBER.findall(sentence[: signed[0].start()]) if "." in text]
    others = len(_NUMBER.findall(sentence)) - 1
    if len(numbers) != 2 or others not in (2, 3) or len({decimals(one) for one in numbers}) != 1:
        return
    if len(_SUBJECT.findall(sentence)) != 1 or "%" in sentence:
        return
    d = signed[0]["d"].replace("−", "-").replace(" ", "")
    if decimals(d) != decimals(numbers[0]):
        return
    if not from_rounded(abs(float(d)), d, lambda x, y: abs(x - y), *numbers):
        gap = float(numbers[0]) - float(numbers[1])
        yield "difference", float(d), gap, f"{numbers[0]} and {numbers[1]} differ by {abs(gap):.4g}, not {d}."


def _bounds(sentence: str) -> Iterator[_Found]:
    for match in () if _UNREAL.search(sentence) else _BOUNDED.finditer(sentence):
        value, after = float(match["v"]), (match["after"] or "").strip()
        if (1 < value < 1.5 and "." in match["v"] and not after) or (after == "%" and value > 100):
            yield "impossible", value, 1.0, f"{match['metric']} cannot be {match['v']}{after}."
    for match in _PRF.finditer(sentence):
        if len({match["up"], match["ur"], match["uf"]}) != 1:
            continue
        p, r, f = match["p"], match["r"], match["f"]
        most = (float(p) + half(p) + float(r) + half(r)) / 2
        if float(f) > most and not explained(float(f), decimals(f), most):
            harmonic = 2 * float(p) * float(r) / (float(p) + float(r))
            yield (
                "impossible",
                float(f),
                harmonic,
                f"precision {p} and recall {r} give F1 {harmonic:.3g}; no mean of any gives {f}.",
            )


def _complements(line: str) -> Iterator[_Found]:
    """ "Test accuracy: 97.2%. Error rate: 3.8%."."""
    right, wrong = list(_RIGHT.finditer(line)), list(_WRONG.finditer(line))
    parts = {word.lower() for word in re.findall(r"\b(?:train|test|val|valid|dev|top-?\d)", line, re.IGNORECASE)}
    if len(right) == len(wrong) == 1 and len(parts) < 2 and line.count("%") == 2:
        a, e = right[0]["a"], wrong[0]["e"]
        if not from_rounded(float(e), e, lambda x: 100 - x, a):
            yield "sum", float(e), 100 - float(a), f"accuracy {a} % leaves {100 - float(a):.4g} % errors, not {e} %."


def _counts(sentence: str) -> Iterator[_Found]:
    """ "37 of 52 lenses found, recall 7.1%", and parts of a set that are more than the whole."""
    for match in _SPLIT.finditer(sentence):
        if re.search(
            r"\b(?:of which|of them|of these|includ\w+|overlap\w*|shared|twice|augment\w*)\b", sentence, re.IGNORECASE
        ):
            continue
        whole, *parts = (int(match[name].replace(",", "")) for name in ("all", "train", "val", "test"))
        if sum(parts) > whole:
            yield "sum", whole, sum(parts), f"the parts are {sum(parts)} together, more than the {whole} there are."
    counted, rates = list(_COUNTED.finditer(sentence)), list(_RATE.finditer(sentence))
    if len(counted) != 1 or len(rates) != 1 or len(_NUMBER.findall(sentence)) != 3 or ABOUT.search(sentence):
        return
    if not _COUNTS_WHAT.search(sentence) or _COUNTS_ELSE.search(sentence):
        return
    k, n = (int(counted[0][name].replace(",", "")) for name in "kn")
    value, digits = float(rates[0]["v"]), decimals(rates[0]["v"])
    if not n >= 10 or k > n:
        return
    if rates[0]["u"]:
        value, digits = value / 100, digits + 2
    if value > 1 or any(_fits(value, digits, share) for share in (k / n, 1 - k / n)):
        return
    yield "fraction", value, k / n, f"{k} of {n} is {k / n:.4g}, not {rates[0]['v']}{rates[0]['u']}."


def _fits(value: float, digits: int, share: float) -> bool:
    """Rounded or cut off, and no more: a factor of a hundred is what is looked for."""
    unit = 10.0**-digits
    return abs(value - share) <= unit / 2 + 1e-9 or 0 <= share - value < unit
