"""What an entry of a kind should tell, as a text to fill in; `[diary.templates]` replaces any of them."""

from __future__ import annotations

from collections.abc import Mapping

from labjournal.errors import InputError

BUILT_IN: Mapping[str, str] = {
    "bug": "Symptom: \n\nSeen in: \n\nCause: \n\nIntroduced by: \n\nWhat rests on it: \n",
    "fix": "What was wrong: \n\nThe fix: \n\nHow it is proven: \n",
    "hypothesis": "I believe that \n\nbecause \n\nIt would be refuted by: \n\nTest: \n",
    "plan": "Run: \n\nTo find out: \n\nI expect: \n",
    "decision": "Decided: \n\nBecause: \n\nAgainst: \n\nTo be looked at again when: \n",
    "incident": "What happened: \n\nWhat was lost: \n\nHow to keep it from happening again: \n",
    "claim": "\n\nOn which results (--on r:A --on r:B): \n",
    "question": "\n\nWhat would answer it: \n",
}


def template(name: str, own: Mapping[str, str]) -> str:
    """The text of a template. Raises InputError naming those there are."""
    found = own.get(name, BUILT_IN.get(name))
    if found is None:
        raise InputError(f"No template {name!r}.", f"There are: {', '.join(sorted({*own, *BUILT_IN}))}.")
    return found
