"""One way to call ``git``: bounded in time, silent, and without side effects on the user's repository.

Only the command line and the standard library, because this is on the path of every launch (GitPython costs
100 ms to import). What each call is kept from doing: running hooks (``update-ref`` runs one), asking for a
password, signing, refreshing the user's index, starting the fsmonitor daemon (it would inherit our pipes and
hold them open), and following ``GIT_DIR`` or ``GIT_INDEX_FILE`` of a hook that labjournal was started from.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from labjournal.errors import JournalError, NotFoundError

TIMEOUT_S = 10.0
IDENTITY = {
    "GIT_AUTHOR_NAME": "labjournal",
    "GIT_AUTHOR_EMAIL": "labjournal@localhost",
    "GIT_COMMITTER_NAME": "labjournal",
    "GIT_COMMITTER_EMAIL": "labjournal@localhost",
}
CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.splitIndex=false",
    "core.safecrlf=false",
    "core.logAllRefUpdates=false",
    "commit.gpgSign=false",
    "tag.gpgSign=false",
    "tag.forceSignAnnotated=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "i18n.commitEncoding=utf-8",
    "log.showSignature=false",
)
_FLAGS = tuple(part for setting in CONFIG for part in ("-c", setting))
_LOCATION = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_DATE",
)
_QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_FLUSH": "0",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}


class GitError(JournalError):
    """A git command failed; ``stderr`` is what git said."""

    def __init__(self, message: str, hint: str | None = None, stderr: str = "") -> None:
        super().__init__(message, hint)
        self.stderr = stderr


class GitMissingError(GitError):
    """There is no git command to run."""


class GitTimeoutError(GitError):
    """git did not answer in time and was stopped."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a git call: this process's, less what would point git elsewhere or make it talk."""
    env = {name: value for name, value in os.environ.items() if name not in _LOCATION}
    return {**env, **_QUIET, **(extra or {})}


def git(
    folder: Path | str,
    *arguments: str,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    timeout_s: float = TIMEOUT_S,
) -> bytes:
    """Run git in ``folder`` and return its standard output.

    Raises:
        GitMissingError: no git on the PATH.
        GitTimeoutError: no answer in ``timeout_s`` seconds; git and its helpers were killed.
        GitError: any other failure, with git's own first line of complaint.
    """
    try:
        process = subprocess.Popen(
            ("git", *_FLAGS, *arguments),
            cwd=folder,
            env=environment(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a clean filter that hangs dies with git
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        raise _cannot_start(folder, error) from error
    try:
        output, complaint = process.communicate(stdin, timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        _kill(process)
        raise GitTimeoutError(f"git {arguments[0]} did not answer within {timeout_s:g} s") from error
    except BaseException:
        _kill(process)
        raise
    if process.returncode != 0:
        stderr = text(complaint)
        raise GitError(f"git {arguments[0]}: {complaint_line(stderr)}", stderr=stderr)
    return output


def _cannot_start(folder: Path | str, error: OSError) -> GitError:
    if not os.path.isdir(folder):
        return GitError(f"{folder} is not a folder")
    if not os.access(folder, os.X_OK):
        return GitError(f"{folder} cannot be entered: {error.strerror}")
    return GitMissingError("git is not installed", "Install git to have the code of each run recorded.")


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()


def text(raw: bytes) -> str:
    """Bytes of git as text; what is no UTF-8 survives as surrogates, so a path can be opened again."""
    return raw.decode("utf-8", "surrogateescape")


def raw(string: str) -> bytes:
    """The bytes that ``text`` came from."""
    return string.encode("utf-8", "surrogateescape")


def complaint_line(stderr: str) -> str:
    """The line of git's complaint that says why: the first ``fatal:`` or ``error:``, else the last one."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for line in lines:
        match = re.match(r"(?:fatal|error): (.+)", line)
        if match:
            return match[1]
    return lines[-1] if lines else "failed without a word"


def resolve(root: Path | str, revision: str) -> str:
    """The full hash of the commit a revision names (a git tag is followed to its commit).

    Raises NotFoundError when this repository has no such commit.
    """
    if not revision or "\0" in revision:
        raise NotFoundError(f"{revision!r} names no commit")
    if revision.startswith("-") or "\n" in revision:
        raise NotFoundError(f"{revision!r} names no commit in {root}")
    try:
        found = git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except (GitMissingError, GitTimeoutError):
        raise
    except GitError as error:
        raise NotFoundError(
            f"{revision!r} names no commit in {root}",
            "The history may be shallow or rewritten: git fetch may bring the commit back.",
        ) from error
    return text(found).strip()


def split_z(raw_output: bytes) -> Sequence[str]:
    """The items of an output that ends each with a NUL byte."""
    return [text(item) for item in raw_output.split(b"\0")[:-1]]
