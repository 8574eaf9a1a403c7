"""Which plain values changed between two versions of the code: ``epochs_delta 200000 -> 20000, train.py:79``.

Only values that were edited in place count: a removed and an added line of the same hunk, the same name on both,
and a constant on each side. Python is read by its syntax tree, so a string with an equals sign, an argparse default
three lines below its option or a dictionary entry are all told right; other files line by line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labjournal.vcs.command import GitError, git, raw, resolve, text

_SUFFIXES = "py ipynb yaml yml toml json cfg ini conf gin sh bash sbatch slurm mk properties".split()
_DIFF_BYTES = 4_000_000
_SOURCE_BYTES = 1_000_000
_MOST_FILES = 40
_MOST_WORDS = 60  # a longer value is told by diff, not in one line
_MINUS = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Change:
    """One value that differs; ``line`` counts from 1 in the newer version."""

    path: str
    line: int
    name: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.name} {self.old} -> {self.new}, {self.path}:{self.line}"


@dataclass(frozen=True)
class Hunk:
    """Neighbouring lines that one version replaced by others."""

    old_path: str
    path: str
    old_start: int
    start: int
    old_lines: tuple[str, ...]
    lines: tuple[str, ...]


def changed_constants(root: Path, a: str, b: str) -> list[Change]:
    """Values edited between commits ``a`` and ``b``, in the order of the files. Raises NotFoundError, GitError."""
    old, new = resolve(root, a), resolve(root, b)
    if old == new:
        return []
    patterns = [f"*.{suffix}" for suffix in _SUFFIXES] + ["Makefile", "*/Makefile"]
    output = git(
        root, "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-indent-heuristic", "--unified=0",
        "--inter-hunk-context=0", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=all",
        "--ignore-cr-at-eol", old, new, "--", *patterns,
    )  # fmt: skip
    hunks = [hunk for hunk in parse_hunks(_cut(output)) if len(hunk.old_lines) == len(hunk.lines)]
    pythons = list(dict.fromkeys((hunk.old_path, hunk.path) for hunk in hunks if hunk.path.endswith(".py")))
    names = [
        f"{commit}:{path}" for pair in pythons[:_MOST_FILES] for commit, path in zip((old, new), pair, strict=True)
    ]
    sources = _blobs(root, names)
    changes: list[Change] = []
    for hunk in hunks:
        before = sources.get(f"{old}:{hunk.old_path}")
        after = sources.get(f"{new}:{hunk.path}")
        if before is not None and after is not None:
            changes += _compare(hunk, before, after)
        else:
            changes += _compare(hunk, _of_lines(hunk.old_lines, hunk.old_start), _of_lines(hunk.lines, hunk.start))
    return list(dict.fromkeys(changes))


def _cut(output: bytes) -> bytes:
    return output if len(output) <= _DIFF_BYTES else output[: output.rfind(b"\n", 0, _DIFF_BYTES) + 1]


_Values = dict[int, list[tuple[str, str]]]
"""Line number to (name, value as written) in the order of the line."""


def _compare(hunk: Hunk, before: _Values, after: _Values) -> Iterator[Change]:
    for offset in range(len(hunk.lines)):
        old = before.get(hunk.old_start + offset, [])
        new = after.get(hunk.start + offset, [])
        if [name for name, _ in old] != [name for name, _ in new]:
            continue
        for (name, was), (_, value) in zip(old, new, strict=True):
            if was != value and max(len(was), len(value)) <= _MOST_WORDS:
                yield Change(hunk.path, hunk.start + offset, name, was, value)


def parse_hunks(output: bytes, with_deleted: bool = False) -> list[Hunk]:
    """Read a unified diff without context; binary files and mode changes have no hunks.

    ``with_deleted`` keeps files that only one side has; the missing path is ''.
    """
    hunks: list[Hunk] = []
    old_path = path = ""
    lines = iter(output.split(b"\n"))
    for line in lines:
        if line.startswith(b"diff --git "):
            old_path = path = ""
        elif line.startswith(b"--- "):
            old_path = _diff_path(text(line[4:]))
        elif line.startswith(b"+++ "):
            path = _diff_path(text(line[4:]))
        elif (match := _MINUS.match(text(line))) and (with_deleted or (path and old_path)):
            removed, added = (1 if match[group] is None else int(match[group]) for group in (2, 4))
            olds: list[str] = []
            news: list[str] = []
            for following in lines:
                if following.startswith(b"-") and len(olds) < removed:
                    olds.append(text(following[1:]))
                elif following.startswith(b"+") and len(news) < added:
                    news.append(text(following[1:]))
                if len(olds) == removed and len(news) == added:
                    break
            hunks.append(Hunk(old_path, path, int(match[1]), int(match[3]), tuple(olds), tuple(news)))
    return hunks


def _diff_path(field: str) -> str:
    """``a/train.py`` as ``train.py``; ``"a/t\\303\\244.py"`` unquoted; '' for ``/dev/null``."""
    field = field.removesuffix("\t")
    if field == "/dev/null":
        return ""
    if field.startswith('"') and field.endswith('"'):
        plain = re.sub(rb"\\([0-7]{3}|.)", _unescape, raw(field[1:-1]))
        field = text(plain)
    return field[2:]


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if len(code) == 3:
        return bytes([int(code, 8) & 255])
    return {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}.get(code, code)


def _blobs(root: Path, names: Sequence[str]) -> dict[str, _Values]:
    """The values of each Python file that can be read, by ``commit:path``; all files in one git call."""
    names = [name for name in names if "\n" not in name]
    if not names:
        return {}
    try:
        stream = git(root, "cat-file", "--batch", stdin=b"".join(raw(name) + b"\n" for name in names))
    except GitError:
        return {}
    found: dict[str, _Values] = {}
    position = 0
    for name in names:
        end = stream.find(b"\n", position)
        header = stream[position:end].split(b" ")
        position = end + 1
        if end < 0 or len(header) != 3 or not header[2].isdigit():
            continue  # "... missing"
        size = int(header[2])
        content = stream[position : position + size]
        position += size + 1
        if size <= _SOURCE_BYTES and (values := _of_python(content)) is not None:
            found[name] = values
    return found


def _of_python(source: bytes) -> _Values | None:
    """Every named constant of a Python source by line, or None when it does not parse."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = source.replace(b"\r\n", b"\n").split(b"\n")
    values: _Values = {}

    def put(name: str, node: ast.expr) -> None:
        if node.end_lineno == node.lineno and _is_constant(node):
            written = lines[node.lineno - 1][node.col_offset : node.end_col_offset]
            values.setdefault(node.lineno, []).append((name, text(written)))

    for node in ast.walk(tree):
        for name, value in _named(node):
            put(name, value)
    return values


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) wherever a syntax node gives a value a name."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                if len(target.elts) == len(node.value.elts):
                    yield from ((_target(one), value) for one, value in zip(target.elts, node.value.elts, strict=True))
            else:
                yield _target(target), node.value
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        yield _target(node.target), node.value
    elif isinstance(node, ast.arguments):
        positional = [*node.posonlyargs, *node.args]
        defaults = node.defaults
        yield from (
            (arg.arg, value) for arg, value in zip(positional[len(positional) - len(defaults) :], defaults, strict=True)
        )
        yield from ((arg.arg, value) for arg, value in zip(node.kwonlyargs, node.kw_defaults, strict=True) if value)
    elif isinstance(node, ast.Call):
        option = _option(node)
        for keyword in node.keywords:
            if keyword.arg:
                yield option if option and keyword.arg == "default" else keyword.arg, keyword.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str | int):
                yield str(key.value), value


