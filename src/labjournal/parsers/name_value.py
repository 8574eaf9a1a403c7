"""Lines that name a metric and give its value: ``Test accuracy: 91.2%``, ``val_loss=0.31``, ``0.93 accuracy``.

The value may also stand alone on the next line.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile

from labjournal.parsers.above import leading
from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.baselines import NAME as BASELINE
from labjournal.parsers.baselines import measured_baseline
from labjournal.parsers.beside import classes_of
from labjournal.parsers.context import Context
from labjournal.parsers.context_forms import COMPARED
from labjournal.parsers.given_settings import without_settings
from labjournal.parsers.line_drafts import drafts_of
from labjournal.parsers.line_owners import label_apart, name_before_value, owner_of, statistic_before, without_label
from labjournal.parsers.line_parts import parts_of
from labjournal.parsers.mentions import may_mention
from labjournal.parsers.names import Name, role_of, role_of_path, understand, words_of
from labjournal.parsers.numbers import Number, find_numbers, parse_number, unwrap
from labjournal.parsers.pairs import Pair, scan, untuned
from labjournal.parsers.plausible import plausible
from labjournal.parsers.prose import cited
from labjournal.parsers.reading import Line
from labjournal.parsers.role_lines import of_sets
from labjournal.parsers.scatter import SPREAD
from labjournal.parsers.settings_lines import settings_line
from labjournal.parsers.shapes import shaped
from labjournal.parsers.train_class import among_classes, restored, stood_in
from labjournal.parsers.value_lists import by_column
from labjournal.parsers.vocabulary import NEVER

LONGEST = 2_000
"""Longer lines are dumps of something, not statements."""

_COMMA_PAIR = re.compile(r"^(\s*[A-Za-z][\w/@. -]{1,39}),\s*(?=[-+]?\d*\.\d+\s*%?\s*$)")
_LISTED = re.compile(r"'([^'\\]{1,80})\\n'")
_TABLE_RULE = re.compile(r"\s*\|[\s|:-]+\|\s*")
_GAP_BEHIND = re.compile(r"^(\s*[A-Za-z][\w.+]*[_\d-][\w.+-]*)\s{3,}(?=[A-Za-z][\w ]*\s?[:=≈]\s)")
"""``B_mild_aug      best val_dice ≈ 0.6264``: who was measured, in a column of its own."""
_WHO_BEHIND = re.compile(r"\d\s?%?\s[-–—]\s(?P<who>[A-Za-z][A-Za-z ()/'-]{2,60})$")
"""``Average accuracy 0.251 - abstract algebra``."""
_CARET = re.compile(r"\s{4,}(?:Detection Rate|P-Value \[Acc > NIR\]) : ")
"""What R's caret prints beside its rates: the share of hits among all, and the test of the accuracy."""
_SCORED = re.compile(r"[\]|]\s+(?:\[PARTIAL\]\s+)?((?:[\w.+-]+/+)+[\w.+-]+)\s*$")
"""What was scored, behind Kaldi's ``%WER 7.49 [ 7843 / 104765, 300 ins, … ]`` or ``%WER 15.3 | 507 17792 | … |``."""
_OF_WORDS = re.compile(r"%[WCSP]ER\s+[\d.]+\s+\|\s+\d+\s+(?P<words>\d+)\s+\||\[\s*\d+\s*/\s*(?P<said>\d+),\s*\d+\sins")
_DECIMAL = re.compile(r"\d\.\d")
_EXACT = re.compile(r"\s*\"(?P<name>(?:HasAns_|NoAns_|best_)?exact)\"\s*:\s*(?P<value>[\d.]+)\s*,?\s*")
_EXAMPLE = re.compile(r"\W*(?:sample|utt|utterance|utt_?id|image|file)\s*[:=]\s*([\w./-]{1,80})", re.IGNORECASE)
"""One of many that were scored: its values are nobody else's."""
BESIDE = 4
FEWEST_POINTS = 2
"""Values under one name, more of which are a curve."""
LONGEST_NUMBER = 40
_CAFFE = re.compile(r".*\bTest net output #\d+:\s*(?P<name>\w+)\s*=\s*(?P<value>[-\d.e]+)")
_PREFIXED = re.compile(r"\s*(?P<name>(?:eval|test|predict|val|valid)_\w+)\s*[=:]\s*(?P<value>\S+)\s*")
_RULES = ("===", "---", "***", "###", "~~~")
_GLUED = re.compile(r"(?P<title>([=\-*#~])\2{2,}\s*[^=\-*#~\s].*?\s*\2{3,})(?P<rest>[A-Za-z][\w -]*[:=]\s*[-.\d].*)")
"""``====== units=32 ======acc: 0.91``: the title ended without a line feed."""
_RESULTS_FILE = re.compile(r"results|metrics|scores", re.IGNORECASE)
_HAS_VALUE = re.compile(r"\d|\bnan\b|\binf\b", re.IGNORECASE)


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None:
        return None
    raw = line.text
    if not _HAS_VALUE.search(raw):
        return _two_lines(cursor, line, raw)
    if len(raw) > LONGEST:
        return None
    if not may_mention(raw):
        return _saved_value(line, raw, context)
    if _CARET.match(raw):
        return Claim(1)
    if raw.lstrip()[:1] == "|" and (below := cursor.peek(1)) is not None and _TABLE_RULE.fullmatch(below.text):
        return None  # the titles of a table
    if cited(raw, cursor.passed):
        return None  # what somebody else published
    if raw.lstrip()[:1] == "├" and cursor.passed and cursor.passed[-1].lstrip()[:1] not in ("├", "│"):
        _head_of_a_tree(cursor.passed[-1], line.number, context)
    text = body(raw)
    text = untuned(text.replace("`", "") if "`" in text else text)
    if (glued := _GLUED.fullmatch(text) if text[:3] in _RULES else None) is not None:
        context.observe(glued["title"], line.number)
        text = glued["rest"]
    if settings_line(text) or context.within_settings(raw) or _of_an_example(cursor, context):
        return None
    columns = context.columns_at(line.number)
    if columns:
        text = by_column(text, columns)
    if "\\n'," in text and (listed := _LISTED.findall(text)):
        return Claim(1, _drafts_of_a_list(listed, line, context))
    if (stand_in := stood_in(text, cursor) if "train" in text.lower() else None) is not None:
        claim = of_line(stand_in, line, context)
        return None if claim is None else Claim(1, list(map(restored, claim.drafts)), by_neighbours=True)
    if "aseline" in text and (plain := measured_baseline(text, cursor)) is not None:
        return Claim(1, _of_part({"group": BASELINE}, plain, line, context), by_neighbours=True)
    return of_line(text, line, context)


