from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from git_repository import Repository

from labjournal.vcs import FixState, Snapshot, contains_fix, snapshot

START = "import model\n\nopt = build(model)\ntrain(opt)\n"
BUG = "import model\n\nopt = build(model)\nattach(model)\ntrain(opt)\n"
FIX = "import model\n\nattach(model)\nopt = build(model)\ntrain(opt)\n"


class Story:
    """start -> bug -> later -> fix -> after, on main."""

    def __init__(self, repository: Repository) -> None:
        self.repo = repository
        self.start = repository.commit("start", {"go.py": START})
        self.bug = repository.commit("bug", {"go.py": BUG})
        self.later = repository.commit("later", {"other.py": "x = 1\n"})
        self.fix = repository.commit("fix", {"go.py": FIX, "CHANGES.md": "fixed\n"})
        self.after = repository.commit("after", {"other.py": "x = 2\n", "CHANGES.md": "reworded\n"})

    def state(self, commit: str, fixed: str | None = "fix") -> FixState:
        return contains_fix(self.repo.root, self.bug, self.fix if fixed == "fix" else fixed, commit).state

    def hidden(self) -> str:
        found = snapshot(self.repo.root)
        assert isinstance(found, Snapshot)
        assert found.snapshot_commit
        return found.snapshot_commit


@pytest.fixture
def story(repo: Repository) -> Story:
    return Story(repo)


def test_each_commit_of_a_simple_story_is_placed(story: Story) -> None:
    assert story.state(story.start) == FixState.CLEAN
    assert story.state(story.bug) == FixState.AFFECTED
    assert story.state(story.later) == FixState.AFFECTED
    assert story.state(story.fix) == FixState.FIXED
    assert story.state(story.after) == FixState.FIXED
    assert story.state(story.after, fixed=None) == FixState.AFFECTED


def test_a_run_with_the_fix_not_yet_committed_is_fixed(story: Story) -> None:
    story.repo.git("checkout", "-q", story.later)
    story.repo.write("go.py", FIX)
    assert story.state(story.hidden()) == FixState.FIXED


def test_a_fix_undone_in_the_working_tree_or_by_a_commit_is_told(story: Story) -> None:
    story.repo.write("go.py", BUG)
    assert story.state(story.hidden()) == FixState.FIX_UNDONE
    assert story.state(story.repo.commit("put back")) == FixState.FIX_UNDONE


def test_a_fix_carried_over_under_another_hash_counts(story: Story) -> None:
    story.repo.git("checkout", "-q", "-b", "side", story.later)
    story.repo.git("cherry-pick", story.fix)
    assert story.state("HEAD") == FixState.FIXED


def test_comments_indentation_and_a_new_file_name_do_not_undo_a_fix(story: Story) -> None:
    story.repo.git("mv", "go.py", "run.py")
    moved = "# says what it does\nimport model\n\nattach( model )  \n# why\nopt  =  build(model)\ntrain(opt)\n"
    assert story.state(story.repo.commit("moved", {"run.py": moved})) == FixState.FIXED


def test_the_bug_under_another_hash_is_never_clean(story: Story) -> None:
    story.repo.git("checkout", "-q", "-b", "side", story.start)
    story.repo.commit("elsewhere", {"third.py": "y = 1\n"})
    story.repo.git("cherry-pick", story.bug)
    assert story.state("HEAD") == FixState.CANNOT_TELL


def test_a_line_of_history_without_the_bug_is_clean(story: Story) -> None:
    story.repo.git("checkout", "-q", "-b", "side", story.start)
    assert story.state(story.repo.commit("elsewhere", {"third.py": "y = 1\n"})) == FixState.CLEAN


def test_unknown_unrelated_and_shallow_histories_cannot_be_placed(story: Story, tmp_path: Path) -> None:
    assert story.state("0" * 40) == FixState.CANNOT_TELL
    assert story.state(story.after, fixed="0" * 40) == FixState.CANNOT_TELL
    story.repo.git("checkout", "-q", "--orphan", "island")
    assert story.state(story.repo.commit("island", {"go.py": START})) == FixState.CANNOT_TELL
    story.repo.git("checkout", "-q", "main")
    clone = tmp_path / "clone"
    subprocess.run(("git", "clone", "-q", "--depth", "2", f"file://{story.repo.root}", str(clone)), check=True)
    assert contains_fix(clone, story.fix, None, "HEAD").state == FixState.AFFECTED
    assert contains_fix(clone, story.bug, story.fix, "HEAD").state == FixState.CANNOT_TELL


def test_a_fix_that_only_removes_lines_is_followed(repo: Repository) -> None:
    repo.commit("start", {"go.py": "a()\nb()\n"})
    bug = repo.commit("bug", {"go.py": "a()\nshuffle_labels()\nb()\n"})
    fix = repo.commit("fix", {"go.py": "a()\nb()\n"})
    back = repo.commit("back", {"go.py": "a()\nshuffle_labels()\nb()\n"})
    states = [contains_fix(repo.root, bug, fix, commit).state for commit in (bug, fix, back)]
    assert states == [FixState.AFFECTED, FixState.FIXED, FixState.FIX_UNDONE]


def test_a_fix_without_lines_of_text_cannot_be_looked_for(repo: Repository) -> None:
    bug = repo.commit("bug", {"table.bin": b"\0\1"})
    fix = repo.commit("fix", {"table.bin": b"\0\2"})
    assert contains_fix(repo.root, bug, fix, fix).state == FixState.CANNOT_TELL
    assert contains_fix(repo.root, bug, fix, bug).state == FixState.AFFECTED


def test_a_merged_fix_and_a_root_commit_are_read(repo: Repository) -> None:
    root = repo.git("rev-parse", "HEAD")
    bug = repo.commit("bug", {"go.py": BUG})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("fix", {"go.py": FIX})
    repo.git("checkout", "-q", "main")
    repo.commit("meanwhile", {"other.py": "1\n"})
    repo.git("merge", "-q", "--no-edit", "side")
    merge = repo.git("rev-parse", "HEAD")
    assert contains_fix(repo.root, bug, merge, "HEAD").state == FixState.FIXED
    assert contains_fix(repo.root, root, root, "HEAD").state == FixState.FIXED
