"""Which changed files go into a snapshot, and which stay out and why.

A snapshot is a commit: what is in it stays in the repository and may be pushed by ``git push --mirror``. So
nothing that looks like a secret goes in, neither by name nor by content, and nothing that is data rather than
code by its size. Whatever stays out is listed with the reason.
"""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import translate
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

UNTRACKED_FILE_BYTES = 1_000_000
UNTRACKED_TOTAL_BYTES = 20_000_000
TRACKED_FILE_BYTES = 100_000_000
_MOST_SOURCES = 3_000
_MOST_OTHERS = 500
"""How many untracked files are looked at, of sources and of others: a folder of 60,000 samples is data, and reading
them all would hold up a launch for seconds."""
_LISTED_PER_FOLDER = 20

_SECRET_NAMES = (
    ".env", ".env.*", "*.env", ".envrc", ".netrc", "_netrc", ".pgpass", ".npmrc", ".pypirc", ".htpasswd",
    ".git-credentials", "*credential*", "*secret*", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore",
    "*.ppk", "*.kdbx", "*.gpg", "*.asc", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*.ovpn", "token",
    "token.*", "*_token", "*_token.*", "*-token.*", "*.token", "*api_key*", "*apikey*", "*password*",
    "service-account*.json", "service_account*.json", "kubeconfig",
)  # fmt: skip
_SECRET_FOLDERS = frozenset({".ssh", ".aws", ".gnupg", ".kube", ".docker", ".azure", "secrets", ".secrets"})
_NOT_SECRET_NAMES = (".env.example", ".env.sample", ".env.template", ".env.dist", "*.pub")
# A module or a test called after tokens and secrets is code; its content is still looked at.
_CODE_SUFFIXES = frozenset(".py .pyx .pyi .ipynb .c .cc .cpp .cu .cuh .h .hpp .rs .go .js .ts .jl .lua .md".split())
_SECRET_TEXTS = (
    ("a private key", rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    ("an AWS key", rb"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("a GitHub token", rb"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,})"),
    ("a GitLab token", rb"(?<![A-Za-z0-9])glpat-[A-Za-z0-9_\-]{20,}"),
    ("a Hugging Face token", rb"(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}"),
    ("an API key", rb"(?<![A-Za-z0-9])sk-(?=[A-Za-z0-9_\-]*[0-9])[A-Za-z0-9_\-]{20,}"),
    ("a Google API key", rb"(?<![A-Za-z0-9])AIza[A-Za-z0-9_\-]{35}"),
    ("a Slack token", rb"(?<![A-Za-z0-9])xox[abprs]-[A-Za-z0-9\-]{10,}"),
    ("a PyPI token", rb"(?<![A-Za-z0-9])pypi-AgE[A-Za-z0-9_\-]{40,}"),
    ("a W&B key", rb"(?:WANDB_API_KEY|wandb_api_key)['\"]?\s*[:=]\s*['\"]?[0-9a-f]{40}"),
    ("a password in an address", rb"[a-z][a-z0-9+.\-]{1,15}://[^\s/:@'\"{}$<>]{1,80}:[^\s/@'\"{}$<>*]{4,80}@[\w.]"),
)  # fmt: skip

_BY_PRODUCTS = (
    "*tfevents*", "*.pyc", "*.pyo", "*.pt", "*.pth", "*.ckpt", "*.safetensors", "*.h5", "*.keras", "*.onnx",
    "*.gguf", "*.log", "*.swp", "*~", ".DS_Store", "nohup.out", "slurm-*.out", "core.[0-9]*",
)  # fmt: skip
_BY_PRODUCT_FOLDERS = frozenset(
    "__pycache__ .ipynb_checkpoints .pytest_cache .mypy_cache .ruff_cache .hypothesis wandb mlruns lightning_logs "
    ".venv venv node_modules .tox .cache".split()
)
_SOURCE_SUFFIXES = _CODE_SUFFIXES | frozenset(
    ".sh .bash .yaml .yml .toml .json .cfg .ini .gin .txt .rst .sbatch .slurm .mk .cmake .r .m .f90 .proto".split()
)


class Limits(NamedTuple):
    """How large a file may be, in bytes, to go into a snapshot."""

    untracked_file_bytes: int = UNTRACKED_FILE_BYTES
    untracked_total_bytes: int = UNTRACKED_TOTAL_BYTES
    tracked_file_bytes: int = TRACKED_FILE_BYTES


class LeftOut(NamedTuple):
    """A file (or a folder with many) that a snapshot does not hold."""

    path: str
    why: str


class Choice(NamedTuple):
    """What of some files goes into a snapshot."""

    taken: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


def secret_by_name(path: str) -> bool:
    """Whether a path looks like a place for secrets, whatever is in it."""
    pure = PurePosixPath(path.lower())
    if _SECRET_FOLDERS.intersection(pure.parts[:-1]):
        return True
    if _names(_NOT_SECRET_NAMES).match(pure.name):
        return False
    if pure.suffix in _CODE_SUFFIXES:
        return False
    return _names(_SECRET_NAMES).match(pure.name) is not None


@cache
def _secret_text() -> re.Pattern[bytes]:
    """One pattern with a group for each kind; compiled on first use, as a clean tree needs none (2 ms)."""
    return re.compile(b"|".join(b"(%b)" % pattern for _, pattern in _SECRET_TEXTS))


def secrets_in(content: bytes) -> list[tuple[str, bytes]]:
    """What looks like a secret in a text, as (what it is, the bytes themselves)."""
    return [
        (_SECRET_TEXTS[match.lastindex - 1][0], match[0])
        for match in _secret_text().finditer(content)
        if match.lastindex
    ]


