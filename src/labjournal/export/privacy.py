"""What is left out of an export by option: names of hosts and users, and paths of their homes.

The names are those the journal knows of; they are replaced wherever they stand as a word, in text of people too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from labjournal.errors import InputError
from labjournal.store import Store

HOSTS, USERS, HOME = "hosts", "users", "home"
_HOME = re.compile(r"(?:/home/|/Users/|[A-Za-z]:\\Users\\)[^/\\\s:;,'\"`<>)]+|/root(?=[/\s:;,'\"`)]|$)")


def hider(hide: Sequence[str], store: Store) -> Callable[[str], str]:
    """A function that takes out of a text what must not be in it. Raises InputError for an unknown word."""
    unknown = [word for word in hide if word not in (HOSTS, USERS, HOME)]
    if unknown:
        raise InputError(f"[diary] hide: {unknown[0]!r} is not known.", f"It takes {HOSTS}, {USERS} and {HOME}.")
    hosts, users = store.speakers() if HOSTS in hide or USERS in hide else ((), ())
    named = [(hosts, "host")] if HOSTS in hide else []
    named += [(users, "user")] if USERS in hide else []
    rules = [(re.compile(rf"(?<![\w.-])(?:{_any(names)})(?![\w-])"), word) for names, word in named if names]

    def hidden(text: str) -> str:
        if HOME in hide:
            text = _HOME.sub("~", text)
        for pattern, word in rules:
            text = pattern.sub(word, text)
        return text

    return hidden


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
