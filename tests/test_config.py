from __future__ import annotations

from pathlib import Path

import pytest

from labjournal import config
from labjournal.errors import InputError


@pytest.fixture(autouse=True)
def _no_user_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def write(folder: Path, text: str) -> Path:
    (folder / config.FILE).write_text(text, encoding="utf-8")
    return folder


def test_without_any_file_the_defaults_hold(tmp_path: Path) -> None:
    assert config.load(tmp_path, {}) == config.Config()


def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown key 'watch.frosen'. Did you mean watch.frozen"):
        config.load(write(tmp_path, "[watch]\nfrosen = ['base']"), {})


def test_a_wrong_type_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run.stop_int_s is 'long', which is not a number"):
        config.load(write(tmp_path, "[run]\nstop_int_s = 'long'"), {})


def test_broken_toml_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"labjournal.toml is not valid TOML"):
        config.load(write(tmp_path, "[run"), {})


def test_environment_beats_file_beats_user_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / "labjournal").mkdir(parents=True)
    (home / "labjournal" / "config.toml").write_text("[tui]\ntheme = 'plain'\nglyphs = 'ascii'\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    write(tmp_path, "[tui]\ntheme = 'light'\n")
    assert config.load(tmp_path, {}).tui == config.TuiConfig(theme="light", glyphs="ascii")
    assert config.load(tmp_path, {"LABJOURNAL_TUI_THEME": "dark"}).tui.theme == "dark"


def test_pyproject_serves_where_there_is_no_own_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.labjournal.watch]\nenabled = false\n")
    assert config.load(tmp_path, {}).watch.enabled is False


def test_the_example_of_the_documentation_is_valid(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
    example = text.split("```toml")[1].split("```")[0]
    loaded = config.load(write(tmp_path, example), {})
    assert loaded.tables["main"].options == {"numeric": "on"}
    assert loaded.datasets["1:1"].role == "validation"
    assert loaded.results.rule[0].role == "validation"
