"""Words of headings that say nothing of their own, and headings without any mark."""

from __future__ import annotations

import re

from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.reading import RoleName
from labjournal.parsers.vocabulary import EVALUATED, FILLER, HEADLINE, METRIC_WORDS, NEVER, ROLE_WORDS


def bare_title(text: str) -> bool:
    """Whether a line is a heading without any mark: ``Test set classification report``, ``CheXNet Test Results``."""
    if _NAMED_RESULTS.fullmatch(text):
        return not any(word.endswith(("ing", "ed")) for word in text.lower().split()[:2])
    if len(text) > 60 or any(char.isdigit() or char in ":=|{}[]<>,.!" for char in text):
        return False
    words = words_of(text)
    if len(words) == 1 and text.strip().isupper():
        return words[0] in ROLE_WORDS  # "TRAIN"
    return (
        2 <= len(words) <= 6
        and all(word in PLAIN_TITLE or word in ROLE_WORDS or word in _TITLE_FILLERS for word in words)
        and any(word in ROLE_WORDS and word not in EVALUATED for word in words)
        and not set(words) <= NO_DATASET | {"start", "starting"}
    )


def plain_title(title: str) -> str:
    """The words of a heading: the name of a class instead of its object, no arrow before it."""
    return _CLASS_OBJECT.sub(r"\1", title).lstrip("> ")


def title_owner(title: str) -> str | None:
    """Whose results a heading announces: ``Naive Bayes Results``; None where it says only what kind they are."""
    match = _RESULTS_OF.fullmatch(title)
    words = words_of(match["owner"]) if match is not None else []
    said = [word for word in words if word not in PLAIN_TITLE and word not in FILLER and word not in _KINDS]
    if match is None or not said or role_of(words) != "unclear":
        return None
    return match["owner"].strip()


def says_whose(words: list[str]) -> bool:
    """Whether the words of a heading name anybody: not "Classification report", not "Per-class IoU"."""
    plain = all(word in SAYS_NOTHING or word in ROLE_WORDS or word in _TITLE_FILLERS for word in words)
    return not plain and METRIC_WORDS.isdisjoint(words)


def title_role(words: list[str], *, trained: bool) -> RoleName:
    """The role a heading says. "Evaluation" says one only amid a training: elsewhere it may stand over a test."""
    role = role_of(words)
    said = trained or role != "validation" or any(word in _VALIDATED for word in words)
    return role if said else "unclear"


def wished(title: str) -> bool:
    """Whether a heading stands over targets, spreads, examples or other people's numbers: nothing measured here."""
    words = words_of(_IDENTIFIER.sub(" ", title))
    if "correlation" in words and _DEPENDING & set(words):
        return True
    if _SPREADS & set(words) and all(word in _SPREADS or word in PLAIN_TITLE or word in FILLER for word in words):
        return True
    return len(words) <= 8 and any(word in _WISHES or word.startswith(("目標", "目标")) for word in words)


_IDENTIFIER = re.compile(r"\w*[^\W_]_[^\W_]\w*")
"""``mfcc_delta`` is a name, whatever its parts say."""
_VALIDATED = frozenset(word for word, role in ROLE_WORDS.items() if role == "validation" and word not in EVALUATED) | {
    "eval",
    "oof",
}
_WISHES = frozenset(
    """target targets goal goals expected expectation expectations requirement requirements acceptance published
    literature sota 目標 目标 zielwerte ziele ziel objectif objectifs objetivo objetivos obiettivi цель цели
    importance importances correlations difference differences delta deltas""".split()
)
_CLASS_OBJECT = re.compile(r"<class '(?:\w+\.)*(\w+)'>")
_NAMED_RESULTS = re.compile(
    r"[A-Z][\w-]*(?:\s[\w-]+){0,2}\s(?i:final\s)?(?i:test|validation|val)(?i:\s(?:set|data))?"
    r"\s(?i:results?|metrics|performance|evaluation|report|scores)\s*"
)
_RESULTS_OF = re.compile(
    r"\W*(?P<owner>[A-Z][\w-]*(?:\s\(?[\w-]+\)?){0,4}?)\s(?:results?|metrics|performance|report|scores)\W*",
    re.IGNORECASE,
)
_KINDS = frozenset(
    """key main quantitative qualitative experimental experiment numerical preliminary example sample current benchmark
    classification regression segmentation detection evaluation inference cross cv fold overall best final ablation
    comparison comparative new old baseline per class average mean additional other all full here
    your following these below above clustering forecasting ranking retrieval generation translation tracking matching
    recognition prediction identification verification captioning summarization""".split()
)
"""Words that say what kind of results follow, not whose."""
_SPREADS = frozenset("std stds stdev stddev deviation deviations variance variances".split())
_DEPENDING = frozenset(("matrix", "feature", "features", "between"))
_TITLE_FILLERS = frozenset("set data dataset on the of for split subset and scores detailed".split())


PLAIN_TITLE = frozenset(
    """report classification results result metrics evaluation summary performance confusion matrix final scores
    accuracy class per overall statistics model stats best config configuration parameters settings arguments args
    hyperparameters params hparams output note usage warning error info""".split()
)


NO_DATASET = frozenset(
    """test train training validation val valid dev eval evaluation set split data dataset the full whole entire all
    held out heldout holdout testing subset sub""".split()
)


SAYS_NOTHING = (
    NO_DATASET
    | PLAIN_TITLE
    | NEVER
    | FILLER
    | HEADLINE
    | METRIC_WORDS
    | frozenset("done ok yes no none true false finished".split())
)
"""Words that, alone on a line, say nothing of whose the values below are."""
NOBODY = NO_DATASET | PLAIN_TITLE | NEVER | ROLE_WORDS.keys() | {"中", "중"}
"""Words that are no name behind "Model": ``모델 학습 중...`` says that it is being trained."""
