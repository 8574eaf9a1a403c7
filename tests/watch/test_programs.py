"""Faulty programs are named, their healthy twins and the tricky healthy ones are left in peace."""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked import PROGRAMS, run_hooked

pytest.importorskip("torch")

FAULTY = {
    "late_adapter": ("param_not_in_optimizer", "model.nfa"),
    "replaced_head": ("param_not_in_optimizer", "model.2"),
    "plain_list": ("param_not_in_optimizer", "net.blocks"),
    "copied_model": ("param_not_in_optimizer", "model"),
    "forgotten_encoder": ("param_not_in_optimizer", "encoder"),
    "restored_weights": ("no_update", "model"),
    "half_weights": ("update_underflow", "model"),
    "reset_between": ("no_grad", "model"),
    "never_reset": ("grad_accumulating", "Adam"),
    "detached_branch": ("no_grad", "model.numbers"),
    "unfrozen_late": ("param_not_in_optimizer", "model.0"),
    "nograd_branch": ("no_grad", "encoder"),
    "masked_branch": ("zero_grad", "side"),
    "nan_weights": ("nonfinite", "model"),
    "lr_stays_zero": ("lr_zero", "AdamW"),
    "recreated_optimizer": ("optimizer_state_reset", "Adam"),
    "repeated_init": ("weight_change_outside_step", "model.b"),
    "sleeping_updates": ("no_update", "model.0"),
    "no_step": ("no_update", "model"),
    "one_of_two_steps": ("no_update", "critic"),
    "cloned_parameters": ("param_not_in_optimizer", "model"),
}
AT_ONCE = ("late_adapter", "replaced_head", "plain_list", "copied_model", "forgotten_encoder", "cloned_parameters")
"""Wrong from the first step on: said within six real steps."""
TRICKY = sorted(path.stem for path in PROGRAMS.glob("ok_*.py"))
SPEAKING = ("alarm", "warning")


@pytest.mark.parametrize("program", FAULTY)
def test_a_faulty_program_is_named_within_the_first_two_findings(program: str, tmp_path: Path) -> None:
    rule, subject = FAULTY[program]
    done = run_hooked([PROGRAMS / f"{program}.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    found = [(data["rule"], data["subject"]) for data in done.findings(*SPEAKING) if data["caused_by"] is None]
    assert rule in [name for name, _ in found[:2]], found
    assert any(subject in where for name, where in found[:2] if name == rule), found
    assert not done.data("watch_off")
    if program in AT_ONCE:
        assert next(data["step"] for data in done.findings("alarm") if data["rule"] == rule) <= 6


@pytest.mark.slow
@pytest.mark.parametrize("program", FAULTY)
def test_the_healthy_twin_raises_nothing(program: str, tmp_path: Path) -> None:
    done = run_hooked([PROGRAMS / f"{program}.py", "healthy"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert [data["message"] for data in done.findings(*SPEAKING)] == []
    assert not done.data("watch_off")


@pytest.mark.slow
@pytest.mark.parametrize("program", TRICKY)
def test_a_tricky_healthy_program_raises_nothing(program: str, tmp_path: Path) -> None:
    done = run_hooked([PROGRAMS / f"{program}.py"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert [data["message"] for data in done.findings(*SPEAKING)] == []
    assert not done.data("watch_off")
