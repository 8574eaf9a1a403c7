"""Program text within a log: listings, tracebacks, diffs, shell traces. What it assigns was never measured.

A statement such as ``loss = 0.5`` looks like a printed result. It is taken for code where lines around it are code
beyond doubt, and where it sets a start value (``best_acc = 0.0``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from labjournal.parsers.base import Cursor, body
from labjournal.parsers.nested_settings import nested_settings

AROUND = 5
"""Lines looked at on each side of an assignment; blank ones and other assignments do not part them."""
LONGEST_BLOCK = 400
"""Lines of a fence or a message, at most; one that is never closed must not swallow a log."""

_CALLED = r"tensor|array|Array|Device|Decimal|float\d|(?:np|numpy|jnp|torch|tf)\.\w+\(\s*[-\d]"
"""What a printed value may be wrapped in."""
_PRINTED = r"dict|defaultdict|list|tuple|set|deque|mappingproxy|np\.|torch\.|numpy\.|loss|acc"
_FORMS = (
    # definitions, imports, control flow
    r"(?:async\s+)?def\s+\w+\s*\(",
    r"class\s+(?!\d)\w+\s*(?:\([^)]*\))?\s*[:{]",
    r"import\s+[\w.]+(?:\s+as\s+\w+)?(?:\s*,.*)?;?\s*$",
    r"from\s+[\w.]+\s+import\b",
    r"(?:async\s+)?for\s+.{1,60}\sin\s.{1,80}:?\s*$",
    r"for\s*\(",
    r"(?:if|elif|while|switch)\b.*[:{]\s*(?:\#.*)?$",
    r"(?:if|elif|while)\s.*;\s*(?:then|do)\s*$",
    r"(?:else|try|finally)\s*[:{]\s*$",
    r"except\b.*:\s*$",
    r"with\s.*(?:\(|\sas\s).*:\s*$",
    r"return\s+[\[({'\"]",
    r"return\s+[A-Za-z_][\w.]*\s*(?:[;(\[,+*/]|-|$|==|if\b)",
    r"return;?\s*$",
    r"(?:assert|raise|yield|del|global|nonlocal)\s+[\w({\[]",
    r"@\w+(?:\.\w+)*(?:\(.*\))?\s*$",
    r"(?:fi|done|esac|end);?\s*$",
    r"\}\s*else\b",
    # declarations
    r"(?:const|let|var|auto)\s+(?:mut\s+)?[\w:<>]+\s*[:=]",
    r"(?:float|double|int|bool|char|size_t)\s+\w+\s*[=;]",
    r"(?:export|readonly|declare)\s+\w+=",
    r"\#(?:include\b|define\s)",
    r"//\s",
    r"using\s+[\w:.]+;?\s*$",
    r"library\(\w+\)",
    r"\w+\s*:\s*(?:float|int|str|bool|number|double|f32|f64|Optional\[.*\]|\w+\s\|\sNone)\s*=",
    r"\\(?:newcommand|renewcommand|def|documentclass|usepackage)\b",
    r"(?:SELECT\s.*\sFROM|UPDATE\s+\w+\s+SET|INSERT\s+INTO|CREATE\s+TABLE)\s",
    # assignments of what is computed, calls
    r"[\w.\[\]'\"]+\s*(?:\+=|-=|\*=|/=|:=|<-)\s*\S",
    rf"[\w.,\s\[\]'\"]+=\s*(?:await\s+|not\s+|-)?(?!{_CALLED})[A-Za-z_][\w.]*(?:\(|\[|\s*[-+*/%@]\s*\w[^=]*$|\s+(?:if|or|and)\s)",
    r"[\w.]+\s*=\s*[\d.]+(?:e-?\d+)?\s*(?:\*|/|\*\*)\s*[A-Za-z_]",
    r"\w+\s*=\s*[^=;]+;\s*(?://.*)?$",
    rf"(?:await\s+)?(?!{_CALLED}|{_PRINTED})[a-z_][\w.]*\((?!\s*[-\d.]+\)).*\)?;?\s*$(?<=[(),;])",
)
_CODE = re.compile(rf"\s*(?:{'|'.join(_FORMS)})")
_ASSIGNMENT = re.compile(
    r"""\s*[-+ ]?\s*(?:[A-Za-z_][\w.]*\s*=\s*(?P<value>(?![\[({]\s*$)[^\s=,;#]+(?:\s*/\s*\d+)?)\s*[,;]?
      | ['"]\w+['"]\s*:\s*(?P<item>[^\s,{}]+)\s*,?
      | [\])}]+[,;]? | [A-Za-z_]\w*\s*=\s*[\[({] )\s*(?:\#.*)?$""",
    re.VERBOSE,
)
_LITERAL = re.compile(
    r"[-+]?(?:\d{1,3}|\d{0,3}\.\d{0,2}|\d(?:\.\d)?e[-+]?\d+)[fFdL]?|\d+\s*/\s*\d+|None|True|False|['\"]\w*['\"]|\w*\(?['\"]?-?inf['\"]?\)?"
)
_START = re.compile(
    r"\s*[a-zA-Z_][a-z0-9_.]*\s*=\s*(?:[-+]?(?:0|0?\.0|0\.|1e[369]|1e1\d|999+|inf|float\(.*\)|np\.inf|math\.inf)|-1(?:\.0?)?)\s*(?:[;,]|\#.*)?\s*$"
)
_OPENS = ("`", "~", "T", "@", ">", "I", "E", "c", " ", "d", "-", "/", "[", "F")
_FENCE = re.compile(
    r"\s*(`{3,}|~{3,})\s*\{?\.?(?:python3?|py|r|julia|cpp|c\+\+|c|java|javascript|js|ts|typescript|go|rust|sql|matlab|yaml|yml|toml|ini|diff)\b",
    re.IGNORECASE,
)
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_FRAME = re.compile(r"\s*File \"[^\"]+\", line \d+")
_POINTED = re.compile(r"\s*[~^]+\s*$")
_RAISED = re.compile(r"(?:[a-z_]\w*\.)*[A-Z]\w*\s*$")
"""An exception without a message, which reads like a heading."""
_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.)\s\S|\s*In\s?\[\d*\]\s*:|\s*\.\.\.:|E {2,}[^#\s]|> {2,}\S|\s*[~^]+\s*$")
_CELL = re.compile(r"\s*In\s?\[\d*\]\s*:\s*$")
_WARNED = re.compile(r"\S+\.\w+:\d+: \w*Warning\b")
_FAILED = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception|Warning|Interrupt)\s*:\s+(?![-+]?[\d.]+|nan|inf)\S")
_COMMIT = re.compile(r"commit [0-9a-f]{7,40}\b")
_STOPPED_AT = re.compile(r"> \S+\(\d+\)\S*")
_FOUND = re.compile(
    r"[\w./-]+\.(?:py|pyx|ipynb|c|cc|cpp|cu|h|hpp|js|ts|jl|r|R|m|java|go|rs|sh|ya?ml|toml|cfg)[:-]\d+[:-](?P<rest>.*)"
)


_GREPPED = re.compile(
    r"[\w./+@-]*\.(?:log|txt|out|err|csv|tsv|jsonl?|md|rst|ya?ml|toml|cfg|conf|ini|ipynb)[:-](?:\d+[:-])?(?!\s)\D"
)
"""A line that grep found in another file: what it says was not measured here."""


def listing(cursor: Cursor) -> int:
    """Lines from here on that belong to program text which says itself that it is: 0 for none."""
    line = cursor.peek()
    if line is None:
        return 0
    if line.text.startswith("model-index:"):
        return 0  # the settings of a model card are its results
    if line.text.rstrip().endswith((":", "{")) and (settings := nested_settings(cursor)):
        return settings
    if not line.text.startswith(_OPENS):
        return 1 if _GREPPED.match(line.text) else 0
    text = body(line.text)
    fence = _FENCE.match(text)
    if fence is not None:
        return _fenced(cursor, fence[1])
    hunk = _HUNK.match(text)
    if hunk is not None:
        return _hunk(cursor, int(hunk[1] or 1), int(hunk[2] or 1))
    if _FRAME.match(text):
        return _frame(cursor)
    if _WARNED.match(text) or _STOPPED_AT.fullmatch(text):
        below = cursor.peek(1)
        return 2 if below is not None and below.text.startswith((" ", "->")) else 1
    if _CELL.match(text):
        return _until(cursor, lambda below: not below.strip())
    if _COMMIT.match(text):
        return _until(cursor, lambda below: below != "" and not below.startswith((" ", "Author", "Date", "Merge")))
    return 1 if _PROMPT.match(text) or _GREPPED.match(line.text) else 0


def is_code(cursor: Cursor, lines: int) -> bool:
    """Whether what a parser read in the next ``lines`` lines is program text: itself, or by the lines around it."""
    texts = cursor.texts(lines)
    if any(map(_certain, texts)):
        return True
    stated = [text for text in texts if text.strip()]
    if not all(map(_ASSIGNMENT.match, stated)):
        return False
    if not all(_bare_literal(text) for text in stated):
        return False
    below = [ahead.text for k in range(lines, lines + AROUND) if (ahead := cursor.peek(k)) is not None]
    return _beside(reversed(cursor.passed)) or _beside(below)


def assigns(cursor: Cursor) -> bool:
    """Whether the line has the form of an assignment: what it is, the lines around it say."""
    line = cursor.peek()
    return line is not None and _ASSIGNMENT.match(line.text) is not None


def sets_a_start(cursor: Cursor) -> bool:
    """Whether a line sets a start value (``best_acc = 0.0``) and no measured value stands beside it."""
    line = cursor.peek()
    if line is None or _START.match(line.text) is None:
        return False
    below = cursor.peek(1)
    beside = [*list(cursor.passed)[-1:], *([below.text] if below is not None else [])]
    return not any(_ASSIGNMENT.match(text) and not _bare_literal(text) for text in beside)


def _certain(text: str) -> bool:
    if _CODE.match(text) or _FAILED.match(text):
        return True
    stripped = body(text)
    found = _FOUND.match(stripped)
    if found is not None:
        return _CODE.match(found["rest"]) is not None or _ASSIGNMENT.match(found["rest"]) is not None
    return stripped is not text and (_CODE.match(stripped) is not None or _FAILED.match(stripped) is not None)


def _beside(texts: Iterable[str]) -> bool:
    """Whether code stands next, with nothing but blank lines and assignments between."""
    for text in texts:
        if _CODE.match(text):
            return True
        if text.strip() and not (_ASSIGNMENT.match(text) and _bare_literal(text)):
            return False
    return False


def _bare_literal(text: str) -> bool:
    """Whether the value assigned has the few digits that people type; what is measured has more."""
    match = _ASSIGNMENT.match(text)
    value = None if match is None else (match["value"] or match["item"])
    return value is None or _LITERAL.fullmatch(value) is not None


def _frame(cursor: Cursor) -> int:
    """A frame of a traceback: its place, its line, what points into it, and after the last one what was raised."""
    below = cursor.peek(1)
    lines = 1 if below is None or _FRAME.match(body(below.text)) else 2
    for ends in (_POINTED, _RAISED):
        below = cursor.peek(lines)
        lines += below is not None and ends.match(body(below.text)) is not None
    return lines


def _fenced(cursor: Cursor, fence: str) -> int:
    for k in range(1, LONGEST_BLOCK):
        below = cursor.peek(k)
        if below is None:
            return 0
        stripped = below.text.strip()
        if below.printed:
            return k
        if stripped.startswith((">>>", "# A tibble:", "[1] ")):
            return 0  # a session: what it prints between the prompts was measured
        if stripped.startswith(fence) and not stripped.strip(fence[0]):
            return k + 1 if any(map(_CODE.match, cursor.texts(k)[1:])) else 0  # else it is what a program printed
    return 0


def _hunk(cursor: Cursor, old: int, new: int) -> int:
    """A hunk says how many lines it has on each side."""
    k = 1
    while (old > 0 or new > 0) and k <= LONGEST_BLOCK:
        below = cursor.peek(k)
        if below is None or not (below.text == "" or below.text.startswith((" ", "+", "-", "\\"))):
            break
        old -= not below.text.startswith(("+", "\\"))
        new -= not below.text.startswith(("-", "\\"))
        k += 1
    return k


def _until(cursor: Cursor, ends: Callable[[str], bool]) -> int:
    for k in range(1, LONGEST_BLOCK):
        below = cursor.peek(k)
        if below is None or ends(below.text):
            return k
    return LONGEST_BLOCK
