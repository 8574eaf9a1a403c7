"""Which words name a measured quantity, for which role, and which words never do.

The vocabulary is closed on purpose: a number whose name says nothing known is not a result. A wrong value in a table is
worse than a missing one.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from labjournal.parsers.reading import RoleName
from labjournal.parsers.vocabulary import (
    BEST,
    CANONICAL,
    EVALUATED,
    EXTREMES,
    FILLER,
    HEADLINE,
    LEFT_OUT,
    METRIC_WORDS,
    NEVER,
    QUALIFIERS,
    RATE_OWNERS,
    ROLE_WORDS,
)
from labjournal.parsers.words import words_of as words_of

_SPECIAL = {"exact_match": "exact_match", "f_score": "f_score", "map50-95": "map50_95"}
_IDENTIFIER = re.compile(r"(?=[^\s]*[_/])[A-Za-z][\w./@-]*(?:\([A-Z]\))?")
_N_OF = re.compile(
    r"\b(\d[\d,]*)\s+(?:\w+\s+)?(?:images?|samples?|examples?|instances?|events?|sentences?|items?|sequences?|documents?|questions?|records|rows|patches|videos|utterances|data)\b",
    re.IGNORECASE,
)
_ON = re.compile(
    r"\bon\s+(?:the\s+)?([\w][\w.:+/ -]{0,38}?)(?:\s+(?:data\s?set|set|split|data|benchmark|subset))?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Name:
    """What a name in a text means."""

    metric: str
    """As in tables: ``accuracy``, ``macro_f1``; an identifier stays as printed (``eval_overall_f1``)."""
    role: RoleName
    tag: str
    """Name of the curve, with its role when the name alone does not say it."""
    headline: bool = False
    best: bool = False
    dataset: str | None = None
    n: int | None = None
    alone: bool = True
    """Nothing but the metric was said; else the rest ("for class plane") is part of ``metric``."""
    of: str | None = None
    """Whose it is and how it was got, where that is more than a word or two."""


def role_of(words: list[str]) -> RoleName:
    """The role these words say. "Evaluation" says it only where no word names a set: tests are evaluated too."""
    if not LEFT_OUT.isdisjoint(words) or ("cross" in words and "validation" in words):
        # The folds left out, whatever was split into them; "CV train score" is of the others.
        on = words.index("on") if "on" in words else len(words)
        return "train" if not {"train", "training"}.isdisjoint(words[:on]) else "validation"
    weak: RoleName = "unclear"
    for at, word in enumerate(words):
        role = ROLE_WORDS.get(word)
        if role is not None and not (word == "predict" and at):  # "predict_loss" is the test's, "to predict" nothing
            if word not in EVALUATED:
                return role
            weak = role
    return weak


def role_of_path(path: str) -> RoleName:
    """The role that the parts of a path say, the last one first: ``…_model_valid.acc.ave/test`` was a test.

    "cv" is the name of a corpus there.
    """
    said = (role_of([word for word in words_of(part) if word != "cv"]) for part in reversed(path.split("/")))
    return next((role for role in said if role != "unclear"), "unclear")


def curve_role(tag: str, beside: Container[str]) -> RoleName:
    """The role of a curve: ``loss`` beside ``val_loss`` is that of the training."""
    role = role_of(words_of(tag))
    return "train" if role == "unclear" and f"val_{tag}" in beside else role


_NUMBERED = re.compile(
    r"(?:m?acc|accuracy|top|rank|ap|map|m?ar|m?recall|precision|prec|hits|hit|hr|ndcg|dcg|mrr|pass"
    r"|rouge|bleu|auc|err|success|pck|cmc|fpr|f1_)\d{1,4}(?:-95)?"
    r"|[a-z]{1,2}(?:mae|rmse|mse|mape|iou|auroc|dice)"  # rMAE, wMAPE, gIoU
    r"|[kfr]?fid\d+k|kid\d+k|dist(?:inct)?-?[1-4]|[1357]px"
)


def is_metric_word(word: str) -> bool:
    return word in METRIC_WORDS or _NUMBERED.fullmatch(word) is not None


def may_name(words: list[str]) -> bool:
    """Whether a line with these words speaks of a measured quantity, and of nothing that never is one."""
    return any(map(is_metric_word, words)) and not any(word in NEVER for word in words)


@lru_cache(maxsize=8192)
def understand(phrase: str) -> Name | None:
    """The metric a phrase names, or None when it names none (a setting, a time, a count, a wish).

    The phrase must already be ``shaped``. Identifiers keep their printed form, so that a file's own name can be found.
    """
    phrase = phrase.strip(" \t*_`'\"#-•·▶►➤>|:=()[]{}✓✔✅🎯📊📈🔥⭐🏆")
    phrase = phrase.lstrip("+ ")
    if not phrase or len(phrase) > 120:
        return None
    if phrase == "bestTest":  # CatBoost, of whatever it evaluates on
        return Name(phrase, "validation", phrase, headline=True, best=True)
    words = words_of(phrase)
    if not words or len(words) > 14:
        return None
    n_match = _N_OF.search(phrase)
    n = int(n_match[1].replace(",", "")[:15]) if n_match else None
    if n_match:
        words = words_of(phrase[: n_match.start()] + " " + phrase[n_match.end() :])
    if _says_return(words) or (_ATTRIBUTE.fullmatch(phrase) and not is_metric_word(words[-1])):
        return None
    if words == ["standard", "error"]:
        return None  # how a value scatters
    if len(words) > 1 and (words[-1] in _BOUNDS or ("ci" in words and not _ENDS.isdisjoint(words))):
        return None
    identifier = _IDENTIFIER.fullmatch(phrase) is not None
    if words == ["rec"]:
        words = ["recall"]
    elif identifier and words[0] == "ar" and words[1][:1] not in "sml@0123456789":
        return None  # a language, not the average recall
    metric_at = [k for k, word in enumerate(words) if is_metric_word(word)]
    if any(word in NEVER for word in words) and not _excused(words):
        return None
    if not metric_at:
        named = _named_by_words(words)
        if named is None:
            return None
        metric_at = [named]
    if not identifier and "loss" in words and not _RATE_WORDS.isdisjoint(words):
        return None  # "accuracy loss" is a change, and two names side by side are none
    role = role_of(words_of(phrase) if n_match else words)
    headline = any(word in HEADLINE and not _owned_extreme(words, at) for at, word in enumerate(words)) and not (
        words[-1] in HEADLINE and len(words) > 1 and words[0] not in HEADLINE
    )
    best = any(word in BEST and not _owned_extreme(words, at) for at, word in enumerate(words))
    if len(words) == 1 and words[0] in _NOT_ALONE:
        return Name(words[0], role, words[0]) if words[0] in ("error", "return") else None
    if identifier and LIMIT.match(phrase):
        return None
    if identifier:
        return Name(phrase, role, phrase, headline, best, n=n)
    dataset = None
    on = _ON.search(phrase) if not n_match else None
    if on and on.start() > 0 and not any(is_metric_word(w) for w in words_of(on[1])):
        rest = [w for w in words_of(on[1]) if w not in FILLER and w not in ROLE_WORDS]
        if rest:
            dataset = on[1].strip()
        words = words_of(phrase[: on.start()])
        role = role if role != "unclear" else role_of(words)
    kept = _slug_words(words)
    if not 0 < len(kept) <= LONGEST_NAME:
        return None
    metric = "_".join(kept)
    alone = all(is_metric_word(w) or w in QUALIFIERS or "_" in w for w in kept)
    plain = role == "unclear" or (role == "validation" and not LEFT_OUT.isdisjoint(kept))
    prefix = "" if plain else f"{role.replace('validation', 'val')}_"
    return Name(metric, role, prefix + metric, headline, best, dataset, n, alone)


def _named_by_words(words: list[str]) -> int | None:
    """Where the name of a metric stands of which no word alone names one."""
    said = set(words)
    for anchor, needed, one_of in _PHRASES:
        if anchor in said and needed <= said and (not one_of or one_of & said):
            return words.index(anchor)
    if words[-2:] in (["v", "measure"], *_RANKS):
        return len(words) - 1
    if len(words) == 2 and words[0] in _SPACY and words[1] in ("p", "r", "f"):
        return 1
    if "mutual" in said and len(words) <= 5 and {"information", "info"} & said:
        return words.index("mutual")
    if "rate" not in said or ({"positive", "negative"} & said and not {"true", "false"} & said):
        return None  # the rate of positives is of the data, or of the answers
    return words.index("rate") if said & RATE_OWNERS or _rate_of_a_set(words) else None


def _rate_of_a_set(words: list[str]) -> bool:
    """Whether words say which rate was measured on which set: "Test fallback rate"."""
    role = role_of(words[:1]) if words[0] not in EVALUATED else "unclear"
    return len(words) == 3 and words[2] == "rate" and role in ("test", "validation") and words[1] not in _SET_RATES


_PHRASES = tuple(
    (anchor, frozenset(needed.split()), frozenset(one_of.split()))
    for anchor, needed, one_of in (
        ("exact", "match", ""),
        ("precision", "average", ""),
        ("distance", "", "frechet fréchet inception"),
        ("rel", "", "abs sq"),  # relative errors of depth maps
        ("similarity", "cosine", ""),
        ("variance", "explained", ""),
        ("rand", "", "index adjusted"),
        ("edit", "", "dis dist distance similarity"),
        ("ed", "norm", ""),
    )
)
"""Names of several words: the one that stands for the metric, those that must stand with it, and one of these."""
_LOSSES = frozenset("mse rmse mae mape rmsle logloss mlogloss nll crossentropy cross_entropy merror".split())
"""What says in brackets which loss or error is meant."""
_ENDS = frozenset("low lower lo high upper hi".split())
_NOT_ALONE = frozenset("error l1 l2 bits per return".split())
_RANKS = (["mean", "rank"], ["median", "rank"])
_SPACY = frozenset("ents sents spans cats".split())
_SET_RATES = frozenset(
    "split sampling frame refresh update drop attack fraud churn default base event anomaly click".split()
)
_BOUNDS = frozenset("lower upper lo hi null pvalue prob probability".split())
"""What stands beside a metric and is none: R's ``AccuracyLower``, ``AccuracyNull``."""
_RATE_WORDS = frozenset("accuracy acc f1 auc precision recall map iou dice bleu psnr ssim".split())
LONGEST_NAME = 7
"""Words that say something, at most: more of them are a sentence."""
_ATTRIBUTE = re.compile(r"[a-z]\w*\.[A-Za-z_]\w*")
_OF_RETURN = frozenset("mean average avg std min max median per episode on test train eval val".split())
LIMIT = re.compile(
    r"min(?:imum)?_(?:\w+_)?(?:acc|accuracy|f1|auc|precision|recall|iou|map|bleu|dice|score)$|max(?:imum)?_(?:\w+_)?(?:loss|wer|cer|ppl|perplexity)$"
    r"|base_score$",
    re.IGNORECASE,
)
"""The worst value allowed, as settings name it, and where XGBoost starts from."""