def _head_of_a_tree(title: str, number: int, context: Context) -> None:
    """Takes in what stands above the first branch of a drawn tree; the role that the one before it said ends here."""
    before = context.role = "unclear" if context.titles.pop("tree", None) else context.role
    context.observe(f"=== {title.strip()} ===", number - 1)
    if context.role != before:
        context.titles["tree"] = number


def of_line(text: str, line: Line, context: Context) -> Claim | None:
    """What a line without its log prefix gives by itself."""
    if parts := parts_of(text):
        return Claim(1, [draft for said, part in parts for draft in _of_part(said, part, line, context)])
    statistic = statistic_before(text)
    if statistic is not None and SPREAD.fullmatch(statistic) and statistic.lower()[:3] not in ("min", "max"):
        return Claim(1)
    text, one_of = without_label(label_apart(name_before_value(_GAP_BEHIND.sub(r"\1: ", text))))
    text, given = without_settings(text)
    pairs, role, rest = scan(_COMMA_PAIR.sub(r"\1: ", text) if "," in text else text)
    if not pairs:
        return _saved_value(line, text, context)
    pairs = among_classes(pairs) if any(pair.name.role == "train" for pair in pairs) else pairs
    context.observe_head(rest)
    of_classes = _of_classes(text, pairs)
    pairs = [pair for pair in pairs if not any(pair.number.start == number.start for _, _, number in of_classes)]
    if role == "unclear" and text.lstrip().startswith("* ") and line.number - context.measuring[1] <= BESIDE:
        role = context.measuring[0]  # the sum of the pass above
    drafts = drafts_of(pairs, line, text, context, role, "name_value")
    drafts += of_sets(line, [pair.number for pair in pairs])
    example = _EXAMPLE.match(text)
    owner = one_of or (owner_of(rest) if example is None else example[1]) or statistic  # "max: acc 0.8"
    if owner is None and len(pairs) == 1 and (behind := _WHO_BEHIND.search(text)) is not None:
        owner = owner_of(f"{behind['who']}: ")
    scored = _SCORED.search(text) if owner is None and len(drafts) == 1 else None
    if scored is not None:
        drafts[0].options.setdefault("file", scored[1])
        words = _OF_WORDS.search(text)
        drafts[0].n = int(words["words"] or words["said"]) if words is not None and drafts[0].n is None else drafts[0].n
        if drafts[0].role == "unclear":
            drafts[0].role = role_of_path(scored[1])
    if owner is not None:
        for draft in drafts:
            draft.options.setdefault("group", owner)
    elif led := leading([rest]):
        for draft in drafts:
            draft.leads = led
    for draft in drafts if given else ():
        draft.options = given | draft.options
    for label, name, number in of_classes:
        part = replace(drafts[0], metrics={name.metric: number}, tags={name.metric: f"{label}/{name.metric}"})
        part.options = {**drafts[0].options, "class": label}
        drafts.append(part)
    return Claim(1, drafts)


def _of_part(said: dict[str, str], part: str, line: Line, context: Context) -> list[Draft]:
    claim = of_line(part, line, context)
    drafts = claim.drafts if claim is not None else []
    for draft in drafts:
        draft.options |= said
    return drafts


