"""study.toml: what is read, how a size varies it, and what is refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from labjournal.errors import InputError, NotFoundError
from labjournal.studies import members, protocol

EXAMPLE = Path(__file__).parent / "thermo"
STAGE = '[[stage]]\nname = "a"\ncommand = "true"\n'


def written(folder: Path, text: str) -> Path:
    (folder / "study.toml").write_text(text)
    return folder


def test_a_size_varies_settings_and_stages(tmp_path: Path) -> None:
    text = STAGE + "seeds = 3\n[stage.smoke]\nseeds = 1\nsettings = { n = 5 }\n[sizes.smoke]\nsteps = 20\n"
    folder = written(tmp_path, text)
    smoke, plain = protocol.load(folder, "smoke").stage("a"), protocol.load(folder).stage("a")
    assert (smoke.section.seeds, plain.section.seeds) == (1, 3)
    assert smoke.settings == {"steps": "20", "n": "5"}
    assert plain.settings == {}


def test_a_stage_that_is_left_out_is_not_waited_for(tmp_path: Path) -> None:
    text = STAGE + "[stage.smoke]\nskip = true\n" + STAGE.replace('"a"', '"b"') + 'after = "a"\n'
    folder = written(tmp_path, text)
    assert [stage.name for stage in protocol.load(folder, "smoke").stages] == ["b"]
    assert protocol.load(folder, "smoke").stage("b").section.after == ()
    assert protocol.load(folder, "full").stage("b").section.after == ("a",)


def test_a_fault_is_its_stage_with_words_added() -> None:
    study = protocol.load(EXAMPLE, "smoke")
    fault = study.stage("no_step")
    assert fault.command == (*study.stage("litmus").command, "--fault", "no_step")
    assert fault.criteria == ("not (loss[5] / loss[1] <= 0.8)",)


def test_numbers_are_written_as_on_a_command_line(tmp_path: Path) -> None:
    text = STAGE + "settings = { a = 1e-5, b = 0.1, c = 20_000, d = true, e = 123456.789 }\n"
    settings = protocol.load(written(tmp_path, text)).stage("a").settings
    assert settings == {"a": "1e-05", "b": "0.1", "c": "20000", "d": "true", "e": "123456.789"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("questoin = 'x'", "question"),
        ("[[stage]]\nname = 'a'\ncommand = 'x'\ncriterion = ['y']", "criteria"),
        ("[stage]\nname = 'a'", "two brackets"),
        ("[[stage]]\nname = 'a b'\ncommand = 'x'", "a b"),
        ("[[stage]]\nname = 'a'", "no command"),
        (STAGE + STAGE, "two stages"),
        (STAGE + "after = 'z'", "'z'"),
        (STAGE + "path = 'A'", "no decision"),
        (STAGE + "criteria = ['loss <']", "loss <"),
        (STAGE + "criteria = ['loss{stage=z} < 1']", "'z'"),
        (STAGE + "criteria = ['same settings as z']", "'z'"),
        (STAGE + "expect_time = 'soon'", "soon"),
        (STAGE + "kind = 'training'", "training"),
        (STAGE + "datasets = ['v']", "validates"),
        (STAGE + "grid = { x = [1, 2, 1] }", "twice"),
        (STAGE + "seeds = 2\n[stage.search]\ntrials = 3", "no grid"),
        (STAGE + "[[fault]]\nname = 'f'\nof = 'a'", "seen"),
        (STAGE + "[[fault]]\nname = 'f'\nof = 'a'\nbreaks = ['loss < 1']", "no criterion"),
        (STAGE + "[[fault]]\nname = 'f'\nof = 'z'\nshows = ['no alarm']", "'z'"),
        (STAGE + "[[decision]]\nafter = 'z'\n[[decision.path]]\nname = 'A'", "'z'"),
        (STAGE + "[[table]]\nname = 't'\nstages = ['z']", "'z'"),
        (STAGE + "[[metric]]\nname = 'm'\ndirection = 'up'", "up"),
        ("= 1", "TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(InputError) as refused:
        protocol.load(written(tmp_path, text))
    assert named in f"{refused.value}"


def test_a_mistake_in_one_size_is_told_at_every_size(tmp_path: Path) -> None:
    folder = written(tmp_path, STAGE + "[stage.full]\ncriteria = ['loss <']\n")
    with pytest.raises(InputError):
        protocol.load(folder, "smoke")


def test_no_study_is_a_negative_answer(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        protocol.load(tmp_path)
    with pytest.raises(InputError):
        protocol.load(EXAMPLE, "huge")


def test_the_hash_of_a_protocol_follows_what_is_done_and_not_what_must_come_of_it(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE / "study.toml", tmp_path)
    one = protocol.load(tmp_path, "smoke").stage("litmus")
    text = (tmp_path / "study.toml").read_text()
    (tmp_path / "study.toml").write_text(text.replace("<= 0.8", "<= 0.9"))
    other_criteria = protocol.load(tmp_path, "smoke").stage("litmus")
    (tmp_path / "study.toml").write_text(text.replace("lr = 0.1", "lr = 0.2"))
    other_settings = protocol.load(tmp_path, "smoke").stage("litmus")
    assert members.protocol_of(one) == members.protocol_of(other_criteria)
    assert members.protocol_of(one) != members.protocol_of(other_settings)
