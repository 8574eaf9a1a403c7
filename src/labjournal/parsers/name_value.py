"""Lines that name a metric and give its value: ``Test accuracy: 91.2%``, ``val_loss=0.31``, ``0.93 accuracy``.

The value may also stand alone on the next line.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile

from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.beside import classes_of
from labjournal.parsers.context import Context
from labjournal.parsers.context_forms import COMPARED
from labjournal.parsers.line_owners import label_apart, name_before_value, owner_of, statistic_before, without_label
from labjournal.parsers.mentions import may_mention
from labjournal.parsers.name_before import GROUPED
from labjournal.parsers.names import Name, role_of, role_of_path, understand, words_of
from labjournal.parsers.numbers import Number, find_numbers, parse_number, unwrap
from labjournal.parsers.pairs import Pair, scan, untuned
from labjournal.parsers.plausible import SHARES_OF_ALL, plausible
from labjournal.parsers.prose import cited
from labjournal.parsers.reading import Line, RoleName
from labjournal.parsers.role_lines import of_sets
from labjournal.parsers.scatter import SPREAD
from labjournal.parsers.settings_lines import settings_line
from labjournal.parsers.shapes import shaped
from labjournal.parsers.stated import settings_stated
from labjournal.parsers.steps import find_step
from labjournal.parsers.train_class import among_classes, restored, stood_in
from labjournal.parsers.value_lists import by_column
from labjournal.parsers.vocabulary import NEVER

LONGEST = 2_000
"""Longer lines are dumps of something, not statements."""

_BAR = re.compile(r"\d%\|")
_BATCH = re.compile(r"[\[(]\s*(\d+)\s*/\s*(\d+)\s*[\])]")
_COUNT = re.compile(r"(?<![\w.])n\s*=\s*(\d[\d,]*)(?![\d.%])")
_COMMA_PAIR = re.compile(r"^(\s*[A-Za-z][\w/@. -]{1,39}),\s*(?=[-+]?\d*\.\d+\s*%?\s*$)")
_BEST_STEP = re.compile(
    r"\bbest[\s_](?P<word>epoch|step|iteration|iter|round)\b\s*[:=#(]?\s*(?P<step>\d+)", re.IGNORECASE
)
_METER = re.compile(r"\s*\(\s*(?P<mean>[-+]?\d+\.\d+(?:e[-+]?\d+)?)\)")
"""The mean so far, in brackets behind the value of the last batch: ``Acc@1: 78.125 (79.234)``."""
_N = frozenset(("n", "N"))
_LISTED = re.compile(r"'([^'\\]{1,80})\\n'")
_TABLE_RULE = re.compile(r"\s*\|[\s|:-]+\|\s*")
_GAP_BEHIND = re.compile(r"^(\s*[A-Za-z][\w.+]*[_\d-][\w.+-]*)\s{3,}(?=[A-Za-z][\w ]*\s?[:=≈]\s)")
"""``B_mild_aug      best val_dice ≈ 0.6264``: who was measured, in a column of its own."""
_GOT_WITH = re.compile(r"\s*(?:[A-Za-z_][\w.]*\s?=\s?[\w.+-]+[\s,;]*)+(?:->|=>|→|➜|:|\|)\s")
"""``lr=0.1 bs=32 -> val_acc=0.81``: the settings that gave a value."""
_APART = re.compile(r"\s*[|;,]\s*")
_WHO_BEHIND = re.compile(r"\d\s?%?\s[-–—]\s(?P<who>[A-Za-z][A-Za-z ()/'-]{2,60})$")
"""``Average accuracy 0.251 - abstract algebra``."""
_CARET = re.compile(r"\s{4,}(?:Detection Rate|P-Value \[Acc > NIR\]) : ")
"""What R's caret prints beside its rates: the share of hits among all, and the test of the accuracy."""
_SPREAD = re.compile(r"\d\s?%?\s?\(?\s?(?:±|\+/-)\s?\d")
_VALIDATES = re.compile(r"\W*validation\W", re.IGNORECASE)
_SCORED = re.compile(r"[\]|]\s+(?:\[PARTIAL\]\s+)?((?:[\w.+-]+/+)+[\w.+-]+)\s*$")
"""What was scored, behind Kaldi's ``%WER 7.49 [ 7843 / 104765, 300 ins, … ]`` or ``%WER 15.3 | 507 17792 | … |``."""
_OF_WORDS = re.compile(r"%[WCSP]ER\s+[\d.]+\s+\|\s+\d+\s+(?P<words>\d+)\s+\||\[\s*\d+\s*/\s*(?P<said>\d+),\s*\d+\sins")
_DECIMAL = re.compile(r"\d\.\d")
_LIMIT = re.compile(r"\b(?:thr|thres|thresh|threshold)\s*[:=]?\s*(\d*\.\d+)\s*[:,;|]")
_EXACT = re.compile(r"\s*\"(?P<name>(?:HasAns_|NoAns_|best_)?exact)\"\s*:\s*(?P<value>[\d.]+)\s*,?\s*")
_EXAMPLE = re.compile(r"\W*(?:sample|utt|utterance|utt_?id|image|file)\s*[:=]\s*([\w./-]{1,80})", re.IGNORECASE)
"""One of many that were scored: its values are nobody else's."""
BESIDE = 4
_CAFFE = re.compile(r".*\bTest net output #\d+:\s*(?P<name>\w+)\s*=\s*(?P<value>[-\d.e]+)")
_PREFIXED = re.compile(r"\s*(?P<name>(?:eval|test|predict|val|valid)_\w+)\s*[=:]\s*(?P<value>\S+)\s*")
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
    text = body(raw)
    text = untuned(text.replace("`", "") if "`" in text else text)
    if settings_line(text) or context.within_settings(raw) or _of_an_example(cursor, context):
        return None
    columns = context.columns_at(line.number)
    if columns:
        text = by_column(text, columns)
    if "\\n'," in text and (listed := _LISTED.findall(text)):
        return Claim(1, _drafts_of_a_list(listed, line, context))
    if (stand_in := stood_in(text, cursor) if "train" in text.lower() else None) is not None:
        claim = _of_line(stand_in, line, context)
        return None if claim is None else Claim(1, list(map(restored, claim.drafts)), by_neighbours=True)
    return _of_line(text, line, context)


