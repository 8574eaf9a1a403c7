"""The light writer writes what ``facts`` reads."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labjournal import facts
from labjournal.watch.outbox import Outbox, new_ulid, now_iso, to_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_means_what_facts_would_have_written(value: Any) -> None:
    assert json.loads(to_json(value)) == json.loads(facts.dumps(value))


def test_nonfinite_numbers_are_strings() -> None:
    assert to_json([math.nan, math.inf, -math.inf]) == '["NaN","Infinity","-Infinity"]'


def test_ids_and_times_have_the_form_of_facts() -> None:
    assert len(new_ulid()) == len(facts.new_ulid()) == 26
    assert new_ulid()[:8] == facts.new_ulid()[:8]
    assert len(now_iso()) == len(facts.now_iso())
    assert now_iso()[:15] == facts.now_iso()[:15]


def outbox(folder: Path, quiet: bool = False) -> Outbox:
    return Outbox("01RUN", str(folder), 2, quiet, lambda: {"python": "3"})


def read(folder: Path) -> list[facts.Fact]:
    return [fact for path in (folder / "facts").iterdir() for _, fact in facts.read(path)[0] if fact is not None]


def test_the_file_is_named_as_facts_names_it(tmp_path: Path) -> None:
    outbox(tmp_path).begin()
    (path,) = (tmp_path / "facts").iterdir()
    model = facts.writer_path(tmp_path, 2, "watch")
    assert path.name.rsplit("-", 1)[0] == model.name.rsplit("-", 1)[0]
    (hook,) = read(tmp_path)
    assert (hook.kind, hook.run, hook.host, hook.user) == ("hook", "01RUN", facts.host_name(), facts.user_name())


def test_a_quiet_process_says_who_it_is_only_when_it_has_something_to_say(tmp_path: Path) -> None:
    box = outbox(tmp_path, quiet=True)
    box.begin()
    assert not (tmp_path / "facts").exists()
    box.write("event", {"text": "x"})
    assert [fact.kind for fact in read(tmp_path)] == ["hook", "event"]


def test_a_vanished_folder_ends_the_writing_without_an_error(tmp_path: Path) -> None:
    box = outbox(tmp_path)
    box.begin()
    for path in (tmp_path / "facts").iterdir():
        path.unlink()
    (tmp_path / "facts").rmdir()
    (tmp_path / "facts").write_text("now a file")
    assert [box.write("event", {}) for _ in range(3)] == [False, False, False]
    assert box.dark


@pytest.mark.parametrize("text", ['a"b', "back\\slash", "new\nline", "\x1b[31m", "ü🎈", "\ud800"])
def test_hostile_text_comes_back_whole(text: str) -> None:
    assert json.loads(to_json(text)) == text
