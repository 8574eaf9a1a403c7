"""The step, epoch or trial that a line names, in the words and languages logs use."""

from __future__ import annotations

import re
from functools import lru_cache

from labjournal.parsers.reading import StepKind

_STEP_WORD = (
    r"(?:global[_\s]?step|training\s+step|epoch|epoche|époque|epoca|época|iteration|iter|itr|step"
    r"|round|trial|episode|update|num_updates|sentence\s+index|batch\s+index|(?<!\w)ep|эпоха|轮次|エポック|에포크)"
)
_STEP = re.compile(
    rf"(?<![\w])(?P<name>{_STEP_WORD})s?(?:\s*(?:\[|\(|#|:|=|\||no\.?|nr\.?))*\s*(?P<step>\d[\d,]*(?:\.\d+)?)(?:\s*(?:/|of|\]\[)\s*(?P<of>\d[\d,]*))?(?![\w%]|\.\d)",
    re.IGNORECASE,
)
_PLANNED = re.compile(r"epochs\s*[:=]|(?:steps|iterations|rounds|trials|episodes)\s?(?:=|:\s*\d+\.\d)", re.IGNORECASE)
"""``epochs=100`` says how long a training is to last, ``steps: 6.39`` how many there were in the mean."""
_STEP_FIRST = re.compile(r"^[\W_]*(?P<step>\d{1,9})(?:(?:st|nd|rd|th)[\s-]*epochs?|[\s-]*epoch)[\W_]*$", re.IGNORECASE)
_STEP_CJK = re.compile(r"第\s*(?P<step>\d+)\s*(?:/\s*\d+\s*)?(?:个\s*)?(?:轮|epoch|エポック|回)")
_STEP_BRACKET = re.compile(r"[ \t]*\[(\d{1,9})\]\s+\S[^=:]{0,60}[:=]")  # xgboost and LightGBM
_STEP_MM = re.compile(r"\bEpoch\((?:val|test)\)\s*\[(\d{1,9})\]\s*\[")  # mmengine: epoch, then batches
_STEP_ONLY = re.compile(
    rf"^[\W_]*(?:(?:global|outer|communication|federated|server|training)\s+)?{_STEP_WORD}s?\s*(?:\[|\(|#|:|=)*\s*(\d[\d,]*)(?:\s*(?:/|of)\s*(\d[\d,]*))?[\W_]*$",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\s*(?:on|at|@|[-–—|,(\[]|start(?:s|ed|ing)?|begins?|beginning)(?:\s+(?:on|at))?"
    r"(?:[\s|,]*(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b[,.]?|\d{1,2}(?:st|nd|rd|th)?\b(?![.:/-])"
    r"|(?:19|20)\d\d|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}T?|\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?|[AP]M\b|UTC\b|Z\b))*[\s)\].…:]*$"
    r"|[\s,;:(|–-]*(?:lr|learning[\s_]rate)\s*[:=]?\s*[\d.e+-]+[\s)\].]*$",
    re.IGNORECASE,
)
"""When a step began, or with which learning rate: ``on Wed Nov 09 2016 02:59:47 AM``."""
_STEP_PHASE = re.compile(
    rf"^\W*{_STEP_WORD}s?\s*#?\s*\d[\d,]*(?:\s*/\s*\d+)?\s*[,:;–-]\s*(?:start\w*\s+)?(?:testing|validating|evaluating)\b[\s\w]{{0,30}}(?:\(#\d+\))?[\s.…]*$",
    re.IGNORECASE,
)


def names_only_a_step(text: str) -> bool:
    """Whether a line is ``Epoch 3/10`` and nothing else, or says that it is tested: ``Iteration 500, Testing net``."""
    if _STEP_FIRST.match(text):
        return True
    if (found := _STEP.match(text)) is not None and _WHEN.match(text, found.end()) is not None:
        return True
    return (_STEP_ONLY.match(text) is not None and find_step(text) is not None) or (
        "ing" in text and _STEP_PHASE.match(text) is not None
    )


@lru_cache(maxsize=256)
def find_step(text: str) -> tuple[StepKind, float, str] | None:
    """The step a line names (``Epoch 3/10``, ``iter:  18,000``): (kind, step, word). An iteration beats an epoch."""
    best: tuple[StepKind, float, str] | None = None
    passed = _STEP_MM.search(text[:400])
    if passed is not None:
        return "epoch", float(passed[1]), "epoch"
    bracket = _STEP_BRACKET.match(text)
    if bracket is not None:
        return "step", float(bracket[1]), "step"
    for match in _STEP.finditer(text[:400]):
        word = match["name"].lower()
        if match["of"] is None and _PLANNED.match(text, match.start()):
            continue
        kind: StepKind = (
            "epoch" if word.startswith(("ep", "ép", "эп", "轮", "エ", "에")) and word != "episode" else "step"
        )
        if kind == "step" and best is not None and best[0] == "epoch" and word in ("batch index",):
            continue
        value = float(match["step"].replace(",", "")[:18])
        if best is None or (kind == "step" and best[0] == "epoch"):
            best = (kind, value, word)
    if best is None:
        cjk = _STEP_FIRST.match(text) or _STEP_CJK.search(text[:200])
        if cjk is not None:
            best = ("epoch", float(cjk["step"][:15]), "epoch")
    return best
