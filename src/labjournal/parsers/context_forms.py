"""Forms of the lines that say something about the lines after them: headings, data sets, checkpoints, options."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labjournal.parsers.reading import RoleName

BEHIND_FENCE = 2
"""Lines from a fence to the heading that shows that it closed."""
FLAG = re.compile(r"\s*--?[A-Za-z][\w-]*(?:[=\s](?!.*[-=*#]{2,}\s*$)|\s*\\?$)")
"""A flag of a command on a line of its own: it says what was asked for, not what was measured."""
SETUP = re.compile(
    r"(?<![\w.])(?P<name>[A-Za-z_][\w.-]{0,39})\s?=\s?(?P<value>[\w.+/-]+|'[^']{1,60}'|\"[^\"]{1,60}\")(?=\s*(?:[,;|)\]]|\s|$))"
)
"""``units=32``: a setting of what follows, where several of them stand on a line."""
SUBTITLE = re.compile(r"[\w.+-]{1,60}:\s+(?P<title>[A-Za-z][^:=|{}\[\]<>\d]{1,60}:)\s*$")
"""``sasrec: scores on the valid set:``: a heading behind the name of who prints it."""
RULER = re.compile(r"\s*([=\-_*~#+─━═▬╌])\1{7,}\s*$")
HEADING = re.compile(r"#{1,6}\s+\S")
TITLE = re.compile(
    r"\s*(?:([=\-*#~─━═]{2,})\s*(?P<framed>[^=\-*#~─━═].{0,100}?)\s*\1?[=\-*#~─━═:]*|(?P<plain>[^\W\d_][^:=|{}\[\]<>]{1,60}):)\s*$"
)
CHECKPOINT = re.compile(
    r"(?:(?:load(?:ed|ing)?|restor(?:ed?|ing)|resum(?:e[ds]?|ing)|evaluat(?:e|ed|ing|ion)|validat(?:e|ed|ing|ion)|using|from|testing)\b[^:=\n]{0,40}?[:=]?\s*"
    r"|\b(?:checkpoint|ckpt|weights|model[_ ]path)(?:\s+(?:path|file|dir))?\s*[:=]?\s*)"
    r"['\"`]?(?P<path>(?:[\w.~-]*/)*[\w.=+-]*(?:\.(?:pth?|ckpt|safetensors|h5|hdf5|keras|onnx|bin|pkl|tar|npz|msgpack|weights)(?:\.tar)?|checkpoint-\d+))(?![\w/])",
    re.IGNORECASE,
)
CHECKPOINT_NUMBER = re.compile(r"\b(checkpoint[-_ ]?#?\d+)\b(?![\w./])", re.IGNORECASE)
CHECKPOINT_NAMED = re.compile(r"^\W*(?:checkpoint|ckpt)\s*[:=]\s*['\"]?([\w./=+-]{1,120})['\"]?\s*$", re.IGNORECASE)
SAVING = re.compile(r"\b(?:sav(?:e[ds]?|ing)|writ(?:e|ing|ten)|export|dump|deleting|removing|upload)", re.IGNORECASE)
DATASET = re.compile(
    r"""^\W*(?:(?-i:[A-Z])\w+:\s+(?=(?:evaluating|testing|validating)\s))?(?:
        (?:eval(?:uation)?|val(?:idation)?|test)?\s*(?:data[\s_-]?set|data|benchmark
          |task)(?:\s+name)?\s*[:=]\s*['"]?(?P<named>[\w][\w.:+/ -]{0,60}?)['"]?
          (?:\s*[,;(]\s*(?:n\s*=\s*)?(?P<n1>\d[\d,]*)\s*(?:events|samples|examples|images)?\)?)?
      | (?:validation|validating|validated|evaluation|evaluating|evaluate|eval|testing|tested|test|results?
        |inference|running|scores?|performance|metrics)
          (?:\s+(?!time\b)\w+)?\s+(?:on|for|over|(?<!results\s)(?<!scores\s)(?<!metrics\s)(?<!performance\s)with
          |in(?=\s+(?:the\s+)?\w+\s+(?:data\s?set|set|split)\b))
          \s+(?:the\s+)?['"\[]?(?P<on>[\w][\w.:+/ -]{0,50}?)['"\]]?
          (?:\s+(?:data\s?set|set|split|data|benchmark))?(?:\s*[(,]\s*(?:n\s*=\s*)?(?P<n2>\d[\d,]*)\s*(?:events|samples|examples|images)?\)?)?
      | (?:statistical\s+|error\s+)?(?:analysis|statistics)\s+(?:on|for|of|over)\s+(?:the\s+)?
          (?P<within>[\w ,-]{0,50}?(?:train\w*|val\w*|test\w*|dev\w*))\s+(?:data\s?set|set|split|data)
      | .{0,40}?\bon\s+(?:the\s+)?data\s?set:?\s+['"]?(?P<after>[\w:./+-]+)['"]?
      | .{0,40}?\bon\s+(?:the\s+)?(?P<trail>[\w:./+-]+(?:\s[\w:./+-]+)?)\s+data\s?set
      | (?P<numbered>data\s?set\s+\#?(?:\d+|[IVX]+|(?-i:[A-Z])))(?!\w)
      | (?P<head>[\w:./+-]+(?:\s\d+)?)\s+data\s?set(?:\s+(?:at|with)\s+(?P<n3>\d[\d,]*)\s+\w+)?(?:\s+on\s+[\w ]+)?
    )\s*(?:[.:=\-*#]|…)*\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
OPTION = re.compile(
    r"^\W*(?P<name>[A-Za-z][\w -]{1,40}?)\s*[:=]\s*(?P<value>on|off|yes|no|true|false|enabled|disabled)\s*\.?\s*$",
    re.IGNORECASE,
)
SETTING = re.compile(
    r"^\s*(?P<name>threshold(?:\s*\([^)]*\))?|(?:optimal|best|decision)\s+threshold|mode|split|seed|fold|prompt|decoding"
    r"|score[-_ ]function|precision mode|beam(?:\s+size)?|num_beams|few-?shot"
    r"|shots)\s*[:=]\s*(?P<value>[\w.+-]{1,40})\s*(?:\(|$)",
    re.IGNORECASE,
)
SUBJECT = re.compile(
    r"^\W*(?:(?:results?\s+(?:for|of)\s+)?(?:model|classifier|algorithm|method|estimator|architecture|variant|modèle|modell|modelo|模型|算法|モデル|모델)(?:\s+name)?\s*[:=]?\s+|"
    r"(?:evaluating|training|testing|fitting|starting|running)\s+(?=(?-i:[A-Z])[\w()-]*(?:\s(?-i:[A-Z(])[\w()-]*){0,3}\s*(?:\.{2,}|…)?\s*$))['\"]?(?P<name>[^\W\d_][\w.()+/-]*(?:\s[\w.()+/-]+){0,3}?)['\"]?\s*(?:\.{2,}|…|:)?\W*$",
    re.IGNORECASE,
)
EVALUATED_NAME = re.compile(
    r"\W*(?:evaluating|testing|benchmarking|scoring)\s+(?:(?:the|model)\s+)*['\"]?"
    r"(?P<name>(?=[\w./+-]*[\d_/-])[A-Za-z][\w./+-]*\w)['\"]?(?:\s+(?:on|with|for|using)\b.{0,80})?\s*[.:…]*\s*$",
    re.IGNORECASE,
)
"""``Evaluating resnet50 on ImageNet-A``: who is measured, called by an identifier."""
RESET_PARTS = ("=> result", "train", "test", "final", "best", "eval", "stop")
CHECKPOINT_PARTS = (
    "checkpoint",
    "ckpt",
    ".p",
    ".h5",
    ".hdf5",
    ".keras",
    ".onnx",
    ".safet",
    ".bin",
    ".npz",
    ".t",
    ".m",
    ".w",
)
DATASET_PARTS = ("data", "task", "benchmark", ": evaluating", ": testing", ": validating")
DATASET_STARTS = (
    *("val", "test", "eval", "result", "inference", "running", "score", "performance", "metric"),
    *("statistic", "error", "analysis"),
)
RESET = re.compile(
    r"\b(?:training\s+(?:is\s+)?(?:complete[d]?|finished|done|ended|took)|finished\s+training|done\s+training|train(?:ing)?\s+completed|end\s+of\s+training|"
    r"final(?:\s+\w+)?\s+(?:eval\w*|test\w*|results?|metrics|performance|report|model)|loading\s+best|loaded\s+best|load(?:ing|ed)?\s+(?:the\s+)?best|restor\w+\s+(?:the\s+)?best|best\s+model\b.*\b(?:test|eval)|"
    r"evaluat(?:e|ing|ion)\s+on\s+(?:the\s+)?test|testing\b|test\s+(?:results|set|evaluation|metrics|phase)|running\s+test|early\s+stopp(?:ing|ed))|^\W*=>\s+results?\s*$",
    re.IGNORECASE,
)


AVERAGE = re.compile(r"(?:macro|micro|weighted|samples)[\s_-](?:avg|average|mean)\s*:?", re.IGNORECASE)
NAME = re.compile(r"[A-Z][\w-]*(?:\s[\w-]+){0,2}\s*")
PHASE = re.compile(
    r"\W*(?:(?:now|start(?:ing|ed)?|begin(?:ning)?|continue|running)\s+)*(?P<verb>testing|validating|validation|training)\b"
    r"(?:\s+(?:in|the|on|model|mode|eval|phase|set|data|network|again|now))*\W*$",
    re.IGNORECASE,
)
CONFUSION = re.compile(
    r"confus|(?:^|[^a-z])cm(?:[^a-z]|$)|混淆|混同|konfusion|matriz de conf|matrice d[ei] conf|karmaşıklık mat"
    r"|karışıklık mat|macierz pomyłek|матриц\w+ ошибок|матриц\w+ неточ|혼동|혼돈",
    re.IGNORECASE,
)
ANNOUNCED = re.compile(r"\W{3,}(?P<verb>testing|validating)\b[^<>]{0,300}?\W{3,}", re.IGNORECASE)
"""``>>>>>>>testing : weather_96_720<<<<<<<``: what comes is of the test."""
DIFFERS = re.compile(
    r"\W*(?:differences?|deltas?|changes?|gains?)\s+(?:from|to|vs\.?|over|against)\s[^:=]{1,60}", re.IGNORECASE
)
"""``Difference from the original``: what stands below was measured of nobody."""
TAGGED = re.compile(r"\s*\[(?P<tag>\w+)\]\s+(?P<title>[^\W\d][^:=\[\]]{0,40}:)\s*")
"""``[val] result:``"""
MARKS = re.compile(
    r"^\s*(?:[*•>+–—]\s+|-\s+|\[\d{1,2}(?:/\d{1,2})?\]\s+)|\*\*|__|\s\([Nn]\s?=\s?\d[^()]{0,80}\)(?=\W*$)"
)
"""What markdown adds to a heading within a list, its number, and how many were measured."""
COMPARED = re.compile(
    r"\W*(?:reference|prediction|hypothesis|predicted|ground[\s_-]?truth|expected|target|answer|gold|ref|hyp|pred|gt)"
    r"(?:\s(?:text|answer|label|sentence|transcript))?\W{0,3}:\W*[^\W\d]",
    re.IGNORECASE,
)
"""One prediction or what it should have been, with words behind it."""
RESAMPLED = re.compile(
    r"\W*(?:resampling|sampling method)\s*:\s*(?:.*\b(?:cross|bootstrap\w*|fold|repeated|leave)\b)", re.IGNORECASE
)
"""How R's caret and e1071 measured what their tables show: on the events left out."""
NO_DATASET_NAME = frozenset(
    """cpu gpu cuda device mps epoch epochs step the my this same only path loaded loading preparing processing
    fold seed run trial seeds runs folds repeats trials preprocessing
    creating building reading downloading splitting generating checkpoint checkpoints using""".split()
)
"""Words that no name of a data set holds."""
SIZE_OF_SET = re.compile(r"(\d[\d,]*)\s+(?:\w+\s+)?(?:samples|images|examples|events|instances|sentences|questions)")
"""``Evaluating on 10000 test samples``: how many there are, not what they are called."""
COUNTED_IN = re.compile(r"(\d[\d,]*)\s+\w+\s+(?:in|of|from)\s+(?:the\s+)?(\S.*)")
"""``90 entries in the validation set``."""
SHORT_SETS: dict[str, RoleName] = {"tr": "train", "trn": "train", "va": "validation", "te": "test", "tst": "test"}
OF_TRAINING = frozenset("metrics set data loss train classification confusion error accuracy report".split())
"""Words that say of "training" that it is the set that was measured, not what gave the results."""


def announced(text: str, low: str) -> Iterator[str]:
    """What a line says will follow: a matrix, counts, a comparison, values of a resampling."""
    if ("conf" in low or "cm" in low or not low.isascii()) and CONFUSION.search(text):
        yield "confusion"
    if ":" in text and COMPARED.match(text):
        yield "compared"
    if ":" in text and "sampling" in low and RESAMPLED.match(text):
        yield "resampled"
    if ("correct" in low or "per class" in low or "per-class" in low) and not any(map(str.isdigit, text)):
        yield "counts announced"
    if "best iteration" in low:
        yield "best iteration"


def titled(text: str) -> re.Match[str] | None:
    """The heading that a line is, whatever marks it, as TITLE matches it."""
    title = TITLE.match(text) or TITLE.match(MARKS.sub("", text))
    if title is None and (below := SUBTITLE.match(text)) is not None:
        title = TITLE.match(below["title"])
    if title is None and (tagged := TAGGED.fullmatch(text)) is not None:
        title = TITLE.match(f"{tagged['tag']} {tagged['title']}")
    return title