def _target(node: ast.expr) -> str:
    """``self.lr`` and ``cfg["lr"]`` as they are read aloud: ``lr``, with the object before it when it is not self."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = _target(node.value)
        return node.attr if owner in ("self", "cls") else f"{owner}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return f"{_target(node.value)}.{node.slice.value!s}"
    return ast.unparse(node)


def _option(node: ast.Call) -> str | None:
    """``epochs`` for ``add_argument("-e", "--epochs", …)`` and ``click.option("--epochs", …)``."""
    flags = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    longs = [flag for flag in flags if flag.startswith("--")]
    shorts = [flag for flag in flags if flag.startswith("-")]
    if longs or shorts:
        return (longs or shorts)[0].lstrip("-").split("/")[0].replace("-", "_") or None
    callee = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return flags[0] if flags and callee == "add_argument" else None


def _is_constant(node: ast.expr) -> bool:
    """A number, text, flag or None, a sum of such (``2**14``), or a short list of them."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(_is_constant(item) for item in node.elts)
    return False


_VALUE = r"""("(?:[^"\\]|\\.)*"|'[^']*'|\[[^\[\]]*\]|[^\s,#"'\[\]{}()=][^,#"'\[\]{}()=]*?)"""
_SETTING = re.compile(
    r"""^\s*(?:-\s+)?(?:export\s+|const\s+)?["']?([A-Za-z_][\w.\-/]*)["']?\s*(?:[:?+]?=|:)\s*"""
    + _VALUE
    + r"\s*,?\s*(?:[#;].*)?$"
)
_FLAG = re.compile(r"(?<!\S)--?([A-Za-z][\w.\-]*)(?:=|\s+)(\"[^\"]*\"|'[^']*'|-?[\w.][^\s\\;|&]*)")
_NOTEBOOK_LINE = re.compile(r'^\s*"(.*?)(?:\\n)?",?\s*$')


def _of_lines(lines: Sequence[str], start: int) -> _Values:
    """Named values of the lines of a file that is not Python: yaml, toml, json, ini, shell, notebooks."""
    values: _Values = {}
    for number, line in enumerate(lines, start):
        line = line.rstrip("\r")
        match = _SETTING.match(line)
        if match is None and (cell := _NOTEBOOK_LINE.match(line)):
            line = cell[1].replace('\\"', '"')
            match = _SETTING.match(line)
        if match:
            values[number] = [(match[1], match[2].strip())]
        elif not line.lstrip().startswith("#"):
            values[number] = [(found[1].replace("-", "_"), found[2]) for found in _FLAG.finditer(line)]
    return values
