"""What the documents promise is there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from labjournal.cli import COMMANDS, group

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", COMMANDS)
def test_each_verb_is_in_the_readme_and_has_help(verb: str) -> None:
    assert f"| `{verb}` | {COMMANDS[verb][1]} |" in README
    command = group.get_command(click.Context(group), verb)
    assert command is not None
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_and_headings_resolve(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"https?://", target):
            continue
        path, _, heading = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{page.name} links to {target}"
        if heading:
            titles = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench"])
def test_each_command_of_the_readme_is_in_the_makefile(target: str) -> None:
    assert f"make {target}" in README
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:src|tests|docs|benchmarks)/[\w./-]+)`", README))))
def test_each_path_named_in_the_readme_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_each_floor_of_the_source_is_in_the_readme() -> None:
    floors = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    parts = {part.removeprefix("labjournal.") for floor in floors for part in floor.split(" | ")}
    assert {"cli", "watch"} <= parts
    assert parts - {"__main__", "supervise"} <= set(re.findall(r"`(\w+)`", README))


def test_the_constraints_pin_every_package_that_is_asked_for() -> None:
    pinned = {line.split("==")[0] for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line}
    project = PROJECT["project"]
    wanted = [
        *project["dependencies"],
        *project["optional-dependencies"]["demo"],
        *project["optional-dependencies"]["dev"],
    ]
    names = {re.match(r"[\w.-]+", text)[0].lower() for text in wanted}  # type: ignore[index]
    assert names <= pinned


@pytest.mark.parametrize("script", ["tools/environment.sh", ".ci/run"])
def test_the_shell_scripts_can_be_run_and_parsed(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    shell = "bash" if path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash") else "sh"
    assert subprocess.run((shell, "-n", str(path)), capture_output=True).returncode == 0


def test_everything_of_the_package_is_there_after_importing_it() -> None:
    code = (
        "import labjournal, sys; assert 'numpy' not in sys.modules; "
        "print(all(hasattr(labjournal, name) for name in labjournal._API), labjournal.Journal.open.__name__, "
        "labjournal.events.read_scalars.__name__, callable(labjournal.watch))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["True", "open", "read_scalars", "True"]
