"""A command line within a text: what it was asked to measure, told by its arguments."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from functools import lru_cache

from labjournal.parsers.names import role_of, words_of
from labjournal.parsers.reading import RoleName
from labjournal.parsers.titles import NO_DATASET
from labjournal.parsers.vocabulary import EVALUATED, ROLE_WORDS

LONGEST = 2_000
_PROMPT = re.compile(r"\s*(?:\([\w.-]+\)\s*)?(?:[\w.-]+@[\w.-]+:?\S*\s*)?(?:[$%]\s+|!)(?=[\w./~(])")
_PROGRAM = re.compile(
    r"\s*(?:[A-Z_]+=\S+\s+)*(?:(?:sudo|time|nohup)\s+)?"
    r"(?P<program>python[\d.]*|bash|sh|torchrun|accelerate|deepspeed|srun|conda|poetry|uv|julia|Rscript|java|perl"
    r"|(?:\.{0,2}/)?[\w.-]+(?:/[\w.+-]+)+|[\w.-]+\.(?:py|sh|pl|jl|R|jar)|[a-z][\w-]*)\s+(?=\S)"
)
_KNOWN = re.compile(
    r"python[\d.]*|bash|sh|torchrun|accelerate|deepspeed|srun|conda|poetry|uv|julia|Rscript|java|perl|\S+\.(?:py|sh|pl|jl)"
)
_FLAGGED = re.compile(r"\s--?[A-Za-z][\w-]*(?=[\s=]|$)")
_DATA_FLAGS = frozenset(
    "data dataset datasets dataset_name data_name task task_name tasks benchmark corpus test_data eval_data".split()
)
PLACE_FLAGS = _DATA_FLAGS | frozenset("checkpoint ckpt weights model_path checkpoint_path resume resume_from".split())
"""Flags that name the data or the checkpoint: a result has a place of its own for them."""
_SET_FLAGS = frozenset("split eval_split test_split subset set data_split".split())
_MEASURES = frozenset(
    """eval evaluate evaluation evaluator test testing score scoring scorer trec predict prediction infer inference
    map validate validation decode compute bench benchmark wer bleu sacrebleu metrics""".split()
)
"""Words of programs that only measure: the files they are given say on which set."""
SAYS_ONLY_A_SET = NO_DATASET | ROLE_WORDS.keys() | frozenset("csv json jsonl txt tsv data".split())
_A_NAME = re.compile(r"[\w.+:/@-]{1,60}")


@dataclass(frozen=True, slots=True)
class Command:
    """The program of a command line with what stands before its arguments, and those."""

    program: str
    flags: dict[str, str] = field(default_factory=dict)
    """Name without dashes -> value; empty for a switch."""
    given: tuple[str, ...] = ()
    """What no flag names."""

    @property
    def dataset(self) -> str | None:
        """The data set that a flag names."""
        named = (self.flags[name] for name in self.flags if name.lower().replace("-", "_") in _DATA_FLAGS)
        found = next((value for value in named if _A_NAME.fullmatch(value)), None)
        return None if found is None or SAYS_ONLY_A_SET.issuperset(words_of(found)) else found

    @property
    def role(self) -> RoleName:
        """The set that was measured, as a flag or the files of a program that only measures say."""
        for name, value in self.flags.items():
            if name.lower().replace("-", "_") in _SET_FLAGS and (role := role_of(words_of(value))) != "unclear":
                return role
        if _MEASURES.isdisjoint(words_of(" ".join((self.program, *self.given[:2])))):
            return "unclear"
        files = [*self.given, *(value for value in self.flags.values() if "." in value or "/" in value)]
        names = ([word.rstrip("0123456789") for word in words_of(value)] for value in files)  # dev2_qrels.tsv
        words = ([word for word in name if word not in EVALUATED] for name in names)  # human_eval.jsonl
        said = {role for value in words if (role := role_of(value)) != "unclear"}
        return said.pop() if len(said) == 1 and "train" not in said else "unclear"


@lru_cache(maxsize=256)
def command_in(text: str) -> Command | None:
    """The command that a line is: behind a prompt, or of a known kind, or with flags."""
    if len(text) > LONGEST:
        return None
    prompt = _PROMPT.match(text)
    rest = text if prompt is None else text[prompt.end() :]
    found = _PROGRAM.match(rest)
    if found is None:
        return None
    if prompt is None and not _KNOWN.fullmatch(found["program"]) and not _FLAGGED.search(rest):
        return None
    if _KNOWN.fullmatch(found["program"]) and prompt is None and not re.search(r"[./=]|\s-", rest[found.end() :]):
        return None  # "python is slow"
    try:
        words = shlex.split(rest.rstrip("\\ "), comments=False)
    except ValueError:
        return None
    return _parsed(words)


def _parsed(words: list[str]) -> Command:
    flags: dict[str, str] = {}
    given: list[str] = []
    program: list[str] = []
    name: str | None = None
    for word in words:
        flag = re.fullmatch(r"--?([A-Za-z][\w-]*)(?:=(.*))?", word)
        if flag is not None:
            name = flag[1]
            flags[name] = flag[2] or ""
            name = None if flag[2] else name
        elif name is not None:
            flags[name], name = word, None
        elif not given and (not program or not re.search(r"\.(?:py|sh|pl|jl|jar)$|/", program[-1])):
            (program if not flags else given).append(word)
        else:
            given.append(word)
    return Command(" ".join(program), flags, tuple(given))
