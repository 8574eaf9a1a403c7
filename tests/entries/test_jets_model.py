"""The model of the jets study: its gates on real parts of transformers and peft, small enough for a test."""

from __future__ import annotations

import json
import math
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from study_code import scripts

WANTED = "the packages of the studies are not installed: pip install -e .[studies]"
torch = pytest.importorskip("torch")
for library in ("transformers", "peft", "tokenizers"):
    pytest.importorskip(library, reason=WANTED)


@dataclass
class Study:
    modules: dict[str, ModuleType]
    folder: Path
    events: list[dict[str, Any]]

    def __getattr__(self, name: str) -> ModuleType:
        return self.modules[name]

    def asked(self, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
        fixed = (
            f"train.py --base {self.folder}/base --data {self.folder}/train.jsonl --held-out {self.folder}/val.jsonl"
        )
        sizes = (
            "--decimals 1 --rank 2 --alpha 8 --dropout 0 --nfa-width 8 --batch 4 --steps 6 --every 3 --peek 4 --lr 1e-3"
        )
        monkeypatch.setattr(sys, "argv", [*fixed.split(), *sizes.split(), *words])
        return self.train._arguments()

    def trainer(self, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
        return self.train.set_up(self.asked(monkeypatch, "--out", "unused", *words), torch.device("cpu"))


def event(k: int) -> dict[str, Any]:
    jets = [{"P_T": 1_200.0 + 37 * k, "eta": 0.1 * k, "phi": 0.5, "E": 1_500.0, "m": 90.0 + k} for _ in range(2)]
    rest = {"n_particles": 30 + k % 7, "P_T_lead": 90.0, "dR": 3.1}
    label = "signal" if k % 2 else "background"
    return {
        "hash": f"{k:016x}",
        "label": label,
        "jets": [j | rest for j in jets],
        "n_particles": 99 + k,
        "M_jj": 3e3 + k,
    }


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    folder = tmp_path_factory.mktemp("jets")
    torch.set_num_threads(1)
    events = [event(k) for k in range(40)]
    for name, part in (("train", events[:8]), ("val", events[8:])):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in part))
    names = ("features", "prompts", "fusion", "train", "validate")
    with scripts("jets", *names) as modules:
        found = Study(dict(zip(names, modules, strict=True)), folder, events)
        tokenizer = found.prompts.train_tokenizer([found.prompts.prompt(one, decimals=1) for one in events])
        torch.manual_seed(0)
        found.fusion.new_base(tokenizer, width=16, layers=1).save_pretrained(folder / "base")
        tokenizer.save_pretrained(folder / "base")
        yield found


def test_digits_are_tokens_and_the_answers_are_one_word_each(study: Study) -> None:
    text = study.prompts.prompt(event(3))
    assert "P_T=1311.0000000000 eta=0.3000000000 " in text
    assert text.startswith("[INST]")
    assert text.endswith("M_jj=3003.0000000000 [/INST]")
    tokenizer = study.prompts.train_tokenizer([text])
    assert tokenizer.tokenize("m=90.5 signal") == ["m", "=", "9", "0", ".", "5", "signal"]
    assert 135 < len(tokenizer(text).input_ids) < 1000  # with ten decimals, where the model ends at 1,024
    momenta = study.prompts.prompt(event(3), style="momenta", decimals=2)
    assert momenta.count("\n") == 2
    assert f"px={1311 * math.cos(0.5):.2f} py={1311 * math.sin(0.5):.2f} pz={1311 * math.sinh(0.3):.2f}" in momenta


