"""Ancestry and git tags. GitPython is loaded inside the functions: it costs 100 ms, and no launch comes here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from labjournal.errors import InputError, NotFoundError
from labjournal.vcs.command import CONFIG, IDENTITY, GitError, GitMissingError, complaint_line, environment, resolve

if TYPE_CHECKING:
    from git import Commit, Repo, TagReference

_FIRST_TAG = "v0.1"
_MOST_TAGS_AFTER = 50


class NearestTag(NamedTuple):
    """A git tag and where it lies: ``distance`` commits after (or before) it; 0 when at it."""

    name: str
    place: Literal["at", "before", "after"]
    """``before``: the tag is an ancestor. ``after``: the tag came later and contains the commit."""
    distance: int

    @property
    def words(self) -> str:
        """``at v0.3``, ``4 commits after v0.3`` or ``2 commits before v0.4``."""
        if self.place == "at":
            return f"at {self.name}"
        side = "after" if self.place == "before" else "before"
        return f"{self.distance} commit{'' if self.distance == 1 else 's'} {side} {self.name}"


@contextmanager
def open_repository(root: Path) -> Iterator[Repo]:
    """The repository of ``root`` by GitPython, silenced as ``command.git`` is. Raises GitError."""
    try:
        import git
    except ImportError as error:  # GitPython looks for the git command while it is imported
        raise GitMissingError("git is not installed", str(error).splitlines()[0]) from error
    try:
        repository = git.Repo(root, search_parent_directories=True)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        raise GitError(f"{root} is not in a git repository") from error
    try:
        repository.git.update_environment(**_silent())
        repository.git.set_persistent_git_options(c=list(CONFIG))
        yield repository
    except git.GitCommandError as error:
        complaint = str(error.stderr).strip().removeprefix("stderr: ").strip("'\n ")
        raise GitError(f"git: {complaint_line(complaint)}", stderr=complaint) from error
    finally:
        repository.close()


def _silent() -> dict[str, str]:
    quiet = environment()
    return {name: quiet[name] for name in ("GIT_TERMINAL_PROMPT", "GIT_OPTIONAL_LOCKS", "LC_ALL", "LANGUAGE")}


def is_ancestor(root: Path, a: str, b: str) -> bool:
    """Whether commit ``a`` is ``b`` or one of its ancestors. Raises NotFoundError when one is unknown here."""
    older, newer = resolve(root, a), resolve(root, b)
    with open_repository(root) as repository:
        return bool(repository.is_ancestor(repository.commit(older), repository.commit(newer)))


def create_tag(root: Path, name: str, commit: str, message: str) -> str:
    """Set an annotated git tag on a commit and return the hash of that commit.

    Raises:
        InputError: the name is no git tag name, or taken by another commit.
        NotFoundError: the commit is unknown.
    """
    if not valid_tag_name(name):
        raise InputError(
            f"{name!r} cannot be the name of a git tag",
            "Letters, digits, '-', '_', '.' and '/' make a good name: v0.3, paper/figure-2.",
        )
    target = resolve(root, commit)
    with open_repository(root) as repository:
        taken = {tag.name: tag for tag in repository.tags}.get(name)
        if taken is not None:
            at = _tagged(taken)
            raise InputError(
                f"git tag {name!r} exists already, at {at.hexsha[:10] if at else 'an object that is no commit'}",
                f"A git tag is never moved here; choose another name, such as {_next_name(repository)!r}.",
            )
        repository.git.update_environment(**_missing_identity(repository))
        repository.create_tag(name, ref=target, message=message or name)
    return target


def _missing_identity(repository: Repo) -> dict[str, str]:
    """A name to sign with where git can find none; it refuses to make an annotated tag without."""
    import git

    try:
        repository.git.var("GIT_COMMITTER_IDENT")
    except git.GitCommandError:
        return IDENTITY
    return {}


def valid_tag_name(name: str) -> bool:
    """The rules of ``git check-ref-format`` for a tag, which git adds to by refusing a leading dash."""
    if not name or name == "@" or name.startswith(("-", "/")) or name.endswith((".", "/")):
        return False
    if re.search(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//", name):
        return False
    return not any(part.startswith(".") or part.endswith(".lock") for part in name.split("/"))


def _tagged(tag: TagReference) -> Commit | None:
    """The commit a git tag stands for; None for a tag on a file or a tree, or on something missing."""
    try:
        return tag.commit
    except (ValueError, TypeError):
        return None


def propose_tag(root: Path) -> str:
    """A free name for the next git tag: the newest name counted on (``v0.3`` gives ``v0.4``), else ``v0.1``."""
    with open_repository(root) as repository:
        return _next_name(repository)


def _next_name(repository: Repo) -> str:
    names = [tag.name for tag in repository.tags]
    newest = repository.git.for_each_ref("refs/tags", sort="-creatordate", format="%(refname:strip=2)").splitlines()
    for name in newest:
        match = re.fullmatch(r"(.*?)(\d{1,9})", name)
        if match:
            number = int(match[2])
            while (proposed := f"{match[1]}{str(number).zfill(len(match[2]))}") in names:
                number += 1
            return proposed
    return _FIRST_TAG


def nearest_tag(root: Path, commit: str) -> NearestTag | None:
    """The git tag by which a person would place a commit, None where there is none.

    The tag at the commit; else the nearer of the last one before it and the first one that contains it.
    Raises NotFoundError when the commit is unknown.
    """
    import git

    target = resolve(root, commit)
    with open_repository(root) as repository:
        try:
            described = repository.git.describe(target, tags=True, long=True, abbrev=40)
        except git.GitCommandError:  # no tag among the ancestors
            before = None
        else:
            name, distance, _ = described.rsplit("-", 2)
            if distance == "0":
                return NearestTag(name, "at", 0)
            before = NearestTag(name, "before", int(distance))
        containing = repository.git.tag("--contains", target, "--sort=creatordate", "--format=%(refname:strip=2)")
        later = [
            NearestTag(name, "after", int(repository.git.rev_list(f"{target}..refs/tags/{name}", count=True)))
            for name in containing.splitlines()[:_MOST_TAGS_AFTER]
        ]
    candidates = ([before] if before else []) + later
    return min(candidates, key=lambda tag: tag.distance, default=None)


def shallow(root: Path) -> bool:
    """Whether older history is missing from this clone."""
    with open_repository(root) as repository:
        return (Path(repository.common_dir) / "shallow").exists()


def unknown_commit(root: Path, revision: str) -> bool:
    """Whether this clone has no such commit."""
    try:
        resolve(root, revision)
    except NotFoundError:
        return True
    return False