def _of_line(text: str, line: Line, context: Context) -> Claim | None:
    if parts := _one_of_each(text):
        claims = [_of_line(part, line, context) for part in parts]
        return Claim(1, [draft for claim in claims if claim is not None for draft in claim.drafts])
    statistic = statistic_before(text)
    if statistic is not None and SPREAD.fullmatch(statistic) and statistic.lower()[:3] not in ("min", "max"):
        return Claim(1)
    text, one_of = without_label(label_apart(name_before_value(_GAP_BEHIND.sub(r"\1: ", text))))
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
    if ":" in text or "=" in text:
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
    for label, name, number in of_classes:
        part = replace(drafts[0], metrics={name.metric: number}, tags={name.metric: f"{label}/{name.metric}"})
        part.options = {**drafts[0].options, "class": label}
        drafts.append(part)
    return Claim(1, drafts)


def _one_of_each(text: str) -> list[str]:
    """The parts of ``Fold 1 AUC: 0.82 | Fold 2 AUC: 0.83``, each of which is of another fold."""
    groups = [(found[1].lower(), found[2]) for found in GROUPED.finditer(text)]
    if len(groups) < 2 or len({name for name, _ in groups}) > 1 or len(set(groups)) < len(groups):
        return []
    parts = _APART.split(text)
    each = len(parts) == len(groups) and all(GROUPED.search(part) for part in parts)
    return parts if each else []


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