def _of_classes(text: str, pairs: list[Pair]) -> list[tuple[str, Name, Number]]:
    """The values of classes behind their mean, where that is the only metric of the line."""
    if not pairs or not pairs[0].name.alone or any(pair.name.alone for pair in pairs[1:]):
        return []
    return classes_of(text, find_numbers(text), pairs[0].name, pairs[0].number)


def _drafts_of_a_list(texts: list[str], line: Line, context: Context) -> list[Draft]:
    """``['Top 10\\n', 'Recall:0.034\\n', …]``: printed lines as a list, a heading before the values of each part."""
    parts: list[tuple[str | None, list[str]]] = [(None, [])]
    for text in texts:
        if _DECIMAL.search(text) is None:
            parts.append((text, []))
        else:
            parts[-1][1].append(text)
    drafts: list[Draft] = []
    for heading, values in parts:
        said = ", ".join(values)
        pairs, role, _ = scan(said)
        for draft in drafts_of(pairs, line, said, context, role, "name_value") if pairs else []:
            if heading is not None:
                draft.options["group"] = heading[:80]
            drafts.append(draft)
    return drafts


def _of_an_example(cursor: Cursor, context: Context) -> bool:
    """Whether a line tells of one prediction beside its reference: what it scored is not what the set scored."""
    line = cursor.peek()
    if line is None or line.number - context.titles.get("compared", -9) <= BESIDE:
        return line is not None and all(text.strip() for text in list(cursor.passed)[-1:])
    if not line.text.startswith("#"):
        return False
    below = [ahead.text for k in range(1, BESIDE) if (ahead := cursor.peek(k)) is not None]
    return any(map(COMPARED.match, takewhile(str.strip, below[1:] if below and not below[0].strip() else below)))


def _saved_value(line: Line, text: str, context: Context) -> Claim | None:
    """``eval_MRPC = 84.2`` in a file of results: the prefix says what it is, whatever the name."""
    caffe = _CAFFE.match(text)
    if caffe is not None and (value := parse_number(caffe["value"])) is not None:
        metrics = {caffe["name"]: value}
        return Claim(1, [Draft(line, line.number, [line.text], "name_value", metrics, role="test", under_step=True)])
    exact = _EXACT.fullmatch(text)  # SQuAD's own evaluation, without its braces
    if exact is not None and (value := parse_number(exact["value"])) is not None and not value.integer:
        return Claim(1, [Draft(line, line.number, [line.text], "name_value", {exact["name"]: value})])
    match = _PREFIXED.fullmatch(text) if _RESULTS_FILE.search(context.source) is not None else None
    number = None if match is None else parse_number(match["value"])
    if match is None or number is None or number.integer or not NEVER.isdisjoint(words_of(match["name"])):
        return None
    draft = Draft(line, line.number, [line.text], "name_value", role=role_of(words_of(match["name"])[:1]))
    draft.metrics[match["name"]] = number
    return Claim(1, [draft])


def _two_lines(cursor: Cursor, line: Line, raw: str) -> Claim | None:
    """``Test accuracy:`` and the value alone on the next line."""
    text = body(raw).strip()
    if not 2 < len(text) <= 60 or "," in text:
        return None
    name = understand(shaped(text))
    if name is None or not name.alone:
        return None
    below = cursor.peek(1)
    apart = text.endswith("=") and below is not None and not below.text.strip()
    below = cursor.peek(2) if apart else below  # MATLAB
    number = None if below is None else parse_number(unwrap(below.text.strip()))
    if (
        below is None
        or number is None
        or not plausible(name, number)
        or (number.integer and not text.endswith((":", "=")))
    ):
        return None
    if not apart and (more := _column(cursor)):
        return _curve(name, line, more) if len(more) > FEWEST_POINTS else None
    draft = Draft(line, below.number, [line.text, below.text], "name_value", role=name.role)
    draft.headline, draft.best = name.headline, name.best
    draft.metrics, draft.tags = {name.metric: number}, {name.metric: name.tag}
    return Claim(3 if apart else 2, [draft])


def _column(cursor: Cursor) -> list[tuple[Line, Number]]:
    """The values one below the other under a name, where there are several."""
    found: list[tuple[Line, Number]] = []
    while (line := cursor.peek(len(found) + 1)) is not None:
        number = parse_number(line.text.strip()) if len(line.text) <= LONGEST_NUMBER else None
        if number is None:
            break
        found.append((line, number))
    return found if len(found) > 1 else []


def _curve(name: Name, line: Line, values: list[tuple[Line, Number]]) -> Claim:
    """Torch7's logs: the name, and a value for each epoch; what two values are, nothing says."""
    points = []
    for row, (at, number) in enumerate(values, 1):
        point = Draft(at, at.number, [line.text, at.text], "name_value", {name.metric: number}, role=name.role)
        point.step, point.tags = ("row", float(row)), {name.metric: name.tag}
        points.append(point)
    return Claim(1 + len(values), points)


PARSER = Parser("name_value", 1, "lines that name metrics and give their values", _read)