_NORMED = frozenset("acc accuracy edit ed".split())
"""What is normalised by a length: lm-eval's accuracy, the edit distance of OCR."""
_INDEXES = frozenset("j rand jaccard similarity concordance gini youden bouldin harabasz calinski dunn".split())
"""What an index that measures is called after."""


def _owned_extreme(words: list[str], at: int) -> bool:
    """Whether "min" or "max" belongs to something else than the metric, as in "Min Salary Accuracy"."""
    after = words[at + 1 : at + 2]
    if words[at] not in EXTREMES or not after:
        return False
    known = after[0] in ROLE_WORDS or after[0] in QUALIFIERS or after[0] in FILLER or after[0] in HEADLINE
    return not (known or is_metric_word(after[0]))


def _says_return(words: list[str]) -> bool:
    """Whether "return" is the word of a program or a sentence, not what an agent got."""
    return any(word == "return" and next_ not in _OF_RETURN for word, next_ in pairwise(words))


def _excused(words: list[str]) -> bool:
    """Whether the forbidden words belong to the metric, as in "explained variance"."""
    bad = [word for word in words if word in NEVER]
    if bad == ["norm"] and _NORMED & set(words):
        return True
    if (bad == ["sentence"] and "level" in words) or (bad == ["rank"] and words[-2:] in _RANKS):
        return True
    if (
        set(bad) <= {"thr", "threshold"}
        and bad
        and is_metric_word(words[0])
        and {"opt", "optimal", "best"} & set(words)
    ):
        return True  # acc_at_best_threshold
    if bad == ["index"] and _INDEXES & set(words):
        return True
    if bad == ["reduction"] and "loss" in words:
        return True  # ML.NET's share of the loss of guessing
    return (bad == ["rates"] and "error" in words) or (bad == ["variance"] and "explained" in words)


