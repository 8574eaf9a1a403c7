"""Faulty programs are named, their healthy twins and the tricky healthy ones are left in peace."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import BEGINS, FAULTY, ONCE_IN
from hooked import PROGRAMS, Hooked, Zygote

from labjournal.watch.rules import RULES

pytest.importorskip("torch")

SOON = 20
"""Steps within which a fault of membership or movement is named, unless it does its work once an epoch only."""
LATER = {
    "second_never_steps",
    "turn_never_comes",
    "frozen_group_given",
    "adapter_loaded_for_use",
    "never_called_attention",
    "warmup_never_ends",
    "head_never_chosen",
}
"""What may be meant as long as the run goes on: told for certain at its end, or late."""
AT_ONCE = ("late_adapter", "replaced_head", "plain_list", "copied_model", "forgotten_encoder", "cloned_parameters")
"""Wrong from the first step on: said within six real steps."""
TRICKY = sorted(path.stem for path in PROGRAMS.glob("ok_*.py"))
SPEAKING = ("alarm", "warning")


def findings(zygote: Zygote, program: str, folder: Path, *args: str) -> Hooked:
    done = zygote.run(PROGRAMS / f"{program}.py", folder, *args)
    assert done.returncode == 0, done.stderr
    assert not done.data("watch_off")
    assert sum(data["errors"] for data in done.data("watch_end")) == 0
    return done


@pytest.mark.parametrize("program", FAULTY)
def test_a_faulty_program_is_named_within_the_first_two_findings(program: str, tmp_path: Path, zygote: Zygote) -> None:
    rule, subject = FAULTY[program]
    done = findings(zygote, program, tmp_path)
    spoken = done.findings(*SPEAKING)
    found = [(data["rule"], data["subject"]) for data in spoken]
    assert rule in [name for name, _ in found[:2]], found
    assert any(subject in where for name, where in found[:2] if name == rule), found
    assert len({data["rule"] for data in spoken if data["caused_by"] is None}) <= 2, found
    if program in AT_ONCE:
        assert next(data["step"] for data in done.findings("alarm") if data["rule"] == rule) <= 6
    if RULES[rule].family in ("membership", "movement") and program not in {*LATER, *ONCE_IN}:
        assert next(data["step"] for data in spoken if data["rule"] == rule) <= BEGINS.get(program, 0) + SOON


@pytest.mark.parametrize("program", FAULTY)
def test_the_healthy_twin_raises_nothing(program: str, tmp_path: Path, zygote: Zygote) -> None:
    done = findings(zygote, program, tmp_path, "healthy")
    assert [data["message"] for data in done.findings(*SPEAKING)] == []


@pytest.mark.parametrize("program", TRICKY)
def test_a_tricky_healthy_program_raises_nothing(program: str, tmp_path: Path, zygote: Zygote) -> None:
    done = findings(zygote, program, tmp_path)
    assert [data["message"] for data in done.findings(*SPEAKING)] == []


@pytest.mark.parametrize(
    ("program", "subject", "remedy"),
    [
        ("plain_list", "net.blocks", "nn.ModuleList"),
        ("list_of_parameters", "model.gains", "nn.ParameterList"),
        ("bare_tensor", "model.offset", "nn.Parameter"),
        ("late_adapter", "model.nfa", "add_param_group()"),
    ],
)
def test_what_parameters_does_not_find_is_told_with_what_mends_it(
    program: str, subject: str, remedy: str, tmp_path: Path, zygote: Zygote
) -> None:
    done = findings(zygote, program, tmp_path).findings("alarm")
    (told,) = [data for data in done if data["rule"] == "param_not_in_optimizer"]
    assert told["subject"].startswith(subject)
    assert remedy in told["remedy"]
    assert ("parameters()" in told["message"]) == (program != "late_adapter")


def test_there_are_forty_faulty_and_twenty_five_tricky_programs() -> None:
    assert len(FAULTY) >= 40
    assert len(TRICKY) >= 25


def test_groups_built_with_a_rate_of_zero_are_told_and_not_accused(tmp_path: Path, zygote: Zygote) -> None:
    (told,) = findings(zygote, "ok_rates_by_depth", tmp_path).findings("notice")
    assert told["rule"] == "lr_zero"
    assert told["message"].startswith("2 of 3 groups of AdamW had a learning rate of 0 in all 60 steps")


def test_layers_that_count_while_they_train_are_told(tmp_path: Path, zygote: Zygote) -> None:
    for mode, counting in (("healthy", ["1"]), ("faulty", [])):
        (tmp_path / mode).mkdir()
        states = findings(zygote, "loaded_in_eval", tmp_path / mode, mode).data("watch_state")
        assert [model["counting"] for model in states[-1]["models"]] == [counting]


def test_labels_that_a_model_shifts_itself_are_not_even_a_notice(tmp_path: Path, zygote: Zygote) -> None:
    told = findings(zygote, "ok_labels_shifted_inside", tmp_path).findings("notice")
    assert "target_equals_input" not in [data["rule"] for data in told]


def test_an_adversary_trained_by_turns_is_not_even_a_notice(tmp_path: Path, zygote: Zygote) -> None:
    assert findings(zygote, "ok_by_turns", tmp_path).findings() == []


def test_steps_of_an_optimizer_built_anew_are_counted_on(tmp_path: Path, zygote: Zygote) -> None:
    (end,) = findings(zygote, "ok_rate_lowered_by_new_adam", tmp_path).data("watch_end")
    assert end["real_steps"] == 120
