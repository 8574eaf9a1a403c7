"""The kind of an entry, where its words leave no doubt; everything else is a note."""

from __future__ import annotations

import re

from labjournal.model import EntryKind

_RETRACTION = re.compile(
    r"\b(?:all|any|every|these|those|previous|earlier)\b[^.!?\n]{0,80}\b(?:results?|numbers?|measurements?|validations?)\b[^.!?\n]{0,80}\b(?:were|are|was|is|"
    r"must\s+be|should\s+be)\b[^.!?\n]{0,30}\b(?:placebo|invalid|void|worthless|meaningless|discarded|disregarded|withdrawn|retracted)\b"
    r"|\bretract(?:ed|ing|ion)?\b|\bwithdraw(?:n|ing)?\s+(?:the|all|these)\s+results?\b|\bzurückgezogen\b|\bungültig\b"
    r"|\brétract|\binvalides?\b|\bretractad|撤回|作废|作廢|取り消し|無効",
    re.IGNORECASE,
)
_TITLES: tuple[tuple[EntryKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (EntryKind.RETRACTION, r"\bretract|\bwithdrawn?\b|撤回|\bzurückgezogen"),
        (
            EntryKind.FIX,
            r"^\W*(?:#?\d+\W+)?(?:bug\s*)?fix(?:ed|es|ing)?\b|\bbugfix\b|^\W*(?:#?\d+\W+)?(?:repair|behoben|corrig|correction|corrección|修复|修正)|\bfixed\b",
        ),
        (
            EntryKind.BUG,
            r"\b(?:bugs?|mistakes?|faults?|blunder)\b|\bfehler\b|\berreurs?\b|\berrore?s?\s+(?:in|found)\b|错误|バグ|不具合",
        ),
        (EntryKind.INCIDENT, r"\b(?:power\s+(?:failure|outage|cut)|crash(?:ed)?|outage|stromausfall|absturz|panne)\b"),
        (
            EntryKind.PLAN,
            r"\bnext\s+(?:required\s+)?(?:steps?|actions?|ideas?|experiments?)\b|^\W*(?:to-?do|plans?|roadmap)\b|\bnächste\s+schritte\b|\bprochaines\s+étapes\b|下一步|计划|計画|今後",
        ),
        (EntryKind.DECISION, r"^\W*(?:decisions?|entscheidung|décision|decisión)\b|决定|決定"),
        (EntryKind.HYPOTHESIS, r"\bhypothes[ei]s\b|\bhypothese\b|\bhypothèse\b|假设|仮説"),
        (EntryKind.QUESTION, r"\?\s*$|？\s*$|^\W*(?:open\s+)?questions?\b"),
    )
)


def guess(title: str, text: str, has_results: bool) -> EntryKind:
    """The kind by the title; by the text only for a retraction said in so many words."""
    for kind, pattern in _TITLES:
        if pattern.search(title):
            if kind is EntryKind.BUG and _RETRACTION.search(text):
                return EntryKind.RETRACTION
            return kind
    if _RETRACTION.search(text) and not has_results:
        return EntryKind.RETRACTION
    return EntryKind.RESULT if has_results else EntryKind.NOTE
