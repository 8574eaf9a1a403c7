"""Event files are found by name, wherever they are, once each."""

from __future__ import annotations

import os
from pathlib import Path

from labjournal.events import find_event_files


def touch(root: Path, *names: str) -> list[Path]:
    paths = [root / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return paths


def test_all_names_with_tfevents_are_found_in_order(tmp_path: Path) -> None:
    paths = touch(
        tmp_path, "events.out.tfevents", "events.out.tfevents.2.host", "a/b/x.tfevents.1", "b/events.out.tfevents.1.v2"
    )
    touch(tmp_path, "events.log", "a/model.pt")
    assert find_event_files(tmp_path) == paths


def test_journal_and_git_folders_are_left_out(tmp_path: Path) -> None:
    journal = touch(tmp_path, ".labjournal/runs/1/events/events.out.tfevents.1")
    touch(tmp_path, ".git/events.out.tfevents.1")
    hidden = touch(tmp_path, ".guild/events.out.tfevents.1")
    assert find_event_files(tmp_path) == hidden
    assert sorted(find_event_files(tmp_path, include_journal=True)) == sorted(journal + hidden)


def test_a_folder_linked_into_itself_is_entered_once(tmp_path: Path) -> None:
    (file,) = touch(tmp_path, "a/events.out.tfevents.1")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    assert find_event_files(tmp_path) == [file]


def test_links_to_other_folders_are_followed_and_broken_ones_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/events.out.tfevents.1")
    root = tmp_path / "logs"
    root.mkdir()
    (root / "linked").symlink_to(tmp_path / "elsewhere")
    (root / "broken.tfevents").symlink_to(tmp_path / "nowhere")
    (root / "folder.tfevents").mkdir()
    os.mkfifo(root / "pipe.tfevents")
    assert find_event_files(root) == [root / "linked" / "events.out.tfevents.1"]


def test_a_missing_folder_holds_no_files(tmp_path: Path) -> None:
    assert find_event_files(tmp_path / "nowhere") == []
