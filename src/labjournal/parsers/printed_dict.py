"""Dictionaries that a run prints, JSON or Python, on one line or over many."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from labjournal.parsers.assemble import Assembler, Row
from labjournal.parsers.base import Claim, Cursor, Draft, Parser, body
from labjournal.parsers.context import Context
from labjournal.parsers.json_results import walk_document
from labjournal.parsers.kinds import prefixed
from labjournal.parsers.names import is_metric_word, role_of, words_of
from labjournal.parsers.numbers import unwrap
from labjournal.parsers.reading import Line
from labjournal.parsers.records import flat_metrics, split_roles, step_of
from labjournal.parsers.settings_lines import settings_line
from labjournal.parsers.titles import PLAIN_TITLE
from labjournal.parsers.vocabulary import FILLER, HEADLINE, NEVER, ROLE_WORDS

LONGEST_DICT = 200_000
SENTENCE = 3
"""Words before a dictionary that say more than a name: they may tell it from the next one."""


_DICT_IN_LINE = re.compile(r"\{\s*(?:['\"][^'\"]{1,80}['\"]\s*:\s*|\}?\s*$)")


_ARRAY = re.compile(r"(?:\w+\.)?(?:array|tensor|Array)\(\s*(\[[^()]*\])\s*(?:,[^()]*)?\)")


_PAIR = re.compile(
    r"\(\s*['\"]([^'\"()]{1,60})['\"]\s*,\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?|nan|inf)\s*\)"
)
_ONLY_PAIRS = re.compile(r"[^\W\d]*[\w ]{0,40}[\s:=,\[\](){}-]*")


_ITEM = re.compile(r"\(('[^']*'|\"[^\"]*\"), ([^()]*)\)")
_ORDERED = re.compile(rf"OrderedDict\(\[((?:{_ITEM.pattern}(?:, )?)+)\]\)")
_DEFAULTS = re.compile(r"defaultdict\(<[^<>]*>, (\{[^{}]*\})\)")


_OWNER = re.compile(r"[A-Za-z][\w.+/-]*(?:\s[\w.+/-]+)?")


_LOOSE = re.compile(r"(?:tensor|array|(?:np|numpy|jnp|torch)\.\w+)\(")


def _read(cursor: Cursor, context: Context) -> Claim | None:
    line = cursor.peek()
    if line is None:
        return None
    text = _as_literals(line.text)
    if "('" in text or '("' in text:
        return _tuples(cursor, line, context)
    if "{" not in text or cursor.refused("printed_dict"):
        return None
    start = _DICT_IN_LINE.search(text)
    if start is None or len(text) > LONGEST_DICT:
        return None
    if settings_line(text[: start.start()]):
        return None
    parsed = _balanced(cursor, text[start.start() :])
    if parsed is None:
        return None
    record, lines = parsed
    head = text[: start.start()]
    if re.search(r"(?i)param|config|\bargs?\b|setting|hyper|weights|paramètres|speed", head) and not re.search(
        r"(?i)metric|result|eval", head
    ):
        return Claim(lines)
    return _record_claim(record, line, cursor, lines, head, context)


def owner_before(head: str) -> str | None:
    """Whose values a dictionary holds, where only a name stands before it: ``valid_m {'mrr': 0.2}``."""
    name = head.strip(" \t:=-–>")
    words = words_of(name)
    if not words or _OWNER.fullmatch(name) is None or any(map(is_metric_word, words)) or not NEVER.isdisjoint(words):
        return None
    plain = all(word in ROLE_WORDS or word in FILLER or word in HEADLINE or word in PLAIN_TITLE for word in words)
    return None if plain else name


def _as_literals(text: str) -> str:
    """As ``{…}``: ``OrderedDict([('recall@20', 0.25), …])``, so printed by Python before 3.12, and ``defaultdict``."""
    if "OrderedDict([(" in text:
        text = _ORDERED.sub(lambda found: "{" + _ITEM.sub(r"\1: \2", found[1]) + "}", unwrap(text))
    return _DEFAULTS.sub(r"\1", text) if "defaultdict(<" in text else text


def _tuples(cursor: Cursor, line: Line, context: Context) -> Claim | None:
    """``('accuracy', 0.91)``, alone or in a list: names and values as tuples."""
    text = unwrap(line.text)
    pairs = _PAIR.findall(text)
    if not pairs or not _ONLY_PAIRS.fullmatch(_PAIR.sub("", text)):
        return None
    head = text[: text.index("(")]
    return _record_claim({name: float(value) for name, value in pairs}, line, cursor, 1, head, context)


def _record_claim(
    record: dict[str, Any], line: Line, cursor: Cursor, lines: int, head: str, context: Context
) -> Claim | None:
    texts = cursor.texts(lines)
    last = cursor.peek(lines - 1)
    metrics = flat_metrics(record)
    step = step_of(record)
    summary = any(str(key).endswith("_runtime") for key in record)
    if step is None and any(isinstance(value, (dict, list)) for value in record.values()):
        drafts = _nested(record, context.source)
    elif metrics:
        drafts = list(split_roles(Draft(line, line.number, texts, "printed_dict", metrics)))
    else:
        return None if step is None else Claim(lines)
    if context.role == "test" and {draft.role for draft in drafts} == {"unclear", "validation"} and metrics:
        # Within the results of a test "val_loss" is how the loss is called.
        drafts = [Draft(line, line.number, texts, "printed_dict", metrics, role="test")]
    role = role_of(words_of(head[-80:]))
    owner = owner_before(head)
    kind = head.strip(" :'\"")
    for draft in drafts:
        if names := prefixed(kind, draft.metrics):
            draft.metrics, owner = {names[name]: number for name, number in draft.metrics.items()}, None
        draft.line, draft.last, draft.text, draft.saved = line, last.number if last else line.number, texts, False
        if owner is not None:
            draft.options.setdefault("group", owner)
        elif len(head.split()) >= SENTENCE:
            draft.leads = (body(head).strip(),)
        if draft.role == "unclear":
            draft.role = "train" if {"learning_rate", "lr", "grad_norm"} & record.keys() else role
        if step is not None:
            training_summary = "train_runtime" in record
            if training_summary:
                draft.headline = True
            else:
                draft.step = step
                draft.tags = {name: name for name in draft.metrics}
                if summary:
                    draft.options["_step"] = "above"
        else:
            draft.under_step = not summary
    return Claim(lines, drafts) if drafts else None


class _Gather(Assembler):
    """Keeps drafts instead of making results of them: the caller places them in the text."""

    def __init__(self) -> None:
        super().__init__()
        self.drafts: list[Draft] = []

    def add(self, draft: Draft, context: Context, row: Row | None = None) -> None:
        self.drafts.extend(split_roles(draft))


def _nested(record: dict[str, Any], source: str) -> list[Draft]:
    gather = _Gather()
    walk_document(record, gather, Context(source=source), "")
    return gather.drafts


def _balanced(cursor: Cursor, text: str) -> tuple[dict[str, Any], int] | None:
    """The dictionary that begins ``text``, over as many lines as it takes."""
    joined: list[str] = []
    depth = 0
    quote = ""
    size = 0
    for used in range(2_000):
        ahead = cursor.peek(used)
        if ahead is None:
            break
        piece = text if used == 0 else ahead.text
        size += len(piece)
        if size > LONGEST_DICT:
            break
        escaped = False
        for index, char in enumerate(piece):
            if quote:
                if escaped:
                    escaped = False
                elif char == "\\":
                    escaped = True
                elif char == quote:
                    quote = ""
            elif char in "'\"":
                quote = char
            elif char in "{[(":
                depth += 1
            elif char in "}])":
                depth -= 1
                if depth == 0:
                    joined.append(piece[: index + 1])
                    record = load(" ".join(joined))
                    if record is None:
                        cursor.refuse("printed_dict", used + 1)
                    return None if record is None else (record, used + 1)
        joined.append(piece)
        quote = ""
    cursor.refuse("printed_dict", max(len(joined), 1))
    return None


def load(text: str) -> dict[str, Any] | None:
    """A dictionary from JSON or from Python's repr, numpy and torch scalars included."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
        return found if isinstance(found, dict) else None
    text = _ARRAY.sub(r"\1", text)
    if "[" in text or _LOOSE.search(text) or re.search(r"\b(?:nan|inf)\b", text):
        plain = re.sub(
            r"(?<![\w'\"])(-?)(nan|inf)(?![\w'\"])", lambda m: f"{m[1]}1e999" if m[2] == "inf" else "None", unwrap(text)
        )
        try:
            found = ast.literal_eval(plain)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return None
        return found if isinstance(found, dict) else None
    return None


PARSER = Parser("printed_dict", 1, "dictionaries of metrics that a run prints, JSON or Python", _read)
