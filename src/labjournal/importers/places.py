"""What headings and short lines say about a result: checkpoint, data set, events, options of the evaluation, run.

A result speaks of what the nearest heading or line above it names, the deeper one before the higher one. A whole
sentence names nothing unless it says that something was run on a data set: "better than checkpoint-400" is no place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from labjournal.importers.switches import names_numeric_adapter, options_in

_CHECKPOINT = re.compile(
    r"(?:(?<=/)(?=checkpoint-)|(?<![\w/]))(?P<word>checkpoint|chkpt|chkpoint|ckpt|cp(?=[\s_-]?\d{3})"
    r"|global[_ ]step|step|iteration|iter|epoch)s?"
    r"[\s_:=#№-]*(?:(?:at|no\.?|number|step|epoch)[\s_-]*)?(?P<number>\d[\d,]*)(?P<k>k)?(?![\w]|\.\d)"
    r"(?!\s*(?:epochs?|steps?|samples|/s))",
    re.IGNORECASE,
)
_CHECKPOINT_FILE = re.compile(
    r"(?P<path>[\w./~=+-]*[\w=+-]\.(?:pth?|ckpt|safetensors|h5|keras|onnx|pkl|gguf))(?![\w/])", re.IGNORECASE
)
_CHECKPOINT_AFTER = re.compile(
    r"\b(?:checkpoint|ckpt)\s+(?:at|after)\s+(?P<number>\d[\d,]*)(?P<k>k)?\s+(?:training\s+)?steps\b", re.IGNORECASE
)
_CHECKPOINT_CJK = re.compile(r"(?:检查点|檢查點|チェックポイント)[\s:：-]*(?P<number>\d+)")
_MISSPELT = re.compile(r"\b[Cc][a-zA-Z]{6,11}(?=[\s_:#-]*\d)")
_BARE_STEP = re.compile(
    r"\b(?:left|leave|ran|re-?ran|running|repeat(?:ed)?|validated?|evaluated?|tested|measured)\s+(?P<number>\d{3,7})\b",
    re.I,
)
_SHOWN_FOR = re.compile(
    r"\b(?:here\s+(?:is|are)|(?:raw\s+)?(?:output|log|report|results?|numbers?)\s+(?:for|of|from))\b", re.I
)
_VERSION = re.compile(r"\((?P<name>v\d+(?:\.\d+)+)\)")
_SEVERAL = re.compile(r"\d(?:,\s+|\s*(?:and|und|et|y|vs\.?|to|bis|&|/|–|-|→)\s*)(?:checkpoint[\s-]*)?\d", re.IGNORECASE)

_RATIO = re.compile(r"(?<![\d:.])(?P<a>\d{1,4})(?:\s?:\s?|-to-)(?P<b>\d{1,5})(?![\d:.])")
_SET_WORD = r"(?:data[\s-]?sets?|data|validation\s+set|test\s+set|val\s+set|test\s+split|benchmark|subset|datensatz)"
_NAMED_SET = re.compile(
    r"(?:^|\b(?:on|with|for|over|using|auf|sur|the|an?)\s+|[—–:(|-]\s*)(?:the\s+|an?\s+)?"
    rf"(?P<name>(?:[\w.+&/:-]+\s+){{0,2}}?[\w.+&/:-]+)\s+(?:validation\s+|test\s+)?{_SET_WORD}\b",
    re.IGNORECASE,
)
_SET_LABEL = re.compile(
    r"^[\s>*_+-]*(?:data[\s-]?set|validation\s+set|test\s+set|benchmark|数据集|データセット)"
    r"\**\s*[:=：]\**\s*[`'\"]?(?P<name>[\w.+&/:-]+(?: [\w.+&/:-]+){0,3}?)[`'\"]?\s*(?:[,;(（].*)?$",
    re.IGNORECASE,
)
_BLACK_BOX = re.compile(r"\b(?:black[\s_-]?box(?:[\s_-]?#?(?P<number>\d))?|BB[\s_-]?#?(?P<short>\d))\b", re.IGNORECASE)
_COUNT = re.compile(
    r"(?<![\w.:])(?P<n>\d[\d,]*)\s*(?:validation\s+|test\s+|labell?ed\s+)?(?:samples?|events?|examples?|images?|instances|prompts|张|枚|件|个样本)(?![\w])"
    r"|\bn\s*=\s*(?P<m>\d[\d,]*)",
    re.IGNORECASE,
)
_GENERIC = frozenset(
    """the a an my our this that these same whole full entire validation val test testing train training evaluation eval
    new old own different other each every both all first second last current previous original some any original-ratio
    ratio in of on with without and or to from for large larger small smaller big bigger raw prepared processed labeled
    labelled used ran it prepare preparing understanding checking checkpoint model results result data input numeric
    numerical text using at black box more events""".split()
)
_SKEWED = re.compile(
    r"\b(?:im|in|un)[\s-]?balanced\b|\boriginal[\s-](?:[\w&]+[\s-])?ratio\b|\boriginal\s+(?:r&d\s+)?data", re.I
)
_SKEW_ALONE = re.compile(r"(?:^|\bon\s+|[–—:(|-]\s*)(?:the\s+)?(?:im|in|un)?balanced\W*$", re.IGNORECASE)
_EVEN = re.compile(r"(?<![\w-])balanced\b|\bequal[\s-]ratio\b", re.I)

_RAN_ON = re.compile(
    r"\b(?:ran|run|running|validated?|validating|tested|testing|evaluated?|evaluating|tried|checked|measured|lief|getestet|testé)\b.{0,80}?\bon\b",
    re.IGNORECASE,
)
_RAN = re.compile(r"\b(?:ran|re-?ran|validated|tested|evaluated|measured|repeated)\b", re.IGNORECASE)
_ALL = re.compile(r"\W*(?:all|both|everything|these|the\s+following)\b(?:\W+\w+){0,9}\W*$", re.IGNORECASE)
_WISH = re.compile(
    r"\b(?:will|would|should|could|might|may|perhaps|maybe|if|want(?:ed)?|plan|next|later|hope|try\s+to|see\s+(?:if|what|how)|than"
    r"|compared?|before|previous(?:ly)?|instead|because|since|although)\b",
    re.IGNORECASE,
)
_RUN = re.compile(
    r"(?P<name>(?:[\w+.-]+\s+){0,3}?(?:run|exp|experiment|trial|model|version|variant|ablation|实验|方案)"
    r"[\s#_:-]*(?:[A-Z]\b|\d+(?:\.\d+)?\b|[A-Z](?=[：: ]))"
    r"(?:[\w.-]*))"
)


_MARKS = re.compile(r"[*`]+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)")
"""Emphasis and code marks; an underscore inside a name is part of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a result belongs, as far as the text says; None is not said."""

    checkpoint: str | None = None
    dataset: str | None = None
    n: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    run: str | None = None

    def under(self, deeper: Place) -> Place:
        """This place with what a deeper heading or a later line says put over it."""
        return Place(
            deeper.checkpoint or self.checkpoint,
            deeper.dataset or self.dataset,
            deeper.n if deeper.dataset or deeper.n is not None else self.n,
            {**self.options, **deeper.options},
            deeper.run or self.run,
        )

    def __bool__(self) -> bool:
        return self != NOWHERE


NOWHERE = Place()


def place_of(text: str, heading: bool = False, names: Names | None = None) -> Place:
    """What a heading or a short line says. Sentences must be given to `place_of_sentence`."""
    plain = _MARKS.sub("", text).strip(" \t#>*:-–—")
    known = names or Names()
    checkpoint = checkpoint_in(plain, heading)
    return Place(
        checkpoint,
        known.dataset_in(plain),
        count_in(plain),
        options_in(plain),
        _run_in(plain, heading, checkpoint),
    )


def _run_in(text: str, heading: bool, checkpoint: str | None) -> str | None:
    """The training a heading names; ``Checkpoint-2500 (v0.1.3)`` is of the training of that version."""
    version = _VERSION.search(text)
    if checkpoint is not None and version is not None:
        return version["name"]
    run = _RUN.search(text) if heading else None
    return run["name"].strip() if run is not None and not _CHECKPOINT.match(run["name"]) else None


def place_of_sentence(text: str, leads: bool, names: Names) -> Place:
    """What a line of prose says: only that something was run on a data set, or what it announces with a colon."""
    announces = leads and len(text) < 160 and (text.rstrip(" *_").endswith(":") or _SHOWN_FOR.search(text) is not None)
    ran = _RAN_ON.search(text) is not None and not _WISH.search(text.split(".")[0])
    if not (announces or ran):
        said = options_in(text) if (_RAN.search(text) or _ALL.match(text)) and not _WISH.search(text) else {}
        return Place(options={name: state for name, state in said.items() if name == "numeric"})
    place = place_of(text, names=names)
    bare = names.bare_step(text)
    return replace(place, checkpoint=place.checkpoint or bare) if announces else replace(place, checkpoint=bare)


def is_short(text: str) -> bool:
    """A line that is no sentence: "Checkpoint-2500 on imbalanced dataset", "With original ratio dataset (1:10)"."""
    words = text.split()
    if not 0 < len(words) <= 14 or len(text) > 120:
        return False
    if text.rstrip(" *_").endswith((".", "!", "?", ";", ",", "。", "！", "？")) or "|" in text:
        return False
    return not re.search(
        r"\b(?:I|we|it|this|that|was|were|is|are|has|have|had|will|did|ran|reached|think|would|should)\b", text
    )


def checkpoint_in(text: str, heading: bool = False) -> str | None:
    """The checkpoint a text names, in one spelling (``checkpoint-2500``); None when it names several."""
    text = _MISSPELT.sub(_spelled, text)
    found: dict[str, None] = {}
    first = len(text)
    for match in _CHECKPOINT.finditer(text):
        word = match["word"].lower().replace(" ", "_")
        if not word.startswith(("ch", "ck", "cp")) and not heading and match[0].strip() != text.strip(" :"):
            continue  # "epochs: 50" in a list of settings is no checkpoint
        if not heading and re.match(r"\w+s\s*[:=]", match[0]) and not word.startswith(("ch", "ck", "cp")):
            continue  # nor where it stands in a line of its own
        number = int(match["number"].replace(",", "")[:15]) * (1000 if match["k"] else 1)
        first = min(first, match.start())
        kind = "checkpoint" if word.startswith(("ch", "ck", "cp")) else {"iter": "iteration"}.get(word, word)
        found[f"{kind}-{number}"] = None
    for match in _CHECKPOINT_AFTER.finditer(text):
        found[f"checkpoint-{int(match['number'].replace(',', '')[:15]) * (1000 if match['k'] else 1)}"] = None
    for match in _CHECKPOINT_CJK.finditer(text):
        found[f"checkpoint-{match['number']}"] = None
    if not found:
        file = _CHECKPOINT_FILE.search(text)
        return file["path"] if file is not None else None
    return next(iter(found)) if len(found) == 1 and not _SEVERAL.search(_RATIO.sub("", text[first:])) else None


def _spelled(match: re.Match[str]) -> str:
    """``Chekpoint`` put right; another word stays."""
    word = match[0].lower()
    return "Checkpoint" if SequenceMatcher(None, word, "checkpoint").ratio() >= ALIKE else match[0]


ALIKE = 0.88
"""One or two letters missing, doubled or swapped; "checkpointing" and "counterpoint" stay apart from it."""


def count_in(text: str) -> int | None:
    """The number of events a text speaks of: "at 1000 samples"."""
    match = _COUNT.search(text)
    if match is None:
        return None
    return int((match["n"] or match["m"]).replace(",", "")[:15])


def labels_set(text: str) -> bool:
    """Whether a line is ``Dataset: NAME`` and nothing else."""
    return _SET_LABEL.match(text) is not None


_OPENS = re.compile(r"(?:^|[(\[,|/–—-]|\b(?:on|for|with|R&D)|:\s)\s*[*_`]*$", re.IGNORECASE)
_CLOSES = re.compile(
    r"[*_`]*\s*(?:$|[()\[\],|/–—:-]|with(?:out)?\b|w/|(?:validation|val|test|results?)\W*$)", re.IGNORECASE
)


class Names:
    """The data sets a text knows: one spelling for each, and what "imbalanced" stands for."""

    def __init__(self) -> None:
        self._spelling: dict[str, str] = {}
        self.skewed: str | None = None
        self.even: str | None = None
        self.numeric_adapter = False
        """The text speaks of a numeric adapter: "the adapter" is that one."""
        self._steps: set[int] = set()
        """Of the checkpoints it names: "I left 10200 running" is one of them."""

    def learn(self, text: str) -> None:
        """Takes in a line that says what a word stands for: "the imbalanced dataset (1:10 ratio)"."""
        if len(text) > 600:
            return
        self.numeric_adapter = self.numeric_adapter or names_numeric_adapter(text)
        named = checkpoint_in(text, heading=True)
        if named is not None and named.startswith("checkpoint-"):
            self._steps.add(int(named.removeprefix("checkpoint-")))
        ratio = _ratio_in(text)
        if ratio is not None and ratio != "1:1" and self.skewed is None and _SKEWED.search(text):
            self.skewed = ratio
        if ratio == "1:1" and self.even is None:
            self.even = ratio

    def bare_step(self, text: str) -> str | None:
        """The known checkpoint that a sentence calls by its number alone."""
        match = _BARE_STEP.search(text)
        known = match is not None and int(match["number"]) in self._steps
        return f"checkpoint-{int(match['number'])}" if match is not None and known else None

    def knows(self, name: str) -> bool:
        """Whether a set was called so before."""
        return _key(name) in self._spelling

    def dataset_in(self, text: str) -> str | None:
        """The data set a text names; None when it names none or only says "the validation set"."""
        label = _SET_LABEL.match(text)
        if label is not None and not _COUNT.match(label["name"]):
            return self._one(label["name"])
        box = _BLACK_BOX.search(text)
        if box is not None and (re.search(_SET_WORD, text, re.I) or len(text.split()) <= 14):
            return self._one(f"Black Box {box['short']}" if box["short"] else box[0].replace("#", ""))
        ratio = _ratio_in(text)
        if ratio is not None:
            return self._one(ratio)
        if not re.search(_SET_WORD, text, re.IGNORECASE) and not _SKEW_ALONE.search(text):
            return None
        if _SKEWED.search(text) and self.skewed:
            return self.skewed
        if _EVEN.search(text):
            return self.even or self._one("balanced")
        for match in _NAMED_SET.finditer(text):
            words = match["name"].split()
            while words and words[0].lower() in _GENERIC:
                words = words[1:]
            if words and not any(word.lower() in _GENERIC for word in words) and not words[-1].isdecimal():
                return self._one(" ".join(words))
        return None

    def _one(self, name: str) -> str:
        name = name.strip(" .,:;`'\"-")
        return self._spelling.setdefault(_key(name), name)


def _key(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name.casefold())


def _ratio_in(text: str) -> str | None:
    """``1:10`` as the name of a set; a time of day or a score of a game is none."""
    for match in _RATIO.finditer(text):
        a, b = int(match["a"]), int(match["b"])
        if 1 not in (a, b):
            continue
        near = text[max(0, match.start() - 40) : match.end() + 60]
        bounded = _OPENS.search(text[: match.start()]) and _CLOSES.match(text[match.end() :])
        if bounded or re.search(rf"{_SET_WORD}|ratio|balanced|signal|background|samples|events", near, re.I):
            return f"{a}:{b}"
    return None