def choose_untracked(root: Path, paths: Iterable[str], limits: Limits) -> Choice:
    """The untracked files that go in: small ones, sources before others, up to the total; never a secret."""
    taken: list[str] = []
    left: list[LeftOut] = []
    sized: list[tuple[bool, int, str]] = []
    room = {True: _MOST_SOURCES, False: _MOST_OTHERS}
    for path in paths:
        is_source = PurePosixPath(path).suffix.lower() in _SOURCE_SUFFIXES
        if room[is_source] == 0:
            left.append(LeftOut(path, "too many untracked files to look at"))
            continue
        why, size = _refusal(root, path, limits.untracked_file_bytes)
        if why:
            left.append(LeftOut(path, why))
        else:
            room[is_source] -= 1
            sized.append((not is_source, size, path))
    total = 0
    for _, size, path in sorted(sized):
        if total + size > limits.untracked_total_bytes:
            left.append(LeftOut(path, f"untracked files are over {size_words(limits.untracked_total_bytes)} together"))
            continue
        found = _secret_content(root, path)
        if found:
            left.append(LeftOut(path, found))
            continue
        total += size
        taken.append(path)
    return Choice(tuple(sorted(taken)), tuple(summarised(left)))


def choose_tracked(root: Path, paths: Iterable[str], limits: Limits) -> tuple[Choice, dict[str, list[bytes]]]:
    """The changed tracked files that go in, and those in doubt: path to the secrets seen in its new content.

    A file in doubt goes in only when its committed version holds the same secrets already.
    """
    taken: list[str] = []
    left: list[LeftOut] = []
    doubtful: dict[str, list[bytes]] = {}
    for path in paths:
        full = root / path
        try:
            status = full.lstat()
        except (FileNotFoundError, NotADirectoryError):
            taken.append(path)  # deleted: taking it in means removing it from the tree
            continue
        except OSError as error:
            left.append(LeftOut(path, f"cannot be read: {error.strerror}"))
            continue
        if secret_by_name(path):
            left.append(LeftOut(path, "looks like a secret by its name; the committed version was kept"))
        elif stat.S_ISLNK(status.st_mode) or stat.S_ISDIR(status.st_mode):
            taken.append(path)
        elif not stat.S_ISREG(status.st_mode):
            left.append(LeftOut(path, "not a plain file"))
        elif status.st_size > limits.tracked_file_bytes:
            left.append(LeftOut(path, f"changed and {size_words(status.st_size)}; the committed version was kept"))
        else:
            try:
                seen = secrets_in(full.read_bytes())
            except OSError as error:
                left.append(LeftOut(path, f"cannot be read: {error.strerror}"))
                continue
            if seen:
                doubtful[path] = [secret for _, secret in seen]
            else:
                taken.append(path)
    return Choice(tuple(taken), tuple(left)), doubtful


def by_product(path: str) -> bool:
    """Whether an untracked file is, by its name, something that runs and tools write and not code."""
    pure = PurePosixPath(path)
    return bool(_BY_PRODUCT_FOLDERS.intersection(pure.parts)) or _names(_BY_PRODUCTS).match(pure.name) is not None


@cache
def _names(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for many shell patterns: 10 times quicker than one after the other."""
    return re.compile("|".join(translate(pattern) for pattern in patterns))


def _refusal(root: Path, path: str, limit: int) -> tuple[str, int]:
    """Why an untracked file stays out judged without opening it ('' if it may go in), and its size in bytes."""
    if path.endswith("/"):
        return "a git repository of its own", 0
    if secret_by_name(path):
        return "looks like a secret by its name", 0
    if by_product(path):
        return "made by runs or tools, by its name", 0
    try:
        status = (root / path).lstat()
    except OSError as error:
        return f"cannot be read: {error.strerror}", 0
    if stat.S_ISLNK(status.st_mode):
        return "", 0
    if not stat.S_ISREG(status.st_mode):
        return "not a plain file", 0
    if status.st_size > limit:
        return f"untracked and {size_words(status.st_size)}, over {size_words(limit)}", status.st_size
    return "", status.st_size


def _secret_content(root: Path, path: str) -> str:
    full = root / path
    try:
        content = os.fsencode(os.readlink(full)) if full.is_symlink() else full.read_bytes()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    seen = secrets_in(content)
    return f"holds what looks like {seen[0][0]}" if seen else ""


def summarised(left: Sequence[LeftOut]) -> list[LeftOut]:
    """The list with crowds made short: more than 20 files of one folder for one reason become one line."""

    reasons = {why: re.sub(r"and [\d.]+ [kMGT]?B, ", "", why) for why in {item.why for item in left}}

    def place(item: LeftOut) -> tuple[str, str]:
        folder, slash, _ = item.path.rstrip("/").partition("/")
        return (folder + slash if slash else ""), reasons[item.why]

    crowds = Counter(place(item) for item in left)
    short: dict[tuple[str, str], LeftOut] = {}
    for item in left:
        key = place(item)
        if crowds[key] <= _LISTED_PER_FOLDER:
            short[(item.path, item.why)] = item
        else:
            short[key] = LeftOut(key[0] or ".", f"{crowds[key]} files: {key[1]}")
    return sorted(short.values(), key=lambda item: (item.path, item.why))


def size_words(size_bytes: int) -> str:
    """A size for a reason given in words: ``1.0 MB``, in powers of ten as disks are sold."""
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