def drafts_of(pairs: list[Pair], line: Line, text: str, context: Context, role: RoleName, rule: str) -> list[Draft]:
    """One draft for each role a line speaks of; steps and grouping words of the line are worked in."""
    step = find_step(text)
    first_value = pairs[0].number.start
    options: dict[str, str] = {}
    n: int | None = None
    limit = _LIMIT.search(text[:first_value])
    if limit is not None:
        options["threshold"] = limit[1]
    for match in GROUPED.finditer(text):
        if match.start() > first_value and len(match[1]) == 1:
            continue
        if match[1] in _N:
            n = int(match[2][:15]) if match[1] == "n" else n
        else:
            after = "after_" if text[: match.start()].rstrip().lower().endswith("after") else ""
            options[after + (match[1] if len(match[1]) == 1 else match[1].lower())] = match[2]
    if step is None and (stated := _GOT_WITH.match(text)) is not None and stated.end() <= first_value:
        options |= settings_stated(stated[0])
    count = _COUNT.search(text)
    if n is None and count is not None:
        n = int(count[1].replace(",", "")[:15])
    drafts: dict[tuple[RoleName, bool, str | None], Draft] = {}
    sibling = any(pair.name.role == "validation" for pair in pairs)
    running = _BAR.search(text) is not None and not (role != "unclear" and "100%" in text)
    chosen = _BEST_STEP.search(text) if step is not None else None
    if chosen is not None and find_step(text[: chosen.start()]) is None:
        options[chosen["word"].lower()] = chosen["step"]  # when the best was found: no point of a curve
        step = None
    batch = None if step is not None or chosen is not None else _BATCH.search(text[:first_value])
    if batch is not None and (role == "unclear" or batch[1] != batch[2]):  # "Epoch(test) [6/6]" is the whole pass
        if role in ("test", "validation"):
            context.measuring = role, line.number
            return []  # in the middle of measuring: the whole pass counts, and its line says so
        step, running = ("step", float(batch[1]), "batch"), True
    elif batch is not None:
        pairs = [_mean_so_far(pair, text) for pair in pairs]
    validated = {pair.name.metric.removeprefix("val_") for pair in pairs if pair.name.role == "validation"}
    last: RoleName = role
    for pair in pairs:
        own = pair.name.role
        if own == "test" and role == "validation" and _VALIDATES.match(text):
            own = role  # "VALIDATION: test loss …": what is called test here is the set that is validated on
        if own == "unclear":
            # In "loss … val_loss" the bare name is the training's; "Test accuracy …, AUC …" is all the test's.
            own = "train" if sibling and (pair.name.metric in validated or last == "unclear") else last
        last = own
        key = (own, pair.name.headline, pair.name.dataset or pair.name.of)
        draft = drafts.get(key)
        if draft is None or pair.name.metric in draft.metrics:
            if draft is not None:
                continue
            draft = drafts[key] = Draft(line, line.number, [line.text], rule, role=own, options=dict(options), n=n)
            draft.running = running
            draft.headline, draft.best, draft.dataset = pair.name.headline, pair.name.best, pair.name.dataset
        draft.metrics[pair.name.metric] = pair.number
        draft.tags[pair.name.metric] = _tag(pair.name, own)
        if pair.name.of is not None:
            draft.options.setdefault("group", pair.name.of[:80])
        if pair.name.n is not None and draft.n is None:
            draft.n = pair.name.n
        if pair.number.fraction is not None and SHARES_OF_ALL.search(pair.name.metric):
            draft.correct = pair.number.fraction
    if line.number - context.titles.get("best iteration", -9) == 1:
        for draft in drafts.values():
            draft.headline = draft.best = True  # LightGBM repeats the line of the iteration it kept
    head = text[: max(first_value, 0)]
    headed = (chosen is not None and step is None) or bool(
        re.match(r"\W*(?:best|final|overall)\b", head, re.IGNORECASE)
    )
    scattered = _SPREAD.search(text) is not None
    for draft in drafts.values():
        if scattered:
            draft.options["_spread"] = "stated"
        if headed:
            draft.headline = True
            draft.best = draft.best or bool(re.match(r"\W*best\b", head, re.IGNORECASE))
        if step is not None:
            inside = (
                find_step(text[:first_value]) is not None
                and line.number - context.titles.get("best iteration", -9) != 1
            )
            if draft.headline and not inside:
                draft.options[step[2].replace(" ", "_")] = f"{step[1]:g}"
            else:
                draft.step, draft.reaches = (step[0], step[1]), not draft.headline and batch is None
        else:
            draft.under_step = not draft.headline
    return list(drafts.values())


def _mean_so_far(pair: Pair, text: str) -> Pair:
    meter = _METER.match(text, pair.number.end)
    mean = parse_number(meter["mean"]) if meter is not None else None
    return pair if mean is None else replace(pair, number=replace(mean, start=pair.number.start, end=pair.number.end))


def _tag(name: Name, role: RoleName) -> str:
    if name.tag != name.metric or role == "unclear" or name.role != "unclear":
        return name.tag
    return {"validation": "val_", "test": "test_", "train": ""}[role] + name.metric


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
    draft = Draft(
        line,
        below.number,
        [line.text, below.text],
        "name_value",
        role=name.role,
        headline=name.headline,
        best=name.best,
    )
    draft.metrics[name.metric] = number
    draft.tags[name.metric] = name.tag
    return Claim(3 if apart else 2, [draft])


PARSER = Parser("name_value", 1, "lines that name metrics and give their values", _read)