def _treated(after: list[str]) -> bool:
    """Whether a word says what was done to a model before it was measured, as in "ECE after calibration"."""
    return any(word.endswith(("tion", "ing", "ment")) for word in after) and ROLE_WORDS.keys().isdisjoint(after)


def _kept_filler(words: list[str], at: int) -> bool:
    """Whether a word that elsewhere says nothing is part of a name: "subset accuracy", "ECE after calibration"."""
    return words[at : at + 2] == ["subset", "accuracy"] or (words[at] == "after" and _treated(words[at + 1 : at + 3]))


def _slug_words(words: list[str]) -> list[str]:
    metrics = [w for w in words if is_metric_word(w)]
    others = len(metrics) > 1
    kept: list[str] = []
    for at, word in enumerate(words):
        if word == "total" and words[at + 1 : at + 2] == ["loss"]:
            kept.append(word)
            continue
        if word in ROLE_WORDS or (word in HEADLINE and word not in ("top",) and not _owned_extreme(words, at)):
            continue
        if word == "score" and others:
            continue
        if word in ("x", "y") and words[at + 1 : at + 2] and words[at + 1] in ROLE_WORDS:
            continue  # "x_test accuracy"
        if word in FILLER and not is_metric_word(word) and not _kept_filler(words, at):
            continue
        kept.append(_SPECIAL.get(word, CANONICAL.get(word, word)))
    averages = [word for word in kept[1:] if word in ("macro", "micro", "weighted", "samples")]
    if len(averages) == 1 and is_metric_word(kept[0]):
        kept = averages + [word for word in kept if word != averages[0]]  # "Precision (macro)" is "macro precision"
    if len(kept) == 2 and kept[0] in ("loss", "error") and kept[1] in _LOSSES:
        kept = kept[1:]  # "Loss (mlogloss)"
    return [part for k, part in enumerate(kept) if k == 0 or part != kept[k - 1]]