@pytest.mark.parametrize("generation", [1, 2, 3, 4])
def test_numbers_move_the_logits_and_do_not_when_switched_off(
    study: Study, generation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = study.trainer(monkeypatch, "--nfa", str(generation))
    monkeypatch.setattr(study.train.labjournal, "probe", lambda *args, **named: {})
    found = trainer.before_the_first_step()
    assert found["effect_of_numbers"] > 0
    assert found["effect_switched_off"] == found["not_in_optimizer"] == 0
    kinds = {p.dtype for p in trainer.model.adapter.parameters()}
    assert kinds == {torch.bfloat16 if generation == 2 else torch.float32}
    assert sum(isinstance(part, torch.nn.Linear) for part in trainer.model.adapter.net) == [1, 1, 2, 3][generation - 1]


def test_numbers_go_to_the_first_token_of_the_text_and_not_to_padding(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = study.trainer(monkeypatch)
    short, long = event(8), event(30)
    short = {**short, "jets": short["jets"][:1]}
    together = trainer.batch([short, long], answers=False)
    alone = trainer.batch([short], answers=False)
    assert together["attention_mask"][0, 0] == 0
    with torch.no_grad():
        trainer.model.eval()
        pair, one = (trainer.model(**{**batch, "labels": None}) for batch in (together, alone))
    assert torch.allclose(pair[0], one[0], atol=1e-5)


def test_the_loss_is_the_cross_entropy_of_the_answer_alone(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = study.trainer(monkeypatch, "--nfa", "0")
    batch = trainer.batch(trainer.events[:1])
    with torch.no_grad():
        loss = trainer.model.eval()(**batch)
        logits = trainer.model.language(input_ids=batch["input_ids"]).logits.log_softmax(-1)[0]
    word, end = batch["input_ids"][0, -2:]
    assert trainer.tokenizer.decode(word) == trainer.events[0]["label"]
    assert float(loss) == pytest.approx(-float(logits[-3, word] + logits[-2, end]) / 2, rel=1e-4)


def test_a_checkpoint_gives_the_same_answers_and_none_without_its_adapter(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = study.trainer(monkeypatch, "--out", str(tmp_path))
    for step in range(1, 4):
        trainer.step(step)
    folder = trainer.save(3)
    about = json.loads((folder / "checkpoint.json").read_text())
    assert about["step"] == 3
    assert {"adapter_model.safetensors", "nfa.safetensors", "optimizer.pt"} <= set(about["files"])
    assert trainer.same_when_loaded(folder) == 1
    tokenizer, model, standard, about = study.validate.load(folder, None, torch.device("cpu"))
    said = list(study.validate.answers(model, tokenizer, standard, about, trainer.held_out, numeric=True))
    assert said == trainer.model.answers(tokenizer, **trainer.batch(trainer.held_out, answers=False))
    (folder / "nfa.safetensors").unlink()
    with pytest.raises(FileNotFoundError):
        study.validate.load(folder, None, torch.device("cpu"))
    trainer.asked.fault = "no_save"
    with pytest.raises(study.train.Stop, match=r"guard saved: nfa\.safetensors is not in checkpoint-5"):
        trainer.save(5)


@pytest.mark.parametrize(
    ("fault", "unchanged", "missing"),
    [(None, 0, 0), ("frozen_optimizer", 6, 0), ("load_order", 6, 6), ("no_grad", 6, 0)],
)
def test_a_module_that_does_not_move_is_counted(
    study: Study, fault: str | None, unchanged: int, missing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(study.train.labjournal, "event", said.append)
    monkeypatch.setattr(study.train.labjournal, "probe", lambda *args, **named: {})
    trainer = study.trainer(monkeypatch, *(["--fault", fault] if fault else []))
    assert trainer.before_the_first_step()["not_in_optimizer"] == missing
    before = {name: p.detach().clone() for name, p in study.train.trainable(trainer.model).items()}
    for step in range(1, 4):
        values = trainer.step(step)
    looked = trainer.look(before, trainer.batch(trainer.held_out[:2], answers=False))
    assert looked["unchanged"] == unchanged
    assert looked["without_gradient"] == (6 if fault == "no_grad" else 0)
    assert (values["grad_norm/nfa"] > 0) is (fault != "no_grad")
    assert {"lr/lora", "lr/nfa", "grad_norm/lora", "loss"} <= set(values)
    guards = {text.split(":")[0] for text in said}
    expected = {"frozen_optimizer": {"guard moved"}, "load_order": {"guard optimizer", "guard moved"}}
    assert guards == expected.get(fault or "", set())


def test_a_killed_training_goes_on_where_its_checkpoint_stands(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    rows: dict[str, dict[int, float]] = {"whole": {}, "killed": {}}
    monkeypatch.setattr(study.train.labjournal, "event", said.append)
    monkeypatch.setattr(study.train.labjournal, "probe", lambda *args, **named: {})

    def power_fails(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(study.train.os, "_exit", power_fails)
    for name, words in (("whole", []), ("killed", ["--fault", "stop_at_step", "--steps", "12"])):
        log = rows[name]
        monkeypatch.setattr(
            study.train.labjournal, "log", lambda values, step, log=log: log.update({step: values.get("loss", 0.0)})
        )
        asked = study.asked(monkeypatch, "--steps", "12", *words, "--out", str(tmp_path / name))
        if name == "killed":
            with pytest.raises(KeyboardInterrupt):
                study.train.train(asked, torch.device("cpu"))
            assert max(log) == 7
            monkeypatch.setenv("LABJOURNAL_ATTEMPT", "2")
        study.train.train(asked, torch.device("cpu"))
    assert "interrupted: the last step was 7; going on from checkpoint-6, at step 7" in said
    assert rows["killed"] == pytest.approx(rows["whole"], rel=1e-5)


COUNTS = [
    # correct signals, background called signal, signals, background, SIC as the notes print it
    (319, 7, 476, 524, 5.7983),
    (528, 76, 750, 7_250, 6.8760),
    (6, 1_413, 11, 7_989, 1.2970),
]


@pytest.mark.parametrize(("right", "wrong", "signals", "background", "printed"), COUNTS)
def test_the_sic_of_the_notes_follows_from_counts(
    study: Study, right: int, wrong: int, signals: int, background: int, printed: float
) -> None:
    from labjournal.stats import sic

    true = ["signal"] * signals + ["background"] * background
    said = ["signal"] * right + ["background"] * (signals - right)
    said += ["signal"] * wrong + ["background"] * (background - wrong)
    counts = study.validate.Counts.of(true, said)
    assert round(counts.sic, 4) == printed
    assert counts.sic == pytest.approx(sic(right, signals, wrong, background), rel=1e-12)
    assert counts.accuracy == (right + background - wrong) / (signals + background)


def test_the_report_is_that_of_scikit_learn_and_unknown_answers_are_errors(study: Study) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    true = ["signal"] * 5 + ["background"] * 9
    said = ["signal"] * 3 + ["", "background"] + ["background"] * 6 + ["signal"] * 2 + ["background signal"]
    counts = study.validate.Counts.of(true, said)
    assert counts.unknown == 2
    assert counts.matrix["signal"] == {"background": 1, "signal": 3, "unknown": 1}
    told = metrics.classification_report(true, said, labels=["background", "signal"], output_dict=True, zero_division=0)
    for word in ("background", "signal"):
        row = told[word]
        assert counts.scores(word) == pytest.approx((row["precision"], row["recall"], row["f1-score"]))
    assert f"{told['macro avg']['f1-score']:.2f}" in counts.report().split("macro avg")[1]
    assert counts.accuracy == pytest.approx(metrics.accuracy_score(true, said))


def test_a_class_without_events_is_not_in_the_macro_mean_and_has_no_sic(study: Study) -> None:
    counts = study.validate.Counts.of(["background"] * 4, ["background"] * 3 + ["signal"])
    assert "signal" not in counts.report()
    assert counts.report().split("macro avg")[1].split()[:3] == ["1.00", "0.75", "0.86"]
    assert math.isnan(counts.sic)


def test_a_base_in_16_bits_carries_an_adapter_in_32(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = study.trainer(monkeypatch, "--precision", "bf16")
    kinds = {name: {p.dtype for p in part.parameters()} for name, part in trainer.parts().items()}
    assert kinds["nfa"] == {torch.float32}
    assert torch.bfloat16 in kinds["lora"]
    assert math.isfinite(trainer.step(1)["loss"])
    assert len(trainer.model.answers(trainer.tokenizer, **trainer.batch(trainer.held_out[:2], answers=False))) == 2


def test_a_base_by_its_name_on_the_hub_is_taken_as_a_folder_is(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in the cache of the hub needs no network."""
    of_name = tmp_path / "models--owner--mistral-tiny"
    shutil.copytree(study.folder / "base", of_name / "snapshots" / ("0" * 40))
    (of_name / "refs").mkdir()
    (of_name / "refs" / "main").write_text("0" * 40)
    for name, value in (("HF_HUB_CACHE", str(tmp_path)), ("HF_HUB_OFFLINE", True)):
        monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
    by_name = study.trainer(monkeypatch, "--base", "owner/mistral-tiny")
    by_folder = study.trainer(monkeypatch)
    assert by_name.model.language.config.model_type == "mistral"
    batch = by_folder.batch(by_folder.held_out[:4], answers=False)
    assert by_name.model.answers(by_name.tokenizer, **batch) == by_folder.model.answers(by_folder.tokenizer, **batch)
    assert math.isfinite(by_name.step(1)["loss"])


def test_a_step_of_several_batches_is_that_of_their_mean(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = study.trainer(monkeypatch, "--accumulate", "3")
    parts = [trainer.batch(trainer.drawn(5, part)) for part in range(3)]
    assert len({tuple(part["numbers"].flatten().tolist()) for part in parts}) == 3, "each part draws events of its own"
    trainer.model.train()
    losses = [trainer.model(**part) for part in parts]
    adapter = list(trainer.model.adapter.parameters())
    wanted = torch.autograd.grad(sum(losses) / 3, adapter)
    values = trainer.step(5)
    assert values["loss"] == pytest.approx(sum(one.item() for one in losses) / 3, rel=1e-5)
    assert values["tokens"] == sum(int(part["attention_mask"].sum()) for part in parts)
    norm = float(torch.stack([one.norm() for one in wanted]).norm())
    assert values["grad_norm/nfa"] == pytest.approx(norm, rel=1e-4)


def test_a_base_in_4_bits_is_trained_with_states_of_8_and_loaded_in_4_again(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("bitsandbytes", reason="pip install bitsandbytes")
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    torch.manual_seed(0)
    tokenizer = study.prompts.train_tokenizer(map(study.prompts.prompt, study.events))
    study.fusion.new_base(tokenizer, width=64, layers=1).save_pretrained(tmp_path / "base")  # kernels want 32 rows
    tokenizer.save_pretrained(tmp_path / "base")
    words = ("--base", str(tmp_path / "base"), "--quantised", "--states", "8bit", "--rank", "128")
    trainer = study.trainer(monkeypatch, *words, "--out", str(tmp_path))
    loss = trainer.step(1)["loss"]
    states = {
        name: {trainer.optimizer.state[p]["state1"].dtype for p in part.parameters() if p in trainer.optimizer.state}
        for name, part in trainer.parts().items()
    }
    assert states["nfa"] == {torch.float32}
    assert torch.uint8 in states["lora"]
    assert trainer.step(2)["loss"] != loss
    folder = trainer.save(2)
    tokenizer, model, standard, about = study.validate.load(folder, None, torch.device("cpu"))
    assert {p.dtype for name, p in model.named_parameters() if "base_layer" in name} == {torch.uint8}
    said = list(study.validate.answers(model, tokenizer, standard, about, trainer.held_out, numeric=True))
    assert said == trainer.model.answers(trainer.tokenizer, **trainer.batch(trainer.held_out, answers=False))
