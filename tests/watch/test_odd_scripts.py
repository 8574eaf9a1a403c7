"""Scripts that hold what no check expects: the fault beside it is named all the same, and nothing else is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked import Hooked, Zygote

pytest.importorskip("torch")

ODD = Path(__file__).with_name("odd")
GROUPS = ("tuple", "text", "function", "no_tensors", "none", "mapping", "raising")
MET = (
    ("lazy_never_used",),
    ("raising_attributes",),
    ("objects_out_of_context",),
    ("numbers_of_eight_bits",),
    ("called_by_keywords",),
    *(("odd_groups", kind) for kind in GROUPS),
)
"""With all checks at work."""
GIVEN_UP = {"refusing_tensor": "grad_explosion", "closed_batches": "duplicate_samples"}
"""With one or two checks that fail -> a rule that is then not judged."""


def run(zygote: Zygote, folder: Path, program: str, *words: str) -> Hooked:
    plain = zygote.run(ODD / f"{program}.py", folder / "plain", *words, hook=False)
    done = zygote.run(ODD / f"{program}.py", folder, *words)
    assert (done.returncode, done.stdout, done.stderr) == (0, plain.stdout, plain.stderr)
    (alarm,) = done.findings("alarm")
    assert (alarm["rule"], alarm["step"] <= 6) == ("param_not_in_optimizer", True)
    assert "adapter" in alarm["subject"] or alarm["subject"] == "model.3"
    return done


@pytest.mark.parametrize("words", MET, ids="-".join)
def test_what_is_odd_ends_no_check(words: tuple[str, ...], tmp_path: Path, zygote: Zygote) -> None:
    done = run(zygote, tmp_path, *words)
    assert not done.data("watch_off")
    assert done.data("watch_end")[0]["errors"] == 0


@pytest.mark.parametrize("program", GIVEN_UP)
def test_a_check_that_fails_is_given_up_alone(program: str, tmp_path: Path, zygote: Zygote) -> None:
    done = run(zygote, tmp_path, program)
    rule, silent = GIVEN_UP[program], done.data("watch_end")[0]["not_judged"]
    assert silent[rule].startswith("it failed: ")
    assert ".py:" in silent[rule]
    assert "no_update" not in silent
    assert any(rule in told["rules"] for told in done.data("watch_off"))


def test_warnings_name_the_line_of_the_script(tmp_path: Path, zygote: Zygote) -> None:
    program = ODD / "warned_by_torch.py"
    plain = zygote.run(program, tmp_path / "plain", hook=False)
    done = zygote.run(program, tmp_path)
    assert (done.returncode, done.stderr) == (0, plain.stderr)
    assert plain.stderr.count("warned_by_torch.py:") >= 3
