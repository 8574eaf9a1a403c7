"""What headings and short lines say about a result: checkpoint, data set, events, options of the evaluation, run.

A result speaks of what the nearest heading or line above it names, the deeper one before the higher one. A whole
sentence names nothing unless it says that something was run on a data set: "better than checkpoint-400" is no place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_CHECKPOINT = re.compile(
    r"(?<![\w/])(?P<word>checkpoint|chkpt|chkpoint|ckpt|global[_ ]step|step|iteration|iter|epoch)s?"
    r"[\s_:=#№-]*(?:(?:at|no\.?|number|step|epoch)[\s_-]*)?(?P<number>\d[\d,]*)(?P<k>k)?(?![\w]|\.\d)(?!\s*(?:epochs?|steps?|samples|/s))",
    re.IGNORECASE,
)
_CHECKPOINT_FILE = re.compile(
    r"(?P<path>[\w./~=+-]*[\w=+-]\.(?:pth?|ckpt|safetensors|h5|keras|onnx|pkl|gguf))(?![\w/])", re.IGNORECASE
)
_CHECKPOINT_CJK = re.compile(r"(?:检查点|檢查點|チェックポイント)[\s:：-]*(?P<number>\d+)")
_SEVERAL = re.compile(r"\d(?:,\s+|\s*(?:and|und|et|y|vs\.?|to|bis|&|/|–|-|→)\s*)(?:checkpoint[\s-]*)?\d", re.IGNORECASE)

_RATIO = re.compile(r"(?<![\d:.])(?P<a>\d{1,4})\s?:\s?(?P<b>\d{1,5})(?![\d:.])")
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
_BLACK_BOX = re.compile(r"\bblack[\s_-]?box(?:[\s_-]?#?(?P<number>\d))?\b", re.IGNORECASE)
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
    r"\b(?:im|in|un)[\s-]?balanced\b|\boriginal[\s-](?:\w+[\s-])?ratio\b|\boriginal\s+(?:r&d\s+)?data", re.I
)
_EVEN = re.compile(r"(?<![\w-])balanced\b|\bequal[\s-]ratio\b", re.I)

_OPTION = re.compile(
    r"\b(?P<not>with(?:\s+no|out)(?:\s+(?:the|any|using|separate))*|no|not\s+using(?:\s+the)?|excluding|ohne|sans|sin)\s+(?P<off>{what})"
    r"|\b(?:with(?:\s+the)?|using(?:\s+the)?|including|mit|avec|con)\s+(?P<on>{what})"
    r"|\b(?P<named>{what})[\s:=(]*(?:was|were|is|are)?\s*(?:(?P<yes>enabled|on|active|activated|yes|true|given|used)|(?P<no>disabled|off|inactive|deactivated|no|false|not\s+(?:given|used)|omitted|removed))\b"
    r"|\b(?P<yes2>enabled|disabled)\s+(?P<named2>{what})".replace(
        "{what}",
        r"(?:separate\s+|seperate\s+)?(?:numeric(?:al)?|[\w-]+)\s+(?:fusion\s+)?(?:inputs?|adapters?|features?|values?|branch|data)",
    ),
    re.IGNORECASE,
)
_DURING = re.compile(
    r"\b(?P<not>no|without(?:\s+the)?|not\s+using(?:\s+the)?)?\s*(?:with\s+|using\s+)?(?:the\s+)?(?P<what>[\w-]+(?:\s+[\w-]+){0,2}?)\s+(?:(?P<off>disabled|off)\s+|(?:enabled|on|used)\s+)?(?:during|in|at|for)\s+(?:the\s+)?(?:validation|inference|evaluation|testing|test\s+time)\b",
    re.IGNORECASE,
)
_TRAINED = re.compile(r"\b(?:train\w*|fine-?tun\w*|pre-?train\w*)\b", re.IGNORECASE)
_NOT_GIVEN = re.compile(
    r"\b(?:(?:are|am|was|were|is|did|have|had|do)\s+(?:not|n[o']t)|(?:are|was|were|did|do|have|is)n[’']?t|without|not)\s+(?:(?:giving|give|given|using|use|used"
    r"|providing|provided?|feeding|fed?|passing|passed|enabling|enabled?|supplying|supplied)\s+)(?:\w+\s+){0,3}?numeric(?:al)?\s+(?:inputs?|features?|values?)",
    re.IGNORECASE,
)
_RAN_ON = re.compile(
    r"\b(?:ran|run|running|validated?|validating|tested|testing|evaluated?|evaluating|tried|checked|measured|lief|getestet|testé)\b.{0,80}?\bon\b",
    re.IGNORECASE,
)
_RAN = re.compile(r"\b(?:ran|re-?ran|validated|tested|evaluated|measured|repeated)\b", re.IGNORECASE)
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
    run = _RUN.search(plain) if heading else None
    return Place(
        checkpoint_in(plain, heading),
        known.dataset_in(plain),
        count_in(plain),
        options_in(plain),
        run["name"].strip() if run is not None and not _CHECKPOINT.match(run["name"]) else None,
    )


def place_of_sentence(text: str, leads: bool, names: Names) -> Place:
    """What a line of prose says: only that something was run on a data set, or what it announces with a colon."""
    announces = leads and text.rstrip(" *_").endswith(":") and len(text) < 160
    ran = _RAN_ON.search(text) is not None and not _WISH.search(text.split(".")[0])
    if not (announces or ran):
        said = options_in(text) if _RAN.search(text) and not _WISH.search(text) else {}
        return Place(options={name: state for name, state in said.items() if name == "numeric"})
    place = place_of(text, names=names)
    return place if announces else replace(place, checkpoint=None)


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
    found: dict[str, None] = {}
    for match in _CHECKPOINT.finditer(text):
        word = match["word"].lower().replace(" ", "_")
        if not word.startswith(("ch", "ck")) and not heading and match[0].strip() != text.strip(" :"):
            continue  # "epochs: 50" in a list of settings is no checkpoint
        number = int(match["number"].replace(",", "")[:15]) * (1000 if match["k"] else 1)
        kind = "checkpoint" if word.startswith(("ch", "ck")) else {"iter": "iteration"}.get(word, word)
        found[f"{kind}-{number}"] = None
    for match in _CHECKPOINT_CJK.finditer(text):
        found[f"checkpoint-{match['number']}"] = None
    if not found:
        file = _CHECKPOINT_FILE.search(text)
        return file["path"] if file is not None else None
    return next(iter(found)) if len(found) == 1 and not _SEVERAL.search(text.replace("1:", "")) else None


def count_in(text: str) -> int | None:
    """The number of events a text speaks of: "at 1000 samples"."""
    match = _COUNT.search(text)
    if match is None:
        return None
    return int((match["n"] or match["m"]).replace(",", "")[:15])


def options_in(text: str) -> dict[str, str]:
    """Options of the evaluation: ``numeric`` on or off, and others that are said to be on or off.

    "with Numeric Fusion Adapter" in a heading says what was trained; only "during validation", an input, or a plain
    on, off, enabled or disabled say how it was measured.
    """
    found: dict[str, str] = {}
    for match in _DURING.finditer(text):
        state = "off" if match["not"] or match["off"] else "on"
        found[_option_name(match["what"])] = state
    for match in _OPTION.finditer(text):
        if match["off"] or match["on"]:
            what = match["off"] or match["on"]
            if not re.search(r"inputs?$|features?$|values?$", what, re.I) or _NO_OPTION.search(what):
                continue
            found.setdefault(_option_name(what), "off" if match["off"] else "on")
            continue
        what = match["named"] or match["named2"]
        if _NO_OPTION.search(what):
            continue
        on = match["yes"] or (match["yes2"] or "").lower() == "enabled"
        found.setdefault(_option_name(what), "on" if on else "off")
    given = _numbers_given(text)
    if given is not None:
        found.setdefault("numeric", given)
    return {name: state for name, state in found.items() if name}


def _numbers_given(text: str) -> str | None:
    """Whether the numbers went in, where the adapter or the text alone is named instead of the input."""
    if _TEXT_ONLY.search(text) or _WITHOUT_ADAPTER.search(text):
        return "off"
    if _TEXT_AND_NUMBERS.search(text):
        return "on"
    trained = checkpoint_in(text, heading=True) is not None or _TRAINED.search(text)
    return "on" if _WITH_ADAPTER.search(text) and not trained else None


_ADAPTER = r"(?:the\s+)?(?:nfa|numeric(?:al)?\s+(?:fusion\s+)?(?:adapter|branch|layer))\b"
_WITHOUT_ADAPTER = re.compile(rf"\b(?:without|no|disabled)\s+{_ADAPTER}|\b{_ADAPTER}\s+(?:disabled|off)\b", re.I)
_WITH_ADAPTER = re.compile(rf"\bwith\s+{_ADAPTER}|\b{_ADAPTER}\s+(?:enabled|on)\b", re.IGNORECASE)
_TEXT_ONLY = re.compile(
    r"\b(?:text(?:ual)?[\s-]only|only\s+text(?:ual)?(?:\s+(?:prompt|inputs?))?|purely?\s+text(?:ual)?)\b", re.IGNORECASE
)
_TEXT_AND_NUMBERS = re.compile(r"\btext(?:ual)?\s*(?:\+|&|and)\s*numeric|\bnumeric(?:al)?\s*(?:\+|&|and)\s*text", re.I)


_NO_OPTION = re.compile(
    r"\b(?:validation|training|test|more|new|these|those|following|unknown|same|of|and)\s+\w+$", re.I
)


def _option_name(what: str) -> str:
    words = [word for word in re.findall(r"[\w-]+", what.lower()) if word not in _FILL]
    if words and words[0].startswith("numeric"):
        return "numeric"
    return "_".join(words[:-1] if len(words) > 1 and words[-1] in _NOUNS else words)


_FILL = frozenset("the a an separate seperate with using any of no not and".split())
_NOUNS = frozenset("input inputs adapter adapters feature features value values branch data".split())


def labels_set(text: str) -> bool:
    """Whether a line is ``Dataset: NAME`` and nothing else."""
    return _SET_LABEL.match(text) is not None


def not_given(text: str) -> bool:
    """Whether prose says that the numbers were not handed to the model."""
    return _NOT_GIVEN.search(text) is not None


def full_option_names(options: Mapping[str, str], text: str) -> dict[str, str]:
    """``adapter`` as the same heading spells it out: "Numeric Fusion Adapter (no adapter during validation)"."""
    numeric = re.search(r"\bnumeric(?:al)?\s+(?:\w+\s+)?(?:adapter|input|branch)", text, re.IGNORECASE)
    return {"numeric" if numeric and name in _NOUNS else name: state for name, state in options.items()}


_OPENS = re.compile(r"(?:^|[(\[,|/–—-]|\bon|\bfor|:\s)\s*[*_`]*$")
_CLOSES = re.compile(r"[*_`]*\s*(?:$|[()\[\],|/–—:-])")


class Names:
    """The data sets a text knows: one spelling for each, and what "imbalanced" stands for."""

    def __init__(self) -> None:
        self._spelling: dict[str, str] = {}
        self.skewed: str | None = None
        self.even: str | None = None

    def learn(self, text: str) -> None:
        """Takes in a line that says what a word stands for: "the imbalanced dataset (1:10 ratio)"."""
        if len(text) > 600:
            return
        ratio = _ratio_in(text)
        if ratio is not None and ratio != "1:1" and self.skewed is None and _SKEWED.search(text):
            self.skewed = ratio
        if ratio == "1:1" and self.even is None:
            self.even = ratio

    def dataset_in(self, text: str) -> str | None:
        """The data set a text names; None when it names none or only says "the validation set"."""
        label = _SET_LABEL.match(text)
        if label is not None and not _COUNT.match(label["name"]):
            return self._one(label["name"])
        box = _BLACK_BOX.search(text)
        if box is not None and (re.search(_SET_WORD, text, re.I) or len(text.split()) <= 14):
            return self._one(box[0])
        ratio = _ratio_in(text)
        if ratio is not None:
            return self._one(ratio)
        if not re.search(_SET_WORD, text, re.IGNORECASE):
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
        key = re.sub(r"[\s_-]+", " ", name.casefold())
        return self._spelling.setdefault(key, name)


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
