"""Trainers as they are: transformers, peft, Lightning, accelerate. Skipped, with a word, where they are not installed.

`make environment` brings them, and so does `pip install -c constraints.txt -e .[trainers]`; torch is kept as it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hooked import Hooked, run_hooked

pytest.importorskip("torch")

TRAINERS = Path(__file__).with_name("trainers")
pytestmark = pytest.mark.slow


def trained(program: str, folder: Path, *words: str) -> Hooked:
    offline = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = run_hooked([TRAINERS / program, *words], folder, env=offline)
    assert done.returncode == 0, done.stderr
    assert not done.data("watch_off")
    assert sum(data["errors"] for data in done.data("watch_end")) == 0
    return done


@pytest.mark.parametrize(
    ("library", "program", "words"),
    [
        ("transformers", "hf_trainer.py", ()),
        ("peft", "peft_adapters.py", ()),
        ("lightning", "lightning_module.py", ("callback",)),
        ("accelerate", "accelerated.py", ()),
    ],
)
def test_a_healthy_training_by_a_trainer_is_silent(
    library: str, program: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed: pip install -e .[trainers]")
    done = trained(program, tmp_path, *words)
    assert [data["message"] for data in done.findings("alarm", "warning")] == []
    assert done.data("watch_state")[-1]["state"] == "watched"
    assert done.data("watch_end")[-1]["looks"] >= 20


@pytest.mark.parametrize(
    ("library", "program", "words", "subject"),
    [
        ("transformers", "hf_trainer.py", ("callback", "late"), "model.classifier"),
        ("peft", "peft_adapters.py", ("late",), "model.base_model"),
        ("lightning", "lightning_module.py", ("left_out",), "model.head"),
        ("accelerate", "accelerated.py", ("unprepared",), "model.2"),
    ],
)
def test_a_part_that_the_optimizer_of_a_trainer_lacks_is_named(
    library: str, program: str, words: tuple[str, ...], subject: str, tmp_path: Path
) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed: pip install -e .[trainers]")
    done = trained(program, tmp_path, *words)
    first = done.findings("alarm", "warning")[0]
    assert (first["rule"], first["step"] <= 20) == ("param_not_in_optimizer", True)
    assert first["subject"].startswith(subject)


def test_the_callbacks_pass_the_log_and_the_planned_steps_on(tmp_path: Path) -> None:
    pytest.importorskip("lightning", reason="lightning is not installed: pip install -e .[trainers]")
    from labjournal.events import read_scalars

    done = trained("lightning_module.py", tmp_path, "callback")
    assert {"source": "stated", "values": {"planned_steps": 48}} in done.data("settings")
    assert {"train_loss", "val_loss"} <= set(read_scalars(done.folder / "events"))


@pytest.mark.parametrize(("word", "told"), [("through", []), ("beside", ["precision_policy_inactive"])])
def test_a_loss_beside_the_prepared_call_of_accelerate_is_told(word: str, told: list[str], tmp_path: Path) -> None:
    pytest.importorskip("accelerate", reason="accelerate is not installed: pip install -e .[trainers]")
    done = trained("half_by_accelerate.py", tmp_path, word)
    assert [data["rule"] for data in done.findings("alarm", "warning")] == told
